"""Running a room's synchronous reading on the event loop, without a second copy of its SQL.

A room's function asks its transaction one query after another. It runs here on a stack of its own (a
greenlet): where it asks, it stands still until the event loop has brought the answer, and goes on. A thread
would cost more than the queries themselves, and hold a connection while it waits its turn.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import psycopg
from greenlet import getcurrent, greenlet
from psycopg_pool import PoolTimeout

from xinheng.core.errors import XinhengError
from xinheng.ground.store.errors import StoreUnavailable
from xinheng.ground.store.pgdriver import translate
from xinheng.ground.store.transaction import Params, Row, Transaction

if TYPE_CHECKING:
    from xinheng.evidence.subjects.lookup import Pool

Answer = TypeVar("Answer")


class _Asks:
    """One query that the function stands still for."""

    __slots__ = ("params", "sql")

    def __init__(self, sql: str, params: Params | None) -> None:
        self.sql, self.params = sql, params


class _Standing:
    """A transaction whose asker stands still until the event loop, on the stack `loop`, has the answer."""

    def __init__(self, loop: greenlet) -> None:
        self._loop = loop

    def fetch(self, sql: str, params: Params | None = None) -> list[Row]:
        return cast(list[Row], self._loop.switch(_Asks(sql, params)))

    def execute(self, sql: str, params: Params | None = None) -> NoReturn:
        raise TypeError("only reading is done on the event loop")

    def load(self, table: str, rows: Any) -> NoReturn:
        raise TypeError("only reading is done on the event loop")


async def configure(connection: psycopg.AsyncConnection[Any]) -> None:
    """Set a new connection for reading by key: plans are kept, since every key has the same one."""
    await connection.set_autocommit(True)
    for setting in (
        "set default_transaction_read_only = on",  # psycopg's own setting is for its transactions alone
        "set timezone to 'UTC'",
        "set plan_cache_mode = auto",
        "set statement_timeout = '2s'",
    ):
        await connection.execute(setting.encode())


async def read(pool: Pool, function: Callable[[Transaction], Answer]) -> Answer:
    """What `function` answers, its queries run on one connection of the pool, each in its own snapshot.

    `function` reads and does nothing else. Raises what it raises, and the refusals of the store.
    """
    try:
        async with pool.connection() as connection:
            return await _run(connection, function)
    except psycopg.Error as error:
        raise refusal(error) from error


async def _run(connection: psycopg.AsyncConnection[Any], function: Callable[[Transaction], Answer]) -> Answer:
    stack = greenlet(function)
    stack.gr_context = contextvars.copy_context()
    said = stack.switch(_Standing(getcurrent()))
    while not stack.dead:
        try:
            cursor = await connection.execute(said.sql.encode(), said.params)
            rows = await cursor.fetchall()
        except psycopg.Error as error:
            said = stack.throw(refusal(error))
        except BaseException as error:  # noqa: BLE001 (raised anew by the function, which so ends in order)
            said = stack.throw(error)
        else:
            said = stack.switch(rows)
    return cast(Answer, said)


def refusal(error: psycopg.Error) -> XinhengError:
    """The store's refusal for an error of the driver, which asynchronous reading lets through."""
    if isinstance(error, PoolTimeout):
        return StoreUnavailable("没有空闲的数据库连接")
    return translate(error)
