"""Late records, one by one (迟报): what came after its last day, from what is stored alone.

The last day was worked out when the record came, by the dated rule of its item (`evidence.intake.due`), and
stands with the record; the day it came is that of its first receipt. Nothing is judged a second time here.
"""
# ruff: noqa: S608 - SQL of our own constants; values are parameters

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xinheng.evidence.ledger.about import about
from xinheng.ground.store.transaction import Transaction

# A correction moves `received_on` of the record to its own day, never back: the index over it finds all that
# may be late, and the first event says which of them are.
_LATE = f"""
from records r
cross join lateral (
    select (e.known at time zone interval '8 hours')::date as received_on, p.receipt, c.line
    from contents c join events e using (event) join provenances p using (provenance)
    where {about("r.record")} and e.kind = 'recorded' order by e.seq limit 1) f
where r.received_on > r.due_on and r.received_on >= %(from_on)s and r.profile = 'report'
  and r.state <> 'erased' and f.received_on > r.due_on
  and f.received_on >= %(from_on)s and f.received_on < %(to_on)s
  and not (f.receipt = any(%(backlog)s::uuid[]))
  and (%(sources)s::uuid[] is null or r.source = any(%(sources)s::uuid[]))
  and (%(item)s::text is null or r.item = %(item)s::text)"""


@dataclass(frozen=True)
class Late:
    """A record that came after its last day."""

    record: UUID
    source: UUID
    item: str
    document: str | None
    subject: UUID
    decided_on: date
    due_on: date
    received_on: date
    receipt: UUID
    line: int

    @property
    def days(self) -> int:
        """Calendar days after the last day."""
        return (self.received_on - self.due_on).days


def listed(
    tx: Transaction,
    sources: Collection[UUID] | None,
    item: str | None,
    days: tuple[date, date],
    page: tuple[int, int],
    backlog: Collection[UUID] = (),
) -> list[Late]:
    """Late records received in `days` (half-open), the latest first; `page`: limit and offset.

    `backlog`: receipts whose records are never late (补录), whatever corrected them since.
    """
    rows = tx.fetch(
        f"""select r.record, r.source, r.item, r.document, r.subject, r.decided_on, r.due_on,
                   f.received_on, f.receipt, f.line {_LATE}
            order by f.received_on desc, r.item, r.record limit %(limit)s offset %(offset)s""",
        {**_asked(sources, item, days, backlog), "limit": page[0], "offset": page[1]},
    )
    return [Late(*row) for row in rows]


def counts(
    tx: Transaction,
    sources: Collection[UUID] | None,
    item: str | None,
    days: tuple[date, date],
    backlog: Collection[UUID] = (),
) -> dict[tuple[UUID, str], int]:
    """How many by source and item."""
    rows = tx.fetch(
        f"select r.source, r.item, count(*) {_LATE} group by 1, 2",
        _asked(sources, item, days, backlog),
    )
    return {(source, item_): count for source, item_, count in rows}


def by_month(
    tx: Transaction,
    sources: Collection[UUID] | None,
    item: str | None,
    days: tuple[date, date],
    backlog: Collection[UUID] = (),
) -> dict[date, int]:
    """How many were received late in each month (its first day)."""
    rows = tx.fetch(
        f"select date_trunc('month', f.received_on)::date, count(*) {_LATE} group by 1",
        _asked(sources, item, days, backlog),
    )
    return {row[0]: row[1] for row in rows}


def _asked(
    sources: Collection[UUID] | None, item: str | None, days: tuple[date, date], backlog: Collection[UUID]
) -> dict[str, object]:
    return {
        "sources": None if sources is None else list(sources),
        "item": item,
        "from_on": days[0],
        "to_on": days[1],
        "backlog": list(backlog),
    }
