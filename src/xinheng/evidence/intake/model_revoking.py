"""Decisions changed or revoked, as values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from xinheng.law.calendar import Calendar
from xinheng.law.errors import UnknownYearError


class What(StrEnum):
    """What happened to the decision."""

    CHANGED = "changed"  # 变更：撤回，或者更正后继续公示
    REVOKED = "revoked"  # 撤销、确认违法、确认无效：撤回


NAMES: Final = {What.CHANGED: "决定变更", What.REVOKED: "决定撤销（含确认违法、无效）"}


@dataclass(frozen=True)
class Report:
    """What the agency says: this decision was changed or revoked on this day, for this reason (public)."""

    record: UUID
    what: What
    happened_on: date
    reason: str


@dataclass(frozen=True)
class Revocation:
    """A report as it is kept, with its clock."""

    case: UUID
    record: UUID
    agency: UUID
    item: str
    document: str | None
    what: What
    happened_on: date
    reported_on: date
    due_on: date | None
    done_on: date | None
    how: str | None

    def late(self, day: date, calendar: Calendar) -> int | None:
        """Working days after the term: until it was done, or until `day`; 0 in time; None: 无法计算."""
        if self.due_on is None:
            return None
        end = self.done_on or day
        try:
            span = (end - self.due_on).days
            return sum(calendar.is_workday(self.due_on + timedelta(days=n)) for n in range(1, span + 1))
        except UnknownYearError:
            return None
