"""When a value is due: a case of kind `plan_value` for the unit, closed by the value itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from xinheng.core.times import Clock, today
from xinheng.ground.store.transaction import Transaction
from xinheng.law.errors import UnknownYearError
from xinheng.law.packs import Pack
from xinheng.law.workplans import PlanFigure, PlanTask, Reach, Rhythm, WorkPlan
from xinheng.office.access.model import Agency
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, NewCase
from xinheng.outward.plans import store
from xinheng.outward.plans.model import Entry, Window, term_of
from xinheng.outward.plans.model_by_hand import Asked, missing

KIND: Final = "plan_value"
LATEST: Final = timedelta(days=92)  # nobody is asked for a period that ended longer ago


def ref(plan: str, task: str, figure: str) -> str:
    """What a case is about: `plan:<plan>/<task>/<figure>`, ids of the pack."""
    return f"plan:{plan}/{task}/{figure}"


def news(
    tx: Transaction, pack: Pack, plan: WorkPlan, bodies: Mapping[str, tuple[Agency, ...]], day: date
) -> Iterator[NewCase]:
    """A case for each value of a plan that is due on the day and has not been given."""
    said = store.said(tx, plan.id)
    for task, figure in plan.figures():
        if figure.reach is not Reach.BY_HAND:
            continue
        agencies = {a.agency: a.name for a in bodies.get(figure.by or "", ())}
        asked = Asked(plan, task, figure, day, agencies)
        if not _is_asked(asked):
            continue
        for agency in missing(asked, [s for s in said if s.entry.figure == figure.id]):
            yield _case(pack, asked, agency)


def _is_asked(asked: Asked) -> bool:
    """Whether the last period is recent enough; what is entered once is asked for while the plan runs."""
    span = asked.plan.span
    if asked.figure.every is Rhythm.ONCE:
        return span is None or span.covers(asked.day)
    return asked.window is not None and asked.window.last >= asked.day - LATEST


def _case(pack: Pack, asked: Asked, agency: UUID) -> NewCase:
    window, figure = asked.window, asked.figure
    named = window.name if window else "计划期内"
    instrument = pack.instruments[asked.plan.instrument]
    number = f"（{instrument.number}）" if instrument.number else ""
    return NewCase(
        kind=KIND,
        title=f"填报“{figure.name}”（{named}）",
        owner=agency,
        ref=ref(asked.plan.id, asked.task.id, figure.id),
        due_on=_due(pack, asked.plan, asked.task, window),
        basis=f"《{instrument.title}》{number}{asked.task.clause}",
        detail={"期间": named, "自": str(window.first) if window else "", "任务": asked.task.title},
        dedupe=f"{KIND}:{figure.id}:{agency}:{named}",
    )


def _due(pack: Pack, plan: WorkPlan, task: PlanTask, window: Window | None) -> date | None:
    """The term that the plan's data sets; None where it sets none or the calendar does not know the year."""
    if window is None:
        return term_of(plan, task)
    if plan.working_days is None:
        return None
    try:
        return pack.calendar.add_working_days(window.last, plan.working_days)
    except UnknownYearError:
        return None


def open_due(
    tx: Transaction,
    pack: Pack,
    bodies: Mapping[str, Mapping[str, tuple[Agency, ...]]],
    clock: Clock,
) -> int:
    """Open the cases of all plans of the pack that are not open; how many values are due. May run often.

    `bodies`: for each plan, which agencies its bodies are.
    """
    found = 0
    for plan in pack.workplans.values():
        for new in news(tx, pack, plan, bodies[plan.id], today(clock)):
            cases.open_case(tx, new, clock)
            found += 1
    return found


def answered(tx: Transaction, figure: PlanFigure, entry: Entry, actor: Actor, clock: Clock) -> None:
    """Close the cases that waited for this value."""
    for case in cases.by_ref(tx, ref(entry.plan, entry.task, figure.id)):
        theirs = case.owner == entry.agency or not figure.each
        if case.kind != KIND or case.closed or not theirs or case.detail.get("自", "") > str(entry.as_of):
            continue
        cases.close(tx, case.case, actor, "entered", f"已填报（{entry.as_of}）", clock)
