import threading
from uuid import UUID

import pyarrow as pa
import pytest
from tests.unit.evidence.subjects.samples import candidates, code, many

from xinheng.evidence.subjects import entry
from xinheng.evidence.subjects.errors import CandidateIncomplete
from xinheng.evidence.subjects.model import NameState, ReviewKind
from xinheng.evidence.subjects.service import by_code, enter, open_reviews
from xinheng.ground.store import Database
from xinheng.ground.store.errors import UniqueClash

AGENCY = UUID(int=7)


def entered(database: Database, clock, table: pa.Table, *, bulk: bool = False) -> dict[str, bytes]:
    clock.step(seconds=1)
    with database.bulk() if bulk else database.transaction() as tx:
        answer = enter(tx, table, clock, AGENCY)
    return dict(zip(answer["code"].to_pylist(), answer["subject"].to_pylist(), strict=True))


@pytest.mark.parametrize("bulk", [False, True])
def test_every_code_gets_one_subject_that_stays(database: Database, clock, bulk: bool) -> None:
    first = entered(database, clock, many(700), bulk=bulk)
    second = entered(database, clock, many(900), bulk=bulk)
    assert len(first) == 700
    assert len(set(second.values())) == 900
    assert {c: second[c] for c in first} == first
    with database.transaction() as tx:
        assert by_code(tx, code(3)).subject.bytes == first[code(3)]


def test_a_new_organisation_is_unconfirmed_and_says_what_its_code_says(database: Database, clock) -> None:
    table = candidates((code(1), "青禾商贸"), (code(2, "92"), "远澜小吃店"), (code(3, "51"), "衡川钓鱼协会"))
    entered(database, clock, table.append_column("representative", pa.array(["演示甲", None, None])))
    with database.transaction() as tx:
        firm, shop, club = (by_code(tx, c) for c in (code(1), code(2, "92"), code(3, "51")))
    assert (firm.kind, shop.kind, club.kind) == ("企业", "个体工商户", "社会团体")
    assert (firm.registered, firm.status, firm.representative) == (False, "未知", "演示甲")
    assert firm.since == clock.now().at


def test_a_division_that_was_never_listed_stays_empty(database: Database, clock) -> None:
    listed = "91420281MA0000019"
    entered(database, clock, candidates((code(1), "青禾商贸"), (listed, "远澜商贸")))
    with database.transaction() as tx:
        assert by_code(tx, listed).division == "420281"
        assert by_code(tx, code(1)).division == "429021"


def test_the_same_name_with_other_brackets_is_no_second_name(database: Database, clock) -> None:
    entered(database, clock, candidates((code(1), "衡川（演示）青禾商贸"), (code(1), "衡川(演示) 青禾商贸")))
    with database.transaction() as tx:
        assert open_reviews(tx) == ([], 0)
        assert by_code(tx, code(1)).name == "衡川（演示）青禾商贸"


@pytest.mark.parametrize("bulk", [False, True])
def test_a_second_name_goes_to_review_and_the_first_stays_shown(
    database: Database, clock, bulk: bool
) -> None:
    entered(database, clock, candidates((code(1), "青禾商贸"), (code(1), "青禾贸易")), bulk=bulk)
    entered(database, clock, candidates((code(1), "新青禾"), (code(1), "青禾贸易")), bulk=bulk)
    with database.transaction() as tx:
        reviews, count = open_reviews(tx)
        subject = by_code(tx, code(1))
    assert count == 2
    assert {(r.kind, r.code, r.name, r.other_name, r.source) for r in reviews} == {
        (ReviewKind.ONE_CODE_TWO_NAMES, code(1), "青禾贸易", "青禾商贸", AGENCY),
        (ReviewKind.ONE_CODE_TWO_NAMES, code(1), "新青禾", "青禾商贸", AGENCY),
    }
    assert subject.name == "青禾商贸"
    assert [(n.name, n.state) for n in subject.names] == [
        ("青禾贸易", NameState.SEEN),
        ("新青禾", NameState.SEEN),
    ]


def test_one_name_under_two_codes_goes_to_review_whether_in_one_file_or_two(
    database: Database, clock
) -> None:
    entered(database, clock, candidates((code(1), "青禾（衡川）商贸"), (code(2), "青禾(衡川)商贸")))
    entered(database, clock, candidates((code(3), "青禾(衡川)商贸"), (code(1), "青禾（衡川）商贸")))
    with database.transaction() as tx:
        reviews, count = open_reviews(tx)
    assert count == 2
    assert [(r.kind, r.code, r.other_code) for r in reviews] == [
        (ReviewKind.ONE_NAME_TWO_CODES, code(2), code(1)),
        (ReviewKind.ONE_NAME_TWO_CODES, code(3), code(1)),
    ]


def test_a_newcomer_under_the_former_name_of_another_goes_to_review(database: Database, clock) -> None:
    entered(database, clock, candidates((code(1), "青禾商贸"), (code(1), "旧青禾")))
    entered(database, clock, candidates((code(2), "旧青禾")))
    with database.transaction() as tx:
        reviews, _ = open_reviews(tx)
    assert [(r.code, r.other_code) for r in reviews if r.kind is ReviewKind.ONE_NAME_TWO_CODES] == [
        (code(2), code(1))
    ]


