"""How far a plan is, for the whole place or one office, as of any day: each figure from where it comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from xinheng.core.times import Clock, today
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.law.workplans import PlanFigure, PlanTask, Reach, WorkPlan
from xinheng.office.access import moving
from xinheng.office.access.model import Agency
from xinheng.outward.plans import due, service, store
from xinheng.outward.plans.model import (
    Judged,
    Said,
    Standing,
    clipped,
    judge_number,
    judge_task,
    shown,
    term_of,
)
from xinheng.outward.plans.model_by_hand import Asked, judge_by_hand
from xinheng.outward.reports import measuring
from xinheng.outward.reports.model import Measured

NOT_MEASURED = "平台还没有计算这个指标的办法"


@dataclass(frozen=True)
class FigureProgress:
    """A figure with its value (None where there is none, or each unit has its own) and how far it is.

    `how`: how a live one is worked out, in Chinese; `as_of`: the day for which the value holds.
    """

    figure: PlanFigure
    judged: Judged
    value: str | None
    how: str | None
    as_of: date | None
    agencies: tuple[Agency, ...]  # that enter it
    said: tuple[Said, ...]  # everything entered, as it came in


@dataclass(frozen=True)
class TaskProgress:
    """A task with its figures and notes; `agencies`: which of the tree answer for it, as far as entered."""

    task: PlanTask
    judged: Judged
    figures: tuple[FigureProgress, ...]
    notes: tuple[Said, ...]
    agencies: tuple[Agency, ...]


@dataclass(frozen=True)
class PlanProgress:
    """A plan on a day; `head` None: the whole place. `bodies`: which agencies each body is."""

    plan: WorkPlan
    head: Agency | None
    day: date
    tasks: tuple[TaskProgress, ...]
    bodies: Mapping[str, tuple[Agency, ...]]

    def count(self, standing: Standing) -> int:
        """How many tasks stand so."""
        return sum(task.judged.standing is standing for task in self.tasks)

    def task(self, id_: str) -> TaskProgress | None:
        """One of its tasks."""
        return next((each for each in self.tasks if each.task.id == id_), None)


@dataclass(frozen=True)
class _Place:
    """For whom and when figures are asked, and what is said already: a figure that stands twice in a plan
    is measured once."""

    tx: Transaction
    pack: Pack
    plan: WorkPlan
    head: Agency | None
    day: date
    known: datetime | None
    scope: frozenset[UUID] | None
    bodies: Mapping[str, tuple[Agency, ...]]
    said: tuple[Said, ...]
    measured: dict[str, Measured] = field(default_factory=dict)

    @property
    def first(self) -> date:
        """First day that is measured: of the plan, else of the year."""
        return self.plan.span.start if self.plan.span else date(self.last.year, 1, 1)

    @property
    def last(self) -> date:
        """Last day that is measured: the day asked for, or the plan's last."""
        return clipped(self.plan, self.day)

    def measure(self, figure: str) -> Measured:
        """The figure of this name over the time of the plan."""
        if figure not in self.measured:
            until = self.last + timedelta(days=1)
            args = (self.tx, self.pack, figure, self.head, self.first, until, self.known)
            self.measured[figure] = measuring.measured(*args)
        return self.measured[figure]


def progress(
    tx: Transaction,
    pack: Pack,
    plan: WorkPlan,
    head: Agency | None,
    day: date,
    known: datetime | None = None,
    only: str | None = None,
) -> PlanProgress:
    """How far every task of a plan is (`only`: one of them) on a day, for a head (None: the whole place).

    `known`: by what was known before that instant.
    """
    last = clipped(plan, day)
    bodies = service.agencies_of(tx, plan, last)
    place = _Place(
        tx=tx,
        pack=pack,
        plan=plan,
        head=head,
        day=day,
        known=known,
        scope=moving.scope(tx, head, last) if head else None,
        bodies=bodies,
        said=store.said(tx, plan.id, only, known),
    )
    tasks = tuple(_task(place, task) for task in plan.tasks if only in (None, task.id))
    return PlanProgress(plan, head, day, tasks, bodies)


def _task(place: _Place, task: PlanTask) -> TaskProgress:
    said = tuple(s for s in place.said if s.entry.task == task.id)
    figures = tuple(_figure(place, task, figure, said) for figure in task.figures)
    within = tuple(s for s in said if place.scope is None or s.entry.agency in place.scope)
    notes = tuple(s for s in within if s.entry.figure is None and s.entry.as_of <= place.day)
    found = {a.agency: a for body in place.plan.bodies_of(task) for a in place.bodies.get(body, ())}
    return TaskProgress(
        task=task,
        judged=judge_task(task, [f.judged for f in figures], notes),
        figures=figures,
        notes=notes,
        agencies=tuple(found.values()),
    )


def _figure(place: _Place, task: PlanTask, figure: PlanFigure, said: tuple[Said, ...]) -> FigureProgress:
    if figure.reach is Reach.LIVE:
        return _live(place, task, figure)
    if figure.reach is Reach.OUT:
        judged = Judged(Standing.UNKNOWN, figure.reason or "")
        return FigureProgress(figure, judged, None, None, None, (), ())
    return _by_hand(place, task, figure, tuple(s for s in said if s.entry.figure == figure.id))


def _live(place: _Place, task: PlanTask, figure: PlanFigure) -> FigureProgress:
    def unknown(reason: str, how: str | None = None) -> FigureProgress:
        return FigureProgress(figure, Judged(Standing.UNKNOWN, reason), None, how, None, (), ())

    if place.last < place.first:
        return unknown(f"计划自 {place.first} 开始")
    if figure.figure is None or figure.figure not in measuring.FIGURES:
        return unknown(NOT_MEASURED)
    measured = place.measure(figure.figure)
    exact = measured.exact
    if exact is None:
        return unknown(measured.reason or NOT_MEASURED, measured.how)
    judged = judge_number(figure, exact, term_of(place.plan, task), place.day)
    if measured.whole == 0:  # nothing found where nothing was looked at proves little
        judged = Judged(judged.standing, f"{judged.reason}；本期没有可统计的事项，只说明没有发现")
    return FigureProgress(figure, judged, measured.shown, measured.how, place.last, (), ())


def _by_hand(place: _Place, task: PlanTask, figure: PlanFigure, said: tuple[Said, ...]) -> FigureProgress:
    mapped = place.bodies.get(figure.by or "", ())
    within = tuple(a for a in mapped if place.scope is None or a.agency in place.scope)
    if mapped and not within:
        judged = Judged(Standing.UNKNOWN, f"由“{figure.by}”填报，不分到这一级")
        return FigureProgress(figure, judged, None, None, None, (), ())
    asked = Asked(place.plan, task, figure, place.day, {a.agency: a.name for a in within})
    judged, by = judge_by_hand(asked, said)
    own = tuple(s for s in said if s.entry.agency in asked.agencies)
    value = None
    if by is not None:
        amount = by.entry.amount
        value = f"{shown(amount)} {figure.unit}" if amount is not None else by.entry.words
    return FigureProgress(figure, judged, value, None, by.entry.as_of if by else None, within, own)


def open_due(tx: Transaction, pack: Pack, clock: Clock) -> int:
    """Open a case for every value that is due and was not given; how many are due. May run often."""
    bodies = {plan.id: service.agencies_of(tx, plan, today(clock)) for plan in pack.workplans.values()}
    return due.open_due(tx, pack, bodies, clock)
