"""Workbooks: cells as text without float noise, numbers told from texts, what was odd said in notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from tests.unit.evidence.intake.hostile.samples import (
    CODE,
    HEADER,
    ROW,
    normalised,
    scanned,
    stage,
    xls,
)

from xinheng.evidence.intake.model_refusals import NoHeaderError
from xinheng.ground.engine import Engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(400, 2) as warm:
        yield warm


def xlsx(path: Path, fill: Callable[[Any, Any], None]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        fill(book, book.add_worksheet("数据"))
    return path


def rows_of(*rows: list[Any]) -> Callable[[Any, Any], None]:
    def fill(book: Any, sheet: Any) -> None:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(i, j, value)
                elif isinstance(value, date):
                    sheet.write_datetime(i, j, datetime.combine(value, datetime.min.time()), day)
                elif value is not None:
                    sheet.write(i, j, value)

    return fill


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_texts_dates_and_decimals_come_as_they_are_shown(tmp_path: Path, engine: Engine, kind: str) -> None:
    rows: list[list[Any]] = [
        HEADER,
        ["示例商贸有限公司", CODE, "石市监罚〔2024〕1号", date(2024, 1, 2), 12.34, "罚款"],
    ]
    path = tmp_path / f"a.{kind}"
    if kind == "xlsx":
        xlsx(path, rows_of(*rows))
    else:
        path.write_bytes(xls(rows))
    staged = stage(path, engine)
    assert staged.encoding == kind.upper()
    assert scanned(staged, engine, "line, c0, c3, c4, numeric") == [
        (2, "示例商贸有限公司", "2024-01-02", "12.34", ",4,")
    ]
    assert normalised(staged, engine, "line, CF_JDRQ, CF_NR_FK, numeric_fields") == [
        (2, "2024-01-02", "12.34", None)
    ]


def test_a_number_in_a_code_column_is_flagged_and_others_are_not(tmp_path: Path, engine: Engine) -> None:
    rows: list[list[Any]] = [HEADER, ["示例公司", 913301001234567890, 5, "2024-01-02", 3, "罚款"], ROW]
    staged = stage(xlsx(tmp_path / "a.xlsx", rows_of(*rows)), engine)
    assert normalised(staged, engine, "numeric_fields, CF_NR_FK") == [
        (",CF_XDR_SHXYM,CF_WSH,", "3"),
        (None, "1.5"),
    ]


def test_a_day_count_in_a_date_column_is_a_date(tmp_path: Path, engine: Engine) -> None:
    rows = [HEADER, [*ROW[:3], 45293, *ROW[4:]], [*ROW[:3], "45293", *ROW[4:]]]
    staged = stage(xlsx(tmp_path / "a.xlsx", rows_of(*rows)), engine)
    assert normalised(staged, engine, "CF_JDRQ") == [("2024-01-02",), ("45293",)]


def test_float_noise_is_rounded_to_what_a_sheet_shows(tmp_path: Path, engine: Engine) -> None:
    path = xlsx(
        tmp_path / "a.xlsx", rows_of(HEADER, [*ROW[:4], 0.30000000000000004, "x"], [*ROW[:4], 1e-7, "x"])
    )
    assert scanned(stage(path, engine), engine, "c4") == [("0.3",), ("0.0000001",)]


def test_merged_title_rows_and_blank_rows_keep_the_lines_right(tmp_path: Path, engine: Engine) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.merge_range("A2:F2", "2024年行政处罚双公示", book.add_format())
        sheet.write_row(3, 0, [h + "\n*" for h in HEADER])
        sheet.write_row(4, 0, ROW)
        sheet.write_row(6, 0, ROW)

    staged = stage(xlsx(tmp_path / "a.xlsx", fill), engine)
    assert staged.header_line == 4
    assert [c.target for c in staged.columns][:2] == ["CF_XDR_MC", "CF_XDR_SHXYM"]
    assert [line for (line,) in scanned(staged, engine, "line")] == [5, 7]


def test_the_first_visible_sheet_with_a_header_is_read_and_named(tmp_path: Path, engine: Engine) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write(0, 0, "填表说明")
        hidden = book.add_worksheet("旧")
        hidden.write_row(0, 0, HEADER)
        hidden.hide()
        data = book.add_worksheet("处罚")
        data.write_row(0, 0, HEADER)
        data.write_row(1, 0, ROW)

    path = xlsx(tmp_path / "a.xlsx", fill)
    staged = stage(path, engine)
    assert staged.rows == 1
    assert "“处罚”" in staged.notes[0]
    assert stage(path, engine, sheet="旧").rows == 0
    with pytest.raises(NoHeaderError):
        stage(path, engine, sheet="没有")


def test_formulas_errors_and_hidden_rows_are_said(tmp_path: Path, engine: Engine) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ROW)
        sheet.write_formula(1, 4, "=1+1", None, 2)
        sheet.write_row(2, 0, ROW)
        sheet.write_formula(2, 5, "=1/0", None, "#DIV/0!")
        sheet.set_row(2, None, None, {"hidden": True})

    staged = stage(xlsx(tmp_path / "a.xlsx", fill), engine)
    said = "".join(staged.notes)
    assert "2 个公式单元格" in said
    assert "1 个单元格是错误值" in said
    assert "1 行处于隐藏状态" in said
    assert scanned(staged, engine, "c4") == [("2",), ("1.5",)]


def test_an_error_where_a_field_should_be_is_a_fault_of_its_row(tmp_path: Path, engine: Engine) -> None:
    """Wherever the table begins; #N/A and cells beside the fields are empty, as they are in text files."""

    def fill(_: Any, sheet: Any) -> None:
        for place, cells in enumerate([["处罚公示表"], [*HEADER, "辅助列"], *[ROW] * 4], 2):
            sheet.write_row(place, 1, cells)
        sheet.write_formula(4, 5, "=B9/0", None, "#DIV/0!")
        sheet.write_formula(4, 1, "=VLOOKUP(1,A:B,9)", None, "#REF!")
        sheet.write_formula(5, 5, "=NA()", None, "#N/A")
        sheet.write_formula(6, 7, "=1/0", None, "#DIV/0!")

    staged = stage(xlsx(tmp_path / "a.xlsx", fill), engine)
    assert [c.header for c in staged.columns] == [*HEADER, "辅助列"]
    faults = dict(scanned(staged, engine, "line, fault"))
    assert {line: bool(fault) for line, fault in faults.items()} == {5: True, 6: False, 7: False, 8: False}
    assert f"F5 格（{HEADER[4]}）是错误值 #DIV/0!" in faults[5]
    assert f"B5 格（{HEADER[0]}）是错误值 #REF!" in faults[5]


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path, engine: Engine) -> None:
    path = xlsx(tmp_path / "a.xlsx", rows_of(HEADER, ["=1+1 公司", *ROW[1:]]))
    staged = stage(path, engine)
    assert scanned(staged, engine, "c0") == [("=1+1 公司",)]
    assert staged.notes == ()


def test_identity_columns_of_a_workbook_are_counted_and_never_written(tmp_path: Path, engine: Engine) -> None:
    number = "110105194912310023"
    path = xlsx(tmp_path / "a.xlsx", rows_of([*HEADER, "法定代表人身份证号"], [*ROW, number], ROW))
    staged = stage(path, engine)
    assert scanned(staged, engine, "dropped") == [(1,), (0,)]
    assert number.encode() not in staged.data.read_bytes()


def test_columns_beyond_the_header_are_reported_as_unmapped(tmp_path: Path, engine: Engine) -> None:
    path = xlsx(tmp_path / "a.xlsx", rows_of(HEADER, [*ROW, "旁注"]))
    assert stage(path, engine).columns_json()["第7列"] == "unmapped"


def test_a_workbook_that_opens_with_no_extension_is_told_by_its_content(
    tmp_path: Path, engine: Engine
) -> None:
    path = xlsx(tmp_path / "a.xlsx", rows_of(HEADER, ROW))
    renamed = path.rename(tmp_path / "upload")
    assert stage(renamed, engine).encoding == "XLSX"
