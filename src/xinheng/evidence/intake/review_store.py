"""The table record_reviews: rows that wait for the credit office, and how it decided."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction

_SELECT: Final = (
    "select v.review, v.record, v.receipt, v.line, v.source, v.cells, v.opened, v.closed, v.decision,"
    " v.decided_by, v.note, t.item, t.columns from record_reviews v join receipts t using (receipt)"
)


@dataclass(frozen=True)
class RecordReview:
    """A row that says something else than the record it meets. `cells`: header -> text, masked."""

    review: UUID
    record: UUID
    receipt: UUID
    line: int
    source: UUID
    cells: Mapping[str, str]
    opened: datetime
    closed: datetime | None
    decision: str | None
    decided_by: str | None
    note: str | None
    item: str
    columns: Mapping[str, str]  # header -> field code or what became of it


def listed(tx: Transaction, limit: int, offset: int, *, closed: bool) -> tuple[list[RecordReview], int]:
    """A page of reviews that wait, oldest first, or of closed ones, newest first; and how many there are."""
    state, order = ("is not null", "v.closed desc, v.review") if closed else ("is null", "v.opened, v.review")
    rows = tx.fetch(
        f"{_SELECT} where v.closed {state} order by {order} limit %(limit)s offset %(offset)s",
        {"limit": limit, "offset": offset},
    )
    [(count,)] = tx.fetch(f"select count(*) from record_reviews where closed {state}")  # noqa: S608 - our own
    return [_review(row) for row in rows], count


def one(tx: Transaction, review: UUID, *, lock: bool = False) -> RecordReview | None:
    rows = tx.fetch(
        f"{_SELECT} where v.review = %(review)s" + (" for update of v" if lock else ""), {"review": review}
    )
    return _review(rows[0]) if rows else None


def close(tx: Transaction, review: UUID, decision: str, by: str, note: str, at: datetime) -> None:
    tx.execute(
        "update record_reviews set closed = %(at)s, decision = %(decision)s, decided_by = %(by)s,"
        " note = %(note)s where review = %(review)s",
        {"review": review, "at": at, "decision": decision, "by": by, "note": note},
    )


def _review(row: Row) -> RecordReview:
    return RecordReview(
        review=row[0],
        record=row[1],
        receipt=row[2],
        line=row[3],
        source=row[4],
        cells=json.loads(row[5]),
        opened=row[6],
        closed=row[7],
        decision=row[8],
        decided_by=row[9],
        note=row[10],
        item=row[11],
        columns=json.loads(row[12]),
    )
