"""OpenDocument and WPS spreadsheets: told by content, under the same limits, odd things said in notes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from tests.unit.evidence.intake.hostile import samples
from tests.unit.evidence.intake.hostile.samples import CODE, HEADER, ROW, normalised, scanned, stage, xls
from tests.unit.evidence.intake.ods import Formula, Raw, ods, row, table

from xinheng.evidence.intake.model_refusals import (
    DamagedWorkbookError,
    DangerousWorkbookError,
    EncryptedWorkbookError,
    NoHeaderError,
    NotATableError,
    TooHeavyError,
    TooLargeError,
)
from xinheng.ground.engine import Engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(400, 2) as warm:
        yield warm


def test_texts_dates_and_decimals_come_as_they_are_shown(tmp_path: Path, engine: Engine) -> None:
    rows = [HEADER, ["示例商贸有限公司", CODE, "石市监罚〔2024〕1号", date(2024, 1, 2), 12.34, "罚款"]]
    staged = stage(ods(tmp_path / "a.ods", table(rows)), engine)
    assert staged.encoding == "ODS"
    assert scanned(staged, engine, "line, c0, c3, c4, numeric") == [
        (2, "示例商贸有限公司", "2024-01-02", "12.34", ",4,")
    ]
    assert normalised(staged, engine, "line, CF_JDRQ, CF_NR_FK, numeric_fields") == [
        (2, "2024-01-02", "12.34", None)
    ]
    assert staged.notes == ()


def test_a_number_in_a_code_column_is_flagged(tmp_path: Path, engine: Engine) -> None:
    rows = [HEADER, ["示例公司", 913301001234567890, 5, "2024-01-02", 3, "罚款"]]
    staged = stage(ods(tmp_path / "a.ods", table(rows)), engine)
    assert normalised(staged, engine, "numeric_fields") == [(",CF_XDR_SHXYM,CF_WSH,",)]


def test_formulas_errors_and_hidden_rows_of_the_sheet_read_are_counted(
    tmp_path: Path, engine: Engine
) -> None:
    broken = Raw(
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
    )
    other = table([["说明", Formula("1+1|2")]], "说明")
    rows = [
        HEADER,
        [*ROW[:4], Formula("1+0.5|1.5"), "罚款"],
        [*ROW[:4], broken, "罚款"],
        Raw(row(ROW, ' table:visibility="filter"')),
    ]
    staged = stage(ods(tmp_path / "a.ods", other, table(rows)), engine)
    notes = "\n".join(staged.notes)
    assert "有 2 个公式单元格" in notes
    assert "有 1 个单元格是错误值" in notes
    assert "有 1 行处于隐藏状态" in notes
    assert [v for (v,) in scanned(staged, engine, "c4")] == ["1.5", "", "1.5"]


def test_the_first_visible_sheet_with_a_header_is_read(tmp_path: Path, engine: Engine) -> None:
    path = ods(
        tmp_path / "a.ods",
        table([HEADER, ROW, ROW], "旧", "hidden"),
        table([["说明"]]),
        table([HEADER, ROW], "新"),
    )
    staged = stage(path, engine)
    assert staged.rows == 1
    assert "“新”" in staged.notes[0]
    assert stage(path, engine, sheet="旧").rows == 2


@pytest.mark.parametrize("suffix", ["et", "xlsx", "csv"])
def test_the_name_means_nothing(tmp_path: Path, engine: Engine, suffix: str) -> None:
    path = tmp_path / f"b.{suffix}"
    shutil.copy(ods(tmp_path / "a.ods", table([HEADER, ROW])), path)
    assert stage(path, engine).encoding == "ODS"


def test_a_wps_sheet_is_read_for_what_it_is(tmp_path: Path, engine: Engine) -> None:
    (tmp_path / "a.et").write_bytes(xls([HEADER, ROW]))
    assert (stage(tmp_path / "a.et", engine).encoding, stage(tmp_path / "a.et", engine).rows) == ("XLS", 1)
    with xlsxwriter.Workbook(tmp_path / "b.et") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ROW)
    staged = stage(tmp_path / "b.et", engine)
    assert (staged.encoding, staged.rows) == ("XLSX", 1)


@pytest.mark.parametrize("stream", ["ETBook", "WpsCustomData"])
def test_an_early_wps_sheet_is_refused_with_a_way_out(tmp_path: Path, engine: Engine, stream: str) -> None:
    (tmp_path / "a.et").write_bytes(xls([HEADER, ROW], stream=stream))
    with pytest.raises(NotATableError, match="早期版本") as refused:
        stage(tmp_path / "a.et", engine)
    assert "另存为 XLSX" in refused.value.todo


def test_a_stream_that_is_no_biff_is_refused(tmp_path: Path, engine: Engine) -> None:
    whole = xls([HEADER, ROW])
    start = whole.index(samples._record(0x809, b"\x00\x06\x05\x00")[4:8]) - 4
    (tmp_path / "a.et").write_bytes(whole[:start] + b"\x01\x02" + whole[start + 2 :])
    with pytest.raises(NotATableError, match="早期版本"):
        stage(tmp_path / "a.et", engine)


def test_locked_files_are_refused(tmp_path: Path, engine: Engine) -> None:
    with pytest.raises(EncryptedWorkbookError):
        stage(ods(tmp_path / "a.ods", table([HEADER, ROW]), encrypted=True), engine)
    begin = samples._workbook("表一", [HEADER, ROW])
    locked = begin[:20] + samples._record(0x2F, b"\x01\x00\x01\x00\x01\x00" + b"x" * 48) + begin[20:]
    for name in ("a.xls", "a.et"):
        (tmp_path / name).write_bytes(samples._compound(locked[: len(begin)], "Workbook"))
        with pytest.raises(EncryptedWorkbookError):
            stage(tmp_path / name, engine)


def test_a_few_bytes_that_stand_for_a_sheet_full_of_cells_are_refused_before_reading(
    tmp_path: Path, engine: Engine
) -> None:
    cell = (
        '<table:table-cell office:value-type="string" table:number-columns-repeated="16000">'
        "<text:p>x</text:p></table:table-cell>"
    )
    far = Raw(f'<table:table-row table:number-rows-repeated="1048000">{cell}</table:table-row>')
    with pytest.raises(TooHeavyError, match="展开后"):
        stage(ods(tmp_path / "a.ods", table([HEADER, far])), engine)


def test_repeated_rows_are_rows(tmp_path: Path, engine: Engine) -> None:
    again = Raw(row(ROW, ' table:number-rows-repeated="3"'))
    staged = stage(ods(tmp_path / "a.ods", table([HEADER, again])), engine)
    assert [line for (line,) in scanned(staged, engine, "line")] == [2, 3, 4]


def test_the_limits_of_other_workbooks_hold(tmp_path: Path, engine: Engine) -> None:
    sheet = table([HEADER, ROW])
    with pytest.raises(DangerousWorkbookError, match="文档类型"):
        stage(ods(tmp_path / "a.ods", sheet, head='<!DOCTYPE x [<!ENTITY a "b">]>'), engine)
    with pytest.raises(DangerousWorkbookError, match="压缩比"):
        stage(ods(tmp_path / "b.ods", sheet, parts={"Pictures/x": b"\0" * (20 << 20)}), engine)
    with pytest.raises(TooLargeError):
        stage(ods(tmp_path / "c.ods", sheet, parts={"Pictures/x": b"\0" * (210 << 20)}), engine)
    with pytest.raises(DamagedWorkbookError):
        stage(ods(tmp_path / "d.ods", sheet[:-20]), engine)


@pytest.mark.parametrize("kind", ["ods", "xlsx"])
def test_identity_numbers_in_the_names_of_sheets_are_masked(
    tmp_path: Path, engine: Engine, kind: str
) -> None:
    number = "11010519491231002X"
    path = tmp_path / f"a.{kind}"
    if kind == "ods":
        ods(path, table([["说明"]], f"身份证{number}"), table([HEADER, ROW], f"数据{number}"))
    else:
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet(f"身份证{number}")
            sheet = book.add_worksheet(f"数据{number}")
            sheet.write_row(0, 0, HEADER)
            sheet.write_row(1, 0, ROW)
    staged = stage(path, engine)
    assert "读取的是工作表“数据" in staged.notes[0]
    assert number not in "".join(staged.notes)
    assert staged.notes[0].count("身份证号码已隐去") == 2
    with pytest.raises(NoHeaderError) as refused:
        stage(path, engine, sheet=f"没有{number}")
    assert number not in str(refused.value)
