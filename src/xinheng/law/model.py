"""What a policy pack says, as values.

A pack is read once by `law.packs` and is immutable. Every value that can change in law carries `from`,
optionally `to` (half-open: the first day on which it no longer holds) and a `Basis`.

**What a rule may name.** A rule (`Check`, `MarkRule`) is SQL over one normalised row. All its columns are
VARCHAR. They are the item's field codes, NULL where the field is empty, and these, which the intake adds
(`ENVIRONMENT` and `environment_columns`):

- `report_date`: `YYYY-MM-DD`, the day in Shanghai on which the row was reported: a fact, never a clock;
- `row_kind`: `organisation`, `individual_business` or `unknown` (rows about persons never reach a rule);
- `numeric_fields`, `nul_fields`: `,CF_XDR_SHXYM,CF_WSH,`: code fields whose cell was a number, fields whose
  cell held a NUL byte; NULL where there is none;
- `confirmed`: `yes` where the sender confirmed the row's implausible codes, else NULL;
- `<FIELD>__verdict` for each field of type `uscc`: the verdict of `core.uscc` (`valid`, `wrong_length`,
  `wrong_alphabet`, `unknown_authority`, `wrong_check`, `implausible`); NULL where the field is empty.

A rule's text is `Check.sql`, regenerated from the parsed tree. Run it as `TRY(<sql>)`: true means that the
check failed, false that the row passed, NULL that it did not run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from xinheng.law.citing import Basis, Instrument, Place, Span
from xinheng.law.kinds import (
    ADMINISTRATIVE,
    BasisKind,
    Disclosure,
    Every,
    FieldType,
    ItemClass,
    ProviderKind,
    Severity,
    SourceClass,
    Verified,
)

# of `law.kinds` and `law.citing`, for all rooms
__all__ = [
    "Basis", "BasisKind", "Disclosure", "FieldType", "Instrument", "Place", "Severity", "Span", "Verified",
]  # fmt: skip

ENVIRONMENT = ("report_date", "row_kind", "numeric_fields", "nul_fields", "confirmed")
VERDICT_SUFFIX = "__verdict"
_PRACTICE = Basis(BasisKind.PRACTICE)


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

    code: str  # the standard's code, e.g. CF_WSH; a platform field begins with X_
    name: str  # the standard's Chinese name
    type: FieldType
    disclosure: Disclosure
    max_length: int | None = None  # soft: only warns, as no official length could be read
    required: bool = False
    expected: bool = False  # mandatory by an unverified reading: its absence only warns
    dropped: bool = False  # identity number of a person: the column never enters
    many: bool = False  # ENUM: several values joined by ；
    values: tuple[str, ...] = ()  # for ENUM: accepted texts, first spelling is the standard one
    open_values: tuple[str, ...] = ()  # for ENUM: beginnings after which the text is free (其他-…)
    value_synonyms: Mapping[str, str] = field(default_factory=dict)
    synonyms: tuple[HeaderSynonym, ...] = ()
    basis: Basis = _PRACTICE
    span: Span | None = None
    pack: str = ""
    place: Place | None = None
    # how the field stood and stands, oldest first, where that changed on a date; the field itself holds what
    # all versions accept, so that a file of any age can be read
    versions: tuple[Field, ...] = ()

    def on(self, day: date) -> Field | None:
        """The field as it stands on that day; None where it is not, or no longer, in the item."""
        for version in self.versions or (self,):
            if version.span is None or version.span.covers(day):
                return version
        return None


@dataclass(frozen=True)
class Example:
    """A worked example beside a rule: field values, and what the rule must say on them.

    `applies` False: on that day the rule is not in force (outcome no_rule).
    """

    given: Mapping[str, str | None]
    fails: bool | None  # None: the rule does not run
    on: date | None = None
    applies: bool = True
    place: Place | None = None


@dataclass(frozen=True)
class Check:
    """A rule about one row: `expr` is SQL (DuckDB) over the columns of the module's text; true = failed.

    Of several versions with one id, the one whose `span` covers the day of decision applies to a row
    (`Item.rule_day`). `sql` is the text to run.
    """

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
    sql: str = ""
    pack: str = ""  # which pack added it: a local check counts in that pack's own rate
    common: bool = False  # of the checks that all items share


@dataclass(frozen=True)
class Frequency:
    """频次 of an item, in words and as a period."""

    every: Every
    text: str
    basis: Basis


@dataclass(frozen=True)
class Marks:
    """Three separate marks of an item: collected, shown, reported upward."""

    collected: bool
    shown: bool
    reported: bool


@dataclass(frozen=True)
class MarkRule:
    """Marks of the records on which `sql` is true; a record with several takes the least of each mark."""

    id: str
    name: str  # Chinese, e.g. 简易程序处罚
    expr: str
    marks: Marks
    span: Span  # by the day of decision, as a check's
    basis: Basis
    examples: tuple[Example, ...] = ()
    place: Place | None = None
    sql: str = ""
    pack: str = ""


@dataclass(frozen=True)
class Timeliness:
    """How soon after the decision a record is due, in working days (the day of decision not counted)."""

    channel: str  # 信用网站 or 公示系统
    working_days: int
    span: Span
    basis: Basis
    pack: str = ""  # a local pack may be stricter; its term counts in its own rate
    place: Place | None = None


@dataclass(frozen=True)
class Profile:
    """How an item may be sent (decision 9): `report` is the standard, `collected` a later entry (补录)."""

    id: str
    name: str
    counted: bool  # in 合规率
    reported: bool  # may go upward at all
    basis: Basis
    span: Span


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
    #   authority, authority_code, decided, content, reporter, reporter_code, representative, and where the
    #   item has them category, period, status, evidence, verified, licence_terms, price, expires, fine,
    #   grounds, valid_from, valid_to, reported_end, procedure, domain, severity, published, scope …
    collected_fields: tuple[str, ...]  # roles that profile `collected` requires
    checks: tuple[Check, ...]
    timeliness: tuple[Timeliness, ...]
    mark_rules: tuple[MarkRule, ...] = ()
    key: tuple[str, ...] = ()  # roles of the natural key (decision 8)
    pack: str = ""
    place: Place | None = None
    kind: ItemClass = ItemClass.SECTOR
    source: SourceClass = SourceClass.PUBLIC
    provider_kind: ProviderKind = ProviderKind.AUTHORITY
    frequency: Frequency | None = None
    disclosure: Disclosure = Disclosure.SHARED  # 公开属性 of the whole item; no field is more public
    secret: bool = False  # 涉密事项: neither taken in nor shown nor reported (R007)
    unsettled: tuple[str, ...] = ()  # marks whose rule is not there or was not read: shown, reported
    note: str | None = None  # what could not be read about it, and what stands in for it

    @property
    def administrative(self) -> bool:
        """One of the seven administrative classes."""
        return self.kind in ADMINISTRATIVE

    def rule_day(self, decided: date | None, reported: date) -> date:
        """The day whose version of a rule holds for a row: its day of decision.

        A decision from before the item's first edition is held against that edition; one without a readable
        date, or dated after the report, against the rules of the report date.
        """
        if decided is None or decided > reported:
            return reported
        return max(decided, self.span.start)

    def hidden_on(self, fields: Mapping[str, str | None], day: date) -> bool:
        """Whether a record of this item may be shown to nobody on `day`: a secret item's, or bought data
        whose licence has ended. `fields`: field code -> normalised text; the last day of a licence counts.
        Without a readable last day nothing says that it may still be used."""
        expires = self.roles.get("expires")
        if self.secret or expires is None:
            return self.secret
        try:
            return date.fromisoformat(fields.get(expires) or "") < day
        except ValueError:
            return True

    def field(self, code: str) -> Field:
        """The field with this code; KeyError where the item has none."""
        return next(f for f in self.fields if f.code == code) if self.has(code) else _no_field(code)

    def has(self, code: str) -> bool:
        return any(f.code == code for f in self.fields)

    def role(self, name: str) -> str | None:
        """The field code that plays this role in the item, or None."""
        return self.roles.get(name)

    def column(self, role: str) -> str:
        """The field that plays this role as an SQL column; NULL where the item has none."""
        code = self.roles.get(role)
        return f'"{code}"' if code else "CAST(NULL AS VARCHAR)"

    def checks_until(self, day: date, profile: str | None = None) -> tuple[Check, ...]:
        """The checks that may concern a row reported on `day`: in force on some day of decision up to it."""
        return tuple(
            c
            for c in self.checks
            if self._touches(c.span, day) and (profile is None or profile in c.profiles)
        )

    def mark_rules_until(self, day: date) -> tuple[MarkRule, ...]:
        """The mark rules that may concern a row reported on `day`."""
        return tuple(r for r in self.mark_rules if self._touches(r.span, day))

    def always(self, span: Span, day: date) -> bool:
        """Whether `span` covers every rule day of rows reported on `day`, so that rows need no look."""
        return span.start <= self.span.start and (span.to is None or day < span.to)

    def _touches(self, span: Span, day: date) -> bool:
        return span.start <= day and (span.to is None or self.span.start < span.to)

    def checks_on(self, day: date, profile: str | None = None) -> tuple[Check, ...]:
        """The checks in force for decisions of `day`, for one profile or for all."""
        return tuple(
            c for c in self.checks if c.span.covers(day) and (profile is None or profile in c.profiles)
        )

    def mark_rules_on(self, day: date) -> tuple[MarkRule, ...]:
        """The mark rules in force for decisions of `day`."""
        return tuple(r for r in self.mark_rules if r.span.covers(day))

    def timeliness_on(self, channel: str, decided: date) -> tuple[Timeliness, ...]:
        """The terms of a channel for a decision of that day: the root pack's first, then stricter local ones.

        Empty where no rule is in force: then nothing is late and nothing is on time.
        """
        return tuple(t for t in self.timeliness if t.channel == channel and t.span.covers(decided))


def environment_columns(fields: tuple[Field, ...]) -> tuple[str, ...]:
    """The columns that a rule may name besides the field codes; see the module's text."""
    verdicts = tuple(f.code + VERDICT_SUFFIX for f in fields if f.type is FieldType.USCC)
    return ENVIRONMENT + verdicts


def _no_field(code: str) -> Field:
    raise KeyError(code)
