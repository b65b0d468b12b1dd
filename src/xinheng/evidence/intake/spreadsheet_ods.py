"""An OpenDocument spreadsheet before it is opened: locked or not, how far it spreads, formulas, hidden rows.

ODS writes repeated cells and rows once with a count: few bytes may stand for 16 thousand million cells, and
neither size nor ratio tells. So the counts are multiplied out before a reader allocates for them. The XML is
streamed; document types and entities were refused before (`spreadsheet_parts.weigh`).
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.parsers import expat

from xinheng.evidence.intake.model import Limits
from xinheng.evidence.intake.model_refusals import DamagedWorkbookError, TooHeavyError
from xinheng.evidence.intake.spreadsheet_parts import SheetMarks, encrypted

CONTENT: Final = "content.xml"
MANIFEST: Final = "META-INF/manifest.xml"
TABLE: Final = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
OFFICE: Final = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
CALC: Final = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
CELLS: Final = (f"{TABLE} table-cell", f"{TABLE} covered-table-cell")
HIDDEN: Final = ("collapse", "filter")
STEP: Final = 1 << 18
FEWEST: Final = (
    10  # bytes that a filled cell takes at the very least: more of them than that are repeated ones
)


@dataclass
class _Look:
    """What was met so far; handlers of the parser."""

    limits: Limits
    name: str
    sheets: list[SheetMarks] = field(default_factory=list)
    cells: int = 0  # with repetitions multiplied out, up to the last filled one of each row
    rows: int = 1  # of the current row
    column: int = 0
    last: int = 0  # last filled column of the current row
    hidden: bool = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{TABLE} table":
            self.sheets.append(SheetMarks())
        elif tag == f"{TABLE} table-row":
            self.rows = self._count(attributes, "number-rows-repeated")
            self.column = self.last = 0
            self.hidden = attributes.get(f"{TABLE} visibility") in HIDDEN
        elif tag in CELLS:
            self.column += self._count(attributes, "number-columns-repeated")
            self._cell(attributes)

    def _cell(self, attributes: dict[str, str]) -> None:
        if f"{OFFICE} value-type" not in attributes and f"{TABLE} formula" not in attributes:
            return
        self.last = self.column
        if self.sheets:
            formula = f"{TABLE} formula" in attributes
            error = attributes.get(f"{CALC} value-type") == "error"
            marks = self.sheets[-1]
            self.sheets[-1] = SheetMarks(marks.formulas + formula, marks.errors + error, marks.hidden_rows)

    def end(self, tag: str) -> None:
        if tag != f"{TABLE} table-row" or not self.last:
            return
        self.cells += self.rows * self.last
        if self.hidden and self.sheets:
            marks = self.sheets[-1]
            self.sheets[-1] = SheetMarks(marks.formulas, marks.errors, marks.hidden_rows + self.rows)
        if self.cells > self.limits.unzipped_bytes // FEWEST:
            raise TooHeavyError(
                found=f"展开后超过 {self.limits.unzipped_bytes // FEWEST} 个单元格",
                expected="内容集中、没有大片重复区域的工作表",
                todo="删去重复填充的区域，或另存为 CSV 后报送",
                where=self.name,
            )

    def _count(self, attributes: dict[str, str], name: str) -> int:
        text = attributes.get(f"{TABLE} {name}", "1")
        return int(text[:9]) if text.isascii() and text.isdigit() else 1


def look(path: Path, limits: Limits) -> tuple[SheetMarks, ...]:
    """What stands in each sheet. Raises EncryptedWorkbookError, TooHeavyError, DamagedWorkbookError."""
    found = _Look(limits, path.name)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = found.start
    parser.EndElementHandler = found.end
    try:
        with zipfile.ZipFile(path) as archive:
            if MANIFEST in archive.namelist() and b"encryption-data" in archive.read(MANIFEST):
                raise encrypted(path.name)
            with archive.open(CONTENT) as stream:
                while piece := stream.read(STEP):
                    parser.Parse(piece)
                parser.Parse(b"", True)
    except (
        expat.ExpatError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        NotImplementedError,
    ) as error:
        raise DamagedWorkbookError(
            found=f"部件 {CONTENT} 缺失或无法解析",
            expected="完整的工作簿",
            todo="用表格软件打开，另存为 XLSX 后重新报送",
            where=path.name,
        ) from error
    return tuple(found.sheets)
