"""`kill -9` of a worker in the middle of a submission, again and again: one receipt, all rows, once.

The seed of the moments is printed where the drill fails.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from pathlib import Path
from uuid import UUID

import pytest
from tests.conftest import SteppingClock
from tests.sending import AUTHORITY, row, write

from xinheng.evidence.submissions import service
from xinheng.evidence.submissions.model import SMALL, Handed, State, Submission
from xinheng.faces.app import App, Settings, init_home, open_app
from xinheng.faces.jobs import Pace, working
from xinheng.office.access import service as access

ROWS = 3_000
KILLS = 3  # below the attempts after which a submission is given up
SEED = 20261121
PACE = Pace(look=1, heartbeat=1, given_up=2, reconnect=1)


@pytest.fixture
def settings(dsn: str, home: Path) -> Settings:
    made = Settings(home=home / "home", dsn=dsn)
    init_home(made, "national", SteppingClock())
    return made


def begin(settings: Settings) -> int:
    """A worker in a process of its own; its id."""
    child = os.fork()
    if child:
        return child
    try:
        with open_app(settings, SteppingClock(), serving=True) as app, working(app, PACE):
            threading.Event().wait()
    finally:
        os._exit(1)


def until(app: App, submission: UUID, states: set[State], attempts: int = 0) -> Submission:
    """The submission, once it stands in one of these states and was begun so often."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with app.database.transaction() as tx:
            found = service.by_id(tx, submission)
        if found.state in states and found.attempts >= attempts:
            return found
        time.sleep(0.02)
    raise AssertionError((found, SEED))


def test_a_worker_killed_in_the_middle_leaves_one_receipt(settings: Settings, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    path = write(tmp_path / "big.csv", [row(n, CF_SY="案由" * 200) for n in range(ROWS)])
    assert path.stat().st_size > SMALL
    killed_running = 0
    with open_app(settings, SteppingClock()) as app:
        with app.database.transaction() as tx:
            access.add_agency(tx, access.NewAgency("A", AUTHORITY), app.clock, "test")
        submission = service.hand_in(app, Handed(path, path.name, "penalty", "A")).id
    for turn in range(KILLS):
        child = begin(settings)  # forked while nothing of ours is open
        with open_app(settings, SteppingClock()) as app:
            until(app, submission, {State.RUNNING, State.DONE}, turn + 1)
            # a fast machine sends the whole file in a second: the first blow falls well before
            time.sleep(chance.uniform(0, 0.3 + 0.4 * turn))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            with app.database.transaction() as tx:
                state = service.by_id(tx, submission).state
        if state is State.DONE:
            break
        killed_running += state is State.RUNNING
    assert killed_running, "nobody was killed while sending"
    with open_app(settings, SteppingClock(), serving=True) as app:
        with working(app, PACE):
            done = until(app, submission, {State.DONE})
        with app.database.transaction() as tx:
            assert tx.fetch("select count(*) from receipts") == [(1,)]
            assert tx.fetch("select receipt from receipts") == [(done.receipt,)]
            assert tx.fetch("select count(*) from records") == [(ROWS,)]
            assert tx.fetch("select count(*) from procrastinate_jobs") == [(0,)]
        assert [p for p in app.incoming.iterdir() if p.is_dir()] == []
