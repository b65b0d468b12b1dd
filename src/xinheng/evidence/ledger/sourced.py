"""Current records by who sent them, page by page: for frames of samples and for shares of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xinheng.ground.store.transaction import Transaction

PAGE = 20_000


@dataclass(frozen=True)
class Sourced:
    """A current record as those need it who count records. `shown_mark`: the item's mark 公示 for it."""

    record: UUID
    source: UUID
    item: str
    decided_on: date
    document: str | None
    shown_mark: bool


def pages(
    tx: Transaction, sources: Collection[UUID], items: Collection[str], from_on: date, to_on: date
) -> Iterator[list[Sourced]]:
    """Current records of these sources and items that were decided from one day to before the other, in
    stretches of at most PAGE, item by item, latest decision first."""
    for item in sorted(items):
        after: tuple[date, UUID] | None = None
        while True:
            rows = tx.fetch(
                """select record, source, item, decided_on, document, shown_mark from records
                   where item = %(item)s and decided_on >= %(from)s and decided_on < %(to)s
                     and (%(day)s::date is null
                          or (decided_on, record) < (%(day)s::date, %(record)s::uuid))
                     and state = 'current' and source = any(%(sources)s::uuid[])
                   order by decided_on desc, record desc limit %(limit)s""",
                {
                    "item": item,
                    "from": from_on,
                    "to": to_on,
                    "day": after[0] if after else None,
                    "record": str(after[1]) if after else None,
                    "sources": [str(s) for s in sources],
                    "limit": PAGE,
                },
            )
            found = [Sourced(*row) for row in rows]
            if found:
                yield found
            if len(found) < PAGE:
                break
            after = (found[-1].decided_on, found[-1].record)


def named(tx: Transaction, records: Collection[UUID]) -> dict[UUID, tuple[str | None, date | None]]:
    """Document number and day of decision of each of these records that still stands."""
    rows = tx.fetch(
        """select record, document, decided_on from records
           where record = any(%(records)s::uuid[]) and state = 'current'""",
        {"records": [str(record) for record in records]},
    )
    return {row[0]: (row[1], row[2]) for row in rows}
