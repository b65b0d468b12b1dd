"""Until when a decision had to be reported: working days counted from the decision (law.md 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from xinheng.law.calendar import Calendar
from xinheng.law.errors import UnknownYearError
from xinheng.law.kinds import CREDIT_SITE
from xinheng.law.model import Item

CHANNEL = CREDIT_SITE  # whose term counts here


def due_dates(item: Item, calendar: Calendar, decided: Iterable[date]) -> Mapping[date, date | None]:
    """The last day on time for each day of decision; None where it cannot be worked out (无法计算).

    It cannot where no term was in force on that day, or where the calendar does not know a year that the
    term touches (decision 19): then the record counts neither as late nor as on time.
    """
    return {day: _due(item, calendar, day) for day in decided}


def _due(item: Item, calendar: Calendar, day: date) -> date | None:
    terms = item.timeliness_on(CHANNEL, day)
    if not terms:
        return None
    try:
        return calendar.add_working_days(day, terms[0].working_days)
    except UnknownYearError:
        return None
