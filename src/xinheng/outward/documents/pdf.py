"""A document as PDF, set by typst with the font of the project alone.

The document goes in as data (JSON in `sys.inputs`) and is shown as text: nothing of it is ever read as
markup, so that `#`, `$`, `*`, `_` or `@` in a name do nothing. Neither fonts of the machine nor packages from
anywhere are used, and the time is the document's date: the same document gives the same bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

from xinheng.core import canonical
from xinheng.outward.documents.canonical import content
from xinheng.outward.documents.coverage import printable
from xinheng.outward.documents.model import Document, Heading, Table
from xinheng.outward.documents.widths import shares

HERE: Final = Path(__file__).resolve().parent
FONTS: Final = HERE / "fonts"
LAYOUT: Final = HERE / "layout.typ"
STANDARDS: Final[list[typst.PDFStandard]] = ["a-2a", "ua-1"]


def write(document: Document) -> bytes:
    """The bytes of the PDF (PDF/A-2a, PDF/UA-1 as typst checks them)."""
    dated = datetime.combine(document.dated, datetime.min.time(), UTC)
    written = _compiler(document).compile(format="pdf", pdf_standards=STANDARDS, timestamp=dated)
    if not isinstance(written, bytes):
        raise TypeError("typst gives one file for a PDF")
    return written


def _compiler(document: Document) -> typst.Compiler:
    return typst.Compiler(
        _layout(), root=HERE, font_paths=_fonts(), sys_inputs={"document": canonical.dumps(said(document))}
    )


def said(document: Document) -> dict[str, object]:
    """What the layout is told: the document as it can be printed, its date in words, widths and depths."""
    widths = [list(shares(block)) if isinstance(block, Table) else [] for block in document.blocks]
    words = {"dated_words": document.dated_in_chinese, "widths": widths, "depths": _depths(document)}
    return {**_printable(content(document)), **words}


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _printable(held) for key, held in value.items()}
    return [_printable(held) for held in value] if isinstance(value, list) else value


def _depths(document: Document) -> list[int]:
    """The depth of each heading in the PDF's tree, where no step down may be left out; 0 for other blocks."""
    depths, last = [], 0
    for block in document.blocks:
        if isinstance(block, Heading):
            last = min(block.level, last + 1)
        depths.append(last if isinstance(block, Heading) else 0)
    return depths


@cache
def _layout() -> bytes:
    return LAYOUT.read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
