"""Document numbers as series (号段), and the gaps in them. Pure.

A number is read as what stands before the year in its brackets (字), the year, and the running number behind
it. Whatever cannot be read so belongs to no series, and nobody is suspected because of it. Merging two
series by mistake hides a gap; splitting one makes gaps up: so reading errs on the side of merging.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from xinheng.core import documents

FEWEST: Final = 5  # numbers known of a series, below which it is none yet
LONGEST: Final = 50  # numbers missing in a row, above which it is rather another block of numbers
SPARSE: Final = 2  # known numbers for each missing one, below which the numbers do not run one by one
LEADING: Final = 20  # a series that begins at one of these may have lost its head; above, it began there

# The last year in brackets with figures behind it. Brackets after the number (补正) and 之一 are passed over.
_YEARED = re.compile(r"^(.*)〔((?:19|20)[0-9]{2})〕(?:年|字|第)?(.*)$")
# 12-0034: a department and its own running number. 12-1: the first annex of number 12.
_PARTED = re.compile(r"^((?:[0-9]{1,6}[-/·.])+)([0-9]{3,9})(?![0-9])(.*)$")
_PLAIN = re.compile(r"^([^0-9]{0,6}?)([0-9]{1,9})(?![0-9])(.*)$")
_TAIL = re.compile(r"(?:字|第|号)+$")
# Nine of ten numbers are written so; there are millions of them.
_USUAL = re.compile(r"([0-9A-Z一-鿿]*[A-Z一-鿿])〔((?:19|20)[0-9]{2})〕([0-9]{1,9})号")


class Key(NamedTuple):
    """A series: what stands before the year, and the year."""

    prefix: str
    year: int


class Parsed(NamedTuple):
    """A number of a series. `before`, `width`, `after`: how its neighbours would be written."""

    key: Key
    number: int
    before: str
    width: int  # figures, where there are leading zeros; else 0
    after: str

    def spelt(self, number: int) -> str:
        """Another number of the series, written as this one (without annex)."""
        tail = "号" if self.after.startswith("号") else ""
        return f"{self.before}{number:0{self.width}d}{tail}"


def parse(text: str) -> Parsed | None:
    """A document number read as one of a series; None where it is of none."""
    usual = _USUAL.fullmatch(text)
    if usual is not None and usual[1][-1] not in "字第号":
        prefix, year, figures = usual.groups()
        number = int(figures)
        width = len(figures) if figures[0] == "0" else 0
        return Parsed(Key(prefix, int(year)), number, f"{prefix}〔{year}〕", width, "号") if number else None
    return _unusual(documents.normalise(text))


def _unusual(number: str) -> Parsed | None:
    yeared = _YEARED.match(number)
    if yeared is None:
        return None
    prefix, year, rest = yeared.groups()
    parted = _PARTED.match(rest)
    plain = None if parted else _PLAIN.match(rest)
    if parted:
        lead, figures, after = parted.groups()
    elif plain:
        lead, figures, after = plain.groups()
    else:
        return None
    if not int(figures):
        return None
    before = number[: len(number) - len(rest)] + lead
    key = Key(_TAIL.sub("", prefix) + _TAIL.sub("", lead), int(year))
    return Parsed(key, int(figures), before, len(figures) if figures.startswith("0") else 0, after)


class Verdict(StrEnum):
    """What a gap is worth."""

    SUSPECTED = "suspected"  # 疑似漏报
    WAITING = "waiting"  # 未到期
    UNCLEAR = "unclear"  # 不作判断


class Reason(StrEnum):
    """Why a gap is not suspected."""

    NONE = ""
    TERM = "term"  # its numbers may still be reported in time
    NO_TERM = "no_term"  # the last day cannot be worked out (无法计算)
    FEW = "few"  # too few numbers of the series are known
    SPARSE = "sparse"  # more is missing than a running series explains
    JUMP = "jump"  # too long: rather another block of numbers
    SHARED = "shared"  # the neighbours are of two agencies
    BACKLOG = "backlog"  # a neighbour was entered later (补录): its like may never have been asked for
    HEAD = "head"  # the series begins after 1


class Held(NamedTuple):
    """As much of a record as judging a gap needs. Equal ones may be one object: few differ."""

    decided_on: date
    source: int  # any number that stands for an agency
    item: int
    reported: bool  # in daily reporting, not entered later


@dataclass
class Series:
    """What is known of one series. `held`: number -> the record that stands for it."""

    key: Key
    held: dict[int, Held] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)  # registered or returned

    def add(self, number: int, record: Held) -> None:
        """A record held: of several under one number that of the latest decision stands for all."""
        there = self.held.get(number)
        if there is None or record.decided_on > there.decided_on:
            self.held[number] = record


@dataclass(frozen=True)
class Stretch:
    """Numbers that are missing one after the other between two that are held."""

    key: Key
    first: int
    last: int
    missing: tuple[int, ...]  # empty where the stretch is too long to be written out
    lower: int  # the neighbours that are held; below a head, 0
    upper: int
    verdict: Verdict
    reason: Reason
    due_on: date | None

    @property
    def count(self) -> int:
        """How many are missing."""
        return len(self.missing) or self.last - self.first + 1


DueOn = Callable[[date], date | None]
"""Until when a decision of a day is reported in time."""


def stretches(series: Series, due_on: DueOn, today: date) -> list[Stretch]:
    """The gaps of a series, by number. What lies after the last number held is none."""
    numbers = sorted(series.held)
    if not numbers:
        return []
    known = len(set(numbers) | {n for n in series.used if n < numbers[-1]})
    raw = [(0, numbers[0])] if 1 < numbers[0] <= LEADING else []
    raw += [(a, b) for a, b in pairwise(numbers) if b - a > 1]
    open_ = [(a, b, _missing(series, a, b)) for a, b in raw]
    lost = sum(len(m) for a, _, m in open_ if m and a)
    found = []
    for a, b, missing in open_:
        if missing is not None and not missing:
            continue
        reason, due = _reason(series, (a, b), missing, (known, lost), due_on, today)
        verdict = Verdict.SUSPECTED if reason is Reason.NONE else Verdict.UNCLEAR
        if reason in (Reason.TERM, Reason.NO_TERM):
            verdict = Verdict.WAITING
        first, last = (missing[0], missing[-1]) if missing else (a + 1, b - 1)
        found.append(Stretch(series.key, first, last, missing or (), a, b, verdict, reason, due))
    return found


def _missing(series: Series, lower: int, upper: int) -> tuple[int, ...] | None:
    """The numbers between that nobody accounted for; None where there are too many to be a gap."""
    between = upper - lower - 1
    if between > LONGEST + len(series.used):
        return None
    found = tuple(n for n in range(lower + 1, upper) if n not in series.used)
    return found if len(found) <= LONGEST else None


def _reason(
    series: Series,
    ends: tuple[int, int],
    missing: Sequence[int] | None,
    known: tuple[int, int],
    due_on: DueOn,
    today: date,
) -> tuple[Reason, date | None]:
    """Why a gap is not suspected, and until when its numbers are in time."""
    lower, upper = series.held.get(ends[0]), series.held[ends[1]]
    due = due_on(max(lower.decided_on, upper.decided_on) if lower else upper.decided_on)
    tests: Iterable[tuple[Reason, bool]] = (
        (Reason.JUMP, missing is None),
        (Reason.HEAD, lower is None),
        (Reason.SHARED, lower is not None and lower.source != upper.source),
        (Reason.BACKLOG, not upper.reported or (lower is not None and not lower.reported)),
        (Reason.FEW, known[0] < FEWEST),
        (Reason.SPARSE, known[1] * SPARSE > known[0]),
        (Reason.NO_TERM, due is None),
        (Reason.TERM, due is not None and today <= due),
    )
    return next((reason for reason, holds in tests if holds), Reason.NONE), due


def used_of(texts: Iterable[str], wanted: Collection[Key]) -> dict[Key, set[int]]:
    """Numbers by the series they belong to, of those series that are asked about."""
    found: dict[Key, set[int]] = {}
    for text in texts:
        parsed = parse(text)
        if parsed is not None and parsed.key in wanted:
            found.setdefault(parsed.key, set()).add(parsed.number)
    return found
