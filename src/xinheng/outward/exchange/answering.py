"""Writing a batch's receipt and results into the agency's tables: in one transaction, once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import Connection, insert, select

from xinheng.core.times import SHANGHAI, Clock
from xinheng.evidence.intake.model import RowResult
from xinheng.evidence.intake.store import Kept
from xinheng.outward.exchange import tables
from xinheng.outward.exchange.model import Answer, Batch, Exchange, Row, answer

AT_ONCE = 1_000


def answers(
    rows: Iterable[Row], found: Iterable[RowResult], kept: Kept | None, names: Mapping[str, str]
) -> Iterator[Answer]:
    """What is said of each row of a batch: its rows and those of the receipt, side by side, by line."""
    results = iter(found)
    for row in rows:
        result = next(results, None) if row.line else None
        if row.line and (result is None or result.line != row.line):
            raise ValueError(f"the receipt says nothing of line {row.line}")
        yield answer(row, result, kept.receipt if kept else None, names)


def write(link: Connection, head: Mapping[str, Any], said: Iterable[Answer]) -> bool:
    """Write results and receipt; False where they stand there already. The caller commits.

    The receipt is the mark of completion: both are in one transaction, so where it is, all of them are.
    """
    receipts, results = tables.receipts(), tables.results()
    there = select(receipts.c.batch).where(receipts.c.batch == head["batch"])
    if link.execute(there).first() is not None:
        return False
    waiting = iter(said)
    while part := list(islice(waiting, AT_ONCE)):
        link.execute(insert(results), [{"batch": head["batch"], **vars(each)} for each in part])
    link.execute(insert(receipts), [dict(head)])
    return True


def head(exchange: Exchange, batch: Batch, kept: Kept | None, clock: Clock) -> dict[str, Any]:
    """The receipt as the agency's table has it."""
    return {
        "batch": str(batch.batch),
        "outbox": exchange.outbox,
        "item": exchange.item,
        "receipt": str(kept.receipt) if kept else None,
        "taken": batch.taken,
        "refused": batch.refused,
        **{name: batch.counts.get(name, 0) for name in tables.COUNTS},
        "first_row": batch.first_row,
        "last_row": batch.last_row,
        "position": kept.position if kept else None,
        "file_sha256": batch.sha256,
        "pack": kept.pack[:200] if kept else None,
        "written_at": clock.now().at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
    }