def test_many_of_one_name_are_each_compared_with_the_oldest_alone(database: Database, clock) -> None:
    entered(database, clock, candidates((code(1), "青禾商贸"), (code(1), "旧青禾"), (code(2), "远澜商贸")))
    names = ("旧青禾", "青禾商贸", "远澜商贸", "新青禾", "新青禾", "旧青禾", "新青禾")
    told = [(code(1), "旧青禾"), *((code(10 + i), name) for i, name in enumerate(names))]
    entered(database, clock, candidates(*told), bulk=True)
    with database.transaction() as tx:
        reviews, _ = open_reviews(tx)
    assert {(r.code, r.name, r.other_code) for r in reviews if r.kind is ReviewKind.ONE_NAME_TWO_CODES} == {
        (code(10), "旧青禾", code(1)),
        (code(11), "青禾商贸", code(1)),
        (code(12), "远澜商贸", code(2)),
        (code(14), "新青禾", code(13)),
        (code(15), "旧青禾", code(1)),
        (code(16), "新青禾", code(13)),
    }


def test_a_former_code_stands_for_the_subject_that_bears_it_now(database: Database, clock) -> None:
    first = entered(database, clock, candidates((code(1), "青禾商贸")))
    with database.transaction() as tx:
        tx.execute(
            "insert into subject_codes values (%(code)s, %(subject)s, now())",
            {"code": code(9), "subject": UUID(bytes=first[code(1)])},
        )
    assert entered(database, clock, candidates((code(9), "青禾商贸")))[code(9)] == first[code(1)]
    with database.transaction() as tx:
        found = by_code(tx, code(9).lower())
        assert (found.code, found.asked_code) == (code(1), code(9))
        assert tx.fetch("select count(*) from subjects") == [(1,)]
        assert open_reviews(tx)[1] == 0


def test_the_second_of_two_writers_is_told_that_the_code_was_entered_meanwhile(
    database: Database, clock
) -> None:
    outcome = []

    def second() -> None:
        try:
            with database.transaction() as tx:
                enter(tx, candidates((code(1), "青禾商贸"), (code(2), "远澜商贸")), clock)
        except UniqueClash as clash:
            outcome.append(clash.constraint)

    other = threading.Thread(target=second)
    with database.bulk() as tx, database.transaction() as watcher:
        enter(tx, candidates((code(1), "青禾商贸")), clock)
        other.start()
        waiting = "select count(*) from pg_locks where not granted"
        while other.is_alive() and watcher.fetch(waiting) == [(0,)]:
            pass
    other.join(20)
    assert outcome == ["subjects_code_key"]
    assert len(entered(database, clock, candidates((code(1), "青禾商贸"), (code(2), "远澜商贸")))) == 2


@pytest.mark.parametrize("bulk", [False, True])
def test_what_was_decided_is_what_is_loaded_and_nothing_stands_before(
    database: Database, clock, bulk: bool
) -> None:
    first = entered(database, clock, candidates((code(1), "青禾商贸")))
    table = candidates((code(1), "青禾贸易"), (code(2), "远澜商贸"), (code(3), "远澜商贸"))
    with database.bulk() if bulk else database.transaction() as tx:
        entering = entry.decide(tx, table, clock, AGENCY)
        assert tx.fetch("select count(*) from subjects") == [(1,)]
        entry.load(tx, entering)
    answer = dict(zip(*(entering.subjects[name].to_pylist() for name in ("code", "subject")), strict=True))
    assert answer[code(1)] == first[code(1)]
    with database.transaction() as tx:
        assert {c: by_code(tx, c).subject.bytes for c in answer} == answer
        assert open_reviews(tx)[1] == 2
    assert entered(database, clock, table) == answer


def test_a_code_entered_by_another_after_deciding_clashes_and_is_one_organisation(
    database: Database, clock
) -> None:
    table = candidates((code(1), "青禾商贸"), (code(2), "远澜商贸"))
    with pytest.raises(UniqueClash) as clash, database.bulk() as tx:
        entering = entry.decide(tx, table, clock)
        other = entered(database, clock, candidates((code(2), "远澜商贸")))
        entry.load(tx, entering)
    assert clash.value.constraint == "subjects_code_key"
    assert entered(database, clock, table)[code(2)] == other[code(2)]
    with database.transaction() as tx:
        assert tx.fetch("select count(*) from subjects") == [(2,)]


@pytest.mark.parametrize(
    "row", [("", "青禾"), (code(1), ""), (code(1), "　"), (None, "青禾"), (code(1), None)]
)
def test_a_candidate_without_code_or_name_is_refused(database: Database, clock, row) -> None:
    table = pa.table({"code": pa.array([row[0]], pa.string()), "name": pa.array([row[1]], pa.string())})
    with database.transaction() as tx, pytest.raises(CandidateIncomplete):
        enter(tx, table, clock)


def test_nothing_in_gives_nothing_out(database: Database, clock) -> None:
    empty = pa.table({"code": pa.array([], pa.string()), "name": pa.array([], pa.string())})
    with database.transaction() as tx:
        assert len(enter(tx, empty, clock)) == 0


def test_a_large_entry_leaves_the_index_clean_and_its_statistics_taken(database: Database, clock) -> None:
    entered(database, clock, many(12_000), bulk=True)
    with database.transaction() as tx:
        [(known,)] = tx.fetch(
            "select count(*) from pg_stats where tablename = 'subjects' and attname = 'grams'"
        )
    assert known == 1


def test_ids_ascend_with_the_codes_and_the_first_name_mentioned_is_shown(database: Database, clock) -> None:
    table = candidates((code(3), "乙"), (code(1), "丙"), (code(3), "甲"), (code(2), "丁"), (code(3), "乙"))
    answer = entered(database, clock, table)
    assert list(answer) == sorted(answer) == [code(1), code(2), code(3)]
    assert list(answer.values()) == sorted(answer.values())
    with database.transaction() as tx:
        assert by_code(tx, code(3)).name == "乙"
        assert [(r.name, r.other_name) for r in open_reviews(tx)[0]] == [("甲", "乙")]
