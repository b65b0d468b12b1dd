"""Synchronous reading on the event loop: the same answers, and nothing but reading."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from psycopg_pool import AsyncConnectionPool

from xinheng.core.errors import XinhengError
from xinheng.evidence.subjects import lookup
from xinheng.faces.web.reading import configure, read
from xinheng.ground.store import Database
from xinheng.ground.store.errors import StoreUnavailable
from xinheng.ground.store.transaction import Transaction


def on_the_loop(database: Database, function: Callable[[Transaction], Any]) -> Any:
    return on_a_pool(database, lambda pool: read(pool, function))


def on_a_pool(database: Database, asked: Callable[[lookup.Pool], Awaitable[Any]], **settings: Any) -> Any:
    async def run() -> Any:
        pool: lookup.Pool = AsyncConnectionPool(
            database.dsn, configure=configure, open=False, **{"min_size": 1, **settings}
        )
        async with pool:
            return await asked(pool)

    return asyncio.run(run())


def stairs(tx: Transaction, first: int = 1) -> list[int]:
    """Each query depends on the answer before."""
    found = [first]
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


def test_the_driver_s_error_is_a_refusal_of_the_store_where_it_was_asked(database: Database) -> None:
    seen: list[Exception] = []

    def asks_nonsense(tx: Transaction) -> None:
        try:
            tx.fetch("select 1 from nowhere")
        except XinhengError as error:
            seen.append(error)
            raise

    with pytest.raises(XinhengError) as refused, database.transaction() as tx:
        asks_nonsense(tx)
    with pytest.raises(type(refused.value)):
        on_the_loop(database, asks_nonsense)
    assert [type(error) for error in seen] == [type(refused.value)] * 2


def test_who_no_longer_waits_ends_the_function_in_order(database: Database) -> None:
    ends: list[str] = []

    def sleeps(tx: Transaction) -> None:
        try:
            tx.fetch("select pg_sleep(60)")
        finally:
            ends.append("in order")

    async def given_up(pool: lookup.Pool) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await read(pool, sleeps)

    on_a_pool(database, given_up)
    assert ends == ["in order"]


def test_functions_that_wait_at_once_get_their_own_answers(database: Database) -> None:
    async def many(pool: lookup.Pool) -> list[list[int]]:
        return await asyncio.gather(*(read(pool, lambda tx, n=n: stairs(tx, n)) for n in range(1, 40)))

    assert on_a_pool(database, many) == [[n, 2 * n, 4 * n, 8 * n, 16 * n] for n in range(1, 40)]


def test_no_free_connection_is_said_as_such(database: Database) -> None:
    async def crowded(pool: lookup.Pool) -> None:
        async with pool.connection(), pool.connection():
            with pytest.raises(StoreUnavailable):
                await read(pool, stairs)

    on_a_pool(database, crowded, max_size=2, timeout=0.05)


def test_writing_is_refused(database: Database) -> None:
    def writes(tx: Transaction) -> None:
        tx.execute("insert into platform (name, value) values ('a', 'b')")

    with pytest.raises(TypeError):
        on_the_loop(database, writes)


@pytest.mark.parametrize("way", [configure, lookup.configure])
def test_the_database_refuses_what_writes_by_the_name_of_reading(database: Database, way: Any) -> None:
    async def run() -> None:
        async with AsyncConnectionPool(database.dsn, configure=way, open=False, min_size=1) as pool:
            await read(
                pool,
                lambda tx: tx.fetch("insert into platform (name, value) values ('a', 'b') returning name"),
            )

    with pytest.raises(XinhengError):
        asyncio.run(run())
    with database.transaction() as tx:
        assert tx.fetch("select from platform where name = 'a'") == []
