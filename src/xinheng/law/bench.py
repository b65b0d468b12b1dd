"""A small locked DuckDB on which rules are tried when a pack loads: types, and worked examples.

In process, because nothing runs here that the allow-list has not confined and the rows are the pack's own
examples. Files of agencies never come here; they go through `ground.engine`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Self

import duckdb


class BenchError(Exception):
    """DuckDB refused a text; the message is its first line."""


class Bench:
    """An in-memory DuckDB without access to anything outside. Use as a context manager."""

    def __init__(self) -> None:
        self._db = duckdb.connect(
            ":memory:",
            config={
                "enable_external_access": "false",
                "autoload_known_extensions": "false",
                "autoinstall_known_extensions": "false",
                "threads": "1",
                "memory_limit": "256MB",
                "max_temp_directory_size": "0B",
            },
        )
        self._db.execute("SET lock_configuration = true")
        self._table: tuple[str, ...] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def types(self, parts: Sequence[str], columns: Collection[str]) -> list[str]:
        """The DuckDB type of each expression over a table of VARCHAR columns. Raises BenchError."""
        self._prepare(columns)
        listed = ", ".join(f"({part}) AS p{i}" for i, part in enumerate(parts))
        try:
            # S608: the parts are a pack's rules, confined by the allow-list; there is no outside value
            rows = self._db.execute(f"DESCRIBE SELECT {listed} FROM bench").fetchall()  # noqa: S608
        except duckdb.Error as error:
            raise BenchError(str(error).splitlines()[0][:200]) from None
        return [str(row[1]) for row in rows]

    def run(
        self,
        parts: Sequence[Sequence[str]],
        columns: Collection[str],
        rows: Sequence[tuple[int, Mapping[str, str | None]]],
    ) -> list[tuple[bool | None, ...]]:
        """`TRY` of the texts of one part on each row, in order. Raises BenchError.

        `parts`: texts that are run together, as many in each part; `rows`: number of the part, and the row.
        """
        self._prepare(columns)
        names = self._table or ()
        listed = ", ".join(
            "CASE bench_part "
            + " ".join(f"WHEN {i} THEN TRY({part[n]})" for i, part in enumerate(parts))
            + " END"
            for n in range(len(parts[0]) if parts else 0)
        )
        try:
            self._fill(names, rows)
            # S608: as above
            sql = f"SELECT {listed} FROM bench ORDER BY bench_row"  # noqa: S608
            found = self._db.execute(sql).fetchall() if listed else []
        except duckdb.Error as error:
            raise BenchError(str(error).splitlines()[0][:200]) from None
        return [tuple(row) for row in found]

    def _fill(self, names: Sequence[str], rows: Sequence[tuple[int, Mapping[str, str | None]]]) -> None:
        """Put the rows into the table, as one JSON text: thousands of parameters take a second."""
        self._db.execute("DELETE FROM bench")
        if not rows:
            return
        given = [{"bench_row": i, "bench_part": part, **row} for i, (part, row) in enumerate(rows)]
        shape = json.dumps(
            [{"bench_row": "BIGINT", "bench_part": "BIGINT", **dict.fromkeys(names, "VARCHAR")}]
        )
        self._db.execute(
            "INSERT INTO bench BY NAME SELECT unnest(from_json($rows, $shape), recursive := true)",
            {"rows": json.dumps(given), "shape": shape},
        )

    def _prepare(self, columns: Collection[str]) -> None:
        wanted = tuple(sorted(set(columns)))
        if wanted == self._table:
            return
        listed = "".join(f', "{name}" VARCHAR' for name in wanted)
        self._db.execute(f"CREATE OR REPLACE TABLE bench (bench_row BIGINT, bench_part BIGINT{listed})")
        self._table = wanted
