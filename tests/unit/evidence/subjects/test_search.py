import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pyarrow as pa
import pytest
from psycopg_pool import AsyncConnectionPool
from tests.unit.evidence.subjects.samples import candidates, code, many

from xinheng.core.times import FixedClock, Known
from xinheng.evidence.subjects import lookup
from xinheng.evidence.subjects.errors import NothingAsked, PageOutOfReach, TooMuchAsked
from xinheng.evidence.subjects.folding import grams_of
from xinheng.evidence.subjects.service import enter, find
from xinheng.ground.store import Database, Server
from xinheng.ground.store.server import ADMIN, ROLE

NAMES = (
    "衡川市青禾商贸有限公司",
    "衡川市青禾科技有限公司",
    "东岭区远澜物流有限公司",
    "衡川市（演示）穆木餐饮店",
    "ABC青禾100%建材_厂",
    "衡川市瑞岚农业专业合作社",
    "青禾",
)


@pytest.fixture
def filled(database: Database, clock) -> Database:
    with database.transaction() as tx:
        enter(tx, candidates(*((code(i), name) for i, name in enumerate(NAMES))), clock)
    return database


def names(database: Database, text: str, page: int = 1) -> list[str]:
    with database.transaction() as tx:
        return [hit.name for hit in find(tx, text, page).hits]


def test_the_exact_name_comes_first_then_beginnings_then_the_shorter(filled: Database) -> None:
    assert (
        names(filled, "青禾") == ["青禾", NAMES[0], NAMES[1], NAMES[4]] or names(filled, "青禾")[0] == "青禾"
    )
    assert set(names(filled, "青禾")) == {"青禾", NAMES[0], NAMES[1], NAMES[4]}


@pytest.mark.parametrize(("text", "found"), [("澜", 2), ("远澜", 2), ("岭区远", 2), ("木餐饮", 3), ("店", 3)])
def test_any_part_of_a_name_finds_it_one_character_included(filled: Database, text: str, found: int) -> None:
    assert names(filled, text) == [NAMES[found]]


@pytest.mark.parametrize("text", ["(演示)", "（演示）", "〔演示〕", "( 演 示 )", "市（演"])
def test_brackets_and_blanks_do_not_matter(filled: Database, text: str) -> None:
    assert names(filled, text) == [NAMES[3]]


@pytest.mark.parametrize("text", ["abc", "ＡＢＣ青禾", "１００％", "100%", "材_厂"])
def test_widths_case_and_the_signs_of_patterns_are_plain_text(filled: Database, text: str) -> None:
    assert names(filled, text) == [NAMES[4]]


@pytest.mark.parametrize(
    "text", ["%", "_", "\\", "'", "';drop table subjects;--", "%%", "青%禾", "青_", "$$", "{}"]
)
def test_signs_of_sql_and_of_patterns_find_only_themselves(filled: Database, text: str) -> None:
    with filled.transaction() as tx:
        found = find(tx, text)
    holding = {name for name in NAMES if text in name}
    assert holding == (set() if found.similar else {hit.name for hit in found.hits})
    assert len(names(filled, "青禾")) == 4


@pytest.mark.parametrize("asked", [code(1), code(1).lower(), f" {code(1)[:9]} {code(1)[9:]} "])
def test_a_code_finds_its_bearer_however_it_is_typed(filled: Database, asked: str) -> None:
    with filled.transaction() as tx:
        found = find(tx, asked)
    assert found.by_code
    assert [hit.name for hit in found.hits] == [NAMES[1]]


def test_a_code_with_a_letter_for_a_digit_is_not_found_but_the_right_one_is_offered(filled: Database) -> None:
    assert "0" in code(1)
    with filled.transaction() as tx:
        found = find(tx, code(1).replace("0", "O", 1))
    assert (found.total, found.suggestion) == (0, code(1))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("衡川市青和商贸有限公司", 0),
        ("衡川市瑞岚农业合作社", 5),
        ("远栏物流", 2),
        ("东岭区远澜物硫公司", 2),
        ("瑞岚衣业", 5),
    ],
)
def test_a_misspelt_name_finds_what_is_like_it(filled: Database, text: str, found: int) -> None:
    with filled.transaction() as tx:
        answer = find(tx, text)
    assert answer.similar
    assert answer.hits[0].name == NAMES[found]


def test_a_small_register_is_searched_the_same_after_statistics_were_gathered(filled: Database) -> None:
    """The server gathers them when it likes; then every gram is a large share of seven names."""
    before = names(filled, "青禾商茂有限公司"), names(filled, "远澜物硫有限公司")
    with filled.transaction() as tx:
        tx.execute("analyze subjects")
    assert (names(filled, "青禾商茂有限公司"), names(filled, "远澜物硫有限公司")) == before
    assert NAMES[0] in before[0]


def test_a_text_like_nothing_finds_nothing(filled: Database) -> None:
    assert names(filled, "鑫鑫鑫淼淼") == []


