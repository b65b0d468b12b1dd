"""Opening, stepping, closing, handing over: what every room with a deadline calls.

Nothing here commits. A case is opened in the transaction of what it is about, so that one is never there
without the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from uuid import UUID

import pyarrow as pa

from xinheng.core import canonical
from xinheng.core.identity import mask
from xinheng.core.ids import new_id, new_ids
from xinheng.core.times import Clock
from xinheng.core.wording import fault
from xinheng.ground.store.transaction import Transaction
from xinheng.office.cases import store
from xinheng.office.cases.errors import CaseAbsent, NoteRefused, StepRefused
from xinheng.office.cases.model import (
    NAMES,
    Actor,
    After,
    Case,
    Counts,
    Filter,
    NewCase,
    OpenCase,
    Page,
    State,
    Step,
    may_follow,
    may_precede,
)

PIECE = 10_000
NOTE_LENGTH = 500
TITLE_LENGTH = 200


def open_case(tx: Transaction, new: NewCase, clock: Clock) -> Case:
    """Open a case; while one with the same `dedupe` is open, that one is returned as it stands."""
    case = _case(new, new.case or new_id(clock), clock.now().at)
    while not store.insert(tx, case):
        # it may be closed between the two statements; then there is room for this one
        if new.dedupe is not None and (there := store.open_by_dedupe(tx, new.dedupe)):
            return there
    return case


def _case(new: NewCase, case: UUID, at: datetime) -> Case:
    return Case(
        case=case,
        kind=new.kind,
        title=mask(new.title)[0][:TITLE_LENGTH],
        owner=new.owner,
        account=new.account,
        ref=new.ref,
        state=State.OPEN,
        outcome=None,
        due_on=new.due_on,
        basis=new.basis,
        detail={name: mask(text)[0] for name, text in new.detail.items()},
        opener=new.opener,
        opened=at,
        changed=at,
        closed=None,
        dedupe=new.dedupe,
    )


def open_many(tx: Transaction, news: Iterable[NewCase], clock: Clock) -> int:
    """Open many at once, in bulk; those whose `dedupe` is open already are left out. How many were opened."""
    given = iter(news)
    first = list(islice(given, PIECE))
    if not first:
        return 0
    return store.load(tx, _pieces(first, given, clock))


def _pieces(first: list[NewCase], rest: Iterator[NewCase], clock: Clock) -> Iterator[pa.RecordBatch]:
    part, at = first, clock.now().at
    while part:
        ids = new_ids(clock, len(part))
        rows = [
            _case(new, new.case or UUID(bytes=ids[16 * i : 16 * i + 16]), at) for i, new in enumerate(part)
        ]
        yield _loaded(rows)
        part = list(islice(rest, PIECE))


def _loaded(cases: Sequence[Case]) -> pa.RecordBatch:
    """The cases as rows of the table, column by column."""
    ids = {"owner", "account", "opener"}
    given: dict[str, list[object]] = {
        "case_id": [case.case.bytes for case in cases],
        "state": [case.state.value for case in cases],
        "detail": [canonical.dumps(dict(case.detail)) for case in cases],
    }
    for name in store.SCHEMA.names:
        if name in ids:
            given[name] = [there.bytes if (there := getattr(case, name)) else None for case in cases]
        elif name not in given:
            given[name] = [getattr(case, name) for case in cases]
    return pa.RecordBatch.from_arrays(
        [pa.array(given[f.name], f.type) for f in store.SCHEMA], schema=store.SCHEMA
    )


def step(  # noqa: PLR0913, PLR0917 - what is done, by whom, and what changes with it
    tx: Transaction,
    case: UUID,
    action: str,
    actor: Actor,
    note: str,
    clock: Clock,
    to: State | None = None,
    owner: UUID | None = None,
    account: UUID | None = None,
) -> Case:
    """Note what was done, and change what is given; a new owner's case is in nobody's hand.

    Raises CaseAbsent, StepRefused (also for `to=State.CLOSED`: `close` says how it ended), NoteRefused.
    """
    if to is State.CLOSED:
        raise ValueError("a case is closed with an outcome: call close")
    there = _held(tx, case)
    after = replace(
        there,
        state=_allowed(there, to or there.state),
        owner=owner or there.owner,
        account=account or (None if owner and owner != there.owner else there.account),
    )
    return _written(tx, after, action, actor, note, clock.now().at)


def close(tx: Transaction, case: UUID, actor: Actor, outcome: str, note: str, clock: Clock) -> Case:
    """End a case. `outcome`: a short word of the room that opened it. Raises CaseAbsent, StepRefused,
    NoteRefused."""
    there = _held(tx, case)
    at = clock.now().at
    after = replace(there, state=_allowed(there, State.CLOSED), outcome=outcome, closed=at)
    return _written(tx, after, outcome, actor, note, at)


def _held(tx: Transaction, case: UUID) -> Case:
    there = store.held(tx, case)
    if there is None:
        raise CaseAbsent(case)
    return there


def _allowed(there: Case, to: State) -> State:
    if not may_follow(there.state, to):
        raise StepRefused(
            found=f"这件待办现在是“{NAMES[there.state]}”",
            expected=f"能转为“{NAMES[to]}”的状态：" + "、".join(NAMES[s] for s in may_precede(to)),
            todo="重新打开这件待办，看清现状后再办",
            where=str(there.case),
        )
    return to


def _written(tx: Transaction, after: Case, action: str, actor: Actor, note: str, at: datetime) -> Case:
    said = noted(note)
    after = replace(after, changed=at)
    store.change(tx, after, at)
    store.add_step(tx, after, action, actor, said, at)
    return after


def noted(note: str, least: int = 0) -> str:
    """A note as it is kept, on one line. Raises NoteRefused: too long, too short, or an identity number."""
    text = " ".join(note.split())
    wrong = fault(text, least, NOTE_LENGTH)
    if wrong is not None:
        raise NoteRefused(
            found=f"说明{wrong}",
            expected=f"{least} 至 {NOTE_LENGTH} 个字，不含证件号码" if least else f"至多 {NOTE_LENGTH} 个字",
            todo="改写说明后再提交",
            where="note",
        )
    return text


def step_many(  # noqa: PLR0913, PLR0917 - what is done, by whom, and what changes with it
    tx: Transaction,
    cases: Sequence[UUID],
    action: str,
    actor: Actor,
    note: str,
    clock: Clock,
    to: State,
    outcome: str | None = None,
    only: Collection[State] = tuple(State),
) -> int:
    """The same step for many cases, in bulk; those from whose state it cannot follow, and those that are in
    none of the states `only`, stay. How many moved.

    `to=State.CLOSED` wants an outcome. Raises NoteRefused.
    """
    if (to is State.CLOSED) != (outcome is not None):
        raise ValueError("an outcome belongs to closing, and closing to an outcome")
    at = clock.now().at
    said = {
        "before": [state.value for state in may_precede(to) if state in only],
        "state": to.value,
        "outcome": outcome,
        "closed": at if to is State.CLOSED else None,
        "at": at,
        "action": action,
        "note": noted(note),
        "account": actor.account,
        "agency": actor.agency,
        "actor": actor.name,
    }
    return store.move_many(tx, cases, said) if cases else 0


def pass_many(  # noqa: PLR0913, PLR0917 - to whom, until when, by whom, and why
    tx: Transaction,
    cases: Sequence[UUID],
    owner: UUID,
    action: str,
    actor: Actor,
    note: str,
    clock: Clock,
    to: State = State.OPEN,
    due_on: date | None = None,
) -> int:
    """Give many open cases to another owner, in bulk; none is in hand there. Without `due_on` the term stays.

    How many were open. Raises NoteRefused.
    """
    said = {
        "owner": owner,
        "state": to.value,
        "due_on": due_on,
        "at": clock.now().at,
        "action": action,
        "note": noted(note),
        "account": actor.account,
        "agency": actor.agency,
        "actor": actor.name,
    }
    return store.pass_many(tx, cases, said) if cases else 0


def forget(tx: Transaction, ref: str, title: str) -> int:
    """Erase what the cases about a thing say of it, open or closed: the law wants its content gone.

    `title` stands in the place of theirs; detail and notes go, who did what when stays. How many cases.
    """
    return store.forget(tx, ref, title)


def hand_over(tx: Transaction, from_account: UUID, to_account: UUID, actor: Actor, clock: Clock) -> int:
    """Give all open cases of one account to another, with a step each; history stays whose it was.

    Whether the two belong to one agency is the caller's to see. How many were given.
    """
    return store.reassign(tx, from_account, to_account, actor, "移交", clock.now().at)


def by_id(tx: Transaction, case: UUID) -> Case:
    """A case. Raises CaseAbsent."""
    there = store.by_id(tx, case)
    if there is None:
        raise CaseAbsent(case)
    return there


def states(tx: Transaction, cases: Sequence[UUID]) -> dict[UUID, State]:
    """Where each of these stands."""
    return {case: State(state) for case, state in store.states(tx, cases)} if cases else {}


def by_ref(tx: Transaction, ref: str) -> list[Case]:
    """All cases about a thing, open or closed, the oldest first."""
    return store.by_ref(tx, ref)


def open_keys(tx: Transaction, owners: Sequence[UUID], kind: str) -> dict[UUID, OpenCase]:
    """The open cases of one kind, in the order of opening: for comparing many arriving things at once."""
    return {case: OpenCase(State(state), dedupe) for case, state, dedupe in store.open_keys(tx, owners, kind)}


def listed(tx: Transaction, wanted: Filter, page: Page | None = None) -> list[Case]:
    """Cases, open ones first, the nearest term first."""
    return store.listed(tx, wanted, page or Page())


def following(tx: Transaction, wanted: Filter, after: After | None, limit: int) -> list[Case]:
    """Open cases from where a page ended (None: from the start): the nearest term first, none last.

    As quick on the last page as on the first. `wanted` must not ask for closed cases.
    """
    return store.following(tx, replace(wanted, closed=False), after, limit)


def ended(tx: Transaction, wanted: Filter, after: After | None, limit: int) -> list[Case]:
    """Closed cases from where a page ended (None: from the start), the latest first."""
    return store.ended(tx, replace(wanted, closed=True, state=None), after, limit)


def count(tx: Transaction, wanted: Filter, most: int | None = None) -> int:
    """How many `listed` would give without pages; with `most`, counted no further than that."""
    return store.count(tx, wanted, most)


def history(tx: Transaction, case: UUID) -> list[Step]:
    """What was done, the earliest first; opening a case is no step."""
    return store.history(tx, case)


def counts(tx: Transaction, owners: Collection[UUID] | None, on: date, soon: date | None = None) -> Counts:
    """Open cases of these agencies (None: all) on a day; `soon`: the last term that counts as pressing
    (`model.yellow_until`)."""
    return Counts(store.tallies(tx, None if owners is None else list(owners), on, soon or on))
