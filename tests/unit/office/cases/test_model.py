"""States and colours, over everything that may be asked of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.law import packs
from xinheng.law.calendar import Calendar
from xinheng.law.errors import UnknownYearError
from xinheng.office.cases.model import (
    FOLLOWS,
    NAMES,
    Colour,
    State,
    colour,
    may_follow,
    may_precede,
    yellow_until,
)

CALENDAR: Calendar = packs.load("national", [packs.shipped()]).calendar
FRIDAY, SATURDAY, MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, n) for n in (20, 21, 23, 24, 25))
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 20))


def weekdays(day: date, n: int) -> date:
    """A calendar without holidays."""
    while n:
        day += timedelta(days=1)
        n -= day.weekday() < 5
    return day


def nothing_known(day: date, n: int) -> date:
    raise UnknownYearError(found="未载入", expected="已载入的年份", todo="更新规则包")


def test_every_state_has_a_name_and_a_row_in_the_table() -> None:
    assert set(FOLLOWS) == set(NAMES) == set(State)


def test_a_closed_case_stays_closed() -> None:
    assert [s for s in State if may_follow(State.CLOSED, s)] == []
    assert State.CLOSED not in may_precede(State.CLOSED)


@given(st.lists(st.sampled_from(State), max_size=12))
def test_any_open_case_can_be_closed_and_then_nothing_more(wanted: list[State]) -> None:
    state = State.OPEN
    for after in wanted:
        if may_follow(state, after):
            assert state is not State.CLOSED
            state = after
    assert state is State.CLOSED or may_follow(state, State.CLOSED)


@pytest.mark.parametrize("after", [State.SEEN])
def test_a_look_does_not_take_a_contested_case_out_of_the_hands_of_whoever_must_answer(after: State) -> None:
    assert not may_follow(State.CONTESTED, after)


@given(st.sampled_from(State), st.sampled_from(State))
def test_what_may_precede_is_the_other_side_of_what_may_follow(before: State, after: State) -> None:
    assert (before in may_precede(after)) is may_follow(before, after)


@pytest.mark.parametrize(
    ("due", "day", "expected"),
    [
        (None, FRIDAY, Colour.NONE),
        (FRIDAY, FRIDAY, Colour.YELLOW),  # today is the last day
        (SATURDAY, FRIDAY, Colour.YELLOW),
        (MONDAY, FRIDAY, Colour.YELLOW),  # one working day is left
        (TUESDAY, FRIDAY, Colour.NONE),  # two are
        (TUESDAY, SATURDAY, Colour.NONE),
        (TUESDAY, MONDAY, Colour.YELLOW),
        (FRIDAY, SATURDAY, Colour.RED),
        (MONDAY, WEDNESDAY, Colour.RED),
    ],
)
def test_the_colour_counts_working_days(due: date | None, day: date, expected: Colour) -> None:
    assert colour(due, day, CALENDAR.add_working_days) is expected
    assert colour(due, day, weekdays) is expected


def test_a_holiday_is_no_working_day() -> None:
    """1 to 7 October 2026 are off: on 30 September the 8th is one working day away, the 9th two."""
    last = date(2026, 9, 30)
    assert colour(date(2026, 10, 8), last, CALENDAR.add_working_days) is Colour.YELLOW
    assert colour(date(2026, 10, 9), last, CALENDAR.add_working_days) is Colour.NONE
    assert colour(date(2026, 10, 8), last, weekdays) is Colour.NONE


@given(DAYS, st.integers(-40, 40))
def test_the_colour_is_what_counting_the_working_days_left_gives(day: date, distance: int) -> None:
    due = day + timedelta(days=distance)
    if due.year != 2026:
        return
    left = sum(CALENDAR.is_workday(day + timedelta(days=n)) for n in range(1, distance + 1))
    expected = Colour.RED if distance < 0 else Colour.YELLOW if left <= 1 else Colour.NONE
    assert colour(due, day, CALENDAR.add_working_days) is expected
    assert (day <= due <= yellow_until(day, CALENDAR.add_working_days)) is (expected is Colour.YELLOW)


def test_a_year_that_the_calendar_does_not_know_alarms_only_where_it_is_sure() -> None:
    day = date(2027, 2, 1)
    assert colour(day, day, nothing_known) is Colour.YELLOW
    assert colour(day + timedelta(days=1), day, nothing_known) is Colour.YELLOW
    assert colour(day + timedelta(days=2), day, nothing_known) is Colour.NONE
    assert colour(day - timedelta(days=1), day, nothing_known) is Colour.RED
