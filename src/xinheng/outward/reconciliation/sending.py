"""Batches: noted first, then sent, so that a killed process sends the same ones again under their ids.

Contents are read from the ledger at the moment of sending and are kept nowhere in between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from xinheng.core.ids import new_id
from xinheng.core.times import Clock, today
from xinheng.evidence.ledger import following
from xinheng.evidence.ledger.following import Content
from xinheng.ground.store.transaction import Transaction
from xinheng.outward.reconciliation import figures_store, store, versions_store, ways_store
from xinheng.outward.reconciliation.model import Act, Batch, Partner, digest
from xinheng.outward.reconciliation.partner import Line, Outgoing, Waiting

ROWS = 10_000  # of one batch
ERASED = "内容已依法删除"
NOT_REPORTED = "更正后不属于上报范围"


def next_batch(tx: Transaction, partner: Partner, clock: Clock, rows: int = ROWS) -> Batch | None:
    """Note a batch of what is due; None where nothing is. What was refused as a whole rests for a while."""
    at = clock.now().at
    patience = timedelta(hours=partner.hours)
    resting = {b.item for b in store.refused(tx, partner.partner) if b.ended and b.ended + patience > at}
    due = ways_store.due(tx, partner.partner, rows, resting)
    if not due:
        return None
    first = due[0]
    batch = store.insert_batch(
        tx, Batch(new_id(clock), partner.partner, 0, first.item, first.way.act, len(due), at)
    )
    said = following.contents(tx, [k.way.wanted for k in due]) if first.way.act is Act.RECORD else {}
    sent = [
        replace(
            k.moved(k.way.send(), at),
            attempts=k.attempts + 1 if k.way.sent == k.way.wanted else 1,
            digest=_digest(said.get(k.way.wanted)) or k.digest,
        )
        for k in due
    ]
    versions_store.batched(tx, partner.partner, [k.way.wanted for k in due], batch.batch, at)
    ways_store.save(tx, partner.partner, sent, at)
    counted = Counter((k.item, k.agency, "sent") for k in sent)
    figures_store.count_days(tx, partner.partner, today(clock), counted)
    return batch


def _digest(content: Content | None) -> str | None:
    return digest(content.fields) if content is not None and content.fields else None


def outgoing(tx: Transaction, batch: Batch) -> Outgoing:
    """A batch as it goes out. Of a version that was erased meanwhile nothing goes."""
    rows = versions_store.of_batch(tx, batch.batch)
    said = following.contents(tx, [version for version, _, _ in rows])
    lines = (_line(batch.act, row, said) for row in rows)
    return Outgoing(
        batch.batch, batch.number, batch.item, batch.act, batch.made, tuple(line for line in lines if line)
    )


def _line(act: Act, row: tuple[UUID, UUID, str | None], said: Mapping[UUID, Content]) -> Line | None:
    version, record, there = row
    content = said[version]
    if act is Act.RECORD:
        return Line(version, record, content.seq, there, content.fields) if content.fields else None
    reason = {"content_erased": ERASED, "withdrawn": content.public.get("reason", ERASED)}
    return Line(
        version,
        record,
        content.seq,
        there,
        on=content.valid_from,
        reason=reason.get(content.kind, NOT_REPORTED),
    )


def to_hand(batches: list[Batch], partner: Partner, now: datetime) -> list[Batch]:
    """Batches to be handed over: those that never were, and those without an answer for too long."""
    patience = timedelta(hours=partner.hours)
    return [b for b in batches if b.sent is None or b.sent + patience * min(b.attempts, 8) <= now]


def waiting(tx: Transaction, batches: list[Batch]) -> list[Waiting]:
    """Batches with their versions in order."""
    return [
        Waiting(b, tuple(version for version, _, _ in versions_store.of_batch(tx, b.batch)))
        for b in batches
        if b.sent is not None
    ]
