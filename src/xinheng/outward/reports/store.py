"""The tables bulletins and exports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from xinheng.core import canonical
from xinheng.ground.store.transaction import Row, Transaction


@dataclass(frozen=True)
class Issued:
    """A bulletin as issued: what it was computed from, and the digests of its files."""

    head: str
    month: date
    issued: datetime
    actor: str
    cutoff: datetime
    pack: str
    position: int
    tree: str
    digests: Mapping[str, str]


_COLUMNS = "head, month, issued, actor, cutoff, pack, position, tree, digests"


def insert(tx: Transaction, issued: Issued) -> bool:
    """False where that month's was issued already."""
    return bool(
        tx.execute(
            f"""insert into bulletins ({_COLUMNS}) values (%(head)s, %(month)s, %(issued)s, %(actor)s,
                %(cutoff)s, %(pack)s, %(position)s, %(tree)s, %(digests)s) on conflict do nothing""",
            {**vars(issued), "digests": canonical.dumps(dict(issued.digests))},
        )
    )


def issued(tx: Transaction, head: str, month: date) -> Issued | None:
    rows = tx.fetch(
        f"select {_COLUMNS} from bulletins where head = %(head)s and month = %(month)s",
        {"head": head, "month": month},
    )
    return _issued(rows[0]) if rows else None


def all_issued(tx: Transaction, head: str | None = None) -> list[Issued]:
    """Of a head (None: of all), the newest month first."""
    rows = tx.fetch(
        f"""select {_COLUMNS} from bulletins where %(head)s::text is null or head = %(head)s::text
            order by month desc, head""",
        {"head": head},
    )
    return [_issued(row) for row in rows]


def _issued(row: Row) -> Issued:
    values = [*row[:8], json.loads(row[8])]
    return Issued(*values)
