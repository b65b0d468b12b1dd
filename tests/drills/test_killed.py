"""`kill -9` of the process and of PostgreSQL at random moments of an intake: wholly in, or not at all.

Eight times in the plain run, fifty with `--long`. The seed of the moments is printed where a drill fails.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conftest import SteppingClock
from tests.sending import House, row

from xinheng.core.errors import XinhengError
from xinheng.evidence.intake import service
from xinheng.evidence.intake.model import Request
from xinheng.evidence.ledger import publishing
from xinheng.evidence.ledger.audit import audit
from xinheng.evidence.ledger.publishing import LogFiles
from xinheng.faces.app.wiring import projectors_of
from xinheng.ground.engine import Engine
from xinheng.ground.keys import Keys
from xinheng.ground.store import Database, Server, migrate
from xinheng.law.packs import Pack
from xinheng.verify.command import main as verify

ROWS = 1_000
SEED = 20261120
FAILED, KILLED = 3, -signal.SIGKILL


@dataclass
class Site:
    """A home of its own, with a server that may die."""

    home: Path
    house: House
    number: int = 0

    def server(self) -> Server:
        return Server(self.home / "db")

    def request(self) -> Request:
        """A fresh file: its numbers have not been sent before."""
        first = self.number * ROWS
        self.number += 1
        return self.house.request(row(first + n) for n in range(ROWS))

    def send(self, request: Request) -> int:
        """A process of its own that takes the file in; its id. Nothing of the parent's is open in it."""
        child = os.fork()
        if child:
            return child
        try:
            with Database(self.address()) as database:
                self.house.database = database
                service.submit(self.house, request)
            os._exit(0)
        except XinhengError:
            os._exit(FAILED)
        except BaseException:  # noqa: BLE001 - whatever it is, the parent must hear of it
            os._exit(FAILED + 1)

    def address(self) -> str:
        return self.server().dsn

    def postmaster(self) -> int:
        return int((self.home / "db" / "data" / "postmaster.pid").read_text().split()[0])


@pytest.fixture
def site(home: Path, national: Pack, clock: SteppingClock) -> Iterator[Site]:
    engine = Engine(800)
    with Server(home / "db") as server:
        migrate(server.dsn)
        with Database(server.dsn) as database:
            house = House(database, engine, Keys.create(home / "keys"), national, clock, home)
            house.projectors = projectors_of(national, engine)
            house.open()
        yield Site(home, house)


def wait(child: int) -> int:
    """How a child ended: its exit code, or the negative of the signal."""
    status = os.waitpid(child, 0)[1]
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def check(site: Site, request: Request) -> bool:
    """After a restart: all of the file is in, or nothing; the books are whole. Whether it is in."""
    with site.server() as server, Database(server.dsn) as database:
        files = LogFiles(site.home / "log", site.house.keys.log)
        with database.transaction() as tx:
            events, records, contents, receipts, shown = (
                tx.fetch(f"select count(*) from {table}")[0][0]
                for table in ("events", "records", "contents", "receipts", "publicity")
            )
            named = tx.fetch(
                "select count(*) from receipts where file_name = %(name)s", {"name": request.file_name}
            )
            assert audit(tx).events == events
            publishing.publish(tx, files, thorough=True)
        assert events == records == contents == receipts * ROWS
        assert shown >= records
        assert verify(["log", str(files.folder), "--key", files.key.verifier]) == 0
        return bool(named[0][0])


def resend(site: Site, request: Request, *, was_in: bool) -> None:
    with site.server() as server, Database(server.dsn) as database:
        site.house.database = database
        answer = service.submit(site.house, request)
        assert answer.repeated is was_in
        assert (answer.counts.accepted, answer.counts.known) == ((0, ROWS) if was_in else (ROWS, 0))
        left = [p.name for p in site.house.incoming.iterdir() if p.name.startswith("work-")]
        assert left == []


def drill(site: Site, times: int) -> None:
    chance = random.Random(SEED)
    before = time.monotonic()
    request = site.request()
    assert wait(site.send(request)) == 0
    whole = time.monotonic() - before
    ends = []
    for turn in range(times):
        request = site.request()
        child = site.send(request)
        time.sleep(chance.uniform(0.05, whole * 1.1))
        if turn % 2:
            postmaster = site.postmaster()
            os.kill(postmaster, signal.SIGKILL)
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL) if turn % 4 == 3 else None
        else:
            os.kill(child, signal.SIGKILL)
        ended = wait(child)
        was_in = check(site, request)
        ends.append((turn, ended, was_in))
        assert ended != FAILED + 1, ends
        resend(site, request, was_in=was_in)
    assert check(site, request)
    # a drill in which nobody died, or nobody lived, shows nothing
    assert sum(ended != 0 for _, ended, _ in ends) > times // 4, ends


def test_eight_kills_leave_all_of_a_file_or_nothing(site: Site) -> None:
    drill(site, 8)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_fifty_kills_leave_all_of_a_file_or_nothing(site: Site) -> None:
    drill(site, 50)
