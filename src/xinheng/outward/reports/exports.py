"""导出、打印: lists as files in bounded memory, and the log of who took which (R148).

A cell that a spreadsheet would read as a formula stays text: in a workbook by its type, in CSV behind an
apostrophe.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Final
from uuid import UUID

import xlsxwriter

from xinheng.core.identity import mask
from xinheng.core.times import Clock
from xinheng.core.wording import fault
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access.model import Account, Agency
from xinheng.outward.reports import store_exports as store
from xinheng.outward.reports.errors import ExportRefused
from xinheng.outward.reports.store_exports import Entry

__all__ = ["FORMS", "MOST", "PRINTED", "Entry", "Sheet", "entries", "note", "printed", "safe", "write"]

MOST: Final = 100_000  # rows of one export
PRINTED: Final = 2_000  # rows of one print: forty sheets
PAGE: Final = 2_000  # rows read at a time
PURPOSE: Final = 200
FORMS: Final = {"xlsx": "Excel", "csv": "CSV", "docx": "Word", "print": "打印"}
_PLAIN: Final = re.compile(r"[+-]?\d[\d.,\N{NO-BREAK SPACE}]*%?")
_ACTIVE: Final = ("=", "+", "-", "@", "\t", "\r")

Reader = Callable[[Transaction, int, int], Sequence[Sequence[str]]]  # limit, offset -> rows of text


@dataclass(frozen=True)
class Sheet:
    """A list as it leaves the house. `what`: in Chinese; `read` gives a page of it, in a stable order."""

    what: str
    columns: tuple[str, ...]
    read: Reader


@dataclass(frozen=True)
class Written:
    """What went into a file."""

    rows: int
    digest: str  # SHA-256, hexadecimal


def note(  # noqa: PLR0913, PLR0917 - who took what, in which form, what for
    tx: Transaction,
    account: Account,
    agency: Agency | None,
    what: str,
    rows: int,
    purpose: str | None,
    clock: Clock,
    filters: str = "",
    form: str = "xlsx",
    digest: str | None = None,
) -> None:
    """Write one export or print into the log. Raises ExportRefused for a purpose that cannot be kept."""
    said = " ".join((purpose or "").split())
    wrong = fault(said, 0, PURPOSE)
    if wrong is not None:
        raise ExportRefused(
            found=f"用途{wrong}", expected=f"至多 {PURPOSE} 个字，不含证件号码", todo="改写用途后重试"
        )
    if form not in FORMS:
        raise _form_refused(form)
    store.insert(
        tx,
        {
            "at": clock.now().at,
            "account": account.account,
            "actor": account.name,
            "agency": agency.agency if agency else None,
            "what": what,
            "filters": mask(filters)[0][:500],
            "form": form,
            "rows": rows,
            "purpose": said or None,
            "digest": digest,
        },
    )


def _form_refused(form: str) -> ExportRefused:
    return ExportRefused(found=f"形式“{form[:10]}”", expected="、".join(FORMS), todo="从页面上选择")


def write(tx: Transaction, sheet: Sheet, form: str, target: IO[bytes]) -> Written:
    """The whole list as a file of this form. Raises ExportRefused where it is longer than MOST."""
    rows = _Counted(_all(tx, sheet))
    if form == "xlsx":
        _workbook(sheet, rows, target)
    elif form == "csv":
        _csv(sheet, rows, target)
    else:
        raise _form_refused(form)
    return Written(rows.count, _digest(target))


def printed(tx: Transaction, sheet: Sheet) -> tuple[Sequence[str], ...]:
    """The rows of a print. Raises ExportRefused where there are more than PRINTED."""
    rows = tuple(sheet.read(tx, PRINTED + 1, 0))
    if len(rows) > PRINTED:
        raise _too_long(PRINTED, "打印")
    return rows


class _Counted:
    """Rows on their way into a file, counted."""

    def __init__(self, rows: Iterable[Sequence[str]]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Sequence[str]]:
        for row in self._rows:
            self.count += 1
            if self.count > MOST:
                raise _too_long(MOST, "导出")
            yield row


def _too_long(most: int, way: str) -> ExportRefused:
    return ExportRefused(
        found=f"清单超过 {most} 行", expected=f"一次{way}至多 {most} 行", todo="用筛选缩小范围，分几次"
    )


def _all(tx: Transaction, sheet: Sheet) -> Iterator[Sequence[str]]:
    offset = 0
    while page := sheet.read(tx, PAGE, offset):
        yield from page
        if len(page) < PAGE:
            return
        offset += PAGE


def _workbook(sheet: Sheet, rows: Iterable[Sequence[str]], target: IO[bytes]) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": sheet.what, "created": datetime(2000, 1, 1)})  # noqa: DTZ001 - no time zone in a workbook
        page = book.add_worksheet(sheet.what[:31])
        page.freeze_panes(1, 0)
        head = book.add_format({"bold": True})
        for column, name in enumerate(sheet.columns):
            page.write_string(0, column, name, head)
        for line, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                page.write_string(line, column, text)


def _csv(sheet: Sheet, rows: Iterable[Sequence[str]], target: IO[bytes]) -> None:
    target.write("\ufeff".encode())
    text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(sheet.columns)
        writer.writerows([safe(cell) for cell in row] for row in rows)
    finally:
        text.detach()


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_ACTIVE) and not _PLAIN.fullmatch(cell) else cell


def _digest(target: IO[bytes]) -> str:
    target.seek(0)
    digest = hashlib.sha256()
    while piece := target.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def entries(
    tx: Transaction, among: Collection[UUID] | None, limit: int, before: int | None = None
) -> list[Entry]:
    """The log, newest first: of these agencies, or of all. `before`: from where the last page ended."""
    return store.listed(tx, among, limit, before)
