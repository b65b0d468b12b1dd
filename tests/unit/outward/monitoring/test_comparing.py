"""A list held against the records: what is held, near, missing; nothing about persons is kept."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from tests.sending import House, code, row

from xinheng.evidence.intake.listing import Listed
from xinheng.office.access import service as access
from xinheng.office.cases.model import Actor
from xinheng.outward.monitoring import gaps, lists, store_lists
from xinheng.outward.monitoring.comparing import Compared, HeldOne, Known, Outcome, compared, ident
from xinheng.outward.monitoring.errors import ListAbsent, ListRefused, RaiseRefused
from xinheng.outward.monitoring.lists import Given
from xinheng.outward.monitoring.store_lists import WatchList
from xinheng.outward.suspicions import service as suspicions
from xinheng.outward.suspicions.model import Filter, Source

DAY = date(2026, 9, 1)
OFFICE = Actor(None, None, "信用办")


def held(number: str, name: str, code_: str = "") -> HeldOne:
    return HeldOne(UUID(int=hash(number) % 2**64), number, DAY, name, {code_}, {name})


def judge(*lines: Listed, used: dict[str, str] | None = None) -> list[Compared]:
    there = [held("甲罚〔2026〕1号", "一公司", "C1"), held("甲罚〔2026〕2号", "二公司", "C2")]
    by_number = {ident(one.document): [one] for one in there}
    known = Known(by_number, {DAY: there}, used or {}, lambda day: day, date(2026, 11, 20))
    return list(compared(lines, [line.party for line in lines], known))


def line(
    n: int, number: str | None, party: str | None = None, code_: str | None = None, day: date | None = DAY
) -> Listed:
    return Listed(n, number, party, code_, day, person=False)


def outcomes(found: Sequence[Compared]) -> list[Outcome]:
    return [each.outcome for each in found]


def test_numbers_agree_however_they_are_written() -> None:
    for text in ("甲罚（2026）第01号", "甲罚[2026] 1 号", "甲罚字〔2026〕1号"):
        assert outcomes(judge(line(2, text, "一公司"))) == [Outcome.HELD]
    assert ident("甲罚〔2026〕1号之一") != ident("甲罚〔2026〕1号")


def test_the_party_agrees_by_code_or_by_name() -> None:
    assert outcomes(judge(line(2, "甲罚〔2026〕1号", "另写的名", "C1"))) == [Outcome.HELD]
    assert outcomes(judge(line(2, "甲罚〔2026〕1号", "一公司", "C9"))) == [Outcome.HELD]
    assert outcomes(judge(line(2, "甲罚〔2026〕1号"))) == [Outcome.HELD]


def test_what_comes_near_is_not_held() -> None:
    (other,) = judge(line(2, "甲罚〔2026〕1号", "三公司", "C3"))
    assert (other.outcome, other.near) == (Outcome.OTHER_PARTY, "平台上这个文号的当事人是一公司")
    (number,) = judge(line(2, "甲罚〔2026〕7号", "一公司"))
    assert (number.outcome, number.near) == (Outcome.OTHER_NUMBER, "同日已有 甲罚〔2026〕1号")


def test_a_further_party_of_a_held_number_is_missing() -> None:
    found = judge(line(2, "甲罚〔2026〕1号", "一公司"), line(3, "甲罚〔2026〕1号", "三公司"))
    assert outcomes(found) == [Outcome.HELD, Outcome.MISSING]


def test_what_the_agency_accounted_for_is_not_missing() -> None:
    used = {ident(f"甲罚〔2026〕{n}号"): why for n, why in ((5, "voided"), (6, "returned"), (7, "person"))}
    found = judge(*(line(n, f"甲罚〔2026〕{n}号", "三公司") for n in (5, 6, 7, 8)), used=used)
    assert outcomes(found) == [Outcome.REGISTERED, Outcome.RETURNED, Outcome.REGISTERED, Outcome.MISSING]


def test_what_may_still_come_in_time_is_not_missing() -> None:
    late = date(2026, 11, 20)
    assert outcomes(judge(line(2, "甲罚〔2026〕8号", "三公司", day=late))) == [Outcome.NOT_DUE]
    assert outcomes(judge(line(2, "甲罚〔2026〕8号", "三公司", day=None))) == [Outcome.MISSING]


def test_lines_that_say_too_little_or_the_same_twice() -> None:
    found = judge(
        line(2, None), line(3, "甲罚〔2026〕8号"), line(4, "甲罚〔2026〕8号"), line(5, None, "一公司")
    )
    assert outcomes(found) == [Outcome.UNREADABLE, Outcome.MISSING, Outcome.TWICE, Outcome.OTHER_NUMBER]
    assert found[2].near == "与第 3 行相同"


def test_of_a_person_the_number_alone_is_given_on() -> None:
    (found,) = judge(Listed(2, "甲罚〔2026〕9号", None, None, None, person=True))
    assert found == Compared(2, Outcome.PERSON, "甲罚〔2026〕9号", near="号码未登记，登记后不会被认作缺号")


# -- with a home -------------------------------------------------------------------------------------


def given(house: House, name: str = "清单.csv", *, self_check: bool = False, item: str = "penalty") -> Given:
    with house.database.transaction() as tx:
        agency = access.by_code(tx, "A")
    return Given(agency, item, "audit", name, OFFICE, self_check)


def compare(house: House, head: Sequence[str], *rows: Sequence[str], self_check: bool = False) -> WatchList:
    path = house.folder / "list.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as text:
        csv.writer(text).writerows([head, *rows])
    said = given(house, self_check=self_check)
    found = lists.read(house, path, said)
    with house.database.transaction() as tx:
        return lists.compare(tx, house, said, found)


def lines(house: House, one: WatchList) -> list[Compared]:
    with house.database.transaction() as tx:
        return store_lists.lines(tx, one.list_id, None, 1_000)


HEAD = ("序号", "文号", "当事人", "信用代码", "决定日期")


@pytest.fixture
def filled(house: House) -> House:
    house.send(*(row(n, CF_JDRQ="2026-09-01") for n in (1, 2, 3, 4, 6)))
    return house


def test_a_list_is_compared_and_raised_once(filled: House) -> None:
    one = compare(
        filled,
        HEAD,
        ("1", "清市监处罚(2026)第1号", "清河第1号商贸有限公司", "", "2026/9/1"),
        ("2", "清市监处罚〔2026〕2号", "", code(2), "2026-09-01"),
        ("3", "清市监处罚〔2026〕5号", "清河第5号商贸有限公司", code(5), "2026年9月1日"),
        ("4", "清市监处罚〔2026〕8号", "张三", "", "2026-09-01"),
    )
    assert one.counts == {Outcome.HELD: 2, Outcome.MISSING: 1, Outcome.PERSON: 1, Outcome.EXTRA: 3}
    found = lines(filled, one)
    assert [(each.line, each.outcome) for each in found[:4]] == [
        (2, Outcome.HELD),
        (3, Outcome.HELD),
        (4, Outcome.MISSING),
        (5, Outcome.PERSON),
    ]
    assert found[3] == Compared(
        5, Outcome.PERSON, "清市监处罚〔2026〕8号", near="号码未登记，登记后不会被认作缺号"
    )
    assert [each.line for each in found[4:]] == [-1, -2, -3]
    with filled.database.transaction() as tx:
        assert lists.raise_from(tx, filled.pack, one.list_id, OFFICE, filled.clock) == 1
        (raised,) = suspicions.listed(tx, Filter(source=Source.COMPARED), 10)
    assert (raised.number, raised.party) == ("清市监处罚〔2026〕5号", "清河第5号商贸有限公司")
    assert raised.evidence["行"] == "第 4 行"
    assert raised.evidence["文件摘要"] == f"SHA-256 {one.file_sha256}"
    with filled.database.transaction() as tx, pytest.raises(RaiseRefused):
        lists.raise_from(tx, filled.pack, one.list_id, OFFICE, filled.clock)


def test_the_same_list_twice_and_a_gap_beside_it_raise_a_number_once(filled: House) -> None:
    rows = [("1", "清市监处罚〔2026〕5号", "清河第5号商贸有限公司", "", "2026-09-01")]
    first, again = compare(filled, HEAD, *rows), compare(filled, HEAD, *rows)
    with filled.database.transaction() as tx:
        assert gaps.look(tx, filled.pack, filled.clock)["gap_raised"] == 1
        assert lists.raise_from(tx, filled.pack, first.list_id, OFFICE, filled.clock) == 0
        assert lists.raise_from(tx, filled.pack, again.list_id, OFFICE, filled.clock) == 0


def test_a_self_check_is_the_agencys_own_and_raises_nothing(filled: House) -> None:
    one = compare(filled, HEAD, ("1", "清市监处罚〔2026〕5号", "某公司", "", ""), self_check=True)
    assert one.counts[Outcome.MISSING] == 1
    with filled.database.transaction() as tx:
        with pytest.raises(RaiseRefused):
            lists.raise_from(tx, filled.pack, one.list_id, OFFICE, filled.clock)
        assert lists.by_id(tx, one.list_id, [one.agency], one.agency) == one
        with pytest.raises(ListAbsent):
            lists.by_id(tx, one.list_id, None, None)
        assert store_lists.listed(tx, None, None, 10) == []
        assert store_lists.count(tx, None, one.agency) == 1


def test_what_is_no_list_is_refused(filled: House, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("决定日期,处罚类别\n2026-09-01,罚款\n", encoding="utf-8")
    with pytest.raises(ListRefused):
        lists.read(filled, path, given(filled))
    path.write_text("文号,当事人\n", encoding="utf-8")
    with pytest.raises(ListRefused):
        lists.read(filled, path, given(filled))


@pytest.mark.long
def test_a_hundred_thousand_lines(filled: House) -> None:
    many(filled, 100_000)


def test_ten_thousand_lines(filled: House) -> None:
    many(filled, 10_000)


def test_a_list_that_hardly_agrees_is_raised_only_when_somebody_is_sure(filled: House) -> None:
    one = many(filled, 40)
    with filled.database.transaction() as tx:
        with pytest.raises(RaiseRefused):
            lists.raise_from(tx, filled.pack, one.list_id, OFFICE, filled.clock)
        assert lists.raise_from(tx, filled.pack, one.list_id, OFFICE, filled.clock, sure=True) == 35


def many(house: House, count: int) -> WatchList:
    rows = (
        (str(n), f"清市监处罚〔2026〕{n}号", f"清河第{n}号商贸有限公司", "", "2026-09-01")
        for n in range(1, count + 1)
    )
    one = compare(house, HEAD, *rows)
    assert one.counts == {Outcome.HELD: 5, Outcome.MISSING: count - 5}
    return one
