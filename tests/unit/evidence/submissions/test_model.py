"""The table of states, and who may move a submission."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from xinheng.evidence.intake.model import Way
from xinheng.evidence.submissions.model import (
    ENDED,
    PERISHABLE,
    STATE_NAMES,
    STEP_NAMES,
    TOLD,
    State,
    Step,
    Submission,
    after,
    steps,
    wait_before,
)
from xinheng.office.cases.model import Actor

A, B = UUID(int=1), UUID(int=2)
ONE, OTHER = UUID(int=11), UUID(int=12)


def submission(state: State = State.WAITING, account: UUID | None = ONE) -> Submission:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return Submission(
        id=UUID(int=5),
        agency=A,
        behalf=None,
        way=Way.FILE,
        state=state,
        item="penalty",
        profile="report",
        file_name="x.csv",
        size=1,
        digest="00",
        constants={},
        mapping={},
        sheet=None,
        account=account,
        client=None,
        key=None,
        callback=False,
        created=at,
        changed=at,
        attempts=0,
    )


def walked(taken: list[Step]) -> list[State]:
    """The states that these steps lead through, as far as they are possible."""
    path = [State.DRAFT]
    for step in taken:
        to = after(path[-1], step)
        if to is not None:
            path.append(to)
    return path


@given(st.lists(st.sampled_from(Step), max_size=40))
def test_what_has_ended_never_moves_again(taken: list[Step]) -> None:
    path = walked(taken)
    ended = [i for i, state in enumerate(path) if state in ENDED]
    assert ended in ([], [len(path) - 1])


@given(st.lists(st.sampled_from(Step), max_size=40))
def test_nothing_is_done_that_was_not_running_and_nothing_runs_unapproved(taken: list[Step]) -> None:
    path = walked(taken)
    for before, now in pairwise(path):
        if now is State.DONE:
            assert before is State.RUNNING
        if now is State.RUNNING:
            assert before in (State.QUEUED, State.RUNNING)
        if now is State.QUEUED:
            assert before in (State.DRAFT, State.WAITING, State.RUNNING)


def test_every_state_has_a_name_is_reached_and_only_ended_ones_stand_still() -> None:
    assert set(STATE_NAMES) == set(State)
    assert set(STEP_NAMES) == set(Step)
    reached = {State.DRAFT, *(after(s, t) for s in State for t in Step)} - {None}
    assert reached == set(State)
    assert {s for s in State if not steps(s)} == ENDED


def test_only_what_nobody_has_sent_perishes() -> None:
    assert {s for s in State if Step.LAPSE in steps(s)} == PERISHABLE
    for state in State:
        assert (submission(state).lapses is not None) == (state in PERISHABLE)
    assert not TOLD & {State.DRAFT, State.WAITING, State.QUEUED, State.RUNNING, State.WITHDRAWN}


def test_a_colleague_reviews_and_never_the_sender() -> None:
    waiting = submission()
    assert waiting.may_review(Actor(OTHER, A, "b"))
    assert not waiting.may_review(Actor(ONE, A, "a"))
    assert not waiting.may_review(Actor(OTHER, B, "c"))
    assert not waiting.may_review(Actor(OTHER, None, "office"))
    assert not waiting.may_review(Actor(None, A, "a program"))
    assert not submission(account=None).may_review(Actor(ONE, None, "office"))


def test_it_rests_longer_each_time() -> None:
    waits = [wait_before(n) for n in range(1, 8)]
    assert waits == sorted(waits)
    assert (waits[0].total_seconds(), waits[-1].total_seconds()) == (10, 1_800)
