"""Opening transactions: a bounded pool of psycopg connections, and single ADBC connections for bulk work.

Only faces open transactions (decision 5). Both kinds commit at the end of the `with` block and roll back on
any exception; a transaction in which a statement failed cannot commit, even where the caller swallowed
the error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from xinheng.ground.store.adbc import AdbcTransaction, Driver, translated
from xinheng.ground.store.errors import StatementFailed, StoreUnavailable
from xinheng.ground.store.pgdriver import PsycopgTransaction, translate
from xinheng.ground.store.transaction import Transaction

IN_FAILED_TRANSACTION = "25P02"


class Database:
    """One PostgreSQL database. `dsn` is a libpq address (URI or keywords): a secret, never shown.

    `size` bounds the pool; a caller waits up to `patience` seconds for a connection, then StoreUnavailable.
    Connections are opened when they are first needed. Close it, or use it as a context manager.
    """

    def __init__(self, dsn: str, *, size: int = 8, patience: float = 10.0) -> None:
        self._dsn = dsn
        self._driver = Driver(dsn)
        self._pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            dsn,
            min_size=0,
            max_size=size,
            open=False,
            timeout=patience,
            max_idle=60.0,
            num_workers=1,
            configure=_configure,
            check=ConnectionPool.check_connection,
            name="xinheng",
        )

    def __repr__(self) -> str:
        return "Database(…)"

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections. The database cannot be used afterwards."""
        self._pool.close()
        self._driver.close()

    @property
    def dsn(self) -> str:
        """The address, for drivers that open their own connections (asynchronous lookups). Holds a secret."""
        return self._dsn

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A transaction for everyday work. Raises StoreUnavailable where no connection is to be had."""
        try:
            self._pool.open()
            connection = self._pool.getconn()
        except (PoolTimeout, PoolClosed) as error:
            raise StoreUnavailable("没有空闲的数据库连接") from error
        except psycopg.Error as error:
            raise translate(error) from error
        try:
            tx = PsycopgTransaction(connection)
            yield tx
            if tx.failed:
                raise StatementFailed(IN_FAILED_TRANSACTION)
            try:
                connection.commit()
            except psycopg.Error as error:
                raise translate(error) from error
        except BaseException:
            # closing is enough for the server to roll back, and works on a broken connection too
            try:
                connection.rollback()
            except psycopg.Error:
                connection.close()
            raise
        finally:
            self._pool.putconn(connection)

    @contextmanager
    def bulk(self) -> Iterator[Transaction]:
        """A transaction for millions of rows: an ADBC connection of its own, autocommit off (decision 12)."""
        with translated():
            connection = self._driver.connect()
        try:
            tx = AdbcTransaction(connection)
            try:
                yield tx
                if tx.failed:
                    raise StatementFailed(IN_FAILED_TRANSACTION)
            finally:
                tx.close()
            with translated():
                connection.commit()
        finally:
            connection.close()  # without a commit before it, the server rolls back


def _configure(connection: psycopg.Connection[Any]) -> None:
    connection.execute("set timezone to 'UTC'")
    connection.commit()
