"""Writing rows that DuckDB cannot take as they stand into a staged Parquet file of text columns."""

# ruff: noqa: S608 - SQL of our own column names c<i>; paths go through `quoted`

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.evidence.intake.model import DROPPED, ColumnPlan

BATCH = 20_000  # rows held in memory
ROW_GROUP = 100_000


def quoted(path: Path) -> str:
    """A path as a SQL text literal."""
    return "'" + str(path).replace("'", "''") + "'"


def kept(columns: Sequence[ColumnPlan]) -> list[int]:
    """Indexes of the columns whose cells may be written anywhere."""
    return [c.index for c in columns if c.target != DROPPED]


def staged_select(path: Path, columns: Sequence[ColumnPlan]) -> str:
    """The staged relation over a file that `StagedWriter` wrote."""
    cells = "".join(f"c{i}, " for i in kept(columns))
    return f"SELECT line, {cells}dropped, numeric, fault FROM read_parquet({quoted(path)})"


class StagedWriter:
    """Collects rows and writes them in batches. Columns of identity numbers are counted, not written."""

    def __init__(self, path: Path, columns: Sequence[ColumnPlan]) -> None:
        self._width = len(columns)
        self._kept = kept(columns)
        self._dropped = [c.index for c in columns if c.target == DROPPED]
        texts = [(f"c{i}", pa.string()) for i in self._kept]
        ends = [("dropped", pa.int32()), ("numeric", pa.string()), ("fault", pa.string())]
        self._schema = pa.schema([("line", pa.int32()), *texts, *ends])
        self._writer = pq.ParquetWriter(path, self._schema, compression="snappy")
        self._rows: list[Sequence[str | None]] = []
        self._sides: list[tuple[int, str | None, str | None]] = []
        self.rows = 0

    def add(self, line: int, cells: Sequence[str | None], numeric: str | None, fault: str | None) -> None:
        """One row, exactly as wide as the header."""
        self._rows.append(cells)
        self._sides.append((line, numeric, fault))
        self.rows += 1
        if len(self._rows) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        if not self._rows:
            return
        columns = list(zip(*self._rows, strict=True))
        lines, numeric, faults = zip(*self._sides, strict=True)
        left = [columns[i] for i in self._dropped]
        counts = [sum(bool(c and c.strip()) for c in row) for row in zip(*left, strict=True)]
        arrays = [
            pa.array(lines, pa.int32()),
            *(pa.array(columns[i], pa.string()) for i in self._kept),
            pa.array(counts or [0] * len(lines), pa.int32()),
            pa.array(numeric, pa.string()),
            pa.array(faults, pa.string()),
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema), row_group_size=ROW_GROUP)
        self._rows, self._sides = [], []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()
