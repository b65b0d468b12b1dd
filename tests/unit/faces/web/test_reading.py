"""Synchronous reading on the event loop: the same answers, and nothing but reading."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from psycopg_pool import AsyncConnectionPool

from xinheng.evidence.subjects import lookup
from xinheng.faces.web.reading import configure, read
from xinheng.ground.store import Database
from xinheng.ground.store.transaction import Transaction


def on_the_loop(database: Database, function: Callable[[Transaction], Any]) -> Any:
    async def run() -> Any:
        pool: lookup.Pool = AsyncConnectionPool(database.dsn, configure=configure, open=False)
        async with pool:
            return await read(pool, function)

    return asyncio.run(run())


def stairs(tx: Transaction) -> list[int]:
    """Each query depends on the answer before."""
    found = [1]
    for _ in range(4):
        found.append(tx.fetch("select %(n)s::integer * 2", {"n": found[-1]})[0][0])
    return found


def test_queries_that_build_on_each_other_are_answered_as_in_a_transaction(database: Database) -> None:
    with database.transaction() as tx:
        expected = stairs(tx)
    assert on_the_loop(database, stairs) == expected == [1, 2, 4, 8, 16]


def test_a_refusal_of_the_room_comes_through(database: Database) -> None:
    def refuses(tx: Transaction) -> None:
        raise KeyError(tx.fetch("select 'gone'")[0][0])

    with pytest.raises(KeyError, match="gone"):
        on_the_loop(database, refuses)


def test_writing_is_refused(database: Database) -> None:
    def writes(tx: Transaction) -> None:
        tx.execute("insert into platform (name, value) values ('a', 'b')")

    with pytest.raises(TypeError):
        on_the_loop(database, writes)
