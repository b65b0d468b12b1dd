"""The day of whoever has cases: turning pages, counts, a morning, giving out work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import SteppingClock

from xinheng.ground.store import Database
from xinheng.ground.store.transaction import Transaction
from xinheng.office.cases import days
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, After, Case, Filter, NewCase, State, Tally

AGENCY, OTHER, OFFICE, CLERK, COLLEAGUE = (UUID(int=n) for n in range(1, 6))
ACTOR = Actor(CLERK, AGENCY, "王经办")
DAY = date(2026, 11, 20)


@pytest.fixture
def tx(database: Database) -> Iterator[Transaction]:
    with database.transaction() as opened:
        yield opened


def opened(tx: Transaction, clock: SteppingClock, due: int | None = None, **more: object) -> Case:
    given: dict[str, object] = {
        "kind": "returned_row",
        "title": "退回",
        "owner": AGENCY,
        "ref": "receipt:x/1",
    }
    given["due_on"] = None if due is None else DAY + timedelta(days=due)
    clock.step(seconds=1)
    return cases.open_case(tx, NewCase(**{**given, **more}), clock)  # type: ignore[arg-type]


def all_of(tx: Transaction, wanted: Filter, size: int = 2) -> list[Case]:
    found: list[Case] = []
    after = None
    while part := cases.following(tx, wanted, after, size):
        found += part
        after = After(part[-1].due_on, part[-1].case)
    return found


def test_pages_hold_every_open_case_once_in_the_order_of_terms(tx: Transaction, clock: SteppingClock) -> None:
    for due in (3, None, -2, 0, None, 3, 1, -2):
        opened(tx, clock, due)
    closed = opened(tx, clock, 0)
    cases.close(tx, closed.case, ACTOR, "corrected", "", clock)
    found = all_of(tx, Filter(owner=AGENCY))
    dues = [case.due_on for case in found]
    assert dues == [DAY + timedelta(days=n) for n in (-2, -2, 0, 1, 3, 3)] + [None, None]
    assert len({case.case for case in found}) == 8
    assert found == cases.listed(tx, Filter(closed=False))


@pytest.mark.parametrize(
    ("wanted", "dues"),
    [
        (Filter(overdue_on=DAY), [-2]),
        (Filter(due_from=DAY, due_until=DAY), [0]),
        (Filter(due_from=DAY + timedelta(days=1), undated=True), [1, None]),
        (Filter(due_from=DAY + timedelta(days=1)), [1]),
        (Filter(handed=True), [1]),
        (Filter(handed=False), [-2, 0, None]),
        (Filter(loose=True), [-2, 0, 1]),
        (Filter(account=CLERK), [None]),
        (Filter(owners=[]), []),
    ],
)
def test_what_is_asked_for_is_found(
    tx: Transaction, clock: SteppingClock, wanted: Filter, dues: list[int | None]
) -> None:
    opened(tx, clock, -2)
    opened(tx, clock, 0, opener=AGENCY)
    opened(tx, clock, 1, opener=OFFICE)
    opened(tx, clock, None, account=CLERK)
    terms = [None if due is None else DAY + timedelta(days=due) for due in dues]
    assert [case.due_on for case in all_of(tx, wanted)] == terms
    assert cases.count(tx, replace(wanted, closed=False)) == len(dues)
    assert cases.count(tx, replace(wanted, closed=False), 2) == min(2, len(dues))


def test_closed_cases_turn_from_the_latest(tx: Transaction, clock: SteppingClock) -> None:
    ids = []
    for _ in range(5):
        ids.append(opened(tx, clock).case)
        cases.close(tx, ids[-1], ACTOR, "corrected", "", clock)
    first = cases.ended(tx, Filter(owner=AGENCY), None, 3)
    after = After(None, first[-1].case, first[-1].closed)
    rest = cases.ended(tx, Filter(owner=AGENCY), after, 3)
    assert [case.case for case in (*first, *rest)] == ids[::-1]


def test_a_day_is_counted(tx: Transaction, clock: SteppingClock) -> None:
    began = clock.now().at
    old = opened(tx, clock, 1, account=CLERK)
    clock.step(hours=1)
    since = clock.now().at
    opened(tx, clock, 1, opener=OFFICE)
    opened(tx, clock, 5)
    opened(tx, clock, 2, owner=OTHER)
    cases.step(tx, opened(tx, clock).case, "contest", ACTOR, "", clock, to=State.CONTESTED)
    cases.close(tx, opened(tx, clock).case, ACTOR, "corrected", "", clock)
    found = days.day(tx, [AGENCY], DAY, since, began)
    assert (found.new, found.contested, found.handed, found.held, found.done) == (3, 1, 1, 1, 1)
    assert (found.next_on, found.next_count) == (old.due_on, 2)
    assert days.day(tx, [], DAY, since, began).next_on is None
    assert days.owners(tx) == [AGENCY, OTHER]
    assert days.in_hand(tx, AGENCY) == {CLERK: 1}


def test_sums_by_kind_and_by_owner_are_of_the_same_cases(tx: Transaction, clock: SteppingClock) -> None:
    for due, owner, kind in ((-1, AGENCY, "silence"), (0, AGENCY, "code_wrong"), (2, OTHER, "silence")):
        opened(tx, clock, due, owner=owner, kind=kind)
    found = days.sums(tx, None, DAY, DAY + timedelta(days=3))
    assert found.total == Tally(3, 1, 2, 1)
    assert found.by_kind == {"silence": Tally(2, 1, 1, 0), "code_wrong": Tally(1, 0, 1, 1)}
    assert found.by_owner == {AGENCY: Tally(2, 1, 1, 1), OTHER: Tally(1, 0, 1, 0)}
    assert days.sums(tx, [], DAY, DAY).total == Tally()


def test_a_morning_is_counted_for_each_owner(tx: Transaction, clock: SteppingClock) -> None:
    opened(tx, clock, -1, title="甲")
    opened(tx, clock, -30)
    clock.step(hours=1)
    since = clock.now().at
    opened(tx, clock, 0)
    opened(tx, clock, 3, title="乙")
    opened(tx, clock, 9, owner=OTHER)
    mine, other = days.waiting(tx, DAY, DAY + timedelta(days=3), DAY - timedelta(days=1), since)
    assert (mine.open, mine.new, mine.today, mine.overdue, mine.soon, mine.fresh) == (4, 2, 1, 2, 1, 1)
    assert mine.soon_on == DAY + timedelta(days=3)
    assert (other.owner, other.soon, other.soon_on, other.next) == (OTHER, 0, None, DAY + timedelta(days=9))


def test_only_an_owner_s_open_cases_are_given_out(tx: Transaction, clock: SteppingClock) -> None:
    mine, hers, gone = opened(tx, clock), opened(tx, clock, owner=OTHER), opened(tx, clock)
    cases.close(tx, gone.case, ACTOR, "corrected", "", clock)
    ids = [mine.case, hers.case, gone.case]
    assert days.assign(tx, ids, AGENCY, COLLEAGUE, "李经办", ACTOR, clock) == 1
    assert days.assign(tx, ids, AGENCY, COLLEAGUE, "李经办", ACTOR, clock) == 0
    assert cases.by_id(tx, mine.case).account == COLLEAGUE
    assert [step.action for step in cases.history(tx, mine.case)] == ["assigned"]
    assert cases.by_id(tx, hers.case).account is None


@given(st.lists(st.sampled_from(["handed", "loose", "undated"]), unique=True), st.booleans())
def test_every_mix_of_questions_is_a_question(mix: list[str], dated: bool) -> None:
    from xinheng.office.cases import store

    wanted = Filter(owner=AGENCY, due_from=DAY, **dict.fromkeys(mix, True))
    text = store._where(wanted, dated=dated)
    assert text.count("(") == text.count(")")
    assert ("due_on >=" in text) is dated
