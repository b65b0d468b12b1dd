"""Raising suspicions, ending them, counting them: what every room that finds one calls. Nothing commits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from uuid import UUID

import pyarrow as pa

from xinheng.core import canonical
from xinheng.core.identity import mask
from xinheng.core.ids import new_ids
from xinheng.core.times import Clock, today
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import moving
from xinheng.office.access import service as access
from xinheng.office.access.model import AgencyKind
from xinheng.office.access.model_tree import By
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, NewCase
from xinheng.office.cases.model import State as CaseState
from xinheng.outward.suspicions import proving, store
from xinheng.outward.suspicions.errors import AnswerRefused, SuspicionAbsent, TurnRefused
from xinheng.outward.suspicions.model import (
    CHECKED,
    KIND,
    OUTCOMES,
    SOURCES,
    Answer,
    Counts,
    Filter,
    NewSuspicion,
    Outcome,
    State,
    Suspicion,
)

PIECE = 10_000


# -- raising -----------------------------------------------------------------------------------------


def raise_many(tx: Transaction, news: Iterable[NewSuspicion], clock: Clock, pack: Pack) -> int:
    """Raise suspicions, each a case with owner and term; how many were raised.

    Left out: one whose `dedupe` is open already, or was ended with an innocent outcome. Callers give none
    about natural persons: of those only the number may be known (R144).
    """
    given = iter(news)
    chains = chains_of(tx, today(clock))
    raised = 0
    while part := list(islice(given, PIECE)):
        raised += _raise(tx, part, clock, pack, chains)
    return raised


def _raise(
    tx: Transaction,
    part: Sequence[NewSuspicion],
    clock: Clock,
    pack: Pack,
    chains: Callable[[UUID], tuple[UUID, ...]],
) -> int:
    ids = new_ids(clock, len(part))
    known = {new.suspicion or UUID(bytes=ids[16 * i : 16 * i + 16]): new for i, new in enumerate(part)}
    paths = {id_: new.chain or chains(new.agency) for id_, new in known.items()}
    at, on = clock.now().at, today(clock)
    rows = [_row(id_, new, paths[id_], at, on) for id_, new in known.items()]
    there = store.load(tx, iter([pa.RecordBatch.from_pylist(rows, store.SCHEMA)]))
    names = {item.id: item.name for item in pack.items.values()}
    cases.open_many(tx, (_case(id_, known[id_], paths[id_][-1], names) for id_ in there), clock)
    return len(there)


def _row(
    id_: UUID, new: NewSuspicion, chain: tuple[UUID, ...], at: datetime, on: date
) -> Mapping[str, object]:
    return {
        "suspicion": id_.bytes,
        "agency": chain[-1].bytes,
        "source": new.source.value,
        "item": new.item,
        "number": masked(new.number),
        "party": masked(new.party),
        "decided_on": new.decided_on,
        "evidence": canonical.dumps({name: mask(text)[0] for name, text in new.evidence.items()}),
        "dedupe": new.dedupe,
        "list_id": new.list_id.bytes if new.list_id else None,
        "line": new.line,
        "basis": new.basis,
        "due_on": new.due_on,
        "raised": at,
        "raised_on": on,
        "path": ",".join(str(body) for body in chain),
    }


def masked(text: str | None) -> str | None:
    """A text with identity numbers masked."""
    return mask(text)[0] if text else None


def _case(id_: UUID, new: NewSuspicion, owner: UUID, names: Mapping[str, str]) -> NewCase:
    what = "　".join(part for part in (new.number, new.party) if part)
    return NewCase(
        kind=KIND,
        title=f"疑似瞒报：{names.get(new.item, new.item)}　{what or '没有文号'}",
        owner=owner,
        ref=f"suspicion:{id_}",
        due_on=new.due_on,
        basis=new.basis,
        detail={"来源": SOURCES[new.source], **({"文号": new.number} if new.number else {})},
        case=id_,
    )


def chains_of(tx: Transaction, on: date) -> Callable[[UUID], tuple[UUID, ...]]:
    """Who checks an agency's answers that day: the nearest office above it by place, then itself."""
    links, known = moving.links(tx), {a.agency: a for _, a in access.tree(tx)}
    found: dict[UUID, tuple[UUID, ...]] = {}

    def chain(agency: UUID) -> tuple[UUID, ...]:
        if agency not in found:
            above = (
                upper
                for upper in links.above(agency, By.PLACE, on)
                if upper in known and known[upper].kind is AgencyKind.OFFICE
            )
            office = next(above, None)
            found[agency] = (office, agency) if office else (agency,)
        return found[agency]

    return chain


