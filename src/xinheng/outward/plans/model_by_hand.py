"""Figures that units enter: which value counts on a day, and how far the figure is by it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from xinheng.law.workplans import PlanFigure, PlanTask, Rhythm, WorkPlan
from xinheng.outward.plans.model import (
    STANDINGS,
    Judged,
    Said,
    Standing,
    Window,
    aim_of,
    judge_number,
    judge_words,
    last_ended,
    term_of,
)


@dataclass(frozen=True)
class Asked:
    """What is asked: a figure of a task of a plan, on a day, of these units (each by itself, where it says
    so); `names`: what the units are called."""

    plan: WorkPlan
    task: PlanTask
    figure: PlanFigure
    day: date
    agencies: Mapping[UUID, str]

    @property
    def window(self) -> Window | None:
        """The last period that is over and for which a value is due."""
        return last_ended(self.plan, self.figure.every or Rhythm.ONCE, self.day)

    @property
    def until(self) -> date | None:
        return term_of(self.plan, self.task)


def counted(said: Iterable[Said], day: date) -> list[Said]:
    """Entries that count on a day: of that day or before, not refused; the last one is the value.

    A later entry for the same day corrects the earlier.
    """
    found = [each for each in said if each.entry.as_of <= day and not each.refused]
    return sorted(found, key=lambda each: (each.entry.as_of, each.entry.entered))


def judge_by_hand(asked: Asked, said: Collection[Said]) -> tuple[Judged, Said | None]:
    """How far a figure is that units enter, and the entry it was judged by (None where it is each unit's)."""
    if not asked.agencies:
        return Judged(Standing.UNKNOWN, f"“{asked.figure.by}”还没有对应到本平台的单位"), None
    usable = counted((s for s in said if s.entry.agency in asked.agencies), asked.day)
    if not asked.figure.each:
        return _judge_one(asked, usable), usable[-1] if usable else None
    found = {
        agency: _judge_one(asked, [s for s in usable if s.entry.agency == agency])
        for agency in asked.agencies
    }
    return _worst(asked, found), None


def _judge_one(asked: Asked, usable: list[Said]) -> Judged:
    """How far one value is, by the entries that count, the latest last."""
    latest = usable[-1] if usable else None
    if asked.figure.value is None:
        done = next((s for s in reversed(usable) if s.entry.done), None)
        return judge_words(done, latest, asked.until, asked.day)
    if latest is None or latest.entry.amount is None:
        return Judged(Standing.UNKNOWN, "还没有填报")
    window = asked.window
    if window is not None and latest.entry.as_of < window.first:
        return Judged(Standing.UNKNOWN, f"{window.name}还没有填报；最近一次是 {latest.entry.as_of}")
    judged = judge_number(asked.figure, Fraction(latest.entry.amount), asked.until, asked.day)
    if latest.confirmed:
        return judged
    return Judged(judged.standing, f"{judged.reason}（单位填报，信用办尚未确认）")


def _worst(asked: Asked, found: Mapping[UUID, Judged]) -> Judged:
    """The units together: the worst of them, and how many stand how far."""
    counts = {standing: sum(j.standing is standing for j in found.values()) for standing in Standing}
    said = "，".join(f"{STANDINGS[s]} {n} 个" for s, n in counts.items() if n)
    reason = f"目标：{aim_of(asked.figure)}，逐个单位：{said}"
    for worst in (Standing.BEHIND, Standing.UNKNOWN, Standing.NO_TERM, Standing.ON_THE_WAY):
        if counts[worst]:
            return Judged(worst, reason)
    return Judged(Standing.REACHED, reason)


def missing(asked: Asked, said: Collection[Said]) -> tuple[UUID, ...]:
    """The units of which a value is due for the last period that is over, and that have given none.

    Once for all: those that have given none yet. Where the figure is not each unit's, one that has given it
    answers for all.
    """
    first = asked.window.first if asked.window else None
    if first is None and asked.figure.every is not Rhythm.ONCE:
        return ()
    given = {s.entry.agency for s in counted(said, asked.day) if first is None or s.entry.as_of >= first}
    left = tuple(agency for agency in asked.agencies if agency not in given)
    return left if asked.figure.each or not given.intersection(asked.agencies) else ()
