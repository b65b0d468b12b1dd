"""A list goes down the tree and its answers come up: read, split, answered, checked by every office."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from tests.unit.outward.suspicions import lists as given
from tests.unit.outward.suspicions.instance import PDF, Place, back

from xinheng.office.cases import service as cases
from xinheng.outward.documents.attachments import Attachments
from xinheng.outward.documents.errors import AttachmentRefused
from xinheng.outward.suspicions import answering, lists, service, splitting, store
from xinheng.outward.suspicions.errors import (
    AnswerRefused,
    ListAbsent,
    ListRefused,
    ListTwice,
    NotHeld,
    SuspicionAbsent,
    TurnRefused,
)
from xinheng.outward.suspicions.model import Filter, Outcome, Said, State

# -- reading -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "gbk", "xlsx"])
def test_a_list_is_read_in_its_own_form_and_persons_stay_out(place: Place, kind: str) -> None:
    content = {
        "csv": lambda: given.as_csv(given.rows()),
        "gbk": lambda: given.as_csv(given.rows(), "gb18030"),
        "xlsx": lambda: given.as_xlsx(given.rows()),
    }[kind]()
    sheet = place.read(content, "清单.xlsx" if kind == "xlsx" else "清单.csv")
    assert [c.header for c in sheet.columns] == list(given.HEADER)
    assert [tuple(filter(None, row)) for row in sheet.above] == [
        ("附件3",),
        ("示例省疑似瞒报行政处罚信息核查表",),
    ]
    targets = {c.header: c.target for c in sheet.columns}
    assert (targets["决定书文号"], targets["处罚机关"], targets["法定代表人"]) == (
        "number",
        "authority",
        "dropped",
    )
    assert (targets["反馈情况"], targets["省级备注"]) == ("result", "kept")
    assert sheet.persons == 1
    person = sheet.rows[5]
    assert (person.cells, person.number, person.party) == (None, "示市监罚字〔2026〕6号", None)
    assert "赵某" not in str(sheet)
    assert "王某某" not in str(sheet)
    assert (sheet.rows[0].line, sheet.rows[0].decided_on) == (4, date(2026, 10, 9))


def test_the_office_says_otherwise_and_identity_numbers_are_masked(place: Place) -> None:
    rows = [given.row(1, given.MARKET, 省级备注="经办人 11010519491231002X")]
    sheet = place.read(given.as_csv(rows), 决定书文号="kept", 省级备注="number")
    assert {c.header: c.target for c in sheet.columns}["省级备注"] == "number"
    assert sheet.masked == 1
    assert "11010519491231002X" not in str(sheet)


def test_headers_come_back_as_the_sender_wrote_them(place: Place) -> None:
    content = "决定书文号,处罚机关,备注,,备注\r\n示〔2026〕1号,某局,甲,乙,丙\r\n".encode()
    of = place.keep(place.read(content))
    assert back(place, of) == [
        ["决定书文号", "处罚机关", "备注", "", "备注", "反馈情况", "说明", "附件名"],
        ["示〔2026〕1号", "某局", "", "", "", "", "", ""],
    ]


def test_a_sheet_without_any_decision_is_refused(place: Place) -> None:
    with pytest.raises(ListRefused):
        place.read("处罚机关,处罚决定日期\n甲局,2026-01-01\n".encode())


def test_the_same_file_is_taken_once(place: Place) -> None:
    there = place.keep()
    assert (there.lines, there.persons) == (7, 1)
    with pytest.raises(ListTwice) as refused:
        place.keep()
    assert refused.value.where == str(there.list_id)


def test_a_term_before_the_day_of_receipt_is_refused(place: Place) -> None:
    with pytest.raises(ListRefused):
        place.keep(due_on=date(2026, 11, 1))


# -- down --------------------------------------------------------------------------------------------


def test_splitting_gives_each_line_to_its_body_through_the_tree(place: Place) -> None:
    of = place.keep()
    done = place.split(of, days=3)
    assert (done.total, done.unknown, done.ambiguous) == (5, 1, 0)
    assert done.passed == {place["SJJ"]: 2, place["HBJ"]: 1, place["COUNTY"]: 2}
    assert (place.lines("SJJ"), place.lines("COUNTY"), place.lines("CITY")) == ([4, 5], [7, 8], [10])
    one = store.listed(place.tx, Filter(hand=place["SJJ"]), 1)[0]
    assert one.due_on == date(2026, 12, 1)
    assert (cases.by_id(place.tx, one.suspicion).owner, cases.by_id(place.tx, one.suspicion).due_on) == (
        place["SJJ"],
        date(2026, 12, 1),
    )
    assert place.split(of).total == 0
    assert place.split(of, "COUNTY").passed == {place["JX"]: 2}
    (first, *_) = store.listed(place.tx, Filter(hand=place["JX"]), 10)
    assert first.chain == (place["CITY"], place["COUNTY"], place["JX"])


def test_deep_splitting_reaches_the_agency_at_once_and_the_county_still_checks(place: Place) -> None:
    place.split(place.keep(), deep=True)
    assert place.lines("JX") == [7, 8]
    place.answer("JX")
    assert place.lines("COUNTY") == [7, 8]


def test_not_ours_goes_back_with_its_reason_and_is_not_split_again(place: Place) -> None:
    of = place.keep()
    place.split(of)
    with pytest.raises(AnswerRefused):
        splitting.send_back(place.tx, place.of("HBJ"), "", place.actor("HBJ"), place.clock)
    assert splitting.send_back(place.tx, place.of("HBJ"), "不是我们的", place.actor("HBJ"), place.clock) == 1
    assert place.lines("CITY") == [6, 10]
    assert place.split(of).total == 0
    moved = splitting.pass_on(
        place.tx, place.of("CITY"), place.bodies["SJJ"], place.actor("CITY"), place.clock, 2
    )
    assert (moved, place.lines("SJJ")) == (2, [4, 5, 6, 10])


def test_nobody_passes_on_what_is_not_in_its_hand_or_to_a_body_elsewhere(place: Place) -> None:
    of = place.keep()
    place.split(of)
    with pytest.raises(SuspicionAbsent):
        place.answer("HBJ", ids=place.of("SJJ"))
    with pytest.raises(AnswerRefused):
        splitting.pass_on(
            place.tx, place.of("COUNTY"), place.bodies["SJJ"], place.actor("COUNTY"), place.clock
        )
    with pytest.raises(TurnRefused):
        splitting.pass_on(place.tx, place.of("SJJ"), place.bodies["HBJ"], place.actor("CITY"), place.clock)
    with pytest.raises(ListAbsent):
        lists.by_id(place.tx, of.list_id, place["JX"])
    assert lists.by_id(place.tx, of.list_id, place["SJJ"]) == of


# -- up ----------------------------------------------------------------------------------------------


def test_an_answer_is_checked_by_every_office_on_the_way(place: Place) -> None:
    of = place.keep()
    place.split(of, deep=True)
    assert place.answer("JX") == 2
    with pytest.raises(TurnRefused):
        place.answer("JX", ids=place.of("COUNTY"))
    answering.give_back(place.tx, place.of("COUNTY")[:1], "请附决定书", place.actor("COUNTY"), place.clock)
    (again,) = place.of("JX", State.GIVEN)
    assert store.by_id(place.tx, again).said == "请附决定书"  # type: ignore[union-attr]
    place.answer("JX", Said(Outcome.NOT_DUE, "不予处罚决定，不属报送范围"))
    assert place.accept("COUNTY") == 2
    assert place.accept("CITY") == 2
    ended = store.listed(place.tx, Filter(state=State.SETTLED), 10)
    assert {s.outcome for s in ended} == {Outcome.VOIDED, Outcome.NOT_DUE}
    assert cases.by_id(place.tx, ended[0].suspicion).closed is not None


def test_what_the_city_returns_goes_through_the_county_again(place: Place) -> None:
    place.keep()
    every = place.of("CITY")
    splitting.pass_on(place.tx, every, place.bodies["JX"], place.actor("CITY"), place.clock)
    one = store.listed(place.tx, Filter(hand=place["JX"]), 1)[0]
    assert one.chain == (place["CITY"], place["COUNTY"], place["JX"])
    place.answer("JX")
    place.accept("COUNTY")
    answering.give_back(place.tx, every, "说明不够", place.actor("CITY"), place.clock)
    again = store.by_id(place.tx, one.suspicion)
    assert again is not None
    assert (again.hand, again.state, again.said) == (place["COUNTY"], State.ANSWERED, "说明不够")
    answering.give_back(place.tx, every, "补充决定书", place.actor("COUNTY"), place.clock)
    assert place.answer("JX", Said(Outcome.NOT_OURS, "不是本单位作出")) == len(every)
    assert place.accept("COUNTY") == place.accept("CITY") == len(every)
    assert len(service.answers(place.tx, one.suspicion)) == 2


def test_reported_meanwhile_needs_the_record(place: Place) -> None:
    place.split(place.keep())
    with pytest.raises(NotHeld) as refused:
        place.answer("SJJ", Said(Outcome.CONCEALED, "已经补报"))
    assert "第 4 行示市监罚字〔2026〕1号" in refused.value.found
    assert place.lines("SJJ") == [4, 5]


def test_of_two_at_one_line_the_second_is_told(place: Place) -> None:
    place.split(place.keep())
    one = store.listed(place.tx, Filter(hand=place["HBJ"]), 1)[0]
    place.answer("HBJ", ids=[one.suspicion], version=one.version)
    with pytest.raises(TurnRefused):
        place.answer("HBJ", ids=[one.suspicion], version=one.version)


def test_scans_are_what_their_bytes_say(place: Place) -> None:
    place.split(place.keep())
    shelf = Attachments(place.folder / "scans")
    with pytest.raises(AttachmentRefused):
        answering.judged(b"<html><script>alert(1)</script>", "决定书.pdf")
    answering.judged(PDF, "决定书.pdf")
    scan = shelf.put(PDF, "决定书.pdf")
    place.answer("SJJ", scan=scan)
    first, second = (answering.attachments(place.tx, s)[0] for s in place.of("CITY", State.ANSWERED))
    assert first.sha256 == second.sha256 == scan.digest
    assert not answering.remove(place.tx, first, "含自然人信息", place.actor("CITY"), place.clock)
    assert answering.remove(place.tx, second, "含自然人信息", place.actor("CITY"), place.clock)
    assert answering.attachments(place.tx, first.suspicion)[0].removed_why == "含自然人信息"


def test_what_the_law_erases_goes_from_the_suspicion_that_it_proved(place: Place) -> None:
    of = place.keep()
    place.split(of)
    shelf = Attachments(place.folder / "scans")
    place.answer("HBJ", scan=shelf.put(PDF, "决定书.pdf"))
    (one,) = place.of("CITY", State.ANSWERED)
    record = UUID(int=77)
    store.prove(place.tx, {one: record})
    place.accept("CITY")
    (digest,) = answering.forget(place.tx, record, place.clock)
    assert shelf.read(digest) == PDF
    ended = store.by_id(place.tx, one)
    assert ended is not None
    assert (ended.number, ended.party, ended.note, ended.outcome) == (None, None, "", Outcome.VOIDED)
    assert cases.by_id(place.tx, one).title == "内容已依法删除"
    assert back(place, of)[5] == ["", "", "", "", "", "", "", "", "否", "作废", "", "", ""]
    assert answering.forget(place.tx, UUID(int=78), place.clock) == []
