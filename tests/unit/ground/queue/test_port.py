"""The queue over both adapters: with the transaction or not at all, once by name, later by the clock."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from xinheng.ground import queue
from xinheng.ground.store import Database

ADAPTERS = ("transaction", "bulk")


def jobs(database: Database) -> list[tuple[str, str, dict[str, object], int | None]]:
    """(queue, task, arguments, seconds until it may run) of each waiting job."""
    with database.transaction() as tx:
        rows = tx.fetch(
            """select queue_name, task_name, args::text,
                      round(extract(epoch from scheduled_at - now()))::int
               from procrastinate_jobs where status = 'todo' order by id"""
        )
    return [(row[0], row[1], json.loads(row[2]), row[3]) for row in rows]


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_job_is_there_once_its_transaction_is(database: Database, adapter: str) -> None:
    number = uuid4()
    with getattr(database, adapter)() as tx:
        queue.defer(tx, "a.task", {"submission": number, "turn": 3})
        assert jobs(database) == []
    assert jobs(database) == [("work", "a.task", {"submission": str(number), "turn": 3}, None)]


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_of_one_name_only_the_last_waits(database: Database, adapter: str) -> None:
    for wait in (60, 600):
        with getattr(database, adapter)() as tx:
            queue.defer(
                tx, "a.task", {"turn": wait}, wait=timedelta(seconds=wait), once="it", queue=queue.TELL
            )
    ((name, _, args, seconds),) = jobs(database)
    assert (name, args) == ("tell", {"turn": 600})
    assert seconds is not None
    assert 590 <= seconds <= 600
    with database.transaction() as tx:
        assert queue.waiting(tx, "a.task") == 1
        assert queue.forget(tx, "it")
        assert not queue.forget(tx, "it")
        assert queue.waiting(tx, "a.task") == 0
