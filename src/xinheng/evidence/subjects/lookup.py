"""Search, asynchronous: what the public asks all day (decision 26).

The face that owns the event loop owns the pool too; it hands `configure` to it:
`AsyncConnectionPool(dsn, configure=configure, …)`.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from xinheng.evidence.subjects.model import Found
from xinheng.evidence.subjects.search_sql import STEADY
from xinheng.evidence.subjects.searching import Answer, Steps, searching

Pool = AsyncConnectionPool[psycopg.AsyncConnection[Any]]


async def configure(connection: psycopg.AsyncConnection[Any]) -> None:
    """Set a new connection of the pool: reading only, no transaction block around single queries, UTC.

    No plan is kept for a statement whatever its values: a rare text and a frequent one need different ones.
    A search that runs for two seconds is ended: nobody waits for it, and others wait behind it.
    """
    await connection.set_autocommit(True)
    for setting in (
        *STEADY.split("; "),
        "set default_transaction_read_only = on",  # psycopg's own setting is for its transactions alone
        "set timezone to 'UTC'",
        "set plan_cache_mode = force_custom_plan",
        "set statement_timeout = '2s'",
    ):
        await connection.execute(setting.encode())


async def find(pool: Pool, text: str, page: int = 1) -> Found:
    """One page of what `text` finds. Raises NothingAsked, TooMuchAsked, PageOutOfReach."""
    return await _run(pool, searching(text, page))


async def _run(pool: Pool, steps: Steps[Answer]) -> Answer:
    """Run the steps on one connection, taken only once the question has proved sound."""
    ask = next(steps)
    async with pool.connection() as connection:
        while True:
            cursor = await connection.execute(ask.sql.encode(), ask.params)
            try:
                ask = steps.send(await cursor.fetchall())
            except StopIteration as stop:
                answer: Answer = stop.value
                return answer
