"""Feeds and their months: what a source was to send, what it says it decided, what is held.

Who finds nothing on record wants to know whether there was nothing, or whether nobody sent it. A **feed** is
one source's duty to send one item. After a month has ended the source declares how many decisions about
organisations it made in it (零报送: none); beside what is held that gives the month's state. “None found” is
said only of months in which every feed of the item is whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID


class State(StrEnum):
    """How one month of one feed stands."""

    COMPLETE = "complete"  # 完整: as many are held as were declared
    NIL = "nil"  # 零报送: none declared, none held
    PARTIAL = "partial"  # 不全: more declared than held
    CONTRADICTED = "contradicted"  # 不符: more held than declared
    UNDECLARED = "undeclared"  # 未申报: its day has passed
    OPEN = "open"  # 未到期, or its last day cannot be worked out


WHOLE = (State.COMPLETE, State.NIL)


@dataclass(frozen=True)
class Feed:
    """数据归集责任: one agency is to send one item, from a month on, until before `to_on`."""

    feed: UUID
    agency: UUID
    item: str
    from_on: date  # first day of a month, as is `to_on`
    to_on: date | None

    def expects(self, month: date) -> bool:
        """Whether anything was to be sent for the month that begins on `month`."""
        return self.from_on <= month and (self.to_on is None or month < self.to_on)


@dataclass(frozen=True)
class Declaration:
    """申报: how many decisions about organisations the source made in a month. The latest one counts."""

    feed: UUID
    month: date
    count: int
    declared: datetime
    actor: str


@dataclass(frozen=True)
class MonthState:
    """One month of one feed, with the figures it was judged by."""

    month: date
    state: State
    declared: int | None
    held: int
    due: date | None  # last day on which the declaration is in time; None: 无法计算


def judge(declared: int | None, held: int, due: date | None, day: date) -> State:
    """The state on `day` of a month for which `declared` decisions were declared and `held` are held."""
    if declared is None:
        return State.OPEN if due is None or day <= due else State.UNDECLARED
    if declared == held:
        return State.COMPLETE if held else State.NIL
    return State.PARTIAL if declared > held else State.CONTRADICTED


def first_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first day of the month after a day's month."""
    return first_of(first_of(day) + timedelta(days=31))


def last_of(month: date) -> date:
    """The last day of the month that begins on `month`."""
    return next_month(month) - timedelta(days=1)


def months(start: date, end: date) -> list[date]:
    """The first days of all months from `start`'s to `end`'s, both included, ascending."""
    found, month = [], first_of(start)
    while month <= first_of(end):
        found.append(month)
        month = next_month(month)
    return found


@dataclass(frozen=True)
class NoneFound:
    """What an empty answer about an item is worth.

    `since` and `until`: the unbroken run of months, up to the last one that had to be declared, in which
    every feed was whole; None where there is no such run: then nothing may be concluded from finding nothing.
    `broken`: feeds that are not whole in that last month. `feeds` 0: nobody is entered as a source.
    """

    feeds: int
    since: date | None
    until: date | None
    broken: tuple[UUID, ...]

    @property
    def may_be_said(self) -> bool:
        """Whether “none found” means, for some months, that there was none."""
        return self.since is not None


def none_found(feeds: Sequence[Feed], states: Mapping[UUID, Iterable[MonthState]]) -> NoneFound:
    """What finding nothing is worth, from the states of every feed's months."""
    by_month: dict[date, dict[UUID, State]] = {}
    for feed in feeds:
        for each in states.get(feed.feed, ()):
            by_month.setdefault(each.month, {})[feed.feed] = each.state
    judged = sorted(month for month, found in by_month.items() if State.OPEN not in found.values())
    if not judged:
        return NoneFound(len(feeds), None, None, tuple(f.feed for f in feeds))
    last = judged[-1]
    broken = tuple(feed for feed, state in by_month[last].items() if state not in WHOLE)
    if broken:
        return NoneFound(len(feeds), None, None, broken)
    since = last
    while (before := first_of(since - timedelta(days=1))) in by_month:
        if any(state not in WHOLE for state in by_month[before].values()):
            break
        since = before
    return NoneFound(len(feeds), since, last_of(last), ())
