"""Until when a decision had to be reported; and years that the calendar does not know (decision 19)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.conftest import SteppingClock
from tests.sending import House, row

from xinheng.evidence.intake.due import due_dates
from xinheng.law.packs import Pack


@pytest.mark.parametrize(
    ("decided", "due"),
    [
        (date(2026, 11, 12), date(2026, 11, 23)),  # a Thursday: seven working days, two weekends between
        (date(2026, 9, 25), date(2026, 10, 12)),  # over the holidays of National Day
        (date(2018, 7, 24), None),  # before the rule
        (date(2026, 12, 31), None),  # the term reaches into a year nobody has announced
        (date(2031, 1, 6), None),
    ],
)
def test_the_last_day_on_time_is_counted_in_working_days(
    national: Pack, decided: date, due: date | None
) -> None:
    assert due_dates(national.item("penalty"), national.calendar, [decided]) == {decided: due}


def test_the_last_day_is_on_time_and_the_next_is_late(house: House, clock: SteppingClock) -> None:
    clock.set(datetime(2026, 11, 23, 15, 59, tzinfo=UTC))
    assert house.send(row(1)).counts.late == 0
    clock.set(datetime(2026, 11, 23, 16, 0, tzinfo=UTC))  # midnight in Shanghai
    receipt = house.send(row(2))
    assert (receipt.counts.late, receipt.counts.undated) == (1, 0)


def test_an_unknown_year_is_neither_late_nor_on_time(house: House, clock: SteppingClock) -> None:
    clock.set(datetime(2027, 2, 1, 2, tzinfo=UTC))
    receipt = house.send(
        row(1, CF_JDRQ="2026-12-30"), row(2, CF_JDRQ="2027-01-20"), row(3, CF_JDRQ="2026-11-12")
    )
    assert receipt.counts.accepted == 3
    assert (receipt.counts.late, receipt.counts.undated) == (1, 2)
    with house.database.transaction() as tx:
        assert tx.fetch("select count(*) from records where due_on is null") == [(2,)]


def test_a_later_entry_is_never_late(house: House) -> None:
    receipt = house.send(row(1, CF_JDRQ="2019-03-01"), profile="collected")
    assert (receipt.counts.accepted, receipt.counts.late, receipt.counts.undated) == (1, 0, 0)
    with house.database.transaction() as tx:
        assert tx.fetch("select shown_mark, reported_mark from records") == [(True, False)]


def test_a_summary_penalty_is_kept_and_neither_shown_nor_reported(house: House) -> None:
    assert house.send(row(1, X_PROCEDURE="简易程序")).counts.accepted == 1
    with house.database.transaction() as tx:
        assert tx.fetch("select shown_mark, reported_mark from records") == [(False, False)]
