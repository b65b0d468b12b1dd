"""The worker over a real queue: what is queued is done, once, and what is lost is taken up again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.sending import row, write

from xinheng.evidence.submissions import entering, service
from xinheng.evidence.submissions.model import Handed, State
from xinheng.faces.app import App
from xinheng.faces.jobs import Pace, tasks, working
from xinheng.ground import queue

QUICK = Pace(look=1, heartbeat=1, given_up=2, reconnect=1)
PATIENCE = 60


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Released at the end of each job."""
    done = threading.Semaphore(0)

    def watched(function: Callable[..., None]) -> Callable[..., None]:
        def task(app: App, **ids: Any) -> None:
            try:
                function(app, **ids)
            finally:
                done.release()

        return task

    for name, function in list(tasks.TASKS.items()):
        monkeypatch.setitem(tasks.TASKS, name, watched(function))  # type: ignore[arg-type]
    return done


def queued(app: App, folder: Path, first: int = 0) -> UUID:
    """A file that only a worker sends."""
    path = write(folder / f"big-{first}.csv", [row(first + n, CF_SY="案由" * 400) for n in range(1_000)])
    found = service.hand_in(app, Handed(path, path.name, "penalty", "A"))
    assert found.state is State.QUEUED
    return found.id


def state(app: App, submission: UUID) -> State:
    with app.database.transaction() as tx:
        return service.by_id(tx, submission).state


def jobs(app: App) -> int:
    with app.database.transaction() as tx:
        return queue.waiting(tx, entering.TASK)


def test_what_is_queued_is_sent_and_published(app: App, ended: threading.Semaphore, tmp_path: Path) -> None:
    submission = queued(app, tmp_path)
    with working(app, QUICK):
        assert ended.acquire(timeout=PATIENCE)
        second = queued(app, tmp_path, 5_000)  # heard of at once: no look is needed
        assert ended.acquire(timeout=PATIENCE)
    assert {state(app, submission), state(app, second)} == {State.DONE}
    assert jobs(app) == 0
    with app.database.transaction() as tx:
        assert tx.fetch("select count(*) from records") == [(2_000,)]
        ((size,),) = tx.fetch("select size from ledger_head")
    assert (app.home.log / "0" / "checkpoint").read_text().split("\n")[1] == str(size)


def test_the_job_of_a_lost_worker_runs_again(app: App, ended: threading.Semaphore, tmp_path: Path) -> None:
    submission = queued(app, tmp_path)
    with app.database.transaction() as tx:  # as a kill leaves it: taken by a worker whose heart stopped
        tx.execute("insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 hour')")
        tx.execute(
            "update procrastinate_jobs set status = 'doing', worker_id = (select max(id) from"
            " procrastinate_workers)"
        )
        tx.execute("update submissions set state = 'running', attempts = 1")
    with working(app, QUICK):
        assert ended.acquire(timeout=PATIENCE)
    assert state(app, submission) is State.DONE
    assert jobs(app) == 0


def test_a_job_that_fails_unexpectedly_waits_and_the_worker_goes_on(
    app: App, monkeypatch: pytest.MonkeyPatch, ended: threading.Semaphore, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(app: App, **_: str) -> None:
        ended.release()
        raise ZeroDivisionError

    monkeypatch.setitem(tasks.TASKS, "test.broken", broken)  # type: ignore[arg-type]
    with app.database.transaction() as tx:
        queue.defer(tx, "test.broken", {"submission": uuid4()})
    with working(app, QUICK):
        assert ended.acquire(timeout=PATIENCE)
    with app.database.transaction() as tx:
        assert tx.fetch("select status::text, attempts, scheduled_at > now() from procrastinate_jobs") == [
            ("todo", 1, True)
        ]
    assert "ZeroDivisionError" in caplog.text


def test_it_ends_at_once_where_nothing_is_to_do_and_without_a_database(app: App) -> None:
    for _ in range(2):
        with working(app, QUICK):
            pass
    with app.database.transaction() as tx:
        assert tx.fetch("select count(*) from procrastinate_workers") == [(0,)]
