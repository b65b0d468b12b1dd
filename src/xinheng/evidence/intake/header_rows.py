"""Which of the first rows is the header, and the header of two rows that merged cells make.

Sheets for people put 行政相对人代码 over 统一社会信用代码 and 工商注册号, and merge the other columns
downwards: neither row has all names then. They are read as one where that names more columns than either does
alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xinheng.evidence.intake.headers import HEADER_ROWS, Dictionary
from xinheng.law.headers import UNMAPPED

_ITSELF = ("名称", "全称")  # of what the group says
Cells = Sequence[str | None]


@dataclass(frozen=True)
class Head:
    """A header. `index`: of its last row; `rows`: how many it takes, 1 or 2."""

    index: int
    cells: list[str]
    rows: int = 1

    @property
    def note(self) -> tuple[str, ...]:
        """What the receipt says of its place, where that is not the first row alone."""
        first = self.index + 2 - self.rows
        if self.rows == 1:
            return (f"表头在第 {first} 行，其上的标题行不作数据",) if first > 1 else ()
        above = "，其上的标题行不作数据" if first > 1 else ""
        return (f"表头占第 {first}、{self.index + 1} 两行，上下合并为一行读取{above}",)


def head(known: Dictionary, rows: Sequence[Cells]) -> Head | None:
    """The header among the first rows of a sheet; None where no row is one."""
    first = list(rows[:HEADER_ROWS])
    index = known.find(first)
    if index is None:
        return None
    best = Head(index, [cell or "" for cell in first[index]])
    for lower in (index, index + 1):
        if 0 < lower < len(first) and (cells := _joined(known, first[lower - 1], first[lower])):
            joined = Head(lower, cells, 2)
            if _named(known, joined.cells) > _named(known, best.cells):
                best = joined
    return best


def _named(known: Dictionary, cells: Cells) -> int:
    """How many fields a header names."""
    return known.score(cells)[0]


def _joined(known: Dictionary, upper: Cells, lower: Cells) -> list[str] | None:
    """Two rows as one header; None where the lower one holds something else than names of columns."""
    width = max(len(upper), len(lower))
    above = [(cell or "").strip() for cell in [*upper, *[""] * (width - len(upper))]]
    below = [(cell or "").strip() for cell in [*lower, *[""] * (width - len(lower))]]
    group, groups, cells = "", [], []
    for over, under in zip(above, below, strict=True):
        group = over or (group if under else "")  # a merged cell has its words in its first column
        groups.append(group)
        cells.append(_meant(known, group, under) if under else over)
    found = [known.read(cell).target if cell else UNMAPPED for cell in cells]
    named = [target for target, text in zip(found, below, strict=True) if text]
    if not named or UNMAPPED in named:
        return None
    # 名称 under two groups is not the same name: where the group does not decide, nobody guesses
    return [
        f"{over}{cell}" if cell and cell == under and over and found.count(target) > 1 else cell
        for over, cell, under, target in zip(groups, cells, below, found, strict=True)
    ]


def _meant(known: Dictionary, group: str, name: str) -> str:
    """The name of a column under the name of its group: both together where the catalogue knows that."""
    for text in (f"{group}{name}", f"{group}({name})", f"{group}_{name}"):
        if group and known.read(text).target != UNMAPPED:
            return text
    return group if name in _ITSELF and known.read(group).target != UNMAPPED else name
