"""Files made to break a reader, each with its stated outcome (docs/intake-files.md).

Refused as a file, or the row returned, or kept as text: never a traceback, never a lost row, never more
memory than the limit.
"""

from __future__ import annotations

import resource
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from tests.unit.evidence.intake.hostile.samples import (
    CODE,
    HEADER,
    ROW,
    normalised,
    scanned,
    stage,
    text_file,
    xls,
)

from xinheng.evidence.intake.model import FileRefusedError, Limits
from xinheng.evidence.intake.model_refusals import (
    DamagedWorkbookError,
    DangerousWorkbookError,
    EmptyFileError,
    EncryptedWorkbookError,
    NoHeaderError,
    NotATableError,
    TooHeavyError,
    TooLargeError,
    UndecodableError,
)
from xinheng.ground.engine import Engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(400, 2) as warm:
        yield warm


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A proper workbook, to be damaged."""
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for i in range(1, 200):
            sheet.write_row(i, 0, [*ROW[:5], f"罚款{i}元"])
    return path


def rebuilt(source: Path, target: Path, **parts: bytes) -> Path:
    """The workbook with parts replaced or added; names with __ for / and _dot_ for the last point."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        renamed = {n.replace("__", "/").replace("_dot_", "."): c for n, c in parts.items()}
        for name in old.namelist():
            if name not in renamed:
                new.writestr(name, old.read(name))
        for name, content in renamed.items():
            new.writestr(name, content)
    return target


def refused(path: Path, engine: Engine, kind: type[FileRefusedError], limits: Limits | None = None) -> str:
    with pytest.raises(kind) as error:
        stage(path, engine, limits=limits or Limits())
    for text in (error.value.found, error.value.expected, error.value.todo):
        assert text
        assert "Traceback" not in text
    return error.value.found


# --- refused as a file ------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95, 0.999])
def test_a_truncated_workbook_is_refused(book: Path, engine: Engine, share: float) -> None:
    content = book.read_bytes()
    book.write_bytes(content[: int(len(content) * share)])
    refused(book, engine, DamagedWorkbookError)


def test_a_workbook_with_bytes_changed_inside_is_refused(book: Path, engine: Engine) -> None:
    content = bytearray(book.read_bytes())
    with zipfile.ZipFile(book) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    middle = info.header_offset + 60 + info.compress_size // 2
    content[middle : middle + 40] = b"\x55" * 40
    book.write_bytes(content)
    refused(book, engine, DamagedWorkbookError)


def test_a_truncated_old_workbook_is_refused(tmp_path: Path, engine: Engine) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(xls([HEADER, ROW])[:2000])
    refused(path, engine, FileRefusedError)


def test_a_text_file_cut_inside_a_character_is_refused(tmp_path: Path, engine: Engine) -> None:
    path = text_file(tmp_path / "a.csv", [HEADER, ROW])
    path.write_bytes(path.read_bytes()[:-2])
    refused(path, engine, UndecodableError)


def test_undecodable_bytes_are_refused_with_their_place(tmp_path: Path, engine: Engine) -> None:
    path = text_file(tmp_path / "a.csv", [HEADER, ROW])
    path.write_bytes(path.read_bytes() + b"\xff\xff\n")
    assert "第 3 行" in refused(path, engine, UndecodableError)


def test_an_empty_file_and_one_of_blanks_are_refused(tmp_path: Path, engine: Engine) -> None:
    (tmp_path / "a.csv").write_bytes(b"")
    refused(tmp_path / "a.csv", engine, EmptyFileError)
    (tmp_path / "b.csv").write_bytes(b"\xef\xbb\xbf \r\n\n  ")
    refused(tmp_path / "b.csv", engine, EmptyFileError)
    (tmp_path / "c.csv").write_bytes(b",,,\n,,,\n")
    refused(tmp_path / "c.csv", engine, EmptyFileError)


def test_an_empty_workbook_is_refused(tmp_path: Path, engine: Engine) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as made:
        made.add_worksheet()
    refused(tmp_path / "a.xlsx", engine, EmptyFileError)


