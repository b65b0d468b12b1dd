"""A scorecard (考核指标) as values, and the one place where points are computed from readings.

A scorecard steers offices: who is scored is an agency, never an organisation and never a person. Its shapes
are a closed set. All arithmetic is exact (fractions); each step that is shown is rounded half up to `places`,
so that whoever adds up what is shown gets what is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

from xinheng.law.citing import Basis, Place, Span


class Shape(StrEnum):
    """How an indicator turns what was counted into points."""

    RATIO = "ratio"  # points × (value − floor) ÷ (target − floor), at least none, at most all
    DEDUCTION = "deduction"  # points − count × each, of which at most cap is taken away
    BONUS = "bonus"  # count × each on top, at most points
    HAND = "hand"  # the office gives points, with reason and evidence


class Reweight(StrEnum):
    """Where the points of an indicator go that does not apply to an agency."""

    GROUP = "group"  # to the indicators of its group that apply; a group without any: to the other groups
    WHOLE = "whole"  # to all indicators that apply, whatever their group


@dataclass(frozen=True)
class Indicator:
    """One line of a scorecard. `figure` None: the office enters the count or the points by hand."""

    id: str
    name: str
    points: Decimal  # full points; of a bonus, the most it can add
    shape: Shape
    figure: str | None = None
    target: Decimal | None = None
    floor: Decimal | None = None
    each: Decimal | None = None
    cap: Decimal | None = None
    note: str | None = None

    @property
    def by_hand(self) -> bool:
        """Whether someone has to enter what is scored."""
        return self.figure is None


@dataclass(frozen=True)
class Group:
    """First-level indicator: those that share a weight."""

    id: str
    name: str
    indicators: tuple[Indicator, ...]

    @property
    def points(self) -> Decimal:
        """What it weighs: the points of its indicators, without bonuses."""
        return sum((i.points for i in self.indicators if i.shape is not Shape.BONUS), Decimal())


@dataclass(frozen=True)
class ScoreExample:
    """A worked example: readings by indicator (absent: does not apply), and what must come out."""

    given: Mapping[str, Decimal]
    points: Mapping[str, Decimal | None]
    total: Decimal | None
    place: Place


@dataclass(frozen=True)
class Scorecard:
    """考核指标体系 of one kind of agency for a span of days."""

    id: str
    name: str
    applies_to: str  # unit: each body by itself; place: an office with all below it
    full: Decimal
    least: Decimal  # per cent of the full points that must apply, or there is no score and no rank
    places: int  # decimals of every number that is shown
    reweight: Reweight
    objection_days: int  # working days in which an agency may object
    decision_days: int  # working days in which the office decides
    groups: tuple[Group, ...]
    span: Span
    basis: Basis
    pack: str
    place: Place
    examples: tuple[ScoreExample, ...] = ()
    note: str | None = None

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """All lines, in order."""
        return tuple(i for group in self.groups for i in group.indicators)

    def indicator(self, name: str) -> Indicator:
        """The line with this id; KeyError where there is none."""
        for each in self.indicators:
            if each.id == name:
                return each
        raise KeyError(name)


@dataclass(frozen=True)
class Reading:
    """What was counted for one indicator: a value in the figure's unit, or a part of a whole (a percentage
    of it then, exact), or why there is none."""

    value: Decimal | None = None
    part: int | None = None
    whole: int | None = None
    unit: str = ""
    reason: str | None = None

    @property
    def exact(self) -> Fraction | None:
        """The value before any rounding; None where the indicator does not apply."""
        if self.part is not None and self.whole is not None and self.unit == "%":
            return Fraction(100 * self.part, self.whole) if self.whole else None
        return None if self.value is None else Fraction(self.value)


@dataclass(frozen=True)
class Score:
    """The points of one indicator; None: it does not apply, and its points go to others."""

    indicator: Indicator
    points: Decimal | None


@dataclass(frozen=True)
class GroupScore:
    """`raw`: sum of its points; `points`: after the points of what does not apply were given to the rest;
    None: nothing in it applies."""

    group: Group
    applies: Decimal  # full points of what applies
    raw: Decimal
    points: Decimal | None


@dataclass(frozen=True)
class Total:
    """The whole card of one agency. `total` None: too little applies, so there is no score and no rank:
    whoever reports nothing is not first because nothing could be held against it."""

    scores: tuple[Score, ...]
    groups: tuple[GroupScore, ...]
    base: Decimal | None
    bonus: Decimal
    total: Decimal | None


def rounded(value: Fraction, places: int) -> Decimal:
    """Half up (四舍五入) to `places` decimals, exactly."""
    scaled = abs(value) * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    if 2 * rest >= scaled.denominator:
        whole += 1
    with localcontext() as context:
        context.prec = 60
        context.rounding = ROUND_HALF_UP
        return Decimal(-whole if value < 0 and whole else whole).scaleb(-places)


def points_of(indicator: Indicator, reading: Reading, places: int) -> Decimal | None:
    """The points of one indicator; None where nothing could be read."""
    value = reading.exact
    if value is None:
        return None
    full = Fraction(indicator.points)
    if indicator.shape is Shape.RATIO:
        target, floor = Fraction(indicator.target or 0), Fraction(indicator.floor or 0)
        share = (value - floor) / (target - floor)
        return rounded(full * min(Fraction(1), max(Fraction(), share)), places)
    if indicator.shape is Shape.HAND:
        return rounded(min(full, max(Fraction(), value)), places)
    counted = max(Fraction(), value) * Fraction(indicator.each or 0)
    if indicator.shape is Shape.BONUS:
        return rounded(min(full, counted), places)
    return rounded(full - min(counted, Fraction(indicator.cap or indicator.points)), places)


def score(card: Scorecard, readings: Mapping[str, Reading]) -> Total:
    """Score one agency. An indicator without a reading, or whose reading has no value, does not apply."""
    scores = tuple(
        Score(i, points_of(i, readings.get(i.id, Reading()), card.places)) for i in card.indicators
    )
    by = {s.indicator.id: s.points for s in scores}
    groups = tuple(_grouped(card, group, by) for group in card.groups)
    bonus = sum(
        (s.points for s in scores if s.indicator.shape is Shape.BONUS and s.points is not None), Decimal()
    )
    applies = sum((g.applies for g in groups), Decimal())
    base = _base(card, groups) if 100 * applies >= card.least * card.full else None
    total = None if base is None else base + bonus
    return Total(scores, groups, base, bonus, total)


def _grouped(card: Scorecard, group: Group, by: Mapping[str, Decimal | None]) -> GroupScore:
    own = [i for i in group.indicators if i.shape is not Shape.BONUS]
    applying = [(i, points) for i in own if (points := by[i.id]) is not None]
    applies = sum((i.points for i, _ in applying), Decimal())
    raw = sum((points for _, points in applying), Decimal())
    if not applies:
        return GroupScore(group, applies, raw, None)
    if card.reweight is Reweight.WHOLE:
        return GroupScore(group, applies, raw, raw)
    spread = Fraction(raw) * Fraction(group.points) / Fraction(applies)
    return GroupScore(group, applies, raw, rounded(spread, card.places))


def _base(card: Scorecard, groups: tuple[GroupScore, ...]) -> Decimal | None:
    there = [g for g in groups if g.points is not None]
    weight = sum((g.group.points if card.reweight is Reweight.GROUP else g.applies for g in there), Decimal())
    if not weight:
        return None
    got = sum((g.points for g in there if g.points is not None), Decimal())
    if weight == card.full:
        return got
    return rounded(Fraction(got) * Fraction(card.full) / Fraction(weight), card.places)


def ranks(totals: Mapping[str, Decimal | None]) -> dict[str, int]:
    """Ranks by total, highest first; equal totals share a rank and the next one is skipped (1, 1, 3).

    Who has no total has no rank.
    """
    there = {name: total for name, total in totals.items() if total is not None}
    return {name: 1 + sum(other > total for other in there.values()) for name, total in there.items()}
