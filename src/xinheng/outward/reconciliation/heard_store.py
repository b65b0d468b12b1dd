"""As the upper side of the folder exchange: which version of which record was answered how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from xinheng.ground.store.transaction import Transaction


@dataclass(frozen=True)
class Heard:
    """The newest version of a sender's record that was decided. `reasons`: JSON list."""

    record: UUID
    seq: int
    version: UUID
    there: UUID | None
    outcome: str
    reasons: str


def by_records(tx: Transaction, agency: UUID, records: Sequence[UUID]) -> dict[UUID, Heard]:
    """What was decided about these records of a sender."""
    rows = tx.fetch(
        """select record, seq, version, there, outcome, reasons from upward_heard
           where agency = %(agency)s and record = any(%(records)s::uuid[])""",
        {"agency": agency, "records": [str(r) for r in records]},
    )
    return {row[0]: Heard(*row) for row in rows}


def names(tx: Transaction, agency: UUID, there: Sequence[UUID]) -> dict[UUID, UUID]:
    """What the sender calls records that we call so."""
    rows = tx.fetch(
        """select there, record from upward_heard
           where agency = %(agency)s and there = any(%(there)s::uuid[])""",
        {"agency": agency, "there": [str(t) for t in there]},
    )
    return {row[0]: row[1] for row in rows}


def save(tx: Transaction, agency: UUID, heard: Sequence[Heard]) -> None:
    """Keep decisions; what the sender's record is called here is never forgotten."""
    if not heard:
        return
    tx.execute(
        """insert into upward_heard (agency, record, seq, version, there, outcome, reasons)
           select %(agency)s::uuid, * from unnest(%(records)s::uuid[], %(seqs)s::bigint[],
               %(versions)s::uuid[], %(there)s::uuid[], %(outcomes)s::text[], %(reasons)s::text[])
           on conflict (agency, record) do update
           set seq = excluded.seq, version = excluded.version, outcome = excluded.outcome,
               reasons = excluded.reasons, there = coalesce(excluded.there, upward_heard.there)""",
        {
            "agency": agency,
            "records": [str(h.record) for h in heard],
            "seqs": [h.seq for h in heard],
            "versions": [str(h.version) for h in heard],
            "there": [str(h.there) if h.there else None for h in heard],
            "outcomes": [h.outcome for h in heard],
            "reasons": [h.reasons for h in heard],
        },
    )


def forget(tx: Transaction, record: UUID) -> None:
    """The record that we call so is erased by law: what its return said goes."""
    tx.execute("update upward_heard set reasons = '[]' where there = %(record)s", {"record": record})
