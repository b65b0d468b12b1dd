"""States of months, and what finding nothing is worth."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.evidence.completeness.model import (
    WHOLE,
    Feed,
    MonthState,
    State,
    judge,
    last_of,
    months,
    next_month,
    none_found,
)

DAY, DUE = date(2026, 11, 20), date(2026, 11, 10)


@pytest.mark.parametrize(
    ("declared", "held", "due", "state"),
    [
        (None, 0, date(2026, 11, 20), State.OPEN),
        (None, 0, date(2026, 11, 19), State.UNDECLARED),
        (None, 7, date(2026, 11, 19), State.UNDECLARED),
        (None, 0, None, State.OPEN),
        (0, 0, DUE, State.NIL),
        (3, 3, DUE, State.COMPLETE),
        (4, 3, DUE, State.PARTIAL),
        (2, 3, DUE, State.CONTRADICTED),
        (0, 1, DUE, State.CONTRADICTED),
        (3, 3, None, State.COMPLETE),
    ],
)
def test_a_month_is_judged(declared: int | None, held: int, due: date | None, state: State) -> None:
    assert judge(declared, held, due, DAY) is state


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 40))
def test_months_follow_each_other_without_a_gap(start: date, count: int) -> None:
    end = start
    for _ in range(count):
        end = next_month(end)
    found = months(start, end)
    assert len(found) == count + 1
    assert all(next_month(a) == b for a, b in pairwise(found))
    assert all(last_of(m).month == m.month and next_month(m).day == 1 for m in found)


def feed(n: int) -> Feed:
    return Feed(UUID(int=n), UUID(int=100 + n), "penalty", date(2026, 1, 1), None)


def run(*states: State) -> tuple[MonthState, ...]:
    """States of the months from January 2026 on."""
    firsts = months(date(2026, 1, 1), date(2026, 12, 1))
    return tuple(MonthState(m, s, 1, 1, None) for m, s in zip(firsts, states, strict=False))


C, N, P, U, WAITS = State.COMPLETE, State.NIL, State.PARTIAL, State.UNDECLARED, State.OPEN


def test_without_a_feed_nothing_may_be_concluded() -> None:
    found = none_found([], {})
    assert (found.feeds, found.may_be_said) == (0, False)


def test_one_feed_that_is_not_whole_forbids_the_word() -> None:
    a, b = feed(1), feed(2)
    found = none_found([a, b], {a.feed: run(C, N, C), b.feed: run(C, C, P)})
    assert not found.may_be_said
    assert found.broken == (b.feed,)


def test_the_run_ends_at_the_last_month_that_was_due_and_begins_after_the_last_gap() -> None:
    a, b = feed(1), feed(2)
    found = none_found([a, b], {a.feed: run(C, U, N, C, WAITS), b.feed: run(C, C, C, N, C)})
    assert (found.since, found.until) == (date(2026, 3, 1), date(2026, 4, 30))
    assert found.broken == ()


def test_a_feed_that_has_not_begun_does_not_break_earlier_months() -> None:
    a, b = feed(1), feed(2)
    found = none_found([a, b], {a.feed: run(C, C, C), b.feed: run(C, C, C)[2:]})
    assert found.since == date(2026, 1, 1)


@given(st.lists(st.lists(st.sampled_from(list(State)), min_size=6, max_size=6), min_size=1, max_size=4))
def test_the_word_is_said_only_of_months_in_which_every_feed_is_whole(rows: list[list[State]]) -> None:
    feeds = [feed(n) for n in range(len(rows))]
    states = {f.feed: run(*row) for f, row in zip(feeds, rows, strict=True)}
    found = none_found(feeds, states)
    if found.since is None:
        return
    assert found.until is not None
    said = months(found.since, found.until)
    assert all(each.state in WHOLE for run_ in states.values() for each in run_ if each.month in said)
