"""The returned-rows workbook: corrected and sent again as it is."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import fastexcel
import pytest
import xlsxwriter
from tests.sending import House, checks, outcomes, row

from xinheng.evidence.intake import own_columns, service
from xinheng.evidence.intake.model import Receipt, Request
from xinheng.evidence.intake.workbook import ROWS, RULES

Sheet = list[list[str]]


def returned(house: House, receipt: Receipt) -> bytes:
    assert isinstance(receipt.receipt, UUID)
    with house.database.transaction() as tx:
        return service.returned_workbook(tx, house.pack, receipt.receipt)


def read(content: bytes, sheet: str = ROWS) -> Sheet:
    found = fastexcel.read_excel(content).load_sheet(sheet, header_row=None, dtypes="string")
    columns = found.to_arrow().columns
    return [[c[i].as_py() or "" for c in columns] for i in range(found.height)]


def write(path: Path, rows: Sheet) -> Path:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(ROWS)
        for place, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                sheet.write_string(place, column, cell)
    return path


def test_a_corrected_workbook_goes_in_as_it_is(house: House, tmp_path: Path) -> None:
    first = house.send(row(1, CF_JDRQ="2026-13-40"), row(2), row(3, CF_XDR_SHXYM="91430100"))
    assert outcomes(first) == ["returned", "accepted", "returned"]
    sheet = read(returned(house, first))
    header = sheet[0]
    assert header[:6] == [*("原行号", "退回原因", "问题数据项", "退回编号", "信衡编号", "代码确认")]
    assert [cells[0] for cells in sheet[1:]] == ["2", "4"]
    assert "处罚决定日期" in sheet[1][2]
    assert "2026-13-40" in sheet[1][1]
    sheet[1][header.index("CF_JDRQ")] = "2026-11-12"
    sheet[2][header.index("CF_XDR_SHXYM")] = row(3)["CF_XDR_SHXYM"]
    path = write(tmp_path / "back.xlsx", sheet)
    second = service.submit(house, Request(path, path.name, "penalty", source="A"))
    assert outcomes(second) == ["accepted", "accepted"]
    assert house.count("records") == 3


def test_the_record_number_in_the_workbook_corrects_even_the_key(house: House, tmp_path: Path) -> None:
    first = house.send(row(1), row(9, CF_JDRQ="x"))
    sheet = read(returned(house, first))
    header = sheet[0]
    fields = {**row(1, CF_WSH="清市监处罚〔2026〕1001号"), own_columns.RECORD: str(house.record(first))}
    path = write(tmp_path / "back.xlsx", [header, [fields.get(h, "") for h in header]])
    second = service.submit(house, Request(path, path.name, "penalty", source="A"))
    assert outcomes(second) == ["corrected"]
    assert house.record(second) == house.record(first)


def test_a_rare_code_is_taken_once_the_sender_confirms_it(house: House) -> None:
    rare = {"CF_XDR_SHXYM": "123456789012345678", "CF_XDR_MC": "清河某单位"}
    first = house.send(row(1, **rare))
    assert outcomes(first) == ["returned"]
    assert "penalty.uscc-implausible.CF_XDR_SHXYM" in checks(first)
    assert outcomes(house.send({own_columns.CONFIRM: "是", **row(1, **rare)})) == ["accepted"]
    assert outcomes(house.send(row(2, **rare), constants={own_columns.CONFIRM: "是"})) == ["accepted"]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-x", "@SUM(A1)"])
def test_cells_that_look_like_formulas_stay_text(house: House, text: str) -> None:
    receipt = house.send(row(1, CF_JDRQ="x", BZ=text))
    content = returned(house, receipt)
    sheet = read(content)
    assert sheet[1][sheet[0].index("BZ")] == text
    assert b"<f>" not in _parts(content)


def _parts(content: bytes) -> bytes:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist() if "worksheets" in name)


def test_the_second_sheet_says_what_the_rules_ask(house: House) -> None:
    receipt = house.send(row(1, CF_JDRQ="x", CF_NR_FK="三万"))
    text = "\n".join("|".join(cells) for cells in read(returned(house, receipt), RULES))
    assert {c.id for c in receipt.rows[0].checks} != set()
    for check in receipt.rows[0].checks:
        assert check.id in text
        assert check.expected in text


def test_a_receipt_without_returned_rows_has_a_workbook_with_the_header_alone(house: House) -> None:
    sheet = read(returned(house, house.send(row(1))))
    assert len(sheet) == 1
    assert sheet[0][6:] == list(row(1))


def test_another_platform_receipt_is_absent(house: House) -> None:
    absent = UUID(int=5)
    with pytest.raises(service.ReceiptAbsentError), house.database.transaction() as tx:
        service.returned_workbook(tx, house.pack, absent)


def test_marks_on_an_accepted_row_are_in_its_receipt_today_and_tomorrow(house: House) -> None:
    receipt = house.send(row(1, CF_NR_FK=""), row(2))
    assert outcomes(receipt) == ["accepted", "accepted"]
    assert checks(receipt) == {"penalty.fine-without-amount"}
    assert receipt.receipt is not None
    with house.database.transaction() as tx:
        later = list(service.rows(tx, house.pack, receipt.receipt))
    assert later == list(receipt.rows)
    assert replace(receipt, rows=()) != receipt
