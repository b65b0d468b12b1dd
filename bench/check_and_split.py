"""Check and split: a sheet read, normalised, checked and split, beside DuckDB merely rewriting it.

Bare: `COPY (SELECT every column as text) TO Parquet` of the same file, in the same walled child process.
"""

from __future__ import annotations

import os
import secrets
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bench.data import penalties
from bench.memory import peak
from xinheng.evidence.intake import drafting
from xinheng.evidence.intake.model import Request
from xinheng.evidence.intake.record_key import MacBlocks
from xinheng.ground.engine import Engine
from xinheng.law import packs

DAY = date(2026, 11, 20)
AIM = 3.0


def measure(*, small: bool = False) -> dict[str, object]:
    """1 M rows × 30 fields (100 000 with `small`), medians of three, seconds."""
    rows = 100_000 if small else 1_000_000
    with tempfile.TemporaryDirectory(prefix="xh-bench-") as folder:
        sheet = Path(folder) / "sheet.csv"
        penalties(sheet, rows, rows // 10)
        pack = packs.load("national", [packs.shipped()])
        engine = Engine()
        with peak() as memory:  # a run of its own: looking takes a tenth of a core
            _ours(engine, pack, sheet, _place(Path(folder) / "watched"))
        shutil.rmtree(Path(folder) / "watched")
        ours = _median(lambda place: _ours(engine, pack, sheet, place), Path(folder))
        bare = _median(lambda place: _bare(engine, sheet, place), Path(folder))
    return {
        "name": f"check and split, {rows:,} rows × 30 fields",
        "ours": round(ours, 2),
        "bare": round(bare, 2),
        "ratio": round(ours / bare, 2),
        "aim": f"≤ {AIM}",
        "rows_per_second": round(rows / ours),
        "peak_mb": memory.mb,
    }


def _median(run: Callable[[Path], None], folder: Path) -> float:
    taken = []
    for turn in range(3):
        place = _place(folder / f"run-{turn}")
        began = time.perf_counter()
        run(place)
        taken.append(time.perf_counter() - began)
        shutil.rmtree(place)
    return statistics.median(taken)


def _place(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _ours(engine: Engine, pack: packs.Pack, sheet: Path, place: Path) -> None:
    request = Request(sheet, sheet.name, "penalty")
    macs = MacBlocks(secrets.token_bytes(64), secrets.token_bytes(64))
    found = drafting.draft(request, drafting.rules(pack, request, DAY), place, engine, macs)
    assert found.candidates > 0.9 * found.rows


def _bare(engine: Engine, sheet: Path, place: Path) -> None:
    os.link(sheet, place / "sheet.csv")
    source = f"read_csv('{place}/sheet.csv', all_varchar=true)"
    engine.run(place, [f"COPY (SELECT * FROM {source}) TO '{place}/bare.parquet' (FORMAT parquet)"])
