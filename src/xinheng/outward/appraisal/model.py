"""A run of a scorecard as values, and its two canonical texts. Pure.

*Computed*: what was counted as of the cut-off, never changed. *Outcome*: the scores that follow from it, from
what was entered by hand, and from objections that were granted. Both can be made again from what is kept; the
first also from the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from xinheng.law.scorecards import Indicator, Reading, Scorecard, Shape, Total, ranks, score

OBJECTION: Final = "appraisal_objection"  # kind of the case


class State(StrEnum):
    """Where a run stands."""

    COMPUTED = "computed"  # 已计算：信用办可见；单位可自评
    PUBLISHED = "published"  # 已公布：单位可提异议
    FINAL = "final"  # 已定稿


NAMES: Final[Mapping[State, str]] = MappingProxyType(
    {State.COMPUTED: "已计算，待公布", State.PUBLISHED: "已公布，可提异议", State.FINAL: "已定稿"}
)


class Side(StrEnum):
    """Who entered something by hand."""

    SELF = "self"  # 自评
    OFFICE = "office"  # 信用办


class Outcome(StrEnum):
    """How an objection ended."""

    UPHELD = "upheld"  # 维持
    CHANGED = "changed"  # 调整


OUTCOMES: Final[Mapping[Outcome, str]] = MappingProxyType(
    {Outcome.UPHELD: "维持原数", Outcome.CHANGED: "调整"}
)

Evidence = tuple[tuple[str, str], ...]
"""Attachments: (digest, name)."""


@dataclass(frozen=True)
class Counted:
    """One figure of one agency. `kept`: it speaks of the day of the run and cannot be counted again later
    (the openness ratio); a verification takes it as it was kept and says so."""

    reading: Reading
    kept: bool = False


@dataclass(frozen=True)
class Scored:
    """An agency that is scored, with its figures by indicator."""

    agency: UUID
    code: str
    counted: Mapping[str, Counted]
    scope: Mapping[str, Any] = field(default_factory=dict)  # who was counted for it: kept with the run


@dataclass(frozen=True)
class Frame:
    """What a run is about: names it, and stands at the head of its texts."""

    scorecard: str
    pack: str  # label
    head: str | None  # code of the office; None: the whole place
    from_on: date
    to_on: date  # half-open
    known: datetime
    position: int


@dataclass(frozen=True)
class Run:
    """A run as it stands."""

    run: UUID
    frame: Frame
    head: UUID | None
    state: State
    computed: bytes
    digest: str
    created: datetime
    created_by: str
    published: datetime | None = None
    object_until: date | None = None
    finished: datetime | None = None
    outcome: bytes | None = None
    outcome_digest: str | None = None


@dataclass(frozen=True)
class Entry:
    """Something entered by hand for one agency and indicator: points by the unit itself, points or a count
    by the office."""

    agency: UUID
    indicator: str
    side: Side
    at: datetime
    value: Decimal
    note: str
    evidence: Evidence
    by: str


@dataclass(frozen=True)
class Objection:
    """An agency's objection to one indicator, and what became of it."""

    objection: UUID
    run: UUID
    agency: UUID
    indicator: str
    case: UUID
    reason: str
    evidence: Evidence
    opened: datetime
    opened_by: str
    outcome: Outcome | None = None
    note: str | None = None
    changed: Reading | None = None
    decided: datetime | None = None
    decided_by: str | None = None


@dataclass(frozen=True)
class Line:
    """One indicator of one agency, as pages and texts show it. `counted` is what the platform computed and
    stays visible whatever holds instead."""

    indicator: Indicator
    counted: Reading | None
    holds: Reading
    by: str  # figure, office, adjusted, none
    points: Decimal | None
    computed_points: Decimal | None


@dataclass(frozen=True)
class Card:
    """The whole card of one agency."""

    agency: UUID
    code: str
    lines: tuple[Line, ...]
    total: Total
    rank: int | None = None


