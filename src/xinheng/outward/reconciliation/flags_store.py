"""Records that stand out, by the partial indexes that find them: nothing here walks the whole table."""
# ruff: noqa: S608 - SQL of our own constants; values are parameters

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from xinheng.ground.store.transaction import Transaction
from xinheng.outward.reconciliation.model import Kind
from xinheng.outward.reconciliation.ways_store import COLUMNS, Kept, kept_of


def back(tx: Transaction, partner: UUID) -> list[Kept]:
    """Records of which a version came back and nothing newer was taken since."""
    return _those(tx, partner, "back")


def faulty(tx: Transaction, partner: UUID, kind: Kind) -> list[Kept]:
    """Records that differed in this way in the newest list."""
    return _those(tx, partner, "fault = %(kind)s", kind=kind.value)


def undecided(tx: Transaction, partner: UUID, before: datetime) -> list[Kept]:
    """Records that the partner received before a moment and did not decide."""
    return _those(tx, partner, "state = 'received' and changed <= %(before)s", before=before)


def waiting(tx: Transaction, partner: UUID, before: datetime) -> dict[str, int]:
    """By item: how many records are due since before a moment."""
    rows = tx.fetch(
        """select item, count(*) from upward_records
           where partner = %(partner)s and state = 'due' and changed <= %(before)s group by item""",
        {"partner": partner, "before": before},
    )
    return {row[0]: int(row[1]) for row in rows}


def _those(tx: Transaction, partner: UUID, where: str, **values: Any) -> list[Kept]:
    rows = tx.fetch(
        f"select {COLUMNS} from upward_records where partner = %(partner)s and {where} order by record",
        {"partner": partner, **values},
    )
    return [kept_of(row) for row in rows]
