"""Cases as values: states and the steps between them, colours by working days."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from xinheng.law.errors import UnknownYearError

AddWorkingDays = Callable[[date, int], date]
"""The n-th working day after a day, by the pack's calendar. Raises UnknownYearError."""


class State(StrEnum):
    """Where a case stands."""

    OPEN = "open"  # 待办：还没有人看过
    SEEN = "seen"  # 在办：有人看过
    ANSWERED = "answered"  # 已答复，等待核对
    CONTESTED = "contested"  # 有异议，等待另一方答复
    CLOSED = "closed"  # 办结


NAMES: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.OPEN: "待办",
        State.SEEN: "在办",
        State.ANSWERED: "已答复",
        State.CONTESTED: "有异议",
        State.CLOSED: "办结",
    }
)

# What may follow what. A contested case is not taken out of the hands of whoever must answer it by a look.
FOLLOWS: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        State.OPEN: frozenset({State.SEEN, State.ANSWERED, State.CONTESTED, State.CLOSED}),
        State.SEEN: frozenset({State.OPEN, State.ANSWERED, State.CONTESTED, State.CLOSED}),
        State.ANSWERED: frozenset({State.OPEN, State.SEEN, State.CONTESTED, State.CLOSED}),
        State.CONTESTED: frozenset({State.OPEN, State.ANSWERED, State.CLOSED}),
        State.CLOSED: frozenset(),
    }
)


def may_follow(before: State, after: State) -> bool:
    """Whether a case may go from one state to the other; staying is allowed until it is closed."""
    return after in FOLLOWS[before] or (before is after and before is not State.CLOSED)


def may_precede(after: State) -> tuple[State, ...]:
    """The states from which `after` may be reached, itself among them where a case may stay in it."""
    return tuple(before for before in State if may_follow(before, after))


class Colour(StrEnum):
    """How pressing a case is (terms.md: red and yellow by working days)."""

    NONE = "none"
    YELLOW = "yellow"  # one working day or less is left
    RED = "red"  # the term is over


def yellow_until(day: date, add_working_days: AddWorkingDays) -> date:
    """The last term that is yellow on `day`: the day before the second working day after it.

    Where the calendar does not know the year, tomorrow: until then there is one working day at most.
    """
    try:
        return add_working_days(day, 2) - timedelta(days=1)
    except UnknownYearError:
        return day + timedelta(days=1)


def working_day_before(day: date, is_workday: Callable[[date], bool]) -> date:
    """The last working day before `day`; the day before where the calendar does not know the year."""
    before = day - timedelta(days=1)
    try:
        while not is_workday(before):
            before -= timedelta(days=1)
    except UnknownYearError:
        return day - timedelta(days=1)
    return before


def colour(due_on: date | None, day: date, add_working_days: AddWorkingDays) -> Colour:
    """The colour on `day` of an open case that is due on `due_on`."""
    if due_on is None:
        return Colour.NONE
    if day > due_on:
        return Colour.RED
    return Colour.YELLOW if due_on <= yellow_until(day, add_working_days) else Colour.NONE


@dataclass(frozen=True)
class Actor:
    """Who does something: an account of an agency, or the platform and the command line without either."""

    account: UUID | None
    agency: UUID | None
    name: str


PLATFORM: Final = Actor(None, None, "平台")


@dataclass(frozen=True)
class NewCase:
    """A case to be opened. `title` and the values of `detail` are shown; identity numbers are masked."""

    kind: str
    title: str
    owner: UUID  # agency that has to act
    ref: str  # what it is about: 'receipt:<uuid>/<line>', 'record:<uuid>', 'code:<uscc>', 'proposal:<uuid>' …
    due_on: date | None = None
    basis: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    opener: UUID | None = None  # agency that opens it
    account: UUID | None = None  # account that has it in hand from the start
    dedupe: str | None = None  # while a case with the same one is open, no second is
    case: UUID | None = None  # its id, where the opener must know it beforehand


