"""Versions that were ever wanted above: the table and its SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinheng.core import canonical
from xinheng.ground.store.transaction import Transaction
from xinheng.outward.reconciliation.model import Act, Outcome


@dataclass(frozen=True)
class Wanted:
    """A version that is wanted above."""

    version: UUID
    record: UUID
    item: str
    agency: UUID
    act: Act
    seq: int
    known: datetime


@dataclass(frozen=True)
class Version:
    """A version with what became of it."""

    version: UUID
    act: Act
    known: datetime
    number: int | None  # of its newest batch
    line: int | None
    sent: datetime | None
    attempts: int
    outcome: str | None
    answered: datetime | None
    reasons: str | None


def want(tx: Transaction, partner: UUID, wanted: Sequence[Wanted]) -> None:
    """Keep versions that are wanted; one that is kept already stays as it is."""
    if not wanted:
        return
    tx.execute(
        """insert into upward_versions (partner, version, record, item, agency, act, seq, known, attempts)
           select %(partner)s::uuid, *, 0 from unnest(%(versions)s::uuid[], %(records)s::uuid[],
               %(items)s::text[], %(agencies)s::uuid[], %(acts)s::text[], %(seqs)s::bigint[],
               %(knowns)s::timestamptz[])
           on conflict (partner, version) do nothing""",
        {
            "partner": partner,
            "versions": [str(w.version) for w in wanted],
            "records": [str(w.record) for w in wanted],
            "items": [w.item for w in wanted],
            "agencies": [str(w.agency) for w in wanted],
            "acts": [w.act.value for w in wanted],
            "seqs": [w.seq for w in wanted],
            "knowns": [w.known for w in wanted],
        },
    )


def batched(tx: Transaction, partner: UUID, versions: Sequence[UUID], batch: UUID, at: datetime) -> None:
    """These versions go in a batch, in this order."""
    tx.execute(
        """update upward_versions v set batch = %(batch)s, line = g.line, sent = coalesce(v.sent, %(at)s),
                  attempts = v.attempts + 1
           from unnest(%(versions)s::uuid[]) with ordinality as g(version, line)
           where v.partner = %(partner)s and v.version = g.version""",
        {"partner": partner, "batch": batch, "versions": [str(v) for v in versions], "at": at},
    )


def of_batch(tx: Transaction, batch: UUID) -> list[tuple[UUID, UUID, str | None]]:
    """(version, record, what the partner calls the record) in the order of the batch."""
    rows = tx.fetch(
        """select v.version, v.record, r.there from upward_versions v
           join upward_records r on r.partner = v.partner and r.record = v.record
           where v.batch = %(batch)s order by v.line""",
        {"batch": batch},
    )
    return [(row[0], row[1], row[2]) for row in rows]


def answered(
    tx: Transaction, partner: UUID, said: Sequence[tuple[UUID, Outcome, Sequence[str]]], at: datetime
) -> None:
    """Note what the partner said of versions."""
    tx.execute(
        """update upward_versions v set outcome = g.outcome, answered = %(at)s,
                  reasons = case when g.outcome = 'returned' then g.reasons end
           from unnest(%(versions)s::uuid[], %(outcomes)s::text[], %(reasons)s::text[])
               as g(version, outcome, reasons)
           where v.partner = %(partner)s and v.version = g.version""",
        {
            "partner": partner,
            "at": at,
            "versions": [str(s[0]) for s in said],
            "outcomes": [s[1].value for s in said],
            "reasons": [canonical.dumps(list(s[2])) for s in said],
        },
    )


def versions(tx: Transaction, partner: UUID, record: UUID) -> list[Version]:
    """Every version of a record that was ever wanted above, the oldest first."""
    rows = tx.fetch(
        """select v.version, v.act, v.known, b.number, v.line, v.sent, v.attempts, v.outcome, v.answered,
                  v.reasons
           from upward_versions v left join upward_batches b on b.batch = v.batch
           where v.partner = %(partner)s and v.record = %(record)s order by v.seq""",
        {"partner": partner, "record": record},
    )
    return [Version(row[0], Act(row[1]), *row[2:]) for row in rows]


def reasons(tx: Transaction, partner: UUID, records: Sequence[UUID]) -> dict[UUID, str]:
    """By record: why its newest returned version came back, as JSON."""
    rows = tx.fetch(
        """select distinct on (record) record, reasons from upward_versions
           where partner = %(partner)s and record = any(%(records)s::uuid[]) and outcome = 'returned'
             and reasons is not null
           order by record, seq desc""",
        {"partner": partner, "records": [str(r) for r in records]},
    )
    return {row[0]: row[1] for row in rows}
