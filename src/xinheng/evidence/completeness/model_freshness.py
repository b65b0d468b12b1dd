"""陈旧事项: which agency has not sent an item for longer than its frequency lets one expect (R004).

A hint to look and not a finding: an agency that decided nothing says so by declaring the month (零报送). An
item that is supplied whenever it comes about, or whose frequency could not be read, has no period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from xinheng.evidence.completeness.model import first_of
from xinheng.law.kinds import Every

# months of one period; days and weeks are looked at by the month, as months are what is counted
PERIOD: Final[Mapping[Every, int]] = MappingProxyType(
    {Every.DAY: 1, Every.WEEK: 1, Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}
)
PERIODS: Final = 2  # that have ended without a record: one alone may still be on its way


class Freshness(StrEnum):
    """How an agency's records of an item stand to the item's frequency."""

    NEVER = "never"  # 从未报送, and it is to send it
    STALE = "stale"  # 陈旧
    FRESH = "fresh"  # 按期
    NO_PERIOD = "no_period"  # 产生即报或频次待核实, so nothing can be said


@dataclass(frozen=True)
class Supply:
    """What one agency sends of one item. `newest`: the latest month of decision of which records are held."""

    agency: UUID
    item: str
    every: Every
    newest: date | None
    standing: Freshness


def standing(every: Every, newest: date | None, since: date | None, day: date) -> Freshness:
    """How it stands on `day`. `since`: from which month on the agency is to send it, if any."""
    months = PERIOD.get(every)
    if newest is None:
        due = since is not None and since < months_before(day, months or 1)
        return Freshness.NEVER if due else Freshness.NO_PERIOD
    if months is None:
        return Freshness.NO_PERIOD
    return Freshness.STALE if newest < months_before(day, PERIODS * months) else Freshness.FRESH


POOR: Final = (Freshness.NEVER, Freshness.STALE)
NAMES: Final[Mapping[Freshness, str]] = MappingProxyType(
    {
        Freshness.NEVER: "从未报送",
        Freshness.STALE: "陈旧",
        Freshness.FRESH: "按期",
        Freshness.NO_PERIOD: "没有报送周期",
    }
)


def months_before(day: date, months: int) -> date:
    """The first day of the month that lies so many months before the one of `day`."""
    first = first_of(day)
    years, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(years, month + 1, 1)