@dataclass(frozen=True)
class Case:
    """A case as it stands."""

    case: UUID
    kind: str
    title: str
    owner: UUID
    account: UUID | None
    ref: str
    state: State
    outcome: str | None
    due_on: date | None
    basis: str | None
    detail: Mapping[str, str]
    opener: UUID | None
    opened: datetime
    changed: datetime
    closed: datetime | None
    dedupe: str | None

    def colour(self, day: date, add_working_days: AddWorkingDays) -> Colour:
        """How pressing it is on `day`; a closed case never is."""
        return Colour.NONE if self.closed else colour(self.due_on, day, add_working_days)


@dataclass(frozen=True)
class OpenCase:
    """As much of an open case as comparing many arriving things needs."""

    state: State
    dedupe: str | None


@dataclass(frozen=True)
class Step:
    """One thing done about a case; `state` and `owner` are those afterwards."""

    step: int
    case: UUID
    at: datetime
    action: str
    state: State
    owner: UUID
    note: str
    account: UUID | None
    agency: UUID | None
    actor: str


@dataclass(frozen=True)
class Filter:
    """Which cases are wanted; None asks nothing. A `ref` that ends in `/`: all that are about parts of it."""

    owner: UUID | None = None
    owners: Collection[UUID] | None = None  # a scope; empty: none at all
    kind: str | None = None
    state: State | None = None
    account: UUID | None = None
    overdue_on: date | None = None  # still open on that day though their term is over
    closed: bool | None = None
    due_from: date | None = None
    due_until: date | None = None  # inclusive
    undated: bool = False  # with `due_from`: those without a term too
    ref: str | None = None
    handed: bool | None = None  # 交办: whether another body than the owner opened it
    loose: bool = False  # in nobody's hand
    opened_from: datetime | None = None
    closed_from: datetime | None = None


@dataclass(frozen=True)
class Page:
    """A stretch of a list; the first page is 1."""

    number: int = 1
    size: int = 50


@dataclass(frozen=True)
class After:
    """Where a page of a list ended: the term (or the end, of closed cases) and id of its last case."""

    due_on: date | None
    case: UUID
    closed: datetime | None = None


@dataclass(frozen=True)
class Tally:
    """Open cases counted; `soon`: due by the day that was asked about, not overdue; `today` among them."""

    open: int = 0
    overdue: int = 0
    soon: int = 0
    today: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.open + other.open,
            self.overdue + other.overdue,
            self.soon + other.soon,
            self.today + other.today,
        )


@dataclass(frozen=True)
class Sums:
    """Open cases of a scope, by kind and by the agency that owns them."""

    total: Tally
    by_kind: Mapping[str, Tally]
    by_owner: Mapping[UUID, Tally]


@dataclass(frozen=True)
class Day:
    """What the day of a scope looks like besides its terms."""

    new: int  # open, opened since the instant that was asked about
    contested: int
    handed: int  # open, opened by another body
    held: int  # open, in somebody's hand
    done: int  # closed since the day began
    next_on: date | None  # the next term after the day
    next_count: int


@dataclass(frozen=True)
class Waiting:
    """What waits for one owner on a morning; `soon`: due after the day, by the next working day."""

    owner: UUID
    open: int
    new: int
    today: int
    overdue: int
    soon: int
    soon_on: date | None
    fresh: int  # overdue since the working day before
    next: date | None


@dataclass(frozen=True)
class Counts:
    """Open cases of a scope by (agency that owns them, kind)."""

    by: Mapping[tuple[UUID, str], Tally]

    @property
    def total(self) -> Tally:
        return sum(self.by.values(), Tally())

    def of(self, owner: UUID) -> Tally:
        """What one agency has open."""
        return sum((tally for (who, _), tally in self.by.items() if who == owner), Tally())

    def kind(self, kind: str) -> Tally:
        """What is open of one kind."""
        return sum((tally for (_, what), tally in self.by.items() if what == kind), Tally())
