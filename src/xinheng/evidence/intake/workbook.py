"""The returned-rows workbook: what came back and why, made to be corrected and sent again as it is.

First sheet: the header row first, then the rows as received; our own columns stand in front and are known to
the reader when the file comes back. Second sheet: what each rule asks. Written row by row in constant memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any
from uuid import UUID

import xlsxwriter

from xinheng.evidence.intake import own_columns, workbook_columns
from xinheng.evidence.intake.model import NO_FIELD, CheckResult
from xinheng.evidence.intake.returning import results
from xinheng.evidence.intake.workbook_columns import Column
from xinheng.law.model import Item

ROWS, RULES = "退回数据", "规则说明"
OWN = (
    *(own_columns.LINE, own_columns.REASONS, own_columns.FIELDS),
    *(own_columns.CASE, own_columns.RECORD, own_columns.CONFIRM),
)
Returned = tuple[int, str, str, UUID | None]  # line, cells, checks, its case
CELL_LIMIT = 32_767  # characters in a cell of a spreadsheet


def build(
    columns: Mapping[str, str], constants: Mapping[str, str], item: Item, rows: Iterable[Returned]
) -> bytes:
    """An XLSX file of returned rows. `columns`: header -> what it was taken for, in the sheet's order;
    `constants`: field code, or one of our own columns -> what was set for all rows."""
    sink = BytesIO()
    book = xlsxwriter.Workbook(
        sink,
        {
            "constant_memory": True,
            "strings_to_formulas": False,  # cells beginning with = + - @ stay text (decision 25)
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    planned = workbook_columns.planned(columns, constants, item)
    used = _write_rows(book, planned, item, constants.get(own_columns.CONFIRM, ""), rows)
    _write_rules(book, item, used, workbook_columns.renamed(planned))
    book.close()
    return sink.getvalue()


def _write_rows(
    book: Any,
    columns: Sequence[Column],
    item: Item,
    confirmed: str,
    rows: Iterable[Returned],
) -> dict[str, CheckResult]:
    sheet = book.add_worksheet(ROWS)
    plain = book.add_format({"num_format": "@", "valign": "top"})  # text: codes and numbers keep their digits
    faulty = book.add_format({"num_format": "@", "bg_color": "#FDE2E0", "valign": "top"})
    own = book.add_format({"num_format": "@", "bg_color": "#EEF3FA", "text_wrap": True, "valign": "top"})
    head = book.add_format({"bold": True, "bg_color": "#1E4E8C", "font_color": "#FFFFFF", "border": 1})
    sheet.freeze_panes(1, len(OWN))
    sheet.set_column(0, 0, 8, own)
    sheet.set_column(1, 1, 60, own)
    sheet.set_column(2, len(OWN) - 1, 16, own)
    sheet.set_column(len(OWN), len(OWN) + len(columns), 20, plain)
    for place, title in enumerate((*OWN, *(c.title for c in columns))):
        sheet.write_string(0, place, title, head)
    used: dict[str, CheckResult] = {}
    for number, (line, cells, found, case) in enumerate(rows, 1):
        checks = results(found)
        used.update({c.id: c for c in checks if c.id not in used})
        given: Mapping[str, str] = json.loads(cells)
        front = (
            str(line),
            _reasons(checks),
            "、".join(dict.fromkeys(_name(item, c.field) for c in checks if c.field)),
            str(case or ""),
            given.get(own_columns.RECORD, ""),
            given.get(own_columns.CONFIRM) or confirmed,
        )
        for place, text in enumerate(front):
            sheet.write_string(number, place, text[:CELL_LIMIT], own)
        wrong = {c.field for c in checks}
        for place, column in enumerate(columns, len(OWN)):
            marked = column.target in wrong and column.target not in NO_FIELD
            sheet.write_string(number, place, column.cell(given)[:CELL_LIMIT], faulty if marked else plain)
    return used


def _reasons(checks: Sequence[CheckResult]) -> str:
    return "\n".join(f"{n}. {c.message}。应为：{c.expected}" for n, c in enumerate(checks, 1))


def _name(item: Item, code: str | None) -> str:
    return item.field(code).name if code and item.has(code) else (code or "")


def _write_rules(
    book: Any, item: Item, used: Mapping[str, CheckResult], renamed: Sequence[tuple[str, str]]
) -> None:
    sheet = book.add_worksheet(RULES)
    head = book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 2, 60, wrap)
    told = (*_how_to(), *(f"原表头“{header}”在本表中写作“{title}”。" for header, title in renamed))
    for row, text in enumerate(told):
        sheet.write_string(row, 0, text)
    start = len(told) + 1
    for place, title in enumerate(("规则", "数据项", "要求")):
        sheet.write_string(start, place, title, head)
    for row, check in enumerate(sorted(used.values(), key=lambda c: c.id), start + 1):
        for place, text in enumerate((check.id, _name(item, check.field), check.expected)):
            sheet.write_string(row, place, text, wrap)


def _how_to() -> tuple[str, ...]:
    return (
        f"在“{ROWS}”表中直接修改标红的格，保存后原样再次报送即可；各列的对应关系会自动识别，",
        "手工指定过对应关系的列已改用能识别的表头，报送时统一填写的值已写入各行。",
        f"“{own_columns.LINE}”“{own_columns.REASONS}”“{own_columns.FIELDS}”三列只供阅读，再次报送时不读取。",
        f"“{own_columns.CASE}”：请保留；改好的行凭它销掉对应的待办，关键项填错的也能对上。",
        f"“{own_columns.RECORD}”：更正已入库的记录（包括文号、机关等关键项）时填写该记录的编号；新记录留空。",
        f"“{own_columns.CONFIRM}”：代码少见但已核对无误的，填“是”。",
        "身份证件号码不接收：证件号码列未读入，文字中的号码已隐去。",
    )
