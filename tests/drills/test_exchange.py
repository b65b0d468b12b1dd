"""Two agencies exchange rows through PostgreSQL and MariaDB while the platform is killed again and again:
nothing lost, nothing twice.

3 000 rows each and three kills in the plain run; 100 000 each and ten with `--long` (issue 3). Between the
kills the agencies go on writing, and in every turn one of their transactions commits late with smaller row
ids than others that were read already.
"""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import insert
from tests.conftest import SteppingClock
from tests.contract.agencies import (
    LOOPBACK,
    AgencyServer,
    agency_mariadb,  # noqa: F401 - fixture
    agency_postgresql,  # noqa: F401 - fixture
)
from tests.contract.exchanging import PublishingHouse, Trade, lower, trade
from tests.sending import row

from xinheng.core.errors import XinhengError
from xinheng.evidence.ledger import publishing
from xinheng.evidence.ledger.audit import audit
from xinheng.evidence.ledger.publishing import LogFiles
from xinheng.faces.app.wiring import projectors_of
from xinheng.ground.engine import Engine
from xinheng.ground.keys import Keys
from xinheng.ground.store import Database, Server, migrate
from xinheng.law.packs import Pack
from xinheng.outward.exchange import running
from xinheng.verify.command import main as verify

SEED = 20261121
FAILED, BROKEN, KILLED = 3, 4, -signal.SIGKILL
WRONG_CODE, PERSON = 50, 97  # every so many rows
COLUMNS = row(1).keys()


@dataclass
class Side:
    """One agency with its exchange, and what must become of its rows."""

    trade: Trade
    first: int  # number of its first decision
    written: int = 0
    expected: dict[str, int] = field(default_factory=lambda: {"accepted": 0, "returned": 0, "person": 0})

    def write(self, count: int, *, late: int = 0) -> Iterator[None]:
        """Write `count` rows; `late` more get smaller ids and commit when the iterator goes on."""
        with ExitStack() as stack:
            if late:
                link = stack.enter_context(self.trade.database.engine().connect())
                self._insert(link, late)
            with self.trade.database.engine().begin() as other:
                self._insert(other, count)
            yield
            if late:
                link.commit()
        yield

    def _insert(self, link, count: int) -> None:
        rows = [self._row(self.first + self.written + n) for n in range(count)]
        for start in range(0, count, 2_000):
            link.execute(insert(self.trade.outbox), rows[start : start + 2_000])
        self.written += count

    def _row(self, number: int) -> dict[str, str]:
        cells, outcome = {}, "accepted"
        if number % PERSON == 0:
            cells, outcome = {"CF_XDR_MC": "张三", "CF_XDR_LB": "自然人", "CF_XDR_SHXYM": ""}, "person"
        elif number % WRONG_CODE == 0:
            cells, outcome = {"CF_XDR_SHXYM": "91430100"}, "returned"
        self.expected[outcome] += 1
        return lower(row(number, **cells))

    def check(self) -> None:
        """Every row has one answer, and the answers are the right ones."""
        results = self.trade.results()
        assert len(results) == self.written
        counts = {name: sum(o == name for o in results.values()) for name in self.expected}
        assert counts == self.expected
        ids = {str(r[0]) for r in self.trade.database.rows(f"select row_id from {self.trade.outbox.name}")}
        assert ids == set(results)
        sums = self.trade.database.rows(
            "select sum(taken), sum(accepted), sum(returned), sum(persons), sum(known) from xinheng_receipts"
        )
        given = self.expected
        wanted = (self.written, given["accepted"], given["returned"], given["person"], 0)
        assert tuple(int(n) for n in sums[0]) == wanted
        assert self.trade.waiting() == 0


