"""Parts of a .docx that are written as XML: the font table, the same in every one, and tables of data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from xinheng.outward.documents.model import Column, Table
from xinheng.outward.documents.widths import shares

SPACE: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WIDTH: Final = 8844  # twentieths of a point: 156 mm, the type area
_ALTERNATIVES: Final = {
    "方正小标宋简体": ("方正小标宋_GBK,小标宋,宋体,SimSun", "roman"),
    "仿宋_GB2312": ("仿宋,FangSong,方正仿宋_GBK,宋体", "modern"),
    "楷体_GB2312": ("楷体,KaiTi,方正楷体_GBK,宋体", "modern"),
    "黑体": ("SimHei,方正黑体_GBK", "swiss"),
    "宋体": ("SimSun", "auto"),
}
"""Fonts by the names under which offices have them, and what stands in where one is missing."""


def _font_table() -> bytes:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{family}"/></w:font>'
        for name, (others, family) in _ALTERNATIVES.items()
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}<w:fonts xmlns:w="{SPACE}">{fonts}</w:fonts>'.encode()


FONT_TABLE: Final = _font_table()


def table_xml(said: Table, head: str, body: str, points: float) -> str:
    """A table as `w:tbl`, as wide as the type area: the header row on every page, no row across two pages.

    `head`, `body`: fonts; `points`: size of the letters.
    """
    parts = shares(said)
    widths = [WIDTH * part // sum(parts) for part in parts]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    names = tuple(column.name for column in said.columns)
    top = _row(names, widths, ["center"] * len(names), _letters(head, points), "<w:tblHeader/>")
    sides = [_side(column) for column in said.columns]
    letters = _letters(body, points)
    rows = "".join(_row(row, widths, sides, letters) for row in said.rows)
    return (
        f'<w:tbl xmlns:w="{SPACE}"><w:tblPr><w:tblStyle w:val="TableGrid"/>'
        f'<w:tblW w:w="{WIDTH}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        f"{top}{rows}</w:tbl>"
    )


def _side(column: Column) -> str:
    return "right" if column.numeric else "left"


def _letters(font: str, points: float) -> str:
    name, size = quoteattr(font), int(points * 2)
    fonts = " ".join(f"w:{which}={name}" for which in ("ascii", "hAnsi", "eastAsia", "cs"))
    return f'<w:rPr><w:rFonts {fonts}/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'


def _row(
    cells: Sequence[str], widths: Sequence[int], sides: Sequence[str], letters: str, more: str = ""
) -> str:
    made = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
        f'<w:spacing w:line="240" w:lineRule="auto"/><w:jc w:val="{side}"/></w:pPr>'
        f"<w:r>{letters}{_text(cell)}</w:r></w:p></w:tc>"
        for cell, width, side in zip(cells, widths, sides, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{more}</w:trPr>{made}</w:tr>"


def _text(cell: str) -> str:
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in cell.split("\n"))
    return "<w:br/>".join(lines)
