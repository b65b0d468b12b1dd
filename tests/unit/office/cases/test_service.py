"""Cases in a real database: opened, stepped, closed, handed over, counted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from tests.conftest import SteppingClock

from xinheng.core.ids import new_id
from xinheng.ground.store import Database
from xinheng.ground.store.transaction import Transaction
from xinheng.office.cases import service as cases
from xinheng.office.cases.errors import CaseAbsent, NoteRefused, StepRefused
from xinheng.office.cases.model import PLATFORM, Actor, Case, Filter, NewCase, OpenCase, Page, State, Tally

AGENCY, OTHER, CLERK, COLLEAGUE = (UUID(int=n) for n in range(1, 5))
ACTOR = Actor(CLERK, AGENCY, "王经办")
DAY = date(2026, 11, 20)


@pytest.fixture
def tx(database: Database) -> Iterator[Transaction]:
    with database.transaction() as opened:
        yield opened


def new(number: int = 1, **more: object) -> NewCase:
    given = {
        "kind": "returned_row",
        "title": f"第 {number} 行退回",
        "owner": AGENCY,
        "ref": f"receipt:x/{number}",
    }
    return NewCase(**{**given, **more})  # type: ignore[arg-type]


def opened(tx: Transaction, clock: SteppingClock, number: int = 1, **more: object) -> Case:
    clock.step(milliseconds=1)  # ids of one millisecond have no order
    return cases.open_case(tx, new(number, **more), clock)


def test_an_opened_case_is_found_by_id_and_by_what_it_is_about(tx: Transaction, clock: SteppingClock) -> None:
    case = opened(
        tx, clock, due_on=DAY, basis="行政处罚法第四十八条", detail={"文号": "清〔2026〕1号"}, opener=OTHER
    )
    assert case.state is State.OPEN
    assert cases.by_id(tx, case.case) == case
    assert cases.by_ref(tx, "receipt:x/1") == [case]
    assert cases.by_ref(tx, "receipt:x/2") == []
    assert cases.history(tx, case.case) == []


def test_an_id_that_is_not_there_is_refused(tx: Transaction, clock: SteppingClock) -> None:
    for ask in (
        lambda: cases.by_id(tx, UUID(int=9)),
        lambda: cases.step(tx, UUID(int=9), "seen", ACTOR, "", clock),
        lambda: cases.close(tx, UUID(int=9), ACTOR, "corrected", "", clock),
    ):
        with pytest.raises(CaseAbsent):
            ask()


def test_while_a_case_is_open_the_same_one_is_not_opened_twice(tx: Transaction, clock: SteppingClock) -> None:
    first = opened(tx, clock, dedupe="k")
    assert opened(tx, clock, 2, dedupe="k") == first
    cases.close(tx, first.case, ACTOR, "corrected", "", clock)
    assert opened(tx, clock, 3, dedupe="k").case != first.case


def test_steps_are_kept_with_who_and_when(tx: Transaction, clock: SteppingClock) -> None:
    case = opened(tx, clock)
    clock.step(hours=1)
    seen = cases.step(tx, case.case, "seen", ACTOR, "", clock, to=State.SEEN, account=CLERK)
    clock.step(hours=1)
    closed = cases.close(tx, case.case, PLATFORM, "corrected", "第二次报送", clock)
    assert (seen.state, seen.account, seen.changed > seen.opened) == (State.SEEN, CLERK, True)
    assert (closed.state, closed.outcome) == (State.CLOSED, "corrected")
    assert closed.closed is not None
    assert cases.by_id(tx, case.case) == closed
    steps = cases.history(tx, case.case)
    assert [(s.action, s.state, s.actor, s.account, s.note) for s in steps] == [
        ("seen", State.SEEN, "王经办", CLERK, ""),
        ("corrected", State.CLOSED, "平台", None, "第二次报送"),
    ]


def test_what_cannot_follow_is_refused_and_leaves_no_trace(tx: Transaction, clock: SteppingClock) -> None:
    case = opened(tx, clock)
    cases.close(tx, case.case, ACTOR, "corrected", "", clock)
    with pytest.raises(StepRefused):
        cases.step(tx, case.case, "contested", ACTOR, "", clock, to=State.CONTESTED)
    with pytest.raises(StepRefused):
        cases.close(tx, case.case, ACTOR, "corrected", "", clock)
    with pytest.raises(ValueError, match="close"):
        cases.step(tx, case.case, "corrected", ACTOR, "", clock, to=State.CLOSED)
    assert len(cases.history(tx, case.case)) == 1


def test_a_case_given_to_another_agency_is_in_nobody_s_hand(tx: Transaction, clock: SteppingClock) -> None:
    case = opened(tx, clock, account=CLERK)
    moved = cases.step(tx, case.case, "passed", ACTOR, "", clock, owner=OTHER)
    assert (moved.owner, moved.account) == (OTHER, None)
    assert cases.history(tx, case.case)[0].owner == OTHER


@pytest.mark.parametrize("note", ["长" * 501, "身份证110105194912310021", "身份证号 11010519491231002X"])
def test_a_note_with_an_identity_number_or_without_end_is_refused(
    tx: Transaction, clock: SteppingClock, note: str
) -> None:
    case = opened(tx, clock)
    with pytest.raises(NoteRefused) as refusal:
        cases.step(tx, case.case, "contested", ACTOR, note, clock, to=State.CONTESTED)
    assert "1101051949" not in str(refusal.value)
    assert cases.by_id(tx, case.case).state is State.OPEN


def test_title_and_detail_are_masked(tx: Transaction, clock: SteppingClock) -> None:
    number = "11010519491231002X"
    case = opened(tx, clock, title=f"退回 {number}", detail={"found": number})
    assert number not in case.title + case.detail["found"]


def test_lists_are_filtered_and_turned(tx: Transaction, clock: SteppingClock) -> None:
    late = opened(tx, clock, 1, due_on=date(2026, 11, 19), account=CLERK)
    soon = opened(tx, clock, 2, due_on=date(2026, 11, 23))
    none = opened(tx, clock, 3, kind="revocation")
    other = opened(tx, clock, 4, owner=OTHER, ref="receipt:y/4")
    done = opened(tx, clock, 5, due_on=date(2026, 11, 1))
    cases.close(tx, done.case, ACTOR, "corrected", "", clock)

    def asked(**wanted: object) -> list[UUID]:
        found = Filter(**wanted)  # type: ignore[arg-type]
        listed = [c.case for c in cases.listed(tx, found)]
        assert cases.count(tx, found) == len(listed)
        return listed

    assert asked() == [late.case, soon.case, none.case, other.case, done.case]
    assert asked(owner=AGENCY, closed=False) == [late.case, soon.case, none.case]
    assert asked(owners=[OTHER]) == [other.case]
    assert asked(owners=[]) == []
    assert asked(kind="revocation") == [none.case]
    assert asked(state=State.CLOSED) == [done.case]
    assert asked(account=CLERK) == [late.case]
    assert asked(overdue_on=DAY) == [late.case]
    assert asked(due_from=DAY, due_until=date(2026, 11, 23)) == [soon.case]
    assert asked(ref="receipt:x/") == [late.case, soon.case, none.case, done.case]
    assert asked(ref="receipt:y/4") == [other.case]
    assert [c.case for c in cases.listed(tx, Filter(closed=False), Page(2, 3))] == [other.case]


def test_counts_are_by_owner_and_kind(tx: Transaction, clock: SteppingClock) -> None:
    opened(tx, clock, 1, due_on=date(2026, 11, 19))
    opened(tx, clock, 2, due_on=date(2026, 11, 23))
    opened(tx, clock, 3, kind="revocation", due_on=date(2026, 12, 23))
    opened(tx, clock, 4, owner=OTHER)
    found = cases.counts(tx, [AGENCY], DAY, date(2026, 11, 23))
    assert found.total == Tally(3, 1, 1)
    assert found.kind("returned_row") == Tally(2, 1, 1)
    assert found.of(OTHER) == Tally()
    assert cases.counts(tx, None, DAY).of(OTHER) == Tally(1, 0, 0)
    assert cases.counts(tx, [], DAY).total == Tally()


def test_open_cases_are_handed_over_and_history_stays(tx: Transaction, clock: SteppingClock) -> None:
    first, second, closed = (opened(tx, clock, n, account=CLERK) for n in range(3))
    cases.close(tx, closed.case, ACTOR, "corrected", "", clock)
    cases.step(tx, first.case, "seen", ACTOR, "", clock, to=State.SEEN)
    assert cases.hand_over(tx, CLERK, COLLEAGUE, ACTOR, clock) == 2
    assert cases.by_id(tx, first.case).account == COLLEAGUE
    assert cases.by_id(tx, closed.case).account == CLERK
    assert [s.action for s in cases.history(tx, first.case)] == ["seen", "handed_over"]
    assert cases.history(tx, first.case)[0].account == CLERK
    assert cases.hand_over(tx, CLERK, COLLEAGUE, ACTOR, clock) == 0
    assert cases.by_id(tx, second.case).state is State.OPEN


def test_the_same_step_for_many_leaves_out_those_it_cannot_follow(
    tx: Transaction, clock: SteppingClock
) -> None:
    ids = [opened(tx, clock, n).case for n in range(3)]
    cases.close(tx, ids[0], ACTOR, "corrected", "", clock)
    assert cases.step_many(tx, ids, "contested", ACTOR, "这条规则不对", clock, State.CONTESTED) == 2
    assert cases.step_many(tx, ids, "seen", ACTOR, "", clock, State.SEEN) == 0
    assert cases.step_many(tx, ids, "row_wrong", ACTOR, "", clock, State.CLOSED, "row_wrong") == 2
    assert cases.by_id(tx, ids[1]).outcome == "row_wrong"
    assert cases.by_id(tx, ids[0]).outcome == "corrected"
    assert [s.action for s in cases.history(tx, ids[2])] == ["contested", "row_wrong"]
    assert cases.step_many(tx, [], "seen", ACTOR, "", clock, State.SEEN) == 0


@pytest.mark.parametrize("way", ["transaction", "bulk"])
def test_many_are_opened_at_once_by_either_adapter(
    database: Database, clock: SteppingClock, way: str
) -> None:
    named = new_id(clock)
    news = [new(n, dedupe=f"k{n % 3}" if n < 6 else None, due_on=DAY) for n in range(1_000)]
    news[999] = new(999, case=named, detail={"规则": "a b"}, basis="依据", account=CLERK, opener=OTHER)
    with getattr(database, way)() as tx:
        assert cases.open_many(tx, [], clock) == 0
        assert cases.open_many(tx, news, clock) == 997
        assert cases.open_many(tx, [new(1, dedupe="k1")], clock) == 0
    with database.transaction() as tx:
        assert cases.count(tx, Filter(owner=AGENCY, closed=False)) == 997
        there = cases.by_id(tx, named)
        assert (there.detail, there.basis, there.account, there.opener) == (
            {"规则": "a b"},
            "依据",
            CLERK,
            OTHER,
        )
        one = cases.by_ref(tx, "receipt:x/7")[0]
        assert (one.due_on, one.account, one.state, one.opened) == (DAY, None, State.OPEN, clock.now().at)
        assert cases.open_keys(tx, [AGENCY], "returned_row")[one.case] == OpenCase(State.OPEN, None)


def test_forty_thousand_are_opened_and_moved_within_seconds(database: Database, clock: SteppingClock) -> None:
    begun = time.monotonic()
    with database.bulk() as tx:
        assert cases.open_many(tx, (new(n, dedupe=f"k{n}") for n in range(40_000)), clock) == 40_000
    with database.transaction() as tx:
        ids = list(cases.open_keys(tx, [AGENCY], "returned_row"))
        assert cases.step_many(tx, ids, "contested", ACTOR, "", clock, State.CONTESTED) == 40_000
        assert cases.count(tx, Filter(ref="receipt:x/")) == 40_000
    assert time.monotonic() - begun < 30  # a few seconds; the machine may be shared
