"""A document as a workbook: one sheet a table, what the document says of itself on the last.

Text stays text: a cell that begins with = + - or @ is no formula. Numeric columns are numbers where a cell
is a plain number. The bytes depend on the document alone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import xlsxwriter

from xinheng.outward.documents.errors import DocumentRefused
from xinheng.outward.documents.model import Document, Table, number_of
from xinheng.outward.documents.widths import shares

ABOUT: Final = "说明"
_SHEET_NAME: Final = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_NAME_LENGTH: Final = 31  # Excel
_CELL: Final = 32_767  # characters, Excel
_ROWS: Final = 1_048_575  # below the header, Excel
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write(document: Document) -> bytes:
    """The bytes of the workbook. Raises DocumentRefused for what no sheet can hold."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    book.set_properties(
        {
            "title": document.title,
            "author": document.issuer,
            "created": datetime.combine(document.dated, datetime.min.time(), UTC),
        }
    )
    taken: set[str] = {ABOUT}
    for table in document.tables:
        _sheet(book, table, _name(table.title, taken))
    _about(book, document)
    book.close()
    return out.getvalue()


def _sheet(book: Any, table: Table, name: str) -> None:
    if len(table.rows) > _ROWS:
        raise DocumentRefused(
            found=f"表有 {len(table.rows)} 行",
            expected=f"一张工作表至多 {_ROWS} 行",
            todo="缩小时间或单位范围，分几次导出",
            where=table.title[:60],
        )
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "text_wrap": True, "border": 1, "valign": "vcenter"})
    for at, (column, width) in enumerate(zip(table.columns, shares(table), strict=True)):
        sheet.set_column(at, at, min(60, max(8, width + 2)))
        sheet.write_string(0, at, column.name, bold)
    for line, row in enumerate(table.rows, 1):
        for at, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            number = number_of(cell) if column.numeric else None
            if number is not None:
                sheet.write_number(line, at, Decimal(number), _decimals(book, number))
            elif cell:
                sheet.write_string(line, at, _fits(cell, table.title))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _decimals(book: Any, number: str) -> Any:
    """A format with as many decimals as the cell shows: 98.50 stays 98.50."""
    decimals = len(number.partition(".")[2])
    name = "0." + "0" * decimals if decimals else "0"
    kept: dict[str, Any] = book.__dict__.setdefault("_xinheng_formats", {})
    if name not in kept:
        kept[name] = book.add_format({"num_format": name})
    return kept[name]


def _about(book: Any, document: Document) -> None:
    sheet = book.add_worksheet(ABOUT)
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 80, book.add_format({"text_wrap": True}))
    for line, (name, text) in enumerate(_said(document)):
        sheet.write_string(line, 0, name)
        sheet.write_string(line, 1, _fits(text, document.title))


def _said(document: Document) -> Iterator[tuple[str, str]]:
    yield "标题", document.title
    if document.number:
        yield "文号", document.number
    if document.addressee:
        yield "主送", document.addressee
    for block in document.blocks:
        if not isinstance(block, Table):
            yield "", block.text
        elif block.note:
            yield "表注", f"{block.title}：{block.note}"
    yield "落款", document.issuer
    yield "日期", document.dated_in_chinese
    if document.note:
        yield "附注", document.note


def _fits(cell: str, where: str) -> str:
    # Excel counts UTF-16 units
    length = len(cell.encode("utf-16-le")) // 2
    if length > _CELL:
        raise DocumentRefused(
            found=f"一格有 {length} 个字符",
            expected=f"一格至多 {_CELL} 个字符",
            todo="缩短文字，或改用 docx、PDF",
            where=where[:60],
        )
    return cell


def _name(title: str, taken: set[str]) -> str:
    """A sheet's name after the table's title: what Excel takes, and each once, whatever its case."""
    plain = _SHEET_NAME.sub("", title).strip()[:_NAME_LENGTH] or "表"
    name, again = plain, 2
    while name.casefold() in {other.casefold() for other in taken}:
        ending = f"（{again}）"
        name, again = plain[: _NAME_LENGTH - len(ending)] + ending, again + 1
    taken.add(name)
    return name
