"""Upper platforms and batches: this room's tables and their SQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction
from xinheng.outward.reconciliation.model import Act, Batch, Partner

_PARTNER = (
    "partner, name, way, office, items, position, hours, created, removed, last_run, last_code, last_said, "
    "snapshot_at"
)
_BATCH = "batch, partner, number, item, act, rows, made, sent, attempts, ref, ended, refused"


def insert_partner(tx: Transaction, partner: Partner) -> None:
    """Raises UniqueClash where the name is in use."""
    names = ", ".join(f"%({name.strip()})s" for name in _PARTNER.split(","))
    values = {**vars(partner), "items": list(partner.items)}
    tx.execute(f"insert into upward_partners ({_PARTNER}) values ({names})", values)


def partners(tx: Transaction) -> list[Partner]:
    """Those that were not removed, by name."""
    rows = tx.fetch(f"select {_PARTNER} from upward_partners where removed is null order by name")
    return [_partner(row) for row in rows]


def by_name(tx: Transaction, name: str) -> Partner | None:
    rows = tx.fetch(
        f"select {_PARTNER} from upward_partners where removed is null and name = %(name)s", {"name": name}
    )
    return _partner(rows[0]) if rows else None


def by_id(tx: Transaction, partner: UUID) -> Partner | None:
    rows = tx.fetch(
        f"select {_PARTNER} from upward_partners where partner = %(partner)s and removed is null",
        {"partner": partner},
    )
    return _partner(rows[0]) if rows else None


def set_partner(tx: Transaction, partner: UUID, **columns: Any) -> None:
    """Change columns of a partner."""
    changes = ", ".join(f"{name} = %({name})s" for name in columns)
    tx.execute(
        f"update upward_partners set {changes} where partner = %(partner)s", {**columns, "partner": partner}
    )


def alone(tx: Transaction, partner: UUID) -> bool:
    """Whether this transaction alone reconciles with the partner until it ends."""
    rows = tx.fetch(
        "select pg_try_advisory_xact_lock(hashtextextended('upward:' || %(partner)s::text, 0))",
        {"partner": str(partner)},
    )
    return bool(rows[0][0])


def insert_batch(tx: Transaction, batch: Batch) -> Batch:
    """Keep a batch under the partner's next number."""
    rows = tx.fetch(
        "select coalesce(max(number), 0) + 1 from upward_batches where partner = %(partner)s",
        {"partner": batch.partner},
    )
    numbered = replace(batch, number=int(rows[0][0]))
    names = ", ".join(f"%({name.strip()})s" for name in _BATCH.split(","))
    values = {**vars(numbered), "act": numbered.act.value}
    tx.execute(f"insert into upward_batches ({_BATCH}) values ({names})", values)
    return numbered


def open_batches(tx: Transaction, partner: UUID) -> list[Batch]:
    """Batches that are not wholly answered, the oldest first."""
    rows = tx.fetch(
        f"select {_BATCH} from upward_batches where partner = %(partner)s and ended is null order by number",
        {"partner": partner},
    )
    return [_batch(row) for row in rows]


def batches(tx: Transaction, partner: UUID, limit: int, offset: int = 0) -> list[Batch]:
    """Batches, the newest first."""
    rows = tx.fetch(
        f"""select {_BATCH} from upward_batches where partner = %(partner)s
            order by number desc limit %(limit)s offset %(offset)s""",
        {"partner": partner, "limit": limit, "offset": offset},
    )
    return [_batch(row) for row in rows]


def handed(tx: Transaction, batch: UUID, at: datetime, ref: str | None) -> None:
    """The partner's side took a batch."""
    tx.execute(
        """update upward_batches set sent = %(at)s, attempts = attempts + 1, ref = coalesce(%(ref)s, ref)
           where batch = %(batch)s""",
        {"batch": batch, "at": at, "ref": ref},
    )


def end_answered(tx: Transaction, partner: UUID, at: datetime) -> None:
    """End the batches of which no version waits for an answer any more."""
    tx.execute(
        """update upward_batches b set ended = %(at)s
           where b.partner = %(partner)s and b.ended is null and not exists (
               select from upward_versions v join upward_records r
                   on r.partner = v.partner and r.record = v.record and r.sent = v.version
               where v.batch = b.batch and r.state = 'sent')""",
        {"partner": partner, "at": at},
    )


def refuse(tx: Transaction, batch: UUID, at: datetime, why: str | None) -> None:
    """End a batch that was not taken as a whole, or is not to be sent as it is (`why` None)."""
    tx.execute(
        "update upward_batches set ended = %(at)s, refused = %(why)s where batch = %(batch)s",
        {"batch": batch, "at": at, "why": why and why[:500]},
    )


def refused(tx: Transaction, partner: UUID) -> list[Batch]:
    """Refused batches whose versions have not gone in another one yet, nor were overtaken."""
    rows = tx.fetch(
        f"""select {", ".join("b." + name.strip() for name in _BATCH.split(","))} from upward_batches b
            where b.partner = %(partner)s and b.refused is not null and exists (
                select from upward_versions v where v.batch = b.batch and v.settled is null)
            order by b.number""",
        {"partner": partner},
    )
    return [_batch(row) for row in rows]


def _partner(row: Row) -> Partner:
    values = dict(zip(_PARTNER.replace(" ", "").split(","), row, strict=True))
    return Partner(**values | {"items": tuple(row[4])})


def _batch(row: Row) -> Batch:
    values = dict(zip(_BATCH.replace(" ", "").split(","), row, strict=True))
    return Batch(**values | {"act": Act(row[4])})
