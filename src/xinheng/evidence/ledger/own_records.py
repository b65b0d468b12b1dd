"""What an agency has sent before, found by document number or record id: to copy from, or to correct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xinheng.ground.store.transaction import Transaction


@dataclass(frozen=True)
class OwnRecord:
    """A current record of one of the asked sources."""

    record: UUID
    document: str | None
    authority: str | None
    decided_on: date | None


def found(
    tx: Transaction, item: str, sources: Sequence[UUID], document: str, record: UUID | None, limit: int
) -> list[OwnRecord]:
    """Current records of the sources under an item, latest decision first: those whose number holds
    `document` (all, where it is empty), or the one with this id.

    Numbers have no index of their own: records of the item are walked from the latest on.
    """
    rows = tx.fetch(
        """select record, document, authority, decided_on from records
           where item = %(item)s and source = any(%(sources)s::uuid[]) and state = 'current'
             and (%(record)s::uuid is null or record = %(record)s::uuid)
             and (%(part)s = '' or position(%(part)s in document) > 0)
           order by decided_on desc, record limit %(limit)s""",
        {
            "item": item,
            "sources": [str(source) for source in sources],
            "record": None if record is None else str(record),
            "part": document,
            "limit": limit,
        },
    )
    return [OwnRecord(*row) for row in rows]


def decided(
    tx: Transaction,
    item: str,
    days: Sequence[date],
    documents: Sequence[str],
    sources: Sequence[UUID],
) -> list[OwnRecord]:
    """Current records of an item that were decided on one of the days, whoever sent them, and those of the
    sources whose number is spelt like one of `documents`: for comparing many numbers with what is held.

    Numbers have no index of their own: days narrow the first, sources the second.
    """
    rows = tx.fetch(
        """select record, document, authority, decided_on from records
           where item = %(item)s and state = 'current' and document is not null
             and decided_on = any(%(days)s::date[])
           union
           select record, document, authority, decided_on from records
           where item = %(item)s and state = 'current' and source = any(%(sources)s::uuid[])
             and document = any(%(documents)s::text[])""",
        {
            "item": item,
            "days": list(days),
            "documents": list(documents),
            "sources": [str(source) for source in sources],
        },
    )
    return [OwnRecord(*row) for row in rows]
