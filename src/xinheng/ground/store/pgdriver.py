"""The everyday adapter: a psycopg connection as a `Transaction`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pyarrow as pa
from psycopg import sql as compose

from xinheng.core.errors import XinhengError
from xinheng.ground.store.errors import DiskFull, StatementFailed, StoreUnavailable, UniqueClash
from xinheng.ground.store.transaction import Params, Row

UNIQUE_VIOLATION = "23505"
DISK_FULL = "53100"
# connection, rollback asked for (deadlock, serialization), resources, lock not available, operator
TRANSIENT_CLASSES = ("08", "40", "53", "55", "57")
UUID_OID = 2950


def refusal(sqlstate: str | None, constraint: str | None, *, lost: bool) -> XinhengError:
    """The one table from SQLSTATE to the refusals of the store, for both adapters."""
    if sqlstate == UNIQUE_VIOLATION:
        return UniqueClash(constraint or "?")
    if sqlstate == DISK_FULL:
        return DiskFull()
    if lost if sqlstate is None else sqlstate[:2] in TRANSIENT_CLASSES:
        return StoreUnavailable()
    return StatementFailed(sqlstate or "?")


def translate(error: psycopg.Error) -> XinhengError:
    """A driver's error as a refusal of the store."""
    lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return refusal(error.sqlstate, error.diag.constraint_name, lost=lost)


class PsycopgTransaction:
    """`Transaction` over one psycopg connection; parameters are bound by the server."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self.failed = False  # a statement failed: only a rollback is left

    def execute(self, sql: str, params: Params | None = None) -> int:
        with self._watched(), self._connection.cursor() as cursor:
            cursor.execute(sql.encode(), params)
            return cursor.rowcount

    def fetch(self, sql: str, params: Params | None = None) -> list[Row]:
        with self._watched(), self._connection.cursor() as cursor:
            cursor.execute(sql.encode(), params)
            return cursor.fetchall()

    def load(self, table: str, rows: pa.Table | pa.RecordBatchReader) -> int:
        """COPY in text form, value by value; for bulk work use the ADBC adapter."""
        names = rows.schema.names
        columns = compose.SQL(", ").join(map(compose.Identifier, names))
        target = compose.Identifier(table)
        batches = rows.to_batches() if isinstance(rows, pa.Table) else rows
        loaded = 0
        with self._watched(), self._connection.cursor() as cursor:
            cursor.execute(compose.SQL("select {} from {} limit 0").format(columns, target))
            converters = [_converter(c.type_code) for c in cursor.description or ()]
            statement = compose.SQL("copy {} ({}) from stdin").format(target, columns)
            with cursor.copy(statement) as copy:
                for batch in batches:
                    lists = [
                        list(map(convert, column.to_pylist())) if convert else column.to_pylist()
                        for convert, column in zip(converters, batch.columns, strict=True)
                    ]
                    for row in zip(*lists, strict=True):
                        copy.write_row(row)
                    loaded += batch.num_rows
        return loaded

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            self.failed = True
            raise translate(error) from error


def _converter(oid: int) -> Callable[[UUID | bytes | None], UUID | None] | None:
    """Sixteen bytes become a UUID where the column is one; everything else is written as it is."""
    if oid != UUID_OID:
        return None
    return lambda value: UUID(bytes=value) if isinstance(value, bytes) else value