# -- ending ------------------------------------------------------------------------------------------


def settle(
    tx: Transaction, suspicion: UUID, outcome: Outcome, note: str, actor: Actor, clock: Clock
) -> Suspicion:
    """End a suspicion with who, when and why, wherever it stands.

    已补报 and 已报送 stand only where a record with that number is held now. Raises SuspicionAbsent,
    TurnRefused (ended already), NotHeld, AnswerRefused (no reason given), NoteRefused.
    """
    there = store.locked(tx, [suspicion])
    if not there:
        raise absent(suspicion)
    said = required(note, "说明")
    if there[0].state is State.SETTLED:
        raise TurnRefused(
            found="这条疑似瞒报已经办结",
            expected="没有办结的",
            todo="重新打开，看清现状",
            where=str(suspicion),
        )
    records = proving.held(tx, there) if outcome in CHECKED else {}
    if outcome in CHECKED:
        proving.require_held(there, records)
    end(tx, there, outcome, said, actor, clock)
    store.prove(tx, records)
    return by_id(tx, suspicion)


def end(
    tx: Transaction, those: Sequence[Suspicion], outcome: Outcome, note: str, actor: Actor, clock: Clock
) -> None:
    """End suspicions that are held by this transaction, with their cases; what it says was checked before."""
    ids = [s.suspicion for s in those]
    at = clock.now().at
    store.settle(tx, ids, {"outcome": outcome.value, "note": note, "at": at, "by": actor.name})
    cases.step_many(
        tx,
        ids,
        "settled",
        actor,
        f"{OUTCOMES[outcome]}：{note}"[: cases.NOTE_LENGTH],
        clock,
        CaseState.CLOSED,
        outcome.value,
    )


def required(text: str, name: str, least: int = 2) -> str:
    """A text that must be there, on one line. Raises AnswerRefused, NoteRefused."""
    said = " ".join(text.split())
    if len(said) < least:
        raise AnswerRefused(
            found=f"{name}{'为空' if not said else '太短'}",
            expected=f"至少 {least} 个字",
            todo=f"写明{name}",
            where="note",
        )
    return cases.noted(said)


# -- reading -----------------------------------------------------------------------------------------


def absent(suspicion: UUID | str) -> SuspicionAbsent:
    """The refusal for a suspicion that is not there, or not for this asker."""
    return SuspicionAbsent(
        found=f"编号 {str(suspicion)[:60]} 不存在",
        expected="本单位经手的疑似瞒报",
        todo="从清单重新进入",
    )


def by_id(tx: Transaction, suspicion: UUID) -> Suspicion:
    """A suspicion. Raises SuspicionAbsent."""
    there = store.by_id(tx, suspicion)
    if there is None:
        raise absent(suspicion)
    return there


def listed(tx: Transaction, wanted: Filter, limit: int, offset: int = 0) -> list[Suspicion]:
    """Suspicions: of one list by line, else the open ones first."""
    return store.listed(tx, wanted, limit, offset)


def count(tx: Transaction, wanted: Filter) -> int:
    """How many `listed` would give without limit."""
    return store.count(tx, wanted)


def ids(tx: Transaction, wanted: Filter, limit: int) -> list[UUID]:
    """The ids of what `listed` would give: for doing one thing with all that a filter shows."""
    return store.ids(tx, wanted, limit)


def answers(tx: Transaction, suspicion: UUID) -> list[Answer]:
    """Every answer that was given, the earliest first."""
    return store.answers_to(tx, suspicion)


def counts(
    tx: Transaction,
    agencies: Collection[UUID],
    from_on: date,
    to_on: date,
    known: datetime | None = None,
) -> Counts:
    """Suspicions about these agencies raised from one day to before the other, with their outcomes as known
    at `known` (None: now). An agency is whose hand it was last given to."""
    rows = store.counts(tx, agencies, from_on, to_on, known) if agencies else []
    by = {Outcome(outcome): number for outcome, number in rows if outcome}
    open_ = sum(number for outcome, number in rows if not outcome)
    return Counts(open_ + sum(by.values()), open_, by)


def pieces(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """Ids in stretches that one statement takes."""
    for start in range(0, len(ids), PIECE):
        yield ids[start : start + PIECE]
