"""Rows of a batch counted by what they have in common: a million rows become a few thousand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

COUNT = "count_all"


class Groups:
    """How many rows there were of each combination of some columns."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = list(columns)
        self._counted: list[pa.Table] = []

    def add(self, piece: pa.RecordBatch) -> None:
        """Count the rows of a piece, which has these columns and maybe more."""
        rows = pa.Table.from_batches([piece.select(self._columns)])
        self._counted.append(rows.group_by(self._columns).aggregate([([], COUNT)]))

    def summed(self) -> Iterator[tuple[dict[str, Any], int]]:
        """Each combination (column -> value) with the number of its rows."""
        if not self._counted:
            return
        whole = pa.concat_tables(self._counted).group_by(self._columns).aggregate([(COUNT, "sum")])
        for row in whole.to_pylist():
            yield row, row[f"{COUNT}_sum"]
