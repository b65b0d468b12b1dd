"""How far a figure and a task are: pure functions, each answer with its reason.

Nothing is paced: a document that says 全年 2 000 亿元 says nothing about June. A figure that must not pass a
bound is behind on the day it passes it; one that must be reached is behind when its term is over.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Final
from uuid import UUID

from xinheng.law.workplans import PlanFigure, PlanTask, Reach, Rhythm, WorkPlan


class Standing(StrEnum):
    """How far it is."""

    REACHED = "reached"
    ON_THE_WAY = "on_the_way"
    BEHIND = "behind"
    NO_TERM = "no_term"
    UNKNOWN = "unknown"


STANDINGS: Final[Mapping[Standing, str]] = MappingProxyType(
    {
        Standing.REACHED: "已达到",
        Standing.ON_THE_WAY: "推进中",
        Standing.BEHIND: "落后",
        Standing.NO_TERM: "未达到，没有期限",
        Standing.UNKNOWN: "不能断言",
    }
)
_COMPARED: Final[Mapping[str, Callable[[Fraction, Fraction], bool]]] = MappingProxyType(
    {"=": operator.eq, ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
)


@dataclass(frozen=True)
class Judged:
    """How far, and why one says so, in Chinese."""

    standing: Standing
    reason: str


@dataclass(frozen=True)
class Entry:
    """A value that a unit entered, or (without `figure`) a note on the progress of a task."""

    entry: UUID
    plan: str
    task: str
    figure: str | None
    agency: UUID
    as_of: date
    amount: Decimal | None
    words: str
    evidence: str
    done: bool
    entered: datetime
    account: UUID | None
    actor: str


@dataclass(frozen=True)
class Review:
    """What the credit office said of an entry."""

    entry: UUID
    accepted: bool
    note: str
    at: datetime
    account: UUID | None
    actor: str


@dataclass(frozen=True)
class Said:
    """An entry with what the office said of it last."""

    entry: Entry
    review: Review | None

    @property
    def refused(self) -> bool:
        return self.review is not None and not self.review.accepted

    @property
    def confirmed(self) -> bool:
        return self.review is not None and self.review.accepted


def shown(amount: Decimal) -> str:
    """A number without the zeros that a column of the database adds: 50.000000 is 50."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def aim_of(figure: PlanFigure) -> str:
    """What is to be reached, in words."""
    if figure.value is None:
        return figure.text or ""
    words = {"=": "", ">=": "不低于 ", "<=": "不高于 ", ">": "高于 ", "<": "低于 "}
    return f"{words[figure.comparison or '=']}{shown(figure.value)} {figure.unit}"


def term_of(plan: WorkPlan, task: PlanTask) -> date | None:
    """The last day: that of the task where the document gives one, else the plan's; None: no term."""
    if task.term is not None:
        return task.term.on
    return plan.span.to - timedelta(days=1) if plan.span and plan.span.to else None


def clipped(plan: WorkPlan, day: date) -> date:
    """The day itself, or the plan's last one where it is over."""
    last = plan.span.to - timedelta(days=1) if plan.span and plan.span.to else None
    return day if last is None else min(day, last)


def judge_number(figure: PlanFigure, value: Fraction, until: date | None, day: date) -> Judged:
    """How far a figure is whose value is known. `until`: its last day; None: the document gives none."""
    if figure.value is None or figure.comparison is None:
        raise ValueError("a figure that is given in words is judged by words")
    aim, bound = Fraction(figure.value), figure.comparison in ("<", "<=")
    if _COMPARED[figure.comparison](value, aim):
        return Judged(Standing.REACHED, f"目标：{aim_of(figure)}，已达到")
    if bound or (figure.comparison == "=" and aim == 0):
        return Judged(Standing.BEHIND, f"目标：{aim_of(figure)}，已超过")
    return _not_yet(f"目标：{aim_of(figure)}，尚未达到", until, day)


