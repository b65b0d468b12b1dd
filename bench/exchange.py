"""Table exchange: from an agency's table to results in it, beside the intake of the same rows as a file.

Needs MariaDB's server program for its second row; without it that row says so.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert
from tests.contract.agencies import LOOPBACK, AgencyDatabase, AgencyServer, mariadb, postgresql, quick_folder

from bench.data import penalties
from bench.house import CLOCK, cluster
from bench.memory import peak
from xinheng.evidence.intake import service
from xinheng.evidence.intake.model import Request
from xinheng.evidence.ledger import service as ledger
from xinheng.faces.app.wiring import projectors_of
from xinheng.ground.engine import Engine
from xinheng.ground.keys import Keys
from xinheng.ground.store import Database, migrate
from xinheng.law import packs
from xinheng.office.access import service as access
from xinheng.outward.exchange import running, tables
from xinheng.outward.exchange import service as exchanges

AUTHORITY = "清河市市场监督管理局"


def measure(*, small: bool = False) -> list[dict[str, object]]:
    """100 000 rows (10 000 with `small`) in batches of 50 000, through either dialect."""
    rows = 10_000 if small else 100_000
    with tempfile.TemporaryDirectory(prefix="xh-bench-") as made:
        sheet = Path(made) / "sheet.csv"
        penalties(sheet, rows, rows // 10)
        lines = Path(made) / "sheet.jsonl"
        _as_json_lines(sheet, lines)
        bare = _bare(lines)
        found = [_row("PostgreSQL", rows, sheet, bare, postgresql)]
        if shutil.which("mariadbd") or Path("/usr/sbin/mariadbd").exists():
            found.append(_row("MariaDB", rows, sheet, bare, mariadb))
    return found


Serving = Callable[[Path], AbstractContextManager[AgencyServer]]


def _row(name: str, rows: int, sheet: Path, bare: float, serving: Serving) -> dict[str, object]:
    with quick_folder() as folder, serving(folder) as server, _home() as home:
        database = server.database("bench")
        exchange = _fill(home, database, sheet)
        with peak() as memory:
            began = time.perf_counter()
            ran = running.run(home, exchange, LOOPBACK)
            seconds = time.perf_counter() - began
    assert ran.rows == rows
    return {
        "name": f"table exchange with {name}, {rows:,} rows",
        "ours": round(seconds, 1),
        "bare": round(bare, 1),
        "ratio": round(seconds / bare, 2),
        "aim": "≤ 2 of the intake of the same rows as a file",
        "rows_per_second": int(rows / seconds),
        "peak_mb": memory.mb,
    }


@contextmanager
def _home() -> Iterator[Any]:
    pack = packs.load("national", [packs.shipped()])
    with tempfile.TemporaryDirectory(prefix="xh-bench-") as made, cluster() as server:
        folder = Path(made)
        migrate(server.dsn)
        with Database(server.dsn) as database:
            engine, keys = Engine(), Keys.create(folder / "keys")
            with database.transaction() as tx:
                ledger.open_log(tx, keys.log.name)
                access.add_agency(tx, access.NewAgency("A", AUTHORITY), CLOCK, "bench")
            yield SimpleNamespace(
                database=database,
                engine=engine,
                keys=keys,
                pack=pack,
                clock=CLOCK,
                projectors=projectors_of(pack, engine),
                incoming=folder / "incoming",
                publish=lambda: None,
            )


def _fill(home: Any, database: AgencyDatabase, sheet: Path) -> Any:
    item = home.pack.item("penalty")
    database.run(tables.ddl(database.server.dialect, item))
    new = exchanges.NewExchange("A", "bench", "penalty", database.dsn)
    with home.database.transaction() as tx:
        made = exchanges.register(tx, home.pack, home.keys.folder, new, home.clock, "bench")
    outbox = tables.outbox(item)
    names = {c.name for c in outbox.columns}
    with database.engine().begin() as link:
        piece: list[dict[str, str]] = []
        for row in _rows(sheet):
            piece.append({k.lower(): v for k, v in row.items() if k.lower() in names})
            if len(piece) == 2_000:
                link.execute(insert(outbox), piece)
                piece = []
        if piece:
            link.execute(insert(outbox), piece)
    return made


def _rows(sheet: Path) -> Iterator[dict[str, str]]:
    import csv

    with sheet.open(encoding="utf-8-sig", newline="") as text:
        yield from csv.DictReader(text)


def _as_json_lines(sheet: Path, target: Path) -> None:
    with target.open("w", encoding="utf-8") as out:
        for row in _rows(sheet):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _bare(lines: Path) -> float:
    """The intake of the same rows, handed over as one file of JSON lines."""
    with _home() as home:
        began = time.perf_counter()
        service.submit(home, Request(lines, lines.name, "penalty", source="A"))
        return time.perf_counter() - began
