"""The agency's own check before sending: the same checks and the same workbook, without a home."""

from __future__ import annotations

from pathlib import Path

from tests.sending import House, outcomes, row
from tests.unit.evidence.intake.test_workbook import read, write

from xinheng.evidence.intake import own_columns, service
from xinheng.evidence.intake.model import Receipt, Request
from xinheng.evidence.intake.preview import Bench, self_checked


def tried(house: House, request: Request) -> tuple[Receipt, list[str], bytes]:
    bench = Bench(house.engine, house.pack, house.clock, house.folder / "try")
    with self_checked(bench, request) as (receipt, rows, sheet):
        content = sheet()
        return receipt, [r.outcome.value for r in rows], content


def test_what_the_agency_tries_is_what_it_will_be_told(house: House) -> None:
    """Same outcomes, same reasons, same cells: everything but the number of the case."""
    rows = [
        row(1),
        row(2, CF_CFLB="罚"),
        row(3, CF_NR="罚款一万元"),
        row(3, CF_NR="罚款两万元"),
        row(4, CF_XDR_LB="自然人", CF_XDR_MC="赵某", CF_XDR_SHXYM="", CF_FRDB=""),
    ]
    request = house.request(rows)
    dry, said, sheet = tried(house, request)
    assert (dry.receipt, house.count("receipts"), house.count("cases")) == (None, 0, 0)
    real = service.submit(house, request)
    assert said == outcomes(real)
    assert real.receipt is not None
    with house.database.transaction() as tx:
        kept = read(service.returned_workbook(tx, house.pack, real.receipt))
    place = kept[0].index(own_columns.CASE)
    assert [[*cells[:place], *cells[place + 1 :]] for cells in read(sheet)] == [
        [*cells[:place], *cells[place + 1 :]] for cells in kept
    ]
    assert {cells[place] for cells in read(sheet)[1:]} == {""}
    assert "赵某" not in str(read(sheet))


def test_the_tried_workbook_is_mended_and_sent(house: House, tmp_path: Path) -> None:
    sheet = read(tried(house, house.request([row(1, CF_CFLB="罚")]))[2])
    sheet[1][sheet[0].index("CF_CFLB")] = "罚款"
    path = write(tmp_path / "mended.xlsx", sheet)
    assert outcomes(service.submit(house, Request(path, path.name, "penalty", source="A"))) == ["accepted"]


def test_a_file_without_faults_gives_the_header_alone(house: House) -> None:
    assert len(read(tried(house, house.request([row(1)]))[2])) == 1
