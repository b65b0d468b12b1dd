"""A small writer of OpenDocument spreadsheets: what the tests of reading .ods are made of."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}
MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
# what office programs write behind the last row: the rest of the sheet, empty
REST = (
    '<table:table-row table:number-rows-repeated="1048560">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


class Formula(str):
    """A cell that was worked out: the formula, with its stored result after a bar."""


class Raw(str):
    """A cell, row or table as XML."""


def cell(value: Any) -> str:
    """One cell."""
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, Raw):
        return value
    if isinstance(value, Formula):
        formula, _, result = value.partition("|")
        return (
            f'<table:table-cell table:formula={quoteattr("of:=" + formula)} office:value-type="float" '
            f'office:value="{result}"><text:p>{result}</text:p></table:table-cell>'
        )
    if isinstance(value, date):
        said = f'office:value-type="date" office:date-value="{value.isoformat()}"'
    elif isinstance(value, int | float):
        said = f'office:value-type="float" office:value="{value}"'
    else:
        said = 'office:value-type="string"'
    return f"<table:table-cell {said}><text:p>{escape(str(value))}</text:p></table:table-cell>"


def row(cells: Sequence[Any] | Raw, attributes: str = "") -> str:
    """One row."""
    if isinstance(cells, Raw):
        return cells
    return f"<table:table-row{attributes}>{''.join(map(cell, cells))}</table:table-row>"


def table(rows: Sequence[Any], name: str = "数据", style: str = "shown") -> str:
    """One sheet, with the empty rest behind it."""
    body = "".join(map(row, rows))
    return f'<table:table table:name={quoteattr(name)} table:style-name="{style}">{body}{REST}</table:table>'


def ods(
    path: Path,
    *tables: str,
    encrypted: bool = False,
    head: str = "",
    parts: dict[str, bytes] | None = None,
) -> Path:
    """Write a spreadsheet of these sheets."""
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMES.items())
    styles = "".join(
        f'<style:style style:name="{name}" style:family="table">'
        f'<style:table-properties table:display="{shown}"/></style:style>'
        for name, shown in (("shown", "true"), ("hidden", "false"))
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<office:document-content {spaces} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    lock = (
        '<manifest:encryption-data manifest:checksum-type="SHA256/1K" manifest:checksum="x">'
        '<manifest:algorithm manifest:algorithm-name="http://www.w3.org/2001/04/xmlenc#aes256-cbc" '
        'manifest:initialisation-vector="x"/></manifest:encryption-data>'
    )
    manifest = (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="{MANIFEST}" '
        f'manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{MIMETYPE}"/>'
        f'<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">'
        f"{lock if encrypted else ''}</manifest:file-entry></manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", MIMETYPE, zipfile.ZIP_STORED)
        archive.writestr("content.xml", b"\x8f\x01secret" * 40 if encrypted else content)
        archive.writestr("META-INF/manifest.xml", manifest)
        for name, data in (parts or {}).items():
            archive.writestr(name, data)
    return path
