"""Decisions changed and revoked: reported, withdrawn or corrected, timed by working days."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from tests.sending import House, row

from xinheng.evidence.intake import revoking
from xinheng.evidence.intake.model_revoking import Report, Revocation, What
from xinheng.evidence.intake.revoking import ReportRefusedError
from xinheng.evidence.intake.withdrawal import NotTheirsError
from xinheng.evidence.ledger.errors import WrongState
from xinheng.office.access import service as access
from xinheng.office.cases import service as cases
from xinheng.office.cases.errors import NoteRefused
from xinheng.office.cases.model import Actor, Case, State

CLERK = Actor(None, None, "王经办")
DECIDED, TODAY = date(2026, 11, 12), date(2026, 11, 20)


def report(house: House, record: UUID, agency: str = "A", **more: object) -> Case:
    given = {"what": What.REVOKED, "happened_on": date(2026, 11, 16), "reason": "复议决定撤销", **more}
    with house.database.transaction() as tx:
        said = Report(record, **given)  # type: ignore[arg-type]
        return revoking.report(tx, house.pack, said, access.by_code(tx, agency), CLERK, house.clock)


def withdraw(house: House, record: UUID, on: date = date(2026, 11, 16), agency: str = "A") -> Revocation:
    with house.database.transaction() as tx:
        said = Report(record, What.REVOKED, on, "复议决定撤销")
        acting = access.by_code(tx, agency)
        return revoking.withdraw(tx, house.pack, said, acting, CLERK, house.clock, house.projectors)[0]


def now(house: House, case: UUID) -> Case:
    with house.database.transaction() as tx:
        return cases.by_id(tx, case)


def kept(house: House, record: UUID) -> Revocation:
    with house.database.transaction() as tx:
        return revoking.of_record(tx, record)[0]


def test_a_report_opens_a_case_that_is_due_three_working_days_after_it_happened(house: House) -> None:
    record = house.record(house.send(row(1)))
    case = report(house, record)
    # Monday 16 November: 17, 18, 19
    assert case.due_on == date(2026, 11, 19)
    assert case.basis is not None
    assert "第四十八条" in case.basis
    assert "待核实" not in case.basis
    assert case.title == "决定撤销（含确认违法、无效）：清市监处罚〔2026〕1号"
    assert report(house, record) == case, "reported twice is one case"
    found = kept(house, record)
    assert (found.reported_on, found.done_on, found.how) == (TODAY, None, None)
    assert found.late(TODAY, house.pack.calendar) == 1


@pytest.mark.parametrize(
    ("happened", "due", "late"),
    [
        (date(2026, 11, 19), date(2026, 11, 24), 0),
        (date(2026, 11, 17), date(2026, 11, 20), 0),
        (date(2026, 11, 13), date(2026, 11, 18), 2),  # over a weekend
    ],
)
def test_a_withdrawal_is_timed(house: House, happened: date, due: date, late: int) -> None:
    record = house.record(house.send(row(1)))
    done = withdraw(house, record, happened)
    assert (done.due_on, done.done_on, done.how) == (due, TODAY, "withdrawn")
    assert done.late(date(2026, 12, 31), house.pack.calendar) == late
    assert now(house, done.case).state is State.CLOSED
    with pytest.raises(WrongState):
        withdraw(house, record)


def test_a_report_made_before_is_closed_by_the_withdrawal(house: House) -> None:
    record = house.record(house.send(row(1)))
    case = report(house, record)
    house.clock.step(days=3)  # type: ignore[attr-defined]
    done = withdraw(house, record)
    assert (done.case, done.reported_on, done.done_on) == (case.case, TODAY, date(2026, 11, 23))


def test_a_changed_decision_is_done_when_its_correction_is_in_and_a_revoked_one_is_not(house: House) -> None:
    receipt = house.send(row(1), row(2))
    changed, revoked = house.record(receipt, 2), house.record(receipt, 3)
    report(house, changed, what=What.CHANGED)
    report(house, revoked)
    house.send(row(1, CF_NR="罚款三万元"), row(2, CF_NR="罚款三万元"))
    assert (kept(house, changed).how, kept(house, changed).done_on) == ("corrected", TODAY)
    assert now(house, kept(house, changed).case).outcome == "corrected"
    assert kept(house, revoked).done_on is None


def test_only_who_decided_or_sent_it_may_report_and_only_what_can_be(house: House) -> None:
    record = house.record(house.send(row(1)))
    with pytest.raises(NotTheirsError):
        report(house, record, "B")
    for day in (date(2026, 11, 21), date(2026, 11, 11)):
        with pytest.raises(ReportRefusedError):
            report(house, record, happened_on=day)
    for reason in ("", "当事人11010519491231002X"):
        with pytest.raises(NoteRefused):
            report(house, record, reason=reason)
    assert house.count("cases") == house.count("revocations") == 0
    assert report(house, record, happened_on=DECIDED).due_on == date(2026, 11, 17)


def test_an_item_without_a_verified_term_is_marked_and_has_no_due_date(house: House) -> None:
    due, basis = revoking.term(house.pack, "permit", date(2026, 11, 16))
    assert due is None
    assert "待核实" in basis


def test_before_the_law_and_beyond_the_calendar_there_is_no_due_date(house: House) -> None:
    assert revoking.term(house.pack, "penalty", date(2021, 7, 14)) == (None, revoking.UNVERIFIED)
    due, basis = revoking.term(house.pack, "penalty", date(2031, 2, 3))
    assert due is None
    assert "无法计算" in basis


def test_an_erased_record_leaves_no_number_and_no_reason_behind(house: House) -> None:
    record = house.record(house.send(row(1)))
    case = report(house, record).case
    withdraw(house, record)
    with house.database.transaction() as tx:
        revoking.forget(tx, record)
        assert revoking.of_record(tx, record)[0].document is None
        there = cases.by_id(tx, case)
        left = f"{there} {cases.history(tx, case)}"
    assert (there.title, there.detail) == ("内容已依法删除", {})
    assert "〔2026〕1号" not in left
    assert "复议" not in left


def test_the_list_has_what_is_not_done_first_and_each_its_own(house: House) -> None:
    receipt = house.send(row(1), row(2))
    first, second = house.record(receipt, 2), house.record(receipt, 3)
    withdraw(house, first)
    report(house, second)
    with house.database.transaction() as tx:
        own = access.by_code(tx, "A").agency
        assert [r.record for r in revoking.listed(tx, [own], 10)] == [second, first]
        assert [r.record for r in revoking.listed(tx, None, 1, 1)] == [first]
        assert revoking.listed(tx, [], 10) == []