def test_a_file_over_the_size_limit_is_refused_before_it_is_read(tmp_path: Path, engine: Engine) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(3 << 30)  # sparse: takes no room, and would take long to read
    refused(path, engine, TooLargeError)


def test_more_than_a_thousand_columns_are_refused(tmp_path: Path, engine: Engine) -> None:
    wide = [*HEADER, *(f"列{i}" for i in range(1000))]
    refused(text_file(tmp_path / "a.csv", [wide]), engine, TooLargeError)
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as made:
        made.add_worksheet().write_row(0, 0, wide)
    refused(tmp_path / "a.xlsx", engine, TooLargeError)
    fields = ", ".join(f'"{name}": "1"' for name in wide)
    (tmp_path / "a.jsonl").write_text(f"{{{fields}}}")
    refused(tmp_path / "a.jsonl", engine, TooLargeError)


def test_a_thousand_unknown_columns_are_too_many_before_they_are_unknown(
    tmp_path: Path, engine: Engine
) -> None:
    refused(text_file(tmp_path / "a.csv", [[f"列{i}" for i in range(1001)]]), engine, TooLargeError)


def test_a_zip_bomb_is_refused_by_its_size_and_by_its_ratio(
    book: Path, tmp_path: Path, engine: Engine
) -> None:
    bomb = rebuilt(book, tmp_path / "a.xlsx", xl__media__bomb_dot_bin=b"\0" * (210 << 20))
    refused(bomb, engine, TooLargeError)
    small = rebuilt(book, tmp_path / "b.xlsx", xl__media__bomb_dot_bin=b"\0" * (20 << 20))
    assert "压缩比" in refused(small, engine, DangerousWorkbookError)


def test_a_part_that_unzips_to_more_than_it_says_is_refused(
    book: Path, tmp_path: Path, engine: Engine
) -> None:
    path = rebuilt(book, tmp_path / "a.xlsx", xl__extra_dot_xml=b"<a>" + b" " * 500_000 + b"</a>")
    content = path.read_bytes()
    lie = content.replace(struct.pack("<I", 500_007), struct.pack("<I", 7))
    assert lie != content
    path.write_bytes(lie)
    refused(path, engine, DamagedWorkbookError)


def test_entity_definitions_are_refused(book: Path, tmp_path: Path, engine: Engine) -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    laughs += b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
    path = rebuilt(book, tmp_path / "a.xlsx", xl__worksheets__sheet1_dot_xml=laughs)
    assert "实体" in refused(path, engine, DangerousWorkbookError)


