"""The loop, from a returned row to a closed case; and a kill in its middle: receipt and cases, or neither."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from uuid import UUID

import fastexcel
from tests.drills.test_killed import Site, site, wait  # noqa: F401 - a fixture among them
from tests.sending import House, outcomes, row
from tests.unit.evidence.intake.test_workbook import read, returned, write

from xinheng.evidence.intake import answering, own_columns, returned_store, service
from xinheng.evidence.intake.answering import Act
from xinheng.evidence.intake.model import Receipt, Request
from xinheng.ground.store import Database
from xinheng.office.access import service as access
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, Case, Filter, State
from xinheng.office.proposals import model as proposed
from xinheng.office.proposals import service as proposals

WRONG = {"CF_CFLB": "罚"}
KILLS, ROWS, SEED = 4, 1_500, 20261121


def standing(house: House) -> list[Case]:
    with house.database.transaction() as tx:
        return sorted(cases.listed(tx, Filter()), key=lambda case: case.case)


def do(house: House, ids: list[UUID], what: Act, reason: str = "理由写在这里") -> int:
    with house.database.transaction() as tx:
        return answering.act(tx, ids, answering.Answer(what, reason), Actor(None, None, "某某"), house.clock)


def mended(house: House, receipt: Receipt, folder: Path, column: str, cells: list[str]) -> Receipt:
    """The returned workbook with one column filled in, sent as it is."""
    sheet = read(returned(house, receipt))
    place = sheet[0].index(column)
    for line, cell in zip(sheet[1:], cells, strict=True):
        line[place] = cell
    path = write(folder / f"{receipt.receipt}.xlsx", sheet)
    assert fastexcel.read_excel(path.read_bytes()).sheet_names
    return service.submit(house, Request(path, path.name, "penalty", source="A"))


def test_returned_seen_contested_answered_returned_again_corrected_closed(
    house: House, tmp_path: Path
) -> None:
    first = house.send(*(row(n, **WRONG) for n in range(3)), row(3))
    assert first.receipt is not None
    one, two, three = (case.case for case in standing(house))
    with house.database.transaction() as tx:
        clerk = Actor(None, access.by_code(tx, "A").agency, "王经办")
        assert answering.see(tx, [one, two, three], clerk, house.clock) == 3
        assert answering.see(tx, [one], clerk, house.clock) == 0
        found = answering.of_receipt(tx, first.receipt)
    assert (found.total, found.waiting, found.contested) == (3, 3, 0)
    assert [(line.waiting, line.field) for line in found.rules] == [(3, "CF_CFLB")]
    rule = found.rules[0].rule
    with house.database.transaction() as tx:
        assert set(answering.fitting(tx, first.receipt, rule, Act.CONTEST)) == {one, two, three}
        assert answering.fitting(tx, first.receipt, "nothing", Act.CONTEST) == []
        assert answering.fitting(tx, first.receipt, rule, Act.ROW_WRONG) == []
    assert do(house, [one, two], Act.CONTEST) == 2
    assert do(house, [one, three], Act.ROW_WRONG) == 1, "only what is contested can be answered"
    assert do(house, [two], Act.CHECK_WRONG) == 1
    with house.database.transaction() as tx:  # the rule waits for its pack, with what it said and why
        [doubt] = proposals.listed(tx)
    assert (doubt.kind, doubt.what.code, doubt.item) == (proposed.Kind.RULE, rule, "penalty")
    assert doubt.what.name.startswith("警告；罚款；"), "what the rule asks for, and nothing of the rows"
    assert (doubt.reason, doubt.state) == ("理由写在这里", proposed.State.ACCEPTED)
    assert do(house, [three], Act.DROP) == 1
    assert [case.state for case in standing(house)] == [State.OPEN, State.ANSWERED, State.CLOSED]
    house.clock.step(minutes=1)  # ids ascend with the time
    second = mended(house, first, tmp_path, "CF_CFLB", ["罚款", "罚钱", "罚"])
    assert outcomes(second) == ["accepted", "returned", "returned"]
    left = standing(house)
    assert [case.state for case in left] == [State.CLOSED, State.OPEN, State.CLOSED, State.OPEN]
    assert left[0].outcome == "corrected"
    assert left[2].outcome == "not_reported"
    third = mended(house, second, tmp_path, "CF_CFLB", ["罚款", "罚款"])
    assert outcomes(third) == ["accepted", "accepted"]
    assert {case.state for case in standing(house)} == {State.CLOSED}
    with house.database.transaction() as tx:
        assert [s.action for s in cases.history(tx, two)] == [
            *("seen", "contest", "check_wrong", "returned_again", "corrected")
        ]
        rows = returned_store.rows_of(tx, two)
        assert [(r[0], r[1]) for r in rows] == [(second.receipt, 3), (first.receipt, 3)]
    assert own_columns.CASE in read(returned(house, first))[0]


def whole(site: Site) -> int:  # noqa: F811
    """After a restart: every receipt has its returned rows, every returned row its case. Receipts."""
    with site.server() as server, Database(server.dsn) as database, database.transaction() as tx:
        counted = [
            tx.fetch(f"select count(*) from {table}")[0][0]
            for table in ("receipts", "returned_rows", "cases")
        ]
        orphans = tx.fetch(
            """select count(*) from returned_rows r full join cases c on c.case_id = r.case_id
               where r.case_id is null or c.case_id is null"""
        )[0][0]
    assert counted[1:] == [counted[0] * ROWS] * 2
    assert orphans == 0
    return int(counted[0])


def request(site: Site, turn: int) -> Request:  # noqa: F811
    first = turn * ROWS
    return site.house.request(row(first + n, **WRONG) for n in range(ROWS))


def test_a_kill_leaves_receipt_and_cases_or_neither(site: Site) -> None:  # noqa: F811
    chance = random.Random(SEED)
    before = time.monotonic()
    with site.server():
        assert wait(site.send(request(site, 0))) == 0
    took = time.monotonic() - before
    done = whole(site)
    assert done == 1
    for turn in range(1, KILLS + 1):
        asked = request(site, turn)
        with site.server():
            child = site.send(asked)
            time.sleep(chance.uniform(0.1, took))
            os.kill(child, signal.SIGKILL)
            wait(child)
        there = whole(site)
        assert there in (done, done + 1)
        with site.server() as server, Database(server.dsn) as database:
            site.house.database = database
            assert service.submit(site.house, asked).repeated is (there == done + 1)
        done += 1
        assert whole(site) == done
