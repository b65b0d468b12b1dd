"""The worker: takes queued jobs and runs them, in a thread with an event loop of its own.

A job whose worker is gone (killed, machine lost) is taken up by another after `Pace.given_up` seconds. Ending
waits for the jobs that run: a submission of a million rows is finished first.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import procrastinate
from procrastinate import jobs as stored
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from xinheng.core.errors import XinhengError
from xinheng.faces.jobs.tasks import RECURRING, TASKS
from xinheng.ground import queue

if TYPE_CHECKING:
    from xinheng.faces.app import App

logger = logging.getLogger(__name__)

AT_ONCE: Final = {queue.WORK: 1, queue.TELL: 4}  # jobs of each queue side by side
TRIES: Final = 6  # of a job that fails unexpectedly; 1, 3, 5 … minutes apart


@dataclass(frozen=True)
class Pace:
    """Seconds: between looks for work, between heartbeats, after which a worker is given up, between
    attempts to reach the database again."""

    look: int = 5
    heartbeat: int = 10
    given_up: int = 30
    reconnect: int = 5


@contextmanager
def working(app: App, pace: Pace | None = None) -> Iterator[None]:
    """Run queued jobs of this home while the block lasts; running ones are finished at its end."""
    worker = _Worker(app, pace or Pace())
    thread = threading.Thread(target=worker.run, name="xinheng-worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()


class _Worker:
    def __init__(self, app: App, pace: Pace) -> None:
        self._app, self._pace = app, pace
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()

    def run(self) -> None:
        """In the worker's own thread, until stopped."""
        try:
            self._loop.run_until_complete(self._keep_working())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
        finally:
            self._loop.close()

    def stop(self) -> None:
        """From another thread."""
        with suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(self._stop.set)

    async def _keep_working(self) -> None:
        while not self._stop.is_set():
            try:
                async with self._queue().open_async() as opened:
                    await self._work(opened)
            except (ConnectorException, PoolTimeout, OSError) as error:
                logger.warning("queue out of reach: %s", type(error).__name__)
            except Exception:
                logger.exception("worker stopped unexpectedly")
            await self._rest(self._pace.reconnect)

    async def _rest(self, seconds: int) -> None:
        """Sleep, unless stopped meanwhile."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    async def _work(self, opened: procrastinate.App) -> None:
        """Until stopped, or until one of the parts ends (a lost connection)."""
        workers = [
            asyncio.create_task(
                opened.run_worker_async(
                    queues=[name],
                    name=name,
                    concurrency=count,
                    fetch_job_polling_interval=self._pace.look,
                    update_heartbeat_interval=self._pace.heartbeat,
                    stalled_worker_timeout=self._pace.given_up,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                )
            )
            for name, count in AT_ONCE.items()
        ]
        sides = [asyncio.create_task(self._rescue(opened)), asyncio.create_task(self._stop.wait())]
        sides += [
            asyncio.create_task(self._recur(int(wait.total_seconds()), todo)) for wait, todo in RECURRING
        ]
        try:
            await asyncio.wait([*workers, *sides], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*workers, *sides):
                task.cancel()
            for ended in await asyncio.gather(*workers, *sides, return_exceptions=True):
                if isinstance(ended, Exception):
                    logger.warning("worker: %s", type(ended).__name__)

    async def _rescue(self, opened: procrastinate.App) -> None:
        """Have jobs run again whose worker is gone."""
        while True:
            for job in await opened.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._pace.given_up):
                logger.warning("job %s of a lost worker runs again", job.id)
                try:
                    await opened.job_manager.retry_job(job)
                except ConnectorException:  # another one of its name waits already
                    await opened.job_manager.finish_job(job, status=stored.Status.FAILED, delete_job=True)
            await asyncio.sleep(self._pace.heartbeat)

    async def _recur(self, seconds: int, todo: Callable[[App], None]) -> None:
        while True:
            try:
                await asyncio.to_thread(todo, self._app)
            except Exception:
                logger.exception("recurring work failed")
            await asyncio.sleep(seconds)

    def _queue(self) -> procrastinate.App:
        app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(conninfo=self._app.database.dsn, min_size=1, max_size=6)
        )
        again = procrastinate.RetryStrategy(max_attempts=TRIES, wait=60, linear_wait=120)
        for name, function in TASKS.items():
            app.task(name=name, retry=again)(_named(function, self._app))
        return app


def _named(function: Callable[..., None], app: App) -> Callable[..., Any]:
    def task(**ids: Any) -> None:
        try:
            function(app, **ids)
        except XinhengError as refusal:  # the database is out of reach: the job waits
            logger.warning("%s", refusal)
            raise
        except Exception:
            logger.exception("job failed unexpectedly")
            raise

    return task
