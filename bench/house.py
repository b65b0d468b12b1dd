"""A home to measure in: a fresh cluster of PostgreSQL as a home has it, one agency, the national pack."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bench.memory import peak
from xinheng.core.times import FixedClock, Known
from xinheng.evidence.intake import service
from xinheng.evidence.intake.model import Receipt, Request
from xinheng.evidence.ledger import service as ledger
from xinheng.faces.app.wiring import projectors_of
from xinheng.ground.engine import Engine
from xinheng.ground.keys import Keys
from xinheng.ground.store import Database, Server, migrate
from xinheng.law import packs
from xinheng.office.access import service as access

CLOCK = FixedClock(Known(datetime(2026, 11, 20, 2, tzinfo=UTC)))
Progress = Callable[[str], None]


@dataclass
class House:
    """What `service.submit` needs, and the server's process for the memory of the tree."""

    home: Any
    database: Database
    postmaster: int

    def take(self, sheet: Path, item: str = "penalty") -> tuple[Receipt, float, int]:
        """(receipt, seconds, megabytes at the peak of the process tree) of one submission."""
        request = Request(sheet, sheet.name, item, source="A")
        with peak(self.postmaster) as memory:
            began = time.perf_counter()
            receipt = service.submit(self.home, request)
            seconds = time.perf_counter() - began
        return receipt, seconds, memory.mb


@contextmanager
def cluster() -> Iterator[Server]:
    """A fresh cluster, as a home has it, with 128 MB of shared buffers."""
    place = Path(tempfile.mkdtemp(prefix="xh-bench-db-"))
    if os.geteuid() == 0:
        place.chmod(0o711)
    try:
        with Server(place / "db") as server:
            yield server
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def house(folder: Path, agency: str) -> Iterator[House]:
    """A migrated home with the agency `A` of this name in it."""
    pack = packs.load("national", [packs.shipped()])
    with cluster() as server:
        migrate(server.dsn)
        with Database(server.dsn) as database, Engine() as engine:
            keys = Keys.create(folder / "keys")
            with database.transaction() as tx:
                ledger.open_log(tx, keys.log.name)
                access.add_agency(tx, access.NewAgency("A", agency), CLOCK, "bench")
            home = SimpleNamespace(
                database=database,
                engine=engine,
                keys=keys,
                pack=pack,
                clock=CLOCK,
                projectors=projectors_of(pack, engine),
                incoming=folder / "incoming",
            )
            postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
            yield House(home, database, postmaster)