def test_a_workbook_behind_a_password_is_refused(tmp_path: Path, engine: Engine) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(xls([HEADER, ROW], stream="EncryptedPackage"))
    refused(path, engine, EncryptedWorkbookError)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7\n"),
        ("a.xls", b"<html><table><tr><td>x</td></tr></table></html>"),
        ("a.xlsx", "行政相对人名称,统一社会信用代码\n".encode()),
        ("a.csv", b"\x89PNG\r\n\x1a\n"),
        ("a.json", b"[{}]"),
        ("a.csv", b"\x7fELF\x02\x01"),
    ],
)
def test_what_is_no_table_is_refused_whatever_its_name(
    tmp_path: Path, engine: Engine, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused(path, engine, NotATableError)


def test_an_archive_and_a_document_are_no_workbooks(tmp_path: Path, engine: Engine) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("a.csv", "x")
    refused(tmp_path / "a.xlsx", engine, NotATableError)
    (tmp_path / "b.xls").write_bytes(xls([HEADER], stream="WordDocument"))
    refused(tmp_path / "b.xls", engine, NotATableError)


def test_one_cell_far_out_cannot_take_the_memory(book: Path, tmp_path: Path, engine: Engine) -> None:
    far = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    far += b'<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
    far += b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    far += b"</sheetData></worksheet>"
    path = rebuilt(book, tmp_path / "a.xlsx", xl__worksheets__sheet1_dot_xml=far)
    refused(path, engine, FileRefusedError, Limits(memory_mb=700, seconds=60))
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    assert children < 1200


def test_a_reader_that_takes_too_long_is_stopped(book: Path, engine: Engine) -> None:
    refused(book, engine, TooHeavyError, Limits(seconds=0))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_one_endless_line_is_refused_before_it_is_in_memory(
    tmp_path: Path, engine: Engine, name: str
) -> None:
    first = ",".join(HEADER) if name == "a.csv" else '{"名称": "甲", "备注": "乙"}'
    (tmp_path / name).write_text(first + "\n" + "x" * 100_000, encoding="utf-8")
    refused(tmp_path / name, engine, TooLargeError, Limits(cell_chars=1_000))


def test_a_file_without_a_header_of_the_item_is_refused(tmp_path: Path, engine: Engine) -> None:
    refused(text_file(tmp_path / "a.csv", [["甲", "乙"], ["1", "2"]]), engine, NoHeaderError)


# --- the row is returned ----------------------------------------------------------------------------------


def test_a_number_of_300_digits_stays_as_written_for_the_check(tmp_path: Path, engine: Engine) -> None:
    digits = "9" * 300
    path = text_file(tmp_path / "a.csv", [HEADER, [*ROW[:4], digits, ROW[5]], ROW])
    assert normalised(stage(path, engine), engine, "CF_NR_FK") == [(digits,), ("1.5",)]


def test_nul_bytes_are_flagged_field_by_field(tmp_path: Path, engine: Engine) -> None:
    path = text_file(tmp_path / "a.csv", [HEADER, ["示\0例", *ROW[1:]], ROW])
    rows = normalised(stage(path, engine), engine, "line, CF_XDR_MC, nul_fields")
    assert rows == [(2, "示例", ",CF_XDR_MC,"), (3, ROW[0], None)]


def test_a_number_in_a_code_column_is_flagged_in_old_workbooks_too(tmp_path: Path, engine: Engine) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(xls([HEADER, ["示例公司", 913301001234562860, *ROW[2:]], ROW]))
    assert normalised(stage(path, engine), engine, "numeric_fields") == [(",CF_XDR_SHXYM,",), (None,)]


def test_a_row_of_the_wrong_width_is_flagged(tmp_path: Path, engine: Engine) -> None:
    path = text_file(tmp_path / "a.csv", [HEADER, ROW[:3], ROW])
    rows = normalised(stage(path, engine), engine, "line, fault")
    assert rows[0][1] is not None
    assert rows[1] == (3, None)


# --- kept as text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>公司",
        "'; DROP TABLE records; --",
        '=HYPERLINK("x")公司',
        "公司{{7*7}}${x}%n",
        "../../etc/passwd公司",
        "公司\u202e反写",
    ],
)
def test_markup_and_code_in_names_are_text(tmp_path: Path, engine: Engine, name: str) -> None:
    cell = '"' + name.replace('"', '""') + '"'
    staged = stage(text_file(tmp_path / "a.csv", [HEADER, [cell, *ROW[1:]]]), engine)
    assert scanned(staged, engine, "c0") == [(name,)]
    (kept,) = normalised(staged, engine, "CF_XDR_MC")[0]
    assert kept.replace("（", "(").replace("）", ")") == name.replace("\u202e", "")


def test_hostile_headers_and_file_names_are_quoted(tmp_path: Path, engine: Engine) -> None:
    folder = tmp_path / 'it\'s; "x"'
    folder.mkdir()
    path = text_file(folder / "a'b\"; --.csv", [[*HEADER, "'); DROP TABLE x; --"], [*ROW, "1"]])
    staged = stage(path, engine)
    assert staged.columns[-1].target == "unmapped"
    assert normalised(staged, engine, "CF_XDR_SHXYM") == [(CODE,)]


def test_a_header_alone_is_an_event_and_no_error(book: Path, tmp_path: Path, engine: Engine) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as made:
        made.add_worksheet().write_row(0, 0, HEADER)
    staged = stage(tmp_path / "a.xlsx", engine)
    assert staged.rows == 0
    assert normalised(staged, engine, "line") == []
