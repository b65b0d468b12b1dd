"""What a policy pack says, as values.

A pack is read once by `law.packs` and is immutable. Every value that can change in law carries `from`,
optionally `to` (half-open: the first day on which it no longer holds) and a `Basis`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class BasisKind(StrEnum):
    """Practice and platform rules may return or mark a row; they never ground anything adverse."""

    LAW = "law"
    PRACTICE = "practice"
    PLATFORM = "platform"


class Verified(StrEnum):
    """How well the text of an instrument could be read."""

    TEXT = "text"
    SUMMARY = "summary"
    NONE = "none"  # shown as 待核实


class Severity(StrEnum):
    """What a failed check does to its row."""

    RETURN = "return"
    MARK = "mark"
    WARN = "warn"


class Disclosure(StrEnum):
    """公开属性 of a field."""

    PUBLIC = "public"  # 社会公开
    SHARED = "shared"  # 政务共享
    AUTHORISED = "authorised"  # 授权查询


class FieldType(StrEnum):
    """How a cell is normalised and compared. All values stay text; the type says which text is right."""

    TEXT = "text"
    LONG_TEXT = "long_text"  # free text: identity numbers in it are masked
    USCC = "uscc"
    CODE = "code"  # a number of another register; a numeric cell in it returns the row
    DATE = "date"  # normalised to YYYY-MM-DD
    WAN_YUAN = "wan_yuan"  # 万元, up to 6 decimals; kept as decimal text, never a float
    ENUM = "enum"


@dataclass(frozen=True)
class Span:
    """Dates on which a value holds: from the first day to before `to` (half-open)."""

    start: date
    to: date | None = None

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.to is None or day < self.to)


@dataclass(frozen=True)
class Instrument:
    """A law, regulation or document that rules cite."""

    id: str
    title: str
    number: str | None
    issuer: str
    issued: date | None
    effective: Span
    repealed_by: str | None
    verified: Verified
    note: str | None = None


@dataclass(frozen=True)
class Basis:
    """Where a value comes from. `instrument` and `article` only where `kind` is law."""

    kind: BasisKind
    instrument: str | None = None
    article: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Place:
    """File and line of a value in its pack, for messages."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class HeaderSynonym:
    """A header as agencies write it, and the unit it states where that differs from the field's.

    `divide_by` 10000 means the header states 元 for a field kept in 万元.
    """

    text: str
    divide_by: int = 1


@dataclass(frozen=True)
class Field:
    """数据项: one column of an item."""

    code: str  # the standard's code, e.g. CF_WSH
    name: str  # the standard's Chinese name
    type: FieldType
    disclosure: Disclosure
    max_length: int | None = None
    required: bool = False
    values: tuple[str, ...] = ()  # for ENUM: accepted texts, first spelling is the standard one
    value_synonyms: Mapping[str, str] = field(default_factory=dict)
    synonyms: tuple[HeaderSynonym, ...] = ()
    basis: Basis = Basis(BasisKind.PRACTICE)


@dataclass(frozen=True)
class Example:
    """A worked example beside a rule: field values, and whether the check must fail on them."""

    given: Mapping[str, str | None]
    fails: bool | None  # None: the check does not run
    on: date | None = None


@dataclass(frozen=True)
class Check:
    """A rule about one row: `expr` is SQL (DuckDB) over the item's field codes; true means failed."""

    id: str
    expr: str
    severity: Severity
    field: str | None
    message: str  # Chinese; may hold {found}
    expected: str
    span: Span
    basis: Basis
    profiles: tuple[str, ...] = ("report", "collected")
    examples: tuple[Example, ...] = ()
    place: Place | None = None


@dataclass(frozen=True)
class Marks:
    """Three separate marks of an item: collected, shown, reported upward."""

    collected: bool
    shown: bool
    reported: bool


@dataclass(frozen=True)
class Timeliness:
    """How soon after the decision a record is due, in working days (the day of decision not counted)."""

    channel: str  # 信用网站 or 公示系统
    working_days: int
    span: Span
    basis: Basis


@dataclass(frozen=True)
class Item:
    """目录事项: one entry of the catalogue in one edition."""

    id: str  # penalty, permit
    name: str  # 行政处罚
    edition: str  # E2018
    span: Span
    provider: str  # accountable provider, in words
    basis: Basis
    marks: Marks
    retention: str
    fields: tuple[Field, ...]
    ignored: tuple[str, ...]  # headers known and without a field
    dropped: tuple[str, ...]  # headers of identity numbers: dropped at the door
    roles: Mapping[str, str]  # role -> field code: party_name, party_kind, party_code, document,
    #   authority, authority_code, decided, content, reporter, reporter_code, representative
    collected_fields: tuple[str, ...]  # roles that profile `collected` requires
    checks: tuple[Check, ...]
    timeliness: tuple[Timeliness, ...]

    def field(self, code: str) -> Field:
        """The field with this code; KeyError where the item has none."""
        return next(f for f in self.fields if f.code == code) if self.has(code) else _no_field(code)

    def has(self, code: str) -> bool:
        return any(f.code == code for f in self.fields)

    def role(self, name: str) -> str | None:
        """The field code that plays this role in the item, or None."""
        return self.roles.get(name)


def _no_field(code: str) -> Field:
    raise KeyError(code)
