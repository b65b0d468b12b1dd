"""Whole intake: a sheet into PostgreSQL with events, log and projections, beside a bare ADBC load of it.

Bare is the driver as it comes. What is tuned in our own adapter makes a load through it cheaper too, and is
no part of what anybody would call bare; the ratio to such a load stands beside.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.csv as sheets
from adbc_driver_postgresql import dbapi

from bench.data import AUTHORITY, penalties
from bench.house import CLOCK, cluster
from bench.memory import Peak, peak
from xinheng.evidence.intake import service
from xinheng.evidence.intake.model import Request
from xinheng.evidence.ledger import service as ledger
from xinheng.faces.app.wiring import projectors_of
from xinheng.ground.engine import Engine
from xinheng.ground.keys import Keys
from xinheng.ground.store import Database, Server, migrate
from xinheng.ground.store.transaction import Transaction
from xinheng.law import packs
from xinheng.office.access import service as access

TURNS = 3


def measure(*, small: bool = False) -> list[dict[str, object]]:
    """1 M rows (100 000 with `small`), a tenth as many organisations, then all new. Medians of three."""
    rows = 100_000 if small else 1_000_000
    return [
        _row(rows, rows // 10, 6, "on a tenth as many organisations"),
        _row(rows, rows, 9, "every organisation new"),
    ]


def _row(rows: int, organisations: int, aim: int, name: str) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="xh-bench-") as made:
        folder = Path(made)
        sheet = folder / "sheet.csv"
        penalties(sheet, rows, organisations)
        pack = packs.load("national", [packs.shipped()])
        watched = _ours(sheet, pack, folder, watch=True)
        runs = [_ours(sheet, pack, folder) for _ in range(TURNS)]
        bare = _median([_bare(sheet, folder, _plain) for _ in range(TURNS)])
        through = _median([_bare(sheet, folder, _through_ours) for _ in range(TURNS)])
    ours = _median([run["seconds"] for run in runs])
    return {
        "name": f"whole intake, {rows:,} rows, {name}",
        "ours": round(ours, 1),
        "bare": round(bare, 1),
        "ratio": round(ours / bare, 2),
        "bare_through_our_adapter": round(through, 1),
        "ratio_to_that": round(ours / through, 2),
        "aim": f"≤ {aim}; 1 500 MB; head lock ≤ 15 s",
        "peak_mb": watched["peak_mb"],
        "head_lock_s": max(run["lock"] for run in (watched, *runs)),
        "stages_s": runs[-1]["stages"],
        "accepted": runs[-1]["accepted"],
    }


class _Watched:
    """A database that notes how long a bulk transaction holds the ledger's head."""

    def __init__(self, database: Database) -> None:
        self.transaction = database.transaction
        self._database = database
        self.lock = 0.0

    @contextmanager
    def bulk(self) -> Iterator[Transaction]:
        since: list[float] = []
        with self._database.bulk() as tx:
            yield _Noting(tx, since)  # type: ignore[misc]  # passes everything on
        if since:
            self.lock = max(self.lock, time.perf_counter() - since[0])


class _Noting:
    def __init__(self, tx: Transaction, since: list[float]) -> None:
        self._tx, self._since = tx, since

    def fetch(self, sql: str, params: Any = None) -> Any:
        found = self._tx.fetch(sql, params)
        if "ledger_head for update" in sql:
            self._since.append(time.perf_counter())
        return found

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return getattr(self._tx, name)


def _ours(sheet: Path, pack: packs.Pack, folder: Path, *, watch: bool = False) -> dict[str, Any]:
    """One submission into a fresh home. Its memory is watched in a run of its own: looking takes a tenth of
    a core."""
    with cluster() as server:
        migrate(server.dsn)
        with Database(server.dsn) as database, Engine() as engine:  # kept warm, as every opened house has it
            watched = _Watched(database)
            keys = Keys.create(folder / "keys")
            with database.transaction() as tx:
                ledger.open_log(tx, keys.log.name)
                access.add_agency(tx, access.NewAgency("A", AUTHORITY), CLOCK, "bench")
            home: Any = SimpleNamespace(
                database=watched,
                engine=engine,
                keys=keys,
                pack=pack,
                clock=CLOCK,
                projectors=projectors_of(pack, engine),
                incoming=folder / "incoming",
            )
            postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
            marks: list[tuple[str, float]] = []
            with peak(postmaster) if watch else nullcontext(Peak()) as memory:
                began = time.perf_counter()
                request = Request(sheet, sheet.name, "penalty", source="A")
                receipt = service.submit(home, request, lambda s: marks.append((s, time.perf_counter())))
                seconds = time.perf_counter() - began
    ends = [at for _, at in marks[1:]] + [began + seconds]
    return {
        "seconds": seconds,
        "peak_mb": memory.mb,
        "lock": round(watched.lock, 1),
        "stages": {name: round(end - at, 1) for (name, at), end in zip(marks, ends, strict=True)},
        "accepted": receipt.counts.accepted,
    }


def _median(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) // 2]


Load = Callable[[Server, str, pa.RecordBatchReader], None]
"""Puts rows into a new table, given the statement that creates it."""


def _bare(sheet: Path, folder: Path, load: Load) -> float:
    """The sheet's columns as text into one table without index."""
    with cluster() as server:
        began = time.perf_counter()
        with sheets.open_csv(sheet) as first:
            names = first.schema.names
        texts = sheets.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
        with sheets.open_csv(sheet, convert_options=texts) as reader:
            columns = ", ".join(f'"{name}" text' for name in names)
            rows = pa.RecordBatchReader.from_batches(reader.schema, reader)
            load(server, f"create table bare ({columns})", rows)
        return time.perf_counter() - began


def _plain(server: Server, create: str, rows: pa.RecordBatchReader) -> None:
    """The driver as it comes: what anybody has who loads with ADBC."""
    with dbapi.connect(server.dsn) as connection, connection.cursor() as cursor:
        cursor.execute(create)
        cursor.adbc_ingest("bare", rows, mode="append")
        connection.commit()


def _through_ours(server: Server, create: str, rows: pa.RecordBatchReader) -> None:
    """The same through our adapter, with what was tuned in it: small messages, rows made ahead."""
    with Database(server.dsn) as database, database.bulk() as tx:
        tx.execute(create)
        tx.load("bare", rows)