def test_counting_ends_at_a_thousand_and_pages_neither_repeat_nor_lose_a_line(
    database: Database, clock
) -> None:
    with database.bulk() as tx:
        enter(tx, many(1_100), clock)
    seen: list[str] = []
    for page in range(1, 51):
        with database.transaction() as tx:
            found = find(tx, "有限公司", page)
        assert (found.total, found.beyond, found.pages) == (1_000, True, 50)
        seen += [hit.code for hit in found.hits]
    assert len(seen) == len(set(seen)) == 1_000


def test_frequent_pairs_are_scanned_for_and_give_the_same_answer(database: Database, clock) -> None:
    with database.bulk() as tx:
        enter(tx, many(400), clock)
    with database.transaction() as tx:
        before = find(tx, "商贸有限")
    with database.transaction() as tx:
        tx.execute("analyze subjects")
    with database.transaction() as tx:
        assert find(tx, "商贸有限") == before
        assert find(tx, "青禾0商贸有限").total == 1
    assert before.total == 50


RARE = "衡川垚犇酒坊有限公司"
LARGE = pa.concat_tables([many(20_000), candidates((code(30_001), RARE))])


@pytest.fixture(scope="module")
def large(server: Server) -> Iterator[Database]:
    """A register large enough to leave frequent grams out; only read by the tests."""
    link = psycopg.connect(server.address("postgres", ADMIN), autocommit=True)
    with link, Database(server.address("test_large")) as database:
        link.execute(f"create database test_large owner {ROLE} template xinheng_template".encode())
        with database.bulk() as tx:
            enter(tx, LARGE, FixedClock(Known(datetime(2026, 11, 20, 2, tzinfo=UTC))))
        yield database
        database.close()
        link.execute(b"drop database test_large with (force)")


def test_what_every_name_holds_is_not_in_the_index(large: Database) -> None:
    with large.transaction() as tx:
        left_out = {gram for (gram,) in tx.fetch("select gram from frequent_grams")}
        [(indexed,)] = tx.fetch("select grams from subjects where folded = '衡川青禾17760商贸有限公司'")
    singles, pairs = grams_of("衡川青禾17760商贸有限公司")
    assert left_out.issuperset(grams_of("有限公司")[1])
    assert set(indexed) == {*singles, *pairs} - left_out
    assert {*singles, *pairs} & left_out != {*singles, *pairs}


@pytest.mark.parametrize(
    "text", ["有限公司", "司", "禾", "禾1", "1776", "青禾17760商贸", "川远澜17761", "76", "商有"]
)
def test_a_large_register_finds_what_scanning_finds(large: Database, text: str) -> None:
    holding = {name for name in LARGE["name"].to_pylist() if text in name}
    with large.transaction() as tx:
        found = find(tx, text)
    assert found.total == min(1_000, len(holding))
    assert found.beyond == (len(holding) > 1_000)
    assert {hit.name for hit in found.hits} <= holding
    assert len(found.hits) == min(20, len(holding))


def test_a_large_register_finds_a_misspelt_name(large: Database) -> None:
    with large.transaction() as tx:
        found = find(tx, "衡川垚牛酒坊有限公司")
    assert found.similar
    assert [hit.name for hit in found.hits] == [RARE]


def test_few_names_leave_the_same_out_when_they_enter_and_when_they_change(large: Database, clock) -> None:
    with large.transaction() as tx:
        enter(tx, candidates((code(7), "衡川鑫淼酒业"), (code(30_000), "衡川鑫淼酒店")), clock)
    with large.transaction() as tx:
        stored = tx.fetch("select grams from subjects where former is not null or folded = '衡川鑫淼酒店'")
        left_out = {gram for (gram,) in tx.fetch("select gram from frequent_grams")}
        assert {hit.code for hit in find(tx, "鑫淼").hits} == {code(7), code(30_000)}
    assert set(grams_of("衡川")[1]) <= left_out
    assert len(stored) == 2
    assert not any(left_out & set(indexed) for (indexed,) in stored)


def test_a_page_past_the_last_says_how_many_there_are(filled: Database) -> None:
    with filled.transaction() as tx:
        found = find(tx, "青禾", 2)
    assert (found.hits, found.total, found.pages) == ((), 4, 1)


@pytest.mark.parametrize(
    ("text", "page", "refusal"),
    [
        ("", 1, NothingAsked),
        (" 　\t", 1, NothingAsked),
        ("青" * 101, 1, TooMuchAsked),
        ("青", 51, PageOutOfReach),
    ],
)
def test_empty_long_and_deep_questions_are_refused(filled: Database, text, page, refusal) -> None:
    with filled.transaction() as tx, pytest.raises(refusal):
        find(tx, text, page)


def test_the_asynchronous_face_gives_the_same_answers(filled: Database) -> None:
    async def ask() -> None:
        pool = AsyncConnectionPool(filled.dsn, min_size=1, max_size=2, configure=lookup.configure, open=False)
        async with pool:
            found = await lookup.find(pool, "青禾")
            with pytest.raises(NothingAsked):
                await lookup.find(pool, " ")
        with filled.transaction() as tx:
            assert find(tx, "青禾") == found

    asyncio.run(ask())
