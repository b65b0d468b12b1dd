"""How wide the columns of a table are to be, by what stands in them."""

from __future__ import annotations

import unicodedata
from typing import Final

from xinheng.outward.documents.model import Table

LEAST: Final = 4
MOST: Final = 40  # half-width cells; a longer cell wraps
LOOKED_AT: Final = 1_000  # rows that are measured


def cells(text: str) -> int:
    """How many half-width cells a text takes on one line."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def shares(table: Table) -> tuple[int, ...]:
    """The width of each column in half-width cells, between LEAST and MOST."""
    found = []
    for at, column in enumerate(table.columns):
        widest = max((cells(row[at]) for row in table.rows[:LOOKED_AT]), default=0)
        # a name may wrap once; what it stands over should not
        found.append(max(LEAST, min(MOST, max(widest, (cells(column.name) + 1) // 2))))
    return tuple(found)
