"""The queue as services see it: a job is put there by the transaction of what it is about, or not at all.

Arguments are ids and numbers only: a job's row is read by whoever looks after the queue, kept in backups, and
must hold no content and nothing about a person (decision 11). Waiting is by the database's own clock.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from xinheng.ground.store.transaction import Transaction

WORK = "work"  # heavy: one at a time in a process
TELL = "tell"  # speaking to other systems: several at a time, mostly waiting
NOW = timedelta(0)


def defer(
    tx: Transaction,
    task: str,
    args: Mapping[str, UUID | str | int],
    *,
    wait: timedelta = NOW,
    once: str | None = None,
    queue: str = WORK,
) -> None:
    """Have `task` run with `args` after `wait`, once this transaction is committed.

    `once` names the job: at most one of this name waits, and another one in its place takes its time.
    """
    if once is not None:
        forget(tx, once)
    tx.execute(
        """select procrastinate_defer_jobs_v1(array[row(
               %(queue)s::text, %(task)s::text, 0, null::text, %(once)s::text, %(args)s::text::jsonb,
               case when %(wait)s::bigint > 0 then now() + make_interval(secs => %(wait)s::bigint) end
           )]::procrastinate_job_to_defer_v1[])""",
        {
            "queue": queue,
            "task": task,
            "once": once,
            "args": json.dumps({name: _plain(value) for name, value in args.items()}),
            "wait": int(wait.total_seconds()),
        },
    )


def forget(tx: Transaction, once: str) -> bool:
    """Take a waiting job of this name out again; whether there was one. A running one is not touched."""
    return bool(
        tx.execute(
            "delete from procrastinate_jobs where queueing_lock = %(once)s and status = 'todo'",
            {"once": once},
        )
    )


def waiting(tx: Transaction, task: str) -> int:
    """How many jobs of a task wait or run."""
    ((count,),) = tx.fetch(
        "select count(*) from procrastinate_jobs where task_name = %(task)s and status in ('todo', 'doing')",
        {"task": task},
    )
    return int(count)


def _plain(value: UUID | str | int) -> str | int:
    return str(value) if isinstance(value, UUID) else value
