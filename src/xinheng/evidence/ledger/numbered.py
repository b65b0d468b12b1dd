"""Document numbers of the records held, for whoever looks for what is missing between them.

Withdrawn records are among them: the number was used. An erased one has no number any more.
"""
# ruff: noqa: S608 - SQL of our own constants; values are parameters

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from xinheng.evidence.ledger.about import about
from xinheng.ground.store.transaction import Row, Transaction

PAGE: Final = 50_000


@dataclass(frozen=True)
class Numbered:
    """A record with its number."""

    record: UUID
    source: UUID
    item: str
    document: str
    decided_on: date
    subject: UUID
    reported: bool  # under the profile of daily reporting, not entered later (补录)


def items(tx: Transaction) -> list[str]:
    """The items under which records are held, ascending: a loose walk over the index."""
    rows = tx.fetch(
        """with recursive walk as (
               (select item from records order by item limit 1)
               union all
               select (select r.item from records r where r.item > w.item order by r.item limit 1)
               from walk w where w.item is not null)
           select item from walk where item is not null"""
    )
    return [row[0] for row in rows]


def walked(
    tx: Transaction, item: str, since: date, sources: Collection[UUID] | None = None
) -> Iterator[Sequence[Row]]:
    """(record, source, document, decided_on, reported, subject) of an item's records decided since a day, in
    pieces of PAGE, the latest decision first. Held in memory is one piece at a time."""
    after: dict[str, object] = {"day": date(9999, 12, 31), "record": UUID(int=0)}
    while True:
        rows = tx.fetch(
            """select record, source, document, decided_on, profile = 'report', subject from records
               where item = %(item)s and decided_on >= %(since)s
                 and decided_on <= %(day)s and (decided_on < %(day)s or record > %(record)s)
                 and document is not null
                 and (%(sources)s::uuid[] is null or source = any(%(sources)s::uuid[]))
               order by decided_on desc, record limit %(limit)s""",
            {
                **after,
                "item": item,
                "since": since,
                "sources": None if sources is None else list(sources),
                "limit": PAGE,
            },
        )
        if rows:
            yield rows
        if len(rows) < PAGE:
            return
        after = {"day": rows[-1][3], "record": rows[-1][0]}


def on_days(tx: Transaction, item: str, days: Collection[date]) -> list[Row]:
    """(record, document, decided_on) of an item's records decided on these days."""
    return tx.fetch(
        """select record, document, decided_on from records
           where item = %(item)s and decided_on = any(%(days)s::date[]) and document is not null
           order by decided_on desc, record""",
        {"item": item, "days": list(days)},
    )


def of_records(tx: Transaction, records: Collection[UUID]) -> dict[UUID, tuple[Numbered, UUID, int]]:
    """Records with the receipt and line by which they first came."""
    rows = tx.fetch(
        f"""select r.record, r.source, r.item, r.document, r.decided_on, r.subject, r.profile = 'report',
                  f.receipt, f.line
           from records r
           cross join lateral (
               select p.receipt, c.line
               from contents c join events e using (event) join provenances p using (provenance)
               where {about("r.record")} and e.kind = 'recorded' order by e.seq limit 1) f
           where r.record = any(%(records)s::uuid[])""",
        {"records": list(records)},
    )
    return {row[0]: (Numbered(*row[:7]), row[7], row[8]) for row in rows}


def of_subjects(
    tx: Transaction,
    item: str,
    sources: Collection[UUID],
    subjects: Collection[UUID],
    days: Collection[date],
) -> list[Numbered]:
    """Records of these organisations, decided on these days, that these sources reported under an item.

    The days lead to them: organisations have no index of their own here (that of publicity is the public's).
    """
    rows = tx.fetch(
        """select record, source, item, coalesce(document, ''), decided_on, subject, profile = 'report'
           from records
           where item = %(item)s and decided_on = any(%(days)s::date[])
             and source = any(%(sources)s::uuid[]) and subject = any(%(subjects)s::uuid[])
           order by decided_on, record""",
        {"item": item, "sources": list(sources), "subjects": list(subjects), "days": list(days)},
    )
    return [Numbered(*row) for row in rows]
