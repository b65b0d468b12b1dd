"""Checking the books: everything that is stored worked out anew from what the log holds, beside its intake.

A home takes in one file of penalties; then contents are held to what was signed, and records, publicity,
names and receipts to what the contents say, as `xinheng log verify` does after it has checked the files of
the log.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from bench.data import AUTHORITY, penalties
from bench.house import CLOCK
from xinheng.evidence.intake import service
from xinheng.evidence.intake.model import Request
from xinheng.evidence.ledger.audit import audit
from xinheng.faces.app import Settings, init_home, open_app
from xinheng.faces.app.rereading import disagreements
from xinheng.office.access import service as access

ROWS, ORGANISATIONS = 200_000, 20_000


def measure(*, small: bool = False) -> dict[str, object]:
    """One row: seconds of the checking (`ours`) and of the intake that wrote what is checked (`bare`)."""
    rows = ROWS // 10 if small else ROWS
    with tempfile.TemporaryDirectory(prefix="xh-bench-") as made:
        folder = Path(made)
        if os.geteuid() == 0:
            folder.chmod(0o711)
        sheet = folder / "sheet.csv"
        penalties(sheet, rows, ORGANISATIONS * rows // ROWS)
        settings = Settings(home=folder / "home")
        init_home(settings, "national", CLOCK)
        with open_app(settings, CLOCK) as app:
            with app.database.transaction() as tx:
                access.add_agency(tx, access.NewAgency("A", AUTHORITY), CLOCK, "bench")
            began = time.perf_counter()
            service.submit(app, Request(sheet, sheet.name, "penalty", source="A"))
            taken_in = time.perf_counter() - began
            began = time.perf_counter()
            with app.database.transaction() as tx:
                found = audit(tx)
                contents = time.perf_counter() - began
                wrong = disagreements(tx, app.engine)
            checked = time.perf_counter() - began
    assert not wrong, wrong
    assert found.events > rows * 9 // 10, found
    return {
        "name": f"checking the books, {rows:,} records (s)",
        "ours": round(checked, 1),
        "bare": round(taken_in, 1),
        "ratio": round(checked / taken_in, 2),
        "aim": "-",
        "contents_s": round(contents, 1),
    }
