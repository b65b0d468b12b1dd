"""Down the tree: splitting a list by its deciding bodies, passing lines on, sending them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from xinheng.core.times import Clock, today
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import moving
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency, AgencyKind
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor
from xinheng.outward.suspicions import proving, routing, service, store, store_lists
from xinheng.outward.suspicions.errors import AnswerRefused, TurnRefused
from xinheng.outward.suspicions.model import Filter, State, Suspicion
from xinheng.outward.suspicions.model_lists import Column, Line, SuspicionList, place

MOST = 100_000  # lines of a list


@dataclass(frozen=True)
class Split:
    """What splitting did: lines passed on by agency, and those that nobody was found for."""

    passed: Mapping[UUID, int]
    unknown: int
    ambiguous: int
    given: tuple[UUID, ...] = ()  # the suspicions that were passed on

    @property
    def total(self) -> int:
        """Lines passed on."""
        return sum(self.passed.values())


def split(
    tx: Transaction,
    of: SuspicionList,
    office: UUID,
    actor: Actor,
    clock: Clock,
    days: int = 0,
    *,
    deep: bool = False,
) -> Split:
    """Pass the lines of a list that this office has in hand to whoever decided, as its name or code says.

    To the next body below on the way there, or with `deep` down to the agency itself (each office between
    still checks its answers). `days` are taken from the term for the way back. Lines that were sent back, and
    those whose body is unknown or could be two, stay with the office. Nothing changes hands twice.
    """
    waiting = [
        s
        for s in store.listed(tx, Filter(list_id=of.list_id, hand=office, state=State.GIVEN), MOST)
        if not s.said and s.package is None
    ]
    waiting = [s for s in store.locked(tx, [s.suspicion for s in waiting]) if s.awaits_answer_of(office)]
    names, links, day = _names(tx), moving.links(tx), today(clock)
    offices = {a.agency for _, a in access.tree(tx) if a.kind is AgencyKind.OFFICE}
    lines = store_lists.lines_of(tx, [s.suspicion for s in waiting])
    moves: dict[tuple[tuple[UUID, ...], date | None], list[UUID]] = {}
    paths: dict[UUID, tuple[UUID, ...]] = {}
    unknown = ambiguous = 0
    for one in waiting:
        meant = _meant(names, of, lines.get(one.suspicion), one.decided_on)
        for agency in meant - paths.keys():
            paths[agency] = routing.path(links, office, agency, offices, day)
        found = [paths[agency] for agency in meant if paths[agency]]
        if len(found) != 1:
            unknown, ambiguous = unknown + (not found), ambiguous + (len(found) > 1)
            continue
        way = found[0] if deep else found[0][:1]
        moves.setdefault(((*one.chain, *way), _earlier(one.due_on, days)), []).append(one.suspicion)
    passed: dict[UUID, int] = {}
    for (chain, due_on), ids in moves.items():
        _give(tx, ids, chain, due_on, "passed", actor, clock, "")
        below = chain[chain.index(office) + 1]
        passed[below] = passed.get(below, 0) + len(ids)
    return Split(passed, unknown, ambiguous, tuple(id_ for ids in moves.values() for id_ in ids))


def _meant(names: routing.Names, of: SuspicionList, line: Line | None, on: date | None) -> frozenset[UUID]:
    if line is None or line.cells is None:
        return frozenset()
    given = {
        column: line.cells[at]
        for column in (Column.AUTHORITY, Column.AUTHORITY_CODE)
        if (at := place(of.columns, column)) is not None
    }
    return names.meant(given.get(Column.AUTHORITY), given.get(Column.AUTHORITY_CODE), on)


def _names(tx: Transaction) -> routing.Names:
    return routing.Names.of(access.standing(tx, agency) for _, agency in access.tree(tx))


def _earlier(due_on: date | None, days: int) -> date | None:
    return due_on - timedelta(days=days) if due_on else None


def _give(  # noqa: PLR0913, PLR0917 - which, whither, until when, what it is called, by whom, why
    tx: Transaction,
    ids: Sequence[UUID],
    chain: tuple[UUID, ...],
    due_on: date | None,
    action: str,
    actor: Actor,
    clock: Clock,
    said: str,
) -> None:
    to = {
        "chain": chain,
        "level": len(chain) - 1,
        "state": State.GIVEN.value,
        "due_on": due_on,
        "said": said,
        "package": None,
    }
    for part in service.pieces(ids):
        store.move(tx, part, to)
        cases.pass_many(tx, part, chain[-1], action, actor, said, clock, due_on=due_on)


def pass_on(
    tx: Transaction, ids: Sequence[UUID], to: Agency, actor: Actor, clock: Clock, days: int = 0
) -> int:
    """An office gives lines that it has in hand to a body below it; each office between checks. How many.

    Raises AnswerRefused (not below, nothing chosen), TurnRefused.
    """
    those = in_hand(tx, ids, actor.agency)
    day = today(clock)
    way: tuple[UUID, ...] = ()
    if actor.agency is not None and to.exists(day):
        offices = {a.agency for _, a in access.tree(tx) if a.kind is AgencyKind.OFFICE}
        way = routing.path(moving.links(tx), actor.agency, to.agency, offices, day)
    if not way:
        raise AnswerRefused(
            found=f"{to.name}不在本单位之下", expected="本单位的下级单位", todo="从列表里选择", where="to"
        )
    for chain, due_on in {(s.chain, s.due_on) for s in those}:
        part = [s.suspicion for s in those if (s.chain, s.due_on) == (chain, due_on)]
        _give(tx, part, (*chain, *way), _earlier(due_on, days), "passed", actor, clock, "")
    return len(those)


def send_back(tx: Transaction, ids: Sequence[UUID], reason: str, actor: Actor, clock: Clock) -> int:
    """不是我们的: back to whoever gave the lines, with the reason; the term it had stays. How many.

    Raises AnswerRefused, NoteRefused, TurnRefused (also for the top of the chain).
    """
    said = service.required(reason, "退回原因")
    those = in_hand(tx, ids, actor.agency)
    if any(len(s.chain) == 1 for s in those):
        raise AnswerRefused(
            found="有的行没有上一级可退",
            expected="由上一级转来的行",
            todo="改为分派，或直接答复“非本单位”",
            where="reason",
        )
    for chain in {s.chain for s in those}:
        part = [s.suspicion for s in those if s.chain == chain]
        _give(tx, part, chain[:-1], None, "sent_back", actor, clock, said)
    return len(those)


def in_hand(tx: Transaction, ids: Sequence[UUID], agency: UUID | None) -> list[Suspicion]:
    """These, held by the transaction, all awaiting this body's answer. Raises AnswerRefused, TurnRefused."""
    return turn_of(tx, ids, agency, answered=False)


def turn_of(tx: Transaction, ids: Sequence[UUID], agency: UUID | None, *, answered: bool) -> list[Suspicion]:
    """These, held by the transaction: awaiting this body's answer, or (`answered`) its check.

    Raises AnswerRefused (none chosen), SuspicionAbsent, TurnRefused which names those that are elsewhere.
    """
    if not ids:
        raise AnswerRefused(found="没有选任何一行", expected="至少一行", todo="勾选后再提交", where="lines")
    those = store.locked(tx, ids)
    if len(those) != len(set(ids)) or agency is None or not all(agency in s.chain for s in those):
        raise service.absent("、".join(str(i) for i in list(ids)[:1]))
    asks = Suspicion.awaits_check_of if answered else Suspicion.awaits_answer_of
    elsewhere = [s for s in those if not asks(s, agency)]
    if elsewhere:
        named = "；".join(map(proving.said, elsewhere[: proving.NAMED]))
        raise TurnRefused(
            found=f"有 {len(elsewhere)} 行已经不在本单位手里（答复、转出、办结或已交其他平台办理）：{named}",
            expected="轮到本单位办理的行",
            todo="刷新后重新选择；没有保存任何改动",
            where="lines",
        )
    return those
