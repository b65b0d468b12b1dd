"""Lists handed down, as values: the sender's columns and rows, and what is put into them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from xinheng.outward.suspicions.model import OUTCOMES, Outcome

KEPT: Final = "kept"  # given back as it came


class Column(StrEnum):
    """What a column of the sender is for."""

    NUMBER = "number"  # 文号
    PARTY = "party"  # 相对人名称
    CODE = "code"  # 相对人代码
    KIND = "kind"  # 相对人类别
    AUTHORITY = "authority"  # 决定机关
    AUTHORITY_CODE = "authority_code"  # 决定机关代码
    DECIDED = "decided"  # 决定日期
    RESULT = "result"  # 反馈情况 (to be filled)
    CONCEALED = "concealed"  # 是否瞒报 (to be filled)
    NOTE = "note"  # 说明 (to be filled)
    FILES = "files"  # 附件名 (to be filled)


COLUMNS: Final[Mapping[Column, str]] = MappingProxyType(
    {
        Column.NUMBER: "决定书文号",
        Column.PARTY: "相对人名称",
        Column.CODE: "相对人代码",
        Column.KIND: "相对人类别",
        Column.AUTHORITY: "决定机关",
        Column.AUTHORITY_CODE: "决定机关代码",
        Column.DECIDED: "决定日期",
        Column.RESULT: "反馈情况（由平台填写）",
        Column.CONCEALED: "是否瞒报（由平台填写）",
        Column.NOTE: "说明（由平台填写）",
        Column.FILES: "附件名（由平台填写）",
    }
)
TO_FILL: Final = (Column.RESULT, Column.CONCEALED, Column.NOTE, Column.FILES)
ADDED: Final[Mapping[Column, str]] = MappingProxyType(
    {Column.RESULT: "反馈情况", Column.NOTE: "说明", Column.FILES: "附件名"}
)


@dataclass(frozen=True)
class SheetColumn:
    """A column of the sender. `target`: a `Column`, 'kept' or 'dropped' (left with the sender)."""

    header: str  # as it is shown: every column has one of its own
    target: str
    written: str  # as the sender wrote it: empty, or the same as another's


@dataclass(frozen=True)
class Row:
    """A row of the sheet. `cells` None: about a natural person; the number alone is kept."""

    line: int
    cells: tuple[str, ...] | None
    number: str | None
    party: str | None
    decided_on: date | None
    data: bool = True  # False: neither number nor party nor code (a remark below the table)


@dataclass(frozen=True)
class Sheet:
    """A list as it was read."""

    columns: tuple[SheetColumn, ...]
    above: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]
    file_sha256: str
    kind: str  # csv or xlsx: how it goes back
    masked: int
    notes: tuple[str, ...] = ()

    @property
    def persons(self) -> int:
        """Rows about natural persons."""
        return sum(row.cells is None for row in self.rows)

    def place(self, column: Column) -> int | None:
        """Where that column stands; the first, where there are several."""
        return place(self.columns, column)


def place(columns: Sequence[SheetColumn], column: Column) -> int | None:
    """Where a column stands among those of a list; None where the sender has none."""
    return next((i for i, c in enumerate(columns) if c.target == column.value), None)


@dataclass(frozen=True)
class Origin:
    """Where a list came from, if from another instance: its list, the package and the package's digest."""

    list_id: UUID
    package: UUID
    digest: str


@dataclass(frozen=True)
class SuspicionList:
    """疑似瞒报清单 of one office."""

    list_id: UUID
    office: UUID
    title: str
    sender: str
    number: str | None
    item: str
    received_on: date
    due_on: date | None
    days_back: int
    file_name: str
    file_sha256: str
    kind: str
    above: tuple[tuple[str, ...], ...]
    columns: tuple[SheetColumn, ...]
    lines: int
    persons: int
    masked: int
    origin: Origin | None
    created: datetime
    created_by: str
    closed: datetime | None = None
    closed_by: str | None = None


@dataclass(frozen=True)
class NewList:
    """What the office says of a list that it imports."""

    title: str
    sender: str
    item: str
    received_on: date
    due_on: date | None
    number: str | None = None
    days_back: int = 0
    file_name: str = ""
    origin: Origin | None = None


@dataclass(frozen=True)
class Line:
    """A row as it is kept; `line_id` is the same in every instance."""

    line: int
    line_id: UUID
    number: str | None
    cells: tuple[str, ...] | None
    suspicion: UUID | None


@dataclass(frozen=True)
class Package:
    """A part of a list that is out with another instance."""

    package: UUID
    list_id: UUID
    agency: UUID
    digest: str
    lines: int
    made: datetime
    made_by: str
    merged_at: datetime | None
    merged_made: str | None


@dataclass(frozen=True)
class GivenBack:
    """A file that was given out. `kind`: xlsx, csv, zip, package (handed on), answers (on the way up)."""

    at: datetime
    actor: str
    kind: str
    sha256: str
    lines: int
    open: int


@dataclass(frozen=True)
class Attachment:
    """A scan that proves an answer."""

    attachment: UUID
    suspicion: UUID
    sha256: str
    name: str
    media: str  # pdf, jpg, png
    size: int
    added: datetime
    agency: UUID | None
    actor: str
    removed: datetime | None
    removed_by: str | None
    removed_why: str | None


def filled(
    columns: Sequence[SheetColumn],
    cells: Sequence[str] | None,
    said: Mapping[Column, str],
    number: str | None,
) -> tuple[str, ...]:
    """The sender's row with the answer in the columns that are to be filled; other cells as they came.

    Of a row about a natural person (`cells` None) the number stands alone.
    """
    row = list(cells) if cells is not None else [""] * len(columns)
    given: set[Column] = set()
    for at, column in enumerate(columns):
        if column.target not in {c.value for c in Column}:
            continue
        what = Column(column.target)
        if what in TO_FILL and what in said and what not in given:
            row[at] = said[what]
            given.add(what)
        if cells is None and what is Column.NUMBER and number:
            row[at] = number
    return tuple(row)


def answered(outcome: Outcome | None, note: str, files: Sequence[str]) -> dict[Column, str]:
    """What goes into the columns that the sender left to be filled; nothing where there is no answer."""
    if outcome is None:
        return {}
    return {
        Column.RESULT: OUTCOMES[outcome],
        Column.CONCEALED: "是" if outcome is Outcome.CONCEALED else "否",
        Column.NOTE: note,
        Column.FILES: "；".join(files),
    }


PERSON_SAID: Final[Mapping[Column, str]] = MappingProxyType(
    {Column.RESULT: "自然人", Column.NOTE: "针对自然人的行平台不留存，仅登记文号"}
)
