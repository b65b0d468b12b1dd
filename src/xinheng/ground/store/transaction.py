"""A transaction, as services and stores see it: two adapters, one behaviour (tests/contract).

Faces open transactions; services and stores only use them. Parameters are named, `%(name)s`, and are
always passed apart from the SQL text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import pyarrow as pa

Params = Mapping[str, Any]
Row = tuple[Any, ...]


class Transaction(Protocol):
    """One open PostgreSQL transaction. Commit and rollback belong to whoever opened it.

    UUIDs come back as `uuid.UUID`, bytea as `bytes`, timestamps as aware UTC `datetime`.
    """

    def execute(self, sql: str, params: Params | None = None) -> int:
        """Run one statement; the number of rows it touched (-1 where unknown)."""
        ...

    def fetch(self, sql: str, params: Params | None = None) -> list[Row]:
        """Run one query (locking clauses allowed) and return all rows."""
        ...

    def load(self, table: str, rows: pa.Table | pa.RecordBatchReader) -> int:
        """Append Arrow rows to `table` by column name; the number of rows loaded.

        Fixed-size binary (16) goes into uuid, (32) into bytea; timestamps must be `us, UTC`.
        """
        ...