@dataclass(frozen=True)
class Given:
    """What people added to a run: the latest entry of each side, and granted objections."""

    office: Mapping[tuple[UUID, str], Entry] = field(default_factory=dict)
    own: Mapping[tuple[UUID, str], Entry] = field(default_factory=dict)
    granted: Mapping[tuple[UUID, str], Objection] = field(default_factory=dict)


def given(entries: Sequence[Entry], objections: Sequence[Objection]) -> Given:
    """Of what was entered (earliest first) the latest, and of what was decided the last change."""
    office = {(e.agency, e.indicator): e for e in entries if e.side is Side.OFFICE}
    own = {(e.agency, e.indicator): e for e in entries if e.side is Side.SELF}
    decided = sorted((o for o in objections if o.outcome is Outcome.CHANGED), key=lambda o: str(o.decided))
    return Given(office, own, {(o.agency, o.indicator): o for o in decided})


def cards(card: Scorecard, scored: Sequence[Scored], said: Given) -> tuple[Card, ...]:
    """Every agency's card with ranks, highest total first; equal totals share a rank, by code within it."""
    made = [_card(card, one, said) for one in scored]
    order = ranks({one.code: one.total.total for one in made})
    ranked = [replace(one, rank=order.get(one.code)) for one in made]
    return tuple(sorted(ranked, key=lambda c: (c.rank is None, c.rank or 0, c.code)))


def _card(card: Scorecard, one: Scored, said: Given) -> Card:
    held = {i.id: _held(i, one, said) for i in card.indicators}
    total = score(card, {name: reading for name, (reading, _) in held.items()})
    plain = score(card, {name: found.reading for name, found in one.counted.items()})
    points = {s.indicator.id: s.points for s in total.scores}
    computed = {s.indicator.id: s.points for s in plain.scores}
    lines = tuple(
        Line(
            indicator=i,
            counted=one.counted[i.id].reading if i.id in one.counted else None,
            holds=held[i.id][0],
            by=held[i.id][1],
            points=points[i.id],
            computed_points=computed[i.id],
        )
        for i in card.indicators
    )
    return Card(one.agency, one.code, lines, total)


def _held(indicator: Indicator, one: Scored, said: Given) -> tuple[Reading, str]:
    key = (one.agency, indicator.id)
    if key in said.granted:
        changed = said.granted[key].changed
        return changed or Reading(), "adjusted"
    if indicator.by_hand:
        if key in said.office:
            return Reading(said.office[key].value), "office"
        return Reading(reason="没有录入，不计分"), "none"
    found = one.counted.get(indicator.id)
    return (found.reading, "figure") if found else (Reading(reason="没有这个数"), "none")


def changed_reading(indicator: Indicator, counted: Reading | None, said: Mapping[str, str]) -> Reading | str:
    """What holds instead after an objection was granted, from what the office typed (`part` and `whole` of a
    percentage that has them, else `value`); a Chinese text says what is wrong with it."""
    if counted is not None and counted.unit == "%" and counted.whole is not None:
        part, whole = said.get("part", "").strip(), said.get("whole", "").strip()
        if not (part.isascii() and part.isdigit() and whole.isascii() and whole.isdigit()):
            return "分子、分母不是整数"
        if len(whole) > 12 or int(whole) < 1 or int(part) > int(whole):
            return "分母应大于零，分子不大于分母"
        return Reading(None, int(part), int(whole), "%")
    value = decimal_of(said.get("value", ""))
    if value is None:
        return "数不是不带单位的十进制数"
    if indicator.shape is Shape.HAND and value > indicator.points:
        return f"分数高于满分 {indicator.points}"
    return Reading(value, unit=counted.unit if counted else "")


def decimal_of(text: str) -> Decimal | None:
    """A plain number as typed: at most nine digits and four decimals, no sign; None for anything else."""
    plain = text.strip()
    whole, dot, rest = plain.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 9):
        return None
    if dot and not (rest.isascii() and rest.isdigit() and len(rest) <= 4):
        return None
    return Decimal(plain)
