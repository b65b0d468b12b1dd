"""The bulk adapter: an ADBC connection as a `Transaction`.

ADBC's own parameter binding knows few types, so parameters are composed as literals by psycopg, which quotes
them as the server would. The text that is sent is then one complete statement.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import Any, cast

import adbc_driver_manager
import adbc_driver_postgresql
import pyarrow as pa
from adbc_driver_manager import AdbcStatusCode
from adbc_driver_postgresql import StatementOptions, dbapi
from psycopg.errors import DataError
from psycopg.sql import Literal

from xinheng.ground.store.ahead import ahead
from xinheng.ground.store.errors import StatementFailed
from xinheng.ground.store.pgdriver import refusal
from xinheng.ground.store.transaction import Params, Row

PLACEHOLDER = re.compile(r"%(?:%|\((?P<name>\w+)\)s|(?P<wrong>.?))", re.DOTALL)
LOST = (AdbcStatusCode.IO, AdbcStatusCode.CANCELLED, AdbcStatusCode.TIMEOUT)
# Bytes of a load sent at once. The driver's own 16 MB are more than a piece of a submission has: the server
# would wait until all of it is encoded, and neither side would find what it copies in its cache.
MESSAGE = 1 << 18
UNTRANSLATABLE = "22021"  # SQLSTATE character_not_in_repertoire: a NUL in a text


class Driver:
    """The driver at one address. What types the server has it asks once: before every connection that was
    another connection of its own, and as slow as the one that was wanted."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._opened: adbc_driver_manager.AdbcDatabase | None = None
        self._opening = threading.Lock()

    def connect(self) -> dbapi.Connection:
        """A connection of its own, in UTC, with a transaction open."""
        with self._opening:
            if self._opened is None:
                self._opened = adbc_driver_postgresql.connect(self._dsn)
            made = adbc_driver_manager.AdbcConnection(self._opened)
        connection = dbapi.Connection(cast(Any, _Lent()), made, autocommit=False)
        with connection.cursor() as cursor:
            cursor.execute("set timezone to 'UTC'")
        return connection

    def close(self) -> None:
        """Let go of it. Where a connection that came from it is still open, it goes with that one."""
        with self._opening:
            opened, self._opened = self._opened, None
        if opened is not None:
            with suppress(RuntimeError):
                opened.close()


class _Lent:
    """What a connection closes in the driver's stead: the driver outlives it."""

    def close(self) -> None:
        pass


def composed(sql: str, params: Params | None) -> str:
    """`sql` with every `%(name)s` replaced by its value as a literal and `%%` by `%`.

    Without params the text stays as it is.

    Raises ValueError for a lone `%`, KeyError for a missing parameter, StatementFailed for a text with a NUL.
    """
    if params is None:
        return sql

    def literal(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            if match["wrong"] is not None:
                raise ValueError(f"lone % in SQL before {match['wrong']!r}: write %% or %(name)s")
            return "%"
        return Literal(params[name]).as_string(None)

    try:
        return PLACEHOLDER.sub(literal, sql)
    except DataError as error:
        raise StatementFailed(UNTRANSLATABLE) from error


@contextmanager
def translated() -> Iterator[None]:
    """The driver's errors as refusals of the store."""
    try:
        yield
    except adbc_driver_manager.Error as error:
        details: dict[Any, bytes] = dict(error.details or ())  # keys are bytes, whatever the stub says
        constraint = details.get(b"PG_DIAG_CONSTRAINT_NAME", b"").decode()
        raise refusal(error.sqlstate, constraint, lost=error.status_code in LOST) from error


class AdbcTransaction:
    """`Transaction` over one ADBC connection."""

    def __init__(self, connection: dbapi.Connection) -> None:
        self._cursor = connection.cursor()
        # COPY is quicker for huge results, but cannot carry locking clauses or RETURNING.
        options = {
            StatementOptions.USE_COPY.value: "false",
            StatementOptions.BATCH_SIZE_HINT_BYTES.value: MESSAGE,
        }
        self._cursor.adbc_statement.set_options(**options)
        self.failed = False  # a statement failed: only a rollback is left

    def close(self) -> None:
        """Let go of the statement; a broken connection may complain, and nothing is left to save then."""
        with suppress(adbc_driver_manager.Error):
            self._cursor.close()

    def execute(self, sql: str, params: Params | None = None) -> int:
        with self._watched():
            self._cursor.execute(composed(sql, params))
            return int(self._cursor.rowcount)

    def fetch(self, sql: str, params: Params | None = None) -> list[Row]:
        with self._watched():
            self._cursor.execute(composed(sql, params))
            table = self._cursor.fetch_arrow_table()
        return list(zip(*(_values(column) for column in table.columns), strict=True))

    def load(self, table: str, rows: pa.Table | pa.RecordBatchReader) -> int:
        """Binary COPY. Arrow types must be the column's own: int32 into integer, int64 into bigint…"""
        # The driver looks in `public` unless it is told that the table is a temporary one.
        temporary = bool(
            self.fetch(
                "select 1 from pg_class where oid = to_regclass(%(table)s) and relpersistence = 't'",
                {"table": table},
            )
        )
        with self._watched():
            if isinstance(rows, pa.Table):
                return int(self._cursor.adbc_ingest(table, rows, mode="append", temporary=temporary))
            with ahead(rows) as given:
                return int(self._cursor.adbc_ingest(table, given, mode="append", temporary=temporary))

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            with translated():
                yield
        except BaseException:
            self.failed = True
            raise


def _values(column: pa.ChunkedArray) -> list[Any]:
    """A result column as Python values; PostgreSQL's numeric travels as text and becomes Decimal."""
    values: list[Any] = column.to_pylist()
    if _is_numeric(column.type):
        return [None if v is None else Decimal(v) for v in values]
    if pa.types.is_list(column.type) and _is_numeric(column.type.value_type):
        return [None if v is None else [None if x is None else Decimal(x) for x in v] for v in values]
    return values


def _is_numeric(kind: pa.DataType) -> bool:
    return isinstance(kind, pa.OpaqueType) and kind.type_name == "numeric"
