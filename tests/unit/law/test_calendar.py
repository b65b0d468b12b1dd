"""Working days and months, against the vectors of the law notes and the oracle of real arrangements."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.law.calendar import Calendar, add_months
from xinheng.law.errors import UnknownYearError
from xinheng.law.packs import load, shipped

ORACLE = Path(__file__).resolve().parents[4] / "shared" / "data" / "calendar" / "cn-workdays-2004-2026.csv"


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return load("national", [shipped()]).calendar


def test_every_day_of_2017_to_2026_equals_the_oracle(calendar: Calendar) -> None:
    if not ORACLE.exists():
        pytest.skip("the oracle of real working days (shared/data/calendar) is not here")
    with ORACLE.open(encoding="utf-8-sig") as file:
        days = [(date.fromisoformat(r["date"]), r["is_workday"] == "1") for r in csv.DictReader(file)]
    wanted = [(day, works) for day, works in days if day.year >= 2017]
    assert len(wanted) == 3652
    assert [day for day, works in wanted if calendar.is_workday(day) is not works] == []


@pytest.mark.parametrize(
    ("decided", "n", "due"),
    [
        ("2026-02-11", 7, "2026-02-27"),
        ("2026-04-30", 7, "2026-05-13"),
        ("2026-09-18", 7, "2026-09-29"),
        ("2026-09-30", 7, "2026-10-15"),
        ("2026-11-20", 7, "2026-12-01"),
        ("2026-11-20", 10, "2026-12-04"),
        ("2026-09-30", 20, "2026-11-03"),
        ("2025-09-26", 7, "2025-10-13"),
    ],
)
def test_working_days_are_counted_from_the_day_after(
    calendar: Calendar, decided: str, n: int, due: str
) -> None:
    assert calendar.add_working_days(date.fromisoformat(decided), n) == date.fromisoformat(due)


def test_a_count_that_needs_2027_is_refused(calendar: Calendar) -> None:
    with pytest.raises(UnknownYearError) as refused:
        calendar.add_working_days(date(2026, 12, 18), 10)
    assert "2027" in refused.value.found
    assert calendar.add_working_days(date(2026, 12, 18), 9) == date(2026, 12, 31)


def test_on_2027_02_01_nothing_is_late_and_nothing_is_on_time(calendar: Calendar) -> None:
    """Decision 19: the year's notice is out, the pack does not know it yet: 无法计算."""
    today = date(2027, 2, 1)
    with pytest.raises(UnknownYearError):
        calendar.is_workday(today)
    with pytest.raises(UnknownYearError):
        calendar.add_working_days(today, 7)
    assert today not in dict(calendar.due_table(7))
    # a decision of December whose term ends in 2027 is 无法计算 as well; one whose term ended is not
    assert date(2026, 12, 23) not in dict(calendar.due_table(7))
    assert dict(calendar.due_table(7))[date(2026, 12, 22)] == date(2026, 12, 31)


def test_a_count_from_a_day_before_the_first_known_year_needs_no_look_at_that_day(calendar: Calendar) -> None:
    assert calendar.add_working_days(date(2016, 12, 31), 1) == date(2017, 1, 3)
    with pytest.raises(UnknownYearError):
        calendar.add_working_days(date(2016, 12, 30), 1)


@pytest.mark.parametrize("n", [1, 7, 20])
def test_the_due_table_says_what_counting_says(calendar: Calendar, n: int) -> None:
    table = dict(calendar.due_table(n))
    day = date(2017, 1, 1)
    while day.year < 2027:
        try:
            counted = calendar.add_working_days(day, n)
        except UnknownYearError:
            counted = None
        assert table.get(day) == counted, day
        day += timedelta(days=1)


def test_the_due_table_does_not_bridge_an_unknown_year(calendar: Calendar) -> None:
    gap = Calendar({year: calendar.years[year] for year in (2019, 2021)})
    assert date(2019, 12, 31) not in dict(gap.due_table(7))
    assert dict(gap.due_table(7))[date(2021, 1, 4)] == date(2021, 1, 13)


def test_a_count_of_less_than_one_day_is_a_mistake(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        calendar.add_working_days(date(2026, 1, 5), 0)


@pytest.mark.parametrize(
    ("day", "n", "end"),
    [
        ("2026-04-01", 3, "2026-07-01"),
        ("2021-08-31", 3, "2021-11-30"),
        ("2023-11-30", 3, "2024-02-29"),
        ("2021-08-31", 6, "2022-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 36, "2027-02-28"),
        ("2026-12-31", 12, "2027-12-31"),
    ],
)
def test_months_end_on_the_same_day_number_or_the_last_day(day: str, n: int, end: str) -> None:
    assert add_months(date.fromisoformat(day), n) == date.fromisoformat(end)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
def test_months_never_pass_into_the_month_after(day: date, n: int) -> None:
    end = add_months(day, n)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == n
    assert end.day <= day.day
