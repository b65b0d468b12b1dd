"""The columns of a returned workbook: under headers that say, without the sender's help, what they hold.

What the sender assigned by hand and what was set for all rows is no part of a file. It is written into the
workbook, so that the corrected rows mean the same when they come back alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from xinheng.core.cells import is_empty
from xinheng.evidence.intake import own_columns
from xinheng.evidence.intake.headers import Dictionary, dictionary, normal
from xinheng.evidence.intake.model import DROPPED, IGNORED, NO_FIELD
from xinheng.law.model import FieldType, Item

LEFT_OUT = "（不报送）"  # behind a header that the catalogue knows and the sender chose to ignore
_AGAIN = re.compile(r"（[0-9]+）$")  # behind a header that the file has more than once


@dataclass(frozen=True)
class Column:
    """One column of the workbook. `header`: of the file as it came; None where it had no such column."""

    header: str | None
    title: str  # what the workbook says
    target: str  # field code, 'ignored' or 'unmapped'
    constant: str = ""  # what an empty cell was taken for

    def cell(self, given: Mapping[str, str]) -> str:
        """The cell of a returned row: as received, or what was set for it."""
        text = given.get(self.header, "") if self.header is not None else ""
        return self.constant if self.constant and is_empty(text) else text


def planned(columns: Mapping[str, str], constants: Mapping[str, str], item: Item) -> tuple[Column, ...]:
    """The columns in the sheet's order, then those that only constants fill.

    `columns`: header -> what it was taken for; `constants`: field code -> value for all rows. Columns of
    identity numbers and the platform's own are not among them.
    """
    known = dictionary(item)
    found: list[Column] = []
    given = list(columns.values())
    for header, target in columns.items():
        if target == DROPPED or header in own_columns.ALL:
            continue
        # of several columns of one field none shows it: beside a filled one it would be a second value
        constant = constants.get(target, "") if given.count(target) == 1 else ""
        found.append(Column(header, _title(header, target, item, known), target, constant))
    for code, value in constants.items():
        if code not in given and item.has(code):
            found.append(Column(None, _name(code, item, known), code, value))
    return tuple(found)


def renamed(columns: tuple[Column, ...]) -> tuple[tuple[str, str], ...]:
    """(header of the file, title in the workbook) where they differ."""
    return tuple((c.header, c.title) for c in columns if c.header is not None and c.header != c.title)


def _title(header: str, target: str, item: Item, known: Dictionary) -> str:
    """The header itself where it is read for what it was taken for, else one that is."""
    if target == IGNORED and known.read(header).target not in NO_FIELD:
        return f"{header}{LEFT_OUT}"
    if target in NO_FIELD or not item.has(target):
        return header
    for text in (header, _AGAIN.sub("", header)):
        if known.read(text).target == target:
            return text
    if item.field(target).type is FieldType.WAN_YUAN and "(元)" in normal(header):
        in_yuan = (s.text for s in item.field(target).synonyms if s.divide_by == 10_000)
        return next(in_yuan, header)  # no name of it in 元: better asked again than read for 万元
    return _name(target, item, known)


def _name(code: str, item: Item, known: Dictionary) -> str:
    name = item.field(code).name
    return name if known.read(name).target == code else code
