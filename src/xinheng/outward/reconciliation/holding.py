"""As the upper side: what stands here of a sender's records, for the sender to compare with its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from xinheng.core.errors import Kind
from xinheng.core.times import Clock, today
from xinheng.evidence.intake import withdrawal
from xinheng.evidence.ledger import following
from xinheng.evidence.ledger.errors import RecordAbsent, WrongState
from xinheng.evidence.ledger.following import Standing
from xinheng.evidence.ledger.projection import Projector
from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity import service as publicity
from xinheng.law.packs import Pack
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency
from xinheng.outward.reconciliation.model import digest

# kinds of refusals that say nothing about a record: they pass by themselves, and whoever asked comes again
PASSING: Final = frozenset({Kind.BUSY, Kind.NOT_READY})


@dataclass(frozen=True)
class Holding:
    """A record of the sender's as it stands here. `digest`: of its content, None where that was erased."""

    record: UUID
    item: str
    document: str | None
    decided_on: date | None
    state: str  # current, withdrawn, erased
    shown: bool
    digest: str | None


def sources(tx: Transaction, sender: Agency) -> tuple[UUID, ...]:
    """Whose records are the sender's: its own, and those of bodies that it succeeds."""
    return access.standing(tx, sender).own


def holdings(
    tx: Transaction,
    senders: Sequence[UUID],
    day: date,
    limit: int,
    after: UUID | None = None,
    item: str | None = None,
) -> list[Holding]:
    """Records of these senders in the order of their ids, from those after one."""
    rows = following.held(tx, senders, after, limit, item)
    return _told(tx, rows, day)


def _told(tx: Transaction, rows: Sequence[Standing], day: date) -> list[Holding]:
    said = following.contents(tx, [row.event for row in rows])
    decided = publicity.publicity_of(tx, [row.record for row in rows])
    shown = {r for r, given in decided.items() if any(publicity.is_shown(one, day) for one in given)}
    return [
        Holding(
            record=row.record,
            item=row.item,
            document=row.document,
            decided_on=row.decided_on,
            state=row.state,
            shown=row.record in shown and row.state == "current",
            digest=_digest(said.get(row.event)),
        )
        for row in rows
    ]


def _digest(content: following.Content | None) -> str | None:
    return digest(content.fields) if content is not None and content.fields else None


@dataclass(frozen=True)
class ToWithdraw:
    """What a sender takes back. `on`: from which day; None: from today."""

    record: UUID
    on: date | None
    reason: str


def withdraw(
    tx: Transaction,
    pack: Pack,
    sender: Agency,
    asked: ToWithdraw,
    clock: Clock,
    projectors: Sequence[Projector],
) -> bool:
    """Withdraw a record that the sender sent; False where it was withdrawn or erased already.

    Raises RecordAbsent (also for a record that is not the sender's), WordsRefused, NotTheirsError.
    """
    row: Mapping[UUID, Standing] = following.standing(tx, [asked.record])
    found = row.get(asked.record)
    if found is None or found.source not in sources(tx, sender):
        raise RecordAbsent(asked.record)
    if found.state != "current":
        return False
    day = today(clock)
    on = min(asked.on or day, day)
    taken = withdrawal.Taken(asked.record, on, asked.reason, pack.label)
    try:
        withdrawal.withdraw(tx, taken, sender, clock, projectors)
    except WrongState:  # another one was first
        return False
    return True
