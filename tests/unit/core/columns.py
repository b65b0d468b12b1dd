"""Runs a core expression over a column in DuckDB, as intake does, to hold it equal to its Python twin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa


def over(values: Sequence[str | None], *expressions: str) -> list[tuple[Any, ...]]:
    """The rows of `expressions` over the column `v`, in the order of `values`."""
    given = pa.table({"i": pa.array(range(len(values)), pa.int64()), "v": pa.array(values, pa.string())})
    with duckdb.connect() as engine:
        engine.register("given", given)
        rows = engine.execute(f"SELECT {', '.join(expressions)} FROM given ORDER BY i").fetchall()
    return [tuple(row) for row in rows]
