"""Working days and months: the calendar is dated data of a pack and refuses a year it does not know.

Counting follows 民法典: the first day does not count (art. 201), months end on the same day number or on
the last day of a shorter month (art. 202).
"""

from __future__ import annotations

import calendar as civil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from xinheng.law.bases import VALUE, VALUE_OPTIONAL, Bases
from xinheng.law.errors import PackOverrideError, PackSyntaxError, PackValueError, UnknownYearError
from xinheng.law.model import Basis
from xinheng.law.yaml_lines import Node

_DAY = timedelta(days=1)
_FRIDAY = 4


@dataclass(frozen=True)
class Year:
    """One year's arrangement: weekdays off, weekend days worked, and where it comes from."""

    rest: frozenset[date]
    work: frozenset[date]
    basis: Basis


@dataclass(frozen=True)
class Calendar:
    """The working days of the years that the pack knows."""

    years: Mapping[int, Year] = field(default_factory=lambda: MappingProxyType({}))

    def is_workday(self, day: date) -> bool:
        """Is this a working day. Raises UnknownYearError."""
        year = self.years.get(day.year)
        if year is None:
            known = f"{min(self.years)}–{max(self.years)}" if self.years else "（无）"
            raise UnknownYearError(
                found=f"{day.year} 年的工作日安排未载入，{day} 是否工作日无法计算",
                expected=f"规则包已有的年份：{known}",
                todo="待国务院办公厅公布该年节假日安排后更新规则包；此前按“无法计算”处理，不计迟报也不计及时",
                where=str(day),
            )
        return day in year.work or (day.weekday() <= _FRIDAY and day not in year.rest)

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after `day`, which itself is not counted. `n` is at least 1.

        Raises UnknownYearError where a day that must be looked at lies in a year without data.
        """
        if n < 1:
            raise ValueError("n is at least 1")
        while n:
            day += _DAY
            if self.is_workday(day):
                n -= 1
        return day

    def due_table(self, n: int) -> list[tuple[date, date]]:
        """(decided, last day that is on time) for every day that the calendar can answer, ascending.

        For a join in SQL: a decision day that is not in the table is 无法计算.
        """
        workdays = [day for year in sorted(self.years) for day in _days(year) if self.is_workday(day)]
        table: list[tuple[date, date]] = []
        for year in sorted(self.years):
            for day in _days(year):
                due = self._due(day, n, workdays)
                if due is not None:
                    table.append((day, due))
        return table

    def _due(self, day: date, n: int, workdays: list[date]) -> date | None:
        position = _after(workdays, day) + n - 1
        if position >= len(workdays):
            return None
        due = workdays[position]
        # a gap of unknown years in between would make the count wrong
        return due if all(year in self.years for year in range(day.year, due.year + 1)) else None


def _days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=i) for i in range((date(year + 1, 1, 1) - first).days)]


def _after(workdays: list[date], day: date) -> int:
    """The index of the first working day after `day` (binary search)."""
    low, high = 0, len(workdays)
    while low < high:
        middle = (low + high) // 2
        if workdays[middle] <= day:
            low = middle + 1
        else:
            high = middle
    return low


def add_months(day: date, n: int) -> date:
    """The same day number n months later, or the last day of a shorter month (民法典 art. 202)."""
    index = day.year * 12 + day.month - 1 + n
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, civil.monthrange(year, month + 1)[1]))


def read_calendar(files: tuple[Node, ...], inherited: Calendar, bases: Bases) -> Calendar:
    """The calendar of the chain with the years of one more pack. A year that exists is not overridden."""
    years = dict(inherited.years)
    for root in files:
        entries = root.mapping(("year", "rest", "work", *VALUE), ("bases", *VALUE_OPTIONAL))
        year = entries["year"].integer(1990, 2100)
        if year in years:
            raise PackOverrideError(
                entries["year"].place, found=f"{year} 年已有安排", expected="未载入的年份"
            )
        span = root.span()
        if (span.start, span.to) != (date(year, 1, 1), date(year + 1, 1, 1)):
            found = f"{span.start} 至 {span.to}"
            raise PackValueError(root.place, found=found, expected=f"from {year}-01-01，to {year + 1}-01-01")
        basis = bases.naming(entries.get("bases")).resolve(root, span)
        rest = _dates(entries["rest"], year, weekend=False)
        work = _dates(entries["work"], year, weekend=True)
        years[year] = Year(rest, work, basis)
    return Calendar(MappingProxyType(dict(sorted(years.items()))))


def _dates(node: Node, year: int, *, weekend: bool) -> frozenset[date]:
    found: list[date] = []
    for entry in node.items():
        day = entry.date()
        if day.year != year or (day.weekday() > _FRIDAY) is not weekend:
            expected = f"{year} 年的{'周末' if weekend else '周一至周五'}日期"
            raise PackValueError(entry.place, found=f"{day}", expected=expected)
        if found and day <= found[-1]:
            raise PackSyntaxError(entry.place, found=f"{day} 重复或次序颠倒", expected="由早到晚，每日一次")
        found.append(day)
    return frozenset(found)
