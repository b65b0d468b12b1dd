"""A document as a value: what it says, in order, without a word on how it looks.

The writers (`docx`, `pdf`, `xlsx`, `canonical`, and the page's macro `document.html`) all read this value;
the same value gives the same bytes, whenever and wherever it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from xinheng.core.errors import Kind, XinhengError

LEVELS: Final = (1, 2, 3)
_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""What no XML 1.0 file and no person's eye can take: control characters, lone surrogates, non-characters."""
_NUMERIC: Final = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")


class DocumentRefused(XinhengError):
    """A document that cannot be written: characters nobody can see, rows of another length, no title."""

    code: ClassVar[str] = "XH810"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "文书内容不行"


@dataclass(frozen=True)
class Heading:
    """A heading inside the document; level 1 is the highest below the title."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of the body."""

    text: str


@dataclass(frozen=True)
class Column:
    """A column of a table; `numeric`: its cells are numbers, set right and calculable in a workbook."""

    name: str
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its own title and note. Each row has as many cells as there are columns."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str | None = None


@dataclass(frozen=True)
class Seal:
    """The place of a seal: the writers leave room above the issuer and the date and print the words."""

    text: str

    @property
    def is_seal(self) -> bool:
        """For templates, which cannot ask for a type."""
        return True


Block = Heading | Paragraph | Table | Seal


@dataclass(frozen=True)
class Document:
    """What is written. `kind`: a short word of the room that makes it (`letter`, `bulletin` …); `number`:
    发文字号; `addressee`: 主送单位, without colon; `note`: a remark below signature and date (附注)."""

    kind: str
    title: str
    number: str | None
    addressee: str | None
    dated: date
    issuer: str
    blocks: tuple[Block, ...]
    note: str | None = None

    def __post_init__(self) -> None:
        for text in texts(self):
            if unseen := _UNSEEN.search(text):
                raise _refused(f"有看不见的字符 U+{ord(unseen[0]):04X}", "可以印出来的文字", self.title)
        if not self.title.strip() or not self.issuer.strip():
            raise _refused("没有标题或没有落款单位", "标题、落款单位都有", self.title or self.kind)
        for block in self.blocks:
            if isinstance(block, Heading) and block.level not in LEVELS:
                raise _refused(f"小标题层级 {block.level}", "1、2、3 之一", block.text)
            if isinstance(block, Table):
                _even(block)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its tables, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Table))

    @property
    def dated_in_chinese(self) -> str:
        """成文日期 in Arabic numerals, without leading zeros: `2026年3月5日`."""
        return f"{self.dated.year}年{self.dated.month}月{self.dated.day}日"


def texts(document: Document) -> Iterator[str]:
    """Every text of a document, in the order in which it is read."""
    yield from (document.kind, document.title, document.number or "", document.addressee or "")
    for block in document.blocks:
        if isinstance(block, Table):
            yield block.title
            yield from (column.name for column in block.columns)
            for row in block.rows:
                yield from row
            yield block.note or ""
        else:
            yield block.text
    yield from (document.issuer, document.note or "")


def number_of(cell: str) -> str | None:
    """The decimal text of a numeric cell without thousands separators, or None where it is no plain number.

    At most 15 significant digits: a workbook keeps binary doubles, and a longer number would change in it.
    """
    if not _NUMERIC.fullmatch(cell):
        return None
    plain = cell.replace(",", "")
    return plain if len(plain.strip("-").replace(".", "").lstrip("0")) <= 15 else None


def _even(table: Table) -> None:
    if not table.columns:
        raise _refused("没有列的表", "至少一列", table.title)
    for place, row in enumerate(table.rows, 1):
        if len(row) != len(table.columns):
            raise _refused(f"第 {place} 行有 {len(row)} 格", f"每行 {len(table.columns)} 格", table.title)


def _refused(found: str, expected: str, where: str) -> DocumentRefused:
    return DocumentRefused(found=found, expected=expected, todo="改正内容后重新生成文书", where=where[:60])
