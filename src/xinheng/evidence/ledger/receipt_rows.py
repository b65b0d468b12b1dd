"""What a submission's events say, in the order in which they were appended: for receipts and exports."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction

PAGE = 5_000


def said(tx: Transaction, first: int, count: int) -> Iterator[Row]:
    """(line, record, kind, public, shared, authorised) of `count` events from `seq` `first` on.

    The three texts are canonical JSON, NULL where the event says nothing in a class or the law has erased it.
    """
    end = first + count
    while first < end:
        page = tx.fetch(
            """select c.line, c.record, e.kind, c.public, c.shared, c.authorised
               from events e join contents c on c.event = e.event
               where e.seq >= %(first)s and e.seq < %(until)s order by e.seq""",
            {"first": first, "until": min(end, first + PAGE)},
        )
        yield from page
        first += PAGE


def current(tx: Transaction, records: list[UUID]) -> dict[UUID, tuple[str | None, str | None, str | None]]:
    """What the current version of each record says: the three texts by record."""
    rows = tx.fetch(
        """select r.record, c.public, c.shared, c.authorised
           from records r join contents c on c.event = r.event where r.record = any(%(records)s::uuid[])""",
        {"records": records},
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def counted(tx: Transaction) -> dict[UUID, tuple[int, int, int]]:
    """Receipt -> how many events record and how many correct under it, and the `seq` of the first."""
    rows = tx.fetch(
        """select p.receipt, count(*) filter (where e.kind = 'recorded'),
                  count(*) filter (where e.kind = 'corrected'), min(e.seq)
           from provenances p join contents c using (provenance) join events e using (event)
           where p.receipt is not null group by 1"""
    )
    return {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in rows}
