"""Work that recurs: one worker at a time, no more often than wanted, with what came of it.

A lock of the database is held while the work runs, on a connection that does nothing else: a worker that is
lost lets go of it, whatever the row says. The lock's transaction reads nothing and keeps no snapshot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from xinheng.ground.store.transaction import Transaction

_AGAIN: Final = timedelta(minutes=10)  # after a worker was lost in the middle of it


@dataclass(frozen=True)
class Run:
    """The last run of something that recurs. `ended` None: it runs, or its worker was lost."""

    name: str
    started: datetime
    ended: datetime | None
    outcome: str | None
    failed: bool


def lock(tx: Transaction, name: str) -> bool:
    """Keep others from running it until this transaction ends; False where another one runs it."""
    rows = tx.fetch(
        "select pg_try_advisory_xact_lock(hashtextextended(%(name)s, 7))", {"name": f"recur:{name}"}
    )
    return bool(rows[0][0])


def begin(tx: Transaction, name: str, before: datetime, now: datetime) -> bool:
    """Note that it runs now, where its last run began by `before` or was lost; whether to go on.

    To be called with the lock held, in a transaction of its own.
    """
    return bool(
        tx.execute(
            """insert into recurring_runs as r (name, started) values (%(name)s, %(now)s)
               on conflict (name) do update
               set started = excluded.started, ended = null, outcome = null, failed = false
               where r.started <= %(before)s or (r.ended is null and r.started < %(lost)s)""",
            {"name": name, "now": now, "before": before, "lost": now - _AGAIN},
        )
    )


def end(tx: Transaction, name: str, outcome: str, now: datetime, *, failed: bool) -> None:
    """Note what came of a run, in Chinese."""
    tx.execute(
        """update recurring_runs set ended = %(now)s, outcome = %(outcome)s, failed = %(failed)s
           where name = %(name)s""",
        {"name": name, "now": now, "outcome": outcome[:500], "failed": failed},
    )


def runs(tx: Transaction) -> Sequence[Run]:
    """The last run of each."""
    rows = tx.fetch("select name, started, ended, outcome, failed from recurring_runs order by name")
    return [Run(*row) for row in rows]
