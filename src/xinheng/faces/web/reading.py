"""Running a room's synchronous reading on the event loop, without a second copy of its SQL.

A room's function asks its transaction one query after another. Here it is run against the answers known so
far; where it asks for one more, the query goes to the server and the function starts anew with the answer.
Reading is quick and has no effects, so starting anew costs microseconds; a thread would cost more than the
queries themselves, and hold a connection while it waits its turn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import psycopg

from xinheng.ground.store.transaction import Params, Row, Transaction

if TYPE_CHECKING:
    from xinheng.evidence.subjects.lookup import Pool

Answer = TypeVar("Answer")


class _Asks(BaseException):
    """One more query is wanted. No Exception, so that no room mistakes it for a failure of its own."""

    def __init__(self, sql: str, params: Params | None) -> None:
        self.sql, self.params = sql, params


class _Known:
    """A transaction that answers from what was answered before."""

    def __init__(self, answers: list[list[Row]]) -> None:
        self._answers, self._next = answers, 0

    def fetch(self, sql: str, params: Params | None = None) -> list[Row]:
        if self._next == len(self._answers):
            raise _Asks(sql, params)
        self._next += 1
        return self._answers[self._next - 1]

    def execute(self, sql: str, params: Params | None = None) -> NoReturn:
        raise TypeError("only reading can be started anew")

    def load(self, table: str, rows: Any) -> NoReturn:
        raise TypeError("only reading can be started anew")


async def configure(connection: psycopg.AsyncConnection[Any]) -> None:
    """Set a new connection for reading by key: plans are kept, since every key has the same one."""
    await connection.set_autocommit(True)
    await connection.set_read_only(True)
    for setting in ("set timezone to 'UTC'", "set plan_cache_mode = auto", "set statement_timeout = '2s'"):
        await connection.execute(setting.encode())


async def read(pool: Pool, function: Callable[[Transaction], Answer]) -> Answer:
    """What `function` answers, its queries run on one connection of the pool, each in its own snapshot.

    `function` must ask the same queries for the same answers, and do nothing else.
    """
    answers: list[list[Row]] = []
    async with pool.connection() as connection:
        while True:
            try:
                return function(_Known(answers))
            except _Asks as ask:
                wanted = ask
            cursor = await connection.execute(wanted.sql.encode(), wanted.params)
            answers.append(await cursor.fetchall())
