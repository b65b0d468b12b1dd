"""Two writers at once: single rows keep coming in while a long file commits (decision 1).

50 000 rows in the plain run, a million with `--long`. Positions stay dense, and no past answer changes.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from bench.data import penalties
from tests.conftest import SteppingClock
from tests.drills.test_killed import Site, site, wait  # noqa: F401 - `site` is a fixture
from tests.sending import code, row

from xinheng.evidence.intake import service
from xinheng.evidence.intake.model import Request
from xinheng.evidence.ledger.audit import audit
from xinheng.faces.app.clock import SystemClock
from xinheng.ground.store import Database
from xinheng.ground.store.transaction import Transaction

Answer = tuple[int, int]  # events known at a moment, and the last of them


def known_at(tx: Transaction, moment: datetime) -> Answer:
    """What the platform knew at a moment: how much, and up to where."""
    return tx.fetch(
        "select count(*), coalesce(max(seq), -1) from events where known <= %(moment)s", {"moment": moment}
    )[0]


def start(site: Site, request: Request) -> int:  # noqa: F811 - the fixture's name
    child = os.fork()
    if child:
        return child
    try:
        with Database(site.address()) as database:
            site.house.database = database
            service.submit(site.house, request)
        os._exit(0)
    except BaseException:  # noqa: BLE001 - whatever it is, the parent must hear of it
        os._exit(4)


def together(site: Site, sheet: Path, organisations: int) -> None:  # noqa: F811 - as above
    site.house.clock = SystemClock()
    request = Request(sheet, "long.csv", "penalty", source="A")
    child = start(site, request)
    answers: dict[datetime, Answer] = {}
    single = 0
    with site.server() as server, Database(server.dsn) as database:
        site.house.database = database
        while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None or single < 3:
            single += 1
            # new organisations, and every third time one that the long file enters too
            party = code(single % organisations) if single % 3 == 0 else code(90_000_000 + single)
            number = f"清市监处罚〔2026〕单{single}号"
            receipt = site.house.send(row(single, CF_XDR_SHXYM=party, CF_WSH=number))
            assert receipt.counts.accepted == 1, receipt
            with database.transaction() as tx:
                at = tx.fetch("select known from receipts where receipt = %(r)s", {"r": receipt.receipt})[0][
                    0
                ]
                answers[at] = known_at(tx, at)
        assert wait(child) == 0
        with database.transaction() as tx:
            long = tx.fetch("select first_seq, counts from receipts where file_name = 'long.csv'")
            assert len(long) == 1
            count, last = tx.fetch("select count(*), max(seq) from events")[0]
            assert last == count - 1
            assert audit(tx).events == count
            assert {at: known_at(tx, at) for at in answers} == answers
            knowns = tx.fetch(
                "select known, min(seq), max(seq), count(*) from events group by known order by 2"
            )
            assert all(last - first + 1 == size for _, first, last, size in knowns)
            assert [k for k, *_ in knowns] == sorted(k for k, *_ in knowns)
            assert len(knowns) == single + 1


def test_single_rows_come_in_while_a_file_of_fifty_thousand_commits(
    site: Site,  # noqa: F811 - as above
    tmp_path: Path,
    clock: SteppingClock,
) -> None:
    sheet = tmp_path / "long.csv"
    penalties(sheet, 50_000, 5_000)
    together(site, sheet, 5_000)


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_single_rows_come_in_while_a_file_of_a_million_commits(site: Site, tmp_path: Path) -> None:  # noqa: F811
    sheet = tmp_path / "long.csv"
    penalties(sheet, 1_000_000, 100_000)
    together(site, sheet, 100_000)