@dataclass
class Site:
    """A platform that may die, and two agencies that go on."""

    home: Path
    house: PublishingHouse
    sides: list[Side]

    def server(self) -> Server:
        return Server(self.home / "db")

    def start(self) -> int:
        """Run both exchanges in a process of its own; its id."""
        child = os.fork()
        if child:
            return child
        try:
            with self.server() as server, Database(server.dsn) as database:
                self.house.database = database
                for side in self.sides:
                    running.run(self.house, side.trade.exchange, LOOPBACK)
            os._exit(0)
        except XinhengError:
            os._exit(FAILED)
        except BaseException:  # noqa: BLE001 - whatever it is, the parent must hear of it
            (self.home / "broken.txt").write_text(traceback.format_exc(), encoding="utf-8")
            os._exit(BROKEN)

    def postmaster(self) -> int:
        return int((self.home / "db" / "data" / "postmaster.pid").read_text().split()[0])


@pytest.fixture
def site(
    home: Path,
    national: Pack,
    clock: SteppingClock,
    agency_postgresql: AgencyServer,  # noqa: F811 - fixture
    agency_mariadb: AgencyServer,  # noqa: F811 - fixture
    request: pytest.FixtureRequest,
) -> Iterator[Site]:
    engine = Engine(800)
    with Server(home / "db") as server:
        migrate(server.dsn)
        with Database(server.dsn) as database:
            house = PublishingHouse(database, engine, Keys.create(home / "keys"), national, clock, home)
            house.projectors = projectors_of(national, engine)
            house.open()
            rows = request.param
            sides = [
                Side(trade(house, agency_postgresql.database("drill"), "A", batch_rows=rows), 1),
                Side(trade(house, agency_mariadb.database("drill"), "B", batch_rows=rows), 1_000_001),
            ]
        yield Site(home, house, sides)


def wait(child: int) -> int:
    """How a child ended: its exit code, or the negative of the signal."""
    status = os.waitpid(child, 0)[1]
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def drill(site: Site, rows: int, kills: int) -> None:
    chance = random.Random(SEED)
    share = rows // (kills + 1)
    ends = []
    whole = measured(site, share)
    for turn in range(kills):
        writers = [side.write(share - share // 20, late=share // 20) for side in site.sides]
        for writer in writers:
            next(writer)
        child = site.start()
        time.sleep(chance.uniform(0.1, 0.9) * whole)
        if turn % 3 == 2:
            os.kill(site.postmaster(), signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        ends.append(wait(child))
        for writer in writers:
            next(writer)
            writer.close()
    assert BROKEN not in ends, said(site)
    assert ends.count(KILLED) >= kills - 1, ends  # a drill in which nobody died shows nothing
    last = wait(site.start())
    assert last == 0, said(site)
    check(site)


def said(site: Site) -> str:
    """What the last broken run said of itself."""
    path = site.home / "broken.txt"
    return path.read_text("utf-8") if path.exists() else "refused"


def measured(site: Site, share: int) -> float:
    """Seconds of a run without a kill, over the first share of the rows."""
    for side in site.sides:
        for _ in side.write(share):
            pass
    before = time.monotonic()
    assert wait(site.start()) == 0
    return time.monotonic() - before


def check(site: Site) -> None:
    for side in site.sides:
        side.check()
    accepted = sum(side.expected["accepted"] for side in site.sides)
    with site.server() as server, Database(server.dsn) as database:
        files = LogFiles(site.home / "log", site.house.keys.log)
        with database.transaction() as tx:
            events, records, receipts, way, rows, open_ = (
                tx.fetch(f"select count(*) from {table}")[0][0]
                for table in (
                    "events",
                    "records",
                    "receipts",
                    "receipts where way = 'table'",
                    "exchange_rows",
                    "exchange_batches where state <> 'done'",
                )
            )
            assert audit(tx).events == events
            publishing.publish(tx, files, thorough=True)
        assert events == records == accepted
        assert receipts == way
        assert (rows, open_) == (0, 0)
        assert verify(["log", str(files.folder), "--key", files.key.verifier]) == 0
    left = [p.name for p in (site.home / "incoming").rglob("*") if p.suffix in {".jsonl", ".part"}]
    assert left == []


@pytest.mark.parametrize("site", [1_000], indirect=True)
def test_three_kills_lose_no_row_and_take_none_twice(site: Site) -> None:
    drill(site, 3_000, 3)


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("site", [10_000], indirect=True)
def test_ten_kills_lose_no_row_and_take_none_twice(site: Site) -> None:
    drill(site, 100_000, 10)
