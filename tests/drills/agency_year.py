"""A year of an invented agency: decisions of all kinds, when they are sent, and what must come out.

The figures are counted here from the plan alone, with a calendar of its own (`chinesecalendar`): nothing of
the platform takes part, so that agreement means something.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

import chinese_calendar
from tests import sending

FIRST, LAST = date(2025, 10, 13), date(2026, 10, 9)
TERM = 7  # working days from a decision to its report
WAYS = ("file", "api", "table")


class Kind(StrEnum):
    PLAIN = "plain"
    SIMPLIFIED = "simplified"  # 简易程序: collected, not shown
    PERSON = "person"  # about a natural person: only its number stays
    VOIDED = "voided"  # the number was spoilt: no decision at all


@dataclass(frozen=True)
class Decision:
    """One number of the agency's series, and what becomes of it."""

    number: int
    kind: Kind
    day: date
    way: str
    sent_on: date
    broken: bool = False  # first sent with a wrong organisation code: returned, mended a week later
    mended_on: date | None = None
    corrected_on: date | None = None  # sent again with another sum
    repeated_on: date | None = None  # sent again unchanged
    revoked_on: date | None = None  # the decision was revoked on that day …
    withdrawn_on: date | None = None  # … and taken back on that one

    @property
    def document(self) -> str:
        return f"清市监处罚〔{self.day.year}〕{self.number}号"

    @property
    def accepted_on(self) -> date | None:
        """When it became a record."""
        if self.kind in (Kind.PERSON, Kind.VOIDED):
            return None
        return self.mended_on if self.broken else self.sent_on

    @property
    def late(self) -> bool:
        return self.accepted_on is not None and self.accepted_on > due(self.day)

    def row(self, *, broken: bool = False, corrected: bool = False) -> dict[str, str]:
        """The row as the agency sends it."""
        cells = {
            "CF_WSH": self.document,
            "CF_JDRQ": self.day.isoformat(),
            "CF_NR": "处以罚款人民币肆万玖仟元" if corrected else "处以罚款人民币肆万捌仟元",
            "CF_NR_FK": "4.9" if corrected else "4.8",
            "X_PROCEDURE": "简易程序" if self.kind is Kind.SIMPLIFIED else "普通程序",
        }
        if self.kind is Kind.PERSON:
            cells |= {"CF_XDR_MC": "张某某", "CF_XDR_LB": "自然人", "CF_XDR_SHXYM": ""}
        if broken:
            right = sending.code(self.party)
            cells["CF_XDR_SHXYM"] = right[:-1] + ("0" if right[-1] != "0" else "1")
        return sending.row(self.party, **cells)

    @property
    def party(self) -> int:
        return self.number % 997 + 1


def due(day: date) -> date:
    """The last day on which the report of a decision of that day is in time."""
    for _ in range(TERM):
        day += timedelta(days=1)
        while not chinese_calendar.is_workday(day):
            day += timedelta(days=1)
    return day


@dataclass
class Year:
    """`count` numbers over a year; batches go out every `every` days."""

    count: int
    seed: int = 20261010
    every: int = 7
    decisions: list[Decision] = field(default_factory=list)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        days = (LAST - FIRST).days
        for number in range(1, self.count + 1):
            day = FIRST + timedelta(days=days * (number - 1) // self.count)
            self.decisions.append(self._decision(number, day, chance))

    def _decision(self, number: int, day: date, chance: random.Random) -> Decision:
        roll = chance.random()
        kind = (
            Kind.PERSON if roll < 0.10 else Kind.SIMPLIFIED if roll < 0.22
            else Kind.VOIDED if roll < 0.23 else Kind.PLAIN
        )  # fmt: skip
        sent = self.batch_after(day)
        if chance.random() < 0.05:  # forgotten for some weeks
            sent = self.batch_after(sent + timedelta(days=21))
        made = Decision(number, kind, day, WAYS[number % len(WAYS)], sent)
        if kind in (Kind.PERSON, Kind.VOIDED):
            return made
        if chance.random() < 0.03:
            return replace(made, broken=True, mended_on=self.batch_after(sent))
        if chance.random() < 0.02:
            return replace(made, corrected_on=self.batch_after(sent + timedelta(days=7)))
        if chance.random() < 0.02:
            return replace(made, repeated_on=self.batch_after(sent + timedelta(days=14)))
        if chance.random() < 0.01:
            revoked = sent + timedelta(days=chance.randrange(5, 30))
            return replace(
                made, revoked_on=revoked, withdrawn_on=revoked + timedelta(days=chance.randrange(8))
            )
        return made

    def batch_after(self, day: date) -> date:
        """The next day on which something is sent: never the same one."""
        passed = (day - FIRST).days
        return FIRST + timedelta(days=(passed // self.every + 1) * self.every)

    def send_days(self) -> list[date]:
        """Every day on which a batch goes out or a record is taken back, ascending."""
        days = {d for each in self.decisions for d in _dates(each)}
        return sorted(days)

    def batches(self, day: date) -> Iterator[tuple[str, list[dict[str, str]]]]:
        """(way, rows) that go out on a day, in the order of the ways."""
        for way in WAYS:
            rows = [row for each in self.decisions if each.way == way for row in _rows(each, day)]
            if rows:
                yield way, rows

    def withdrawals(self, day: date) -> list[Decision]:
        return [d for d in self.decisions if d.withdrawn_on == day]

    # -- what must come out ------------------------------------------------------------------------------

    def expected(self) -> Counter[tuple[str, str]]:
        """(month in which it was sent, figure) -> number."""
        found: Counter[tuple[str, str]] = Counter()
        for each in self.decisions:
            if each.kind is Kind.VOIDED:
                continue
            if each.kind is Kind.PERSON:
                found[_month(each.sent_on), "persons"] += 1
                continue
            if each.broken:
                found[_month(each.sent_on), "returned"] += 1
            accepted = each.accepted_on
            assert accepted is not None
            found[_month(accepted), "accepted"] += 1
            found[_month(accepted), "late"] += each.late
            if each.corrected_on:
                found[_month(each.corrected_on), "corrected"] += 1
            if each.repeated_on:
                found[_month(each.repeated_on), "known"] += 1
        return Counter({key: n for key, n in found.items() if n})

    def expected_by_way(self) -> Counter[str]:
        """Records accepted, by the way they came."""
        return Counter(d.way for d in self.decisions if d.accepted_on is not None)

    def withdrawn(self) -> list[Decision]:
        return [d for d in self.decisions if d.withdrawn_on is not None]

    def kinds(self) -> Counter[Kind]:
        return Counter(d.kind for d in self.decisions)


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _dates(each: Decision) -> Iterator[date]:
    if each.kind is not Kind.VOIDED:
        yield each.sent_on
    for day in (each.mended_on, each.corrected_on, each.repeated_on, each.withdrawn_on):
        if day is not None:
            yield day


def _rows(each: Decision, day: date) -> Iterator[dict[str, str]]:
    if each.kind is Kind.VOIDED:
        return
    if each.sent_on == day:
        yield each.row(broken=each.broken)
    if day in (each.mended_on, each.repeated_on):
        yield each.row()
    if each.corrected_on == day:
        yield each.row(corrected=True)