def _not_yet(said: str, until: date | None, day: date) -> Judged:
    if until is None:
        return Judged(Standing.NO_TERM, f"{said}；文件没有写明期限")
    if day > until:
        return Judged(Standing.BEHIND, f"{said}；期限 {until} 已过")
    return Judged(Standing.ON_THE_WAY, f"{said}；期限 {until}")


def judge_words(done: Said | None, latest: Said | None, until: date | None, day: date) -> Judged:
    """How far something is that the document gives in words: by what the unit reports and the office
    confirms. `done`: the entry that reports it done; `latest`: the last one that was not refused."""
    if done is not None and done.confirmed:
        return Judged(Standing.REACHED, f"单位报告已完成（{done.entry.as_of}），信用办已确认")
    if done is not None:
        return _not_yet(f"单位报告已完成（{done.entry.as_of}），信用办尚未确认", until, day)
    if latest is None:
        return Judged(Standing.UNKNOWN, "还没有填报")
    return _not_yet(f"最近一次填报 {latest.entry.as_of}，未报告完成", until, day)


def judge_task(task: PlanTask, figures: Collection[Judged], notes: Collection[Said]) -> Judged:
    """How far a task is: the worst of its figures; without figures, what was reported done and confirmed.

    A figure that nobody can tell leaves the task untold: the others being reached proves nothing about it.
    """
    if not task.figures:
        return _by_notes(notes)
    counts = {standing: sum(j.standing is standing for j in figures) for standing in Standing}
    said = "，".join(f"{STANDINGS[s]} {n} 个" for s, n in counts.items() if n)
    for worst in (Standing.BEHIND, Standing.UNKNOWN, Standing.NO_TERM, Standing.ON_THE_WAY):
        if counts[worst]:
            return Judged(worst, f"{len(task.figures)} 个指标：{said}")
    return Judged(Standing.REACHED, f"{len(task.figures)} 个指标全部达到")


def _by_notes(notes: Collection[Said]) -> Judged:
    usable = [note for note in notes if not note.refused]
    done = [note for note in usable if note.entry.done and note.confirmed]
    if done:
        return Judged(Standing.REACHED, f"无量化指标；单位报告已完成（{done[-1].entry.as_of}），信用办已确认")
    if usable:
        return Judged(Standing.ON_THE_WAY, f"无量化指标；最近一次进展 {usable[-1].entry.as_of}")
    return Judged(Standing.UNKNOWN, "无量化指标，也没有进展记录")


@dataclass(frozen=True)
class Window:
    """One month, quarter, year, or the whole time of a plan: first and last day, and how it is called."""

    first: date
    last: date
    name: str


def window(every: Rhythm, day: date) -> Window:
    """The month, quarter or year in which a day lies."""
    if every is Rhythm.ONCE:
        raise ValueError("what is entered once has no windows")
    months = {Rhythm.MONTH: 1, Rhythm.QUARTER: 3, Rhythm.YEAR: 12}[every]
    start = (day.month - 1) // months * months + 1
    first = date(day.year, start, 1)
    after = date(day.year + (start + months > 12), (start + months - 1) % 12 + 1, 1)
    named = {
        Rhythm.MONTH: f"{day.year}-{day.month:02}",
        Rhythm.QUARTER: f"{day.year} 年第 {start // 3 + 1} 季度",
        Rhythm.YEAR: f"{day.year} 年",
    }
    return Window(first, after - timedelta(days=1), named[every])


def last_ended(plan: WorkPlan, every: Rhythm, day: date) -> Window | None:
    """The last window of a plan that was over before `day`; None before the first of them.

    A plan without a period has windows since ever: the first is asked for when the plan is loaded.
    """
    if every is Rhythm.ONCE:
        return None
    last = plan.span.to - timedelta(days=1) if plan.span and plan.span.to else None
    if last is not None and day > last:
        return window(every, last)
    found = window(every, window(every, day).first - timedelta(days=1))
    if plan.span is not None and found.last < plan.span.start:
        return None
    return found


def asked_by(figure: PlanFigure) -> str | None:
    """The body that enters a figure; None for one that is not entered."""
    return figure.by if figure.reach is Reach.BY_HAND else None
