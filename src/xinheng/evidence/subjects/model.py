"""The values of the subject register."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import pyarrow as pa

from xinheng.core.uscc import division_of, kind_of

# What `enter` is given: one row for each code and name that a submission mentions, in the order of its lines.
# `representative` may be left out or null; kept only where the standard requires it, never searched.
CANDIDATE_SCHEMA = pa.schema([("code", pa.string()), ("name", pa.string()), ("representative", pa.string())])

# What `enter` answers: every distinct code with the subject it stands for.
ENTERED_SCHEMA = pa.schema([("code", pa.string()), ("subject", pa.binary(16))])

UNKNOWN_KIND = "类别不明"
UNKNOWN_STATUS = "未知"

PAGE_SIZE = 20
PAGES = 50  # as deep as anyone may turn: 1 000 hits
COUNTED = PAGE_SIZE * PAGES  # beyond: 超过 1 000
MOST_ASKED = 100  # characters in a query


class NameState(StrEnum):
    """What is known of a name that is not the one shown."""

    SEEN = "seen"  # brought by a record, not decided on
    FORMER = "former"  # 曾用名
    WRONG = "wrong"  # decided to be an error: no longer found by it


class ReviewKind(StrEnum):
    """Why the credit office must look. 31 names in three million belong to two codes: rare, and real."""

    ONE_NAME_TWO_CODES = "one_name_two_codes"
    ONE_CODE_TWO_NAMES = "one_code_two_names"


class Decision(StrEnum):
    """How a review ends. None of them merges two subjects."""

    KEEP = "keep"  # 沿用现名，另一名称有误
    RENAME = "rename"  # 已更名：另一名称为现名
    FORMER = "former"  # 另一名称是曾用名
    DISTINCT = "distinct"  # 两个主体重名
    CODE_WRONG = "code_wrong"  # 其中一码有误，由信源单位更正


DECISIONS = {
    ReviewKind.ONE_CODE_TWO_NAMES: (Decision.KEEP, Decision.RENAME, Decision.FORMER),
    ReviewKind.ONE_NAME_TWO_CODES: (Decision.DISTINCT, Decision.CODE_WRONG),
}

DECISION_TITLES = {
    Decision.KEEP: "沿用现名，另一名称有误",
    Decision.RENAME: "已更名，改用另一名称",
    Decision.FORMER: "另一名称为曾用名",
    Decision.DISTINCT: "确为重名的两个主体",
    Decision.CODE_WRONG: "其中一个代码有误，由信源单位更正",
}


@dataclass(frozen=True)
class SubjectName:
    """A name other than the one shown, and since when the platform knows it."""

    name: str
    state: NameState
    since: datetime


@dataclass(frozen=True)
class Subject:
    """信用主体: an organisation. `registered` false is shown as 未经登记核实.

    `asked_code` is the code it was found by where that is a former one. `names` are its other names that are
    not wrong, oldest first.
    """

    subject: UUID
    code: str
    name: str
    kind: str
    division: str | None
    status: str
    registered: bool
    representative: str | None
    established: date | None
    address: str | None
    since: datetime
    asked_code: str | None = None
    names: tuple[SubjectName, ...] = ()
    former_codes: tuple[str, ...] = ()  # that stay good for finding it, oldest first


@dataclass(frozen=True)
class Hit:
    """One line of search results."""

    subject: UUID
    code: str
    name: str
    kind: str
    division: str | None
    status: str
    registered: bool
    other_name: str | None = None  # the folded name it was found by, where that is not the one shown


@dataclass(frozen=True)
class Found:
    """One page of hits. `total` counts up to COUNTED; `beyond` says that there are more (超过 1 000)."""

    hits: tuple[Hit, ...]
    total: int
    beyond: bool
    page: int
    pages: int
    similar: bool = False  # nothing holds the text itself; these are names much like it
    by_code: bool = False
    suggestion: str | None = None  # the one code the asker may have meant (O for 0 …)


@dataclass(frozen=True)
class Review:
    """What waits for the credit office, or was decided by it.

    One name, two codes: `code` and `name` came later, `other_code` and `other_name` were there. One code, two
    names: `name` came later, `other_name` is the one shown.
    """

    review: UUID
    kind: ReviewKind
    code: str
    name: str
    other_code: str | None
    other_name: str
    opened: datetime
    source: UUID | None
    closed: datetime | None = None
    decision: Decision | None = None
    decided_by: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Kinds:
    """Kind and division by the part of the code that says them, worked out once for each."""

    kinds: dict[str, str] = field(default_factory=dict)
    divisions: dict[str, str | None] = field(default_factory=dict)

    def kind(self, prefix: str) -> str:
        """`prefix`: the first two characters of a code."""
        if prefix not in self.kinds:
            self.kinds[prefix] = kind_of(prefix) or UNKNOWN_KIND
        return self.kinds[prefix]

    def division(self, digits: str) -> str | None:
        """`digits`: characters 3 to 8 of a code. None where they were never listed."""
        if digits not in self.divisions:
            self.divisions[digits] = division_of("00" + digits)
        return self.divisions[digits]
