"""Work plans as the desk shows them: the plans of the pack, and one plan with its tasks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from xinheng.faces.web.views import Figure, FormError, Tag
from xinheng.law.packs import Pack
from xinheng.law.words import REACHES
from xinheng.law.workplans import PlanTask, Reach, WorkPlan
from xinheng.office.access.model import Agency
from xinheng.outward.plans.model import STANDINGS, Standing, aim_of
from xinheng.outward.plans.progress import FigureProgress, PlanProgress, TaskProgress

TONES: Final = {
    Standing.REACHED: "good",
    Standing.ON_THE_WAY: "info",
    Standing.BEHIND: "bad",
    Standing.NO_TERM: "warn",
    Standing.UNKNOWN: "",
}
REACH_TONES: Final = {Reach.LIVE: "good", Reach.BY_HAND: "info", Reach.OUT: ""}
SHORT: Final = 3  # bodies named in a list before 等


@dataclass(frozen=True)
class PlanLine:
    """A plan of the pack in the list."""

    href: str
    title: str
    instrument: str
    period: str
    tasks: int
    reaches: tuple[tuple[Tag, int], ...]
    mine: int


@dataclass(frozen=True)
class FigureLine:
    """A figure in a list of tasks."""

    name: str
    aim: str
    value: str | None
    reach: Tag
    tag: Tag | None  # None: out of reach, which says it all
    reason: str | None  # why nobody can say how far it is


@dataclass(frozen=True)
class TaskLine:
    """A task in the list of its plan."""

    href: str
    clause: str
    title: str
    bodies: str
    figures: tuple[FigureLine, ...]
    tag: Tag
    reason: str
    mine: bool


@dataclass(frozen=True)
class Part:
    """A heading of the document with the tasks under it."""

    name: str
    tasks: tuple[TaskLine, ...]


@dataclass(frozen=True)
class Choice:
    value: str
    text: str


@dataclass(frozen=True)
class PlanView:
    """One plan: its tasks as the document has them, after a filter."""

    plan: str
    title: str
    about: str
    figures: tuple[Figure, ...]
    parts: tuple[Part, ...]
    mine: tuple[TaskLine, ...]
    units: tuple[Choice, ...]
    states: tuple[Choice, ...]
    chosen: Mapping[str, str]
    place: str
    places: tuple[Choice, ...]
    exports: tuple[tuple[str, str], ...]
    not_taken: tuple[tuple[str, str], ...]
    office: bool
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class Looking:
    """Who looks: the own agencies, and what the account may do."""

    own: frozenset[UUID]
    office: bool
    account: UUID | None
    speaks: bool  # a clerk, a reviewer, or the office: not the auditor


def standing_tag(standing: Standing) -> Tag:
    """How far, as a label."""
    return Tag(STANDINGS[standing], TONES[standing])


def plan_line(
    pack: Pack, plan: WorkPlan, bodies: Mapping[str, tuple[Agency, ...]], looking: Looking
) -> PlanLine:
    """A plan with how many of its figures come from where."""
    instrument = pack.instruments[plan.instrument]
    figures = [figure for _, figure in plan.figures()]
    return PlanLine(
        href=f"/desk/plans/{plan.id}",
        title=plan.title,
        instrument=instrument.number or f"{instrument.issuer}（文号未核）",
        period=plan.period,
        tasks=len(plan.tasks),
        reaches=tuple(
            (Tag(REACHES[reach], REACH_TONES[reach]), sum(f.reach is reach for f in figures))
            for reach in Reach
        ),
        mine=sum(
            any(a.agency in looking.own for body in plan.bodies_of(task) for a in bodies.get(body, ()))
            for task in plan.tasks
        ),
    )


def _bodies(plan: WorkPlan, task: PlanTask) -> str:
    named = plan.bodies_of(task)
    more = f"等 {len(named)} 个" if len(named) > SHORT else ""
    return "、".join(named[:SHORT]) + more


def _figure_line(each: FigureProgress) -> FigureLine:
    figure, judged = each.figure, each.judged
    return FigureLine(
        name=figure.name,
        aim=aim_of(figure),
        value=each.value,
        reach=Tag(REACHES[figure.reach], REACH_TONES[figure.reach]),
        tag=None if figure.reach is Reach.OUT else standing_tag(judged.standing),
        reason=judged.reason if judged.standing is Standing.UNKNOWN else None,
    )


def task_line(found: PlanProgress, each: TaskProgress, looking: Looking, query: str) -> TaskLine:
    """A task with its figures in short."""
    task = each.task
    return TaskLine(
        href=f"/desk/plans/{found.plan.id}/{task.id}" + (f"?{query}" if query else ""),
        clause=task.clause,
        title=task.title,
        bodies=_bodies(found.plan, task),
        figures=tuple(_figure_line(f) for f in each.figures),
        tag=standing_tag(each.judged.standing),
        reason=each.judged.reason,
        mine=any(a.agency in looking.own for a in each.agencies),
    )


def plan_view(
    pack: Pack,
    found: PlanProgress,
    looking: Looking,
    chosen: Mapping[str, str],
    places: tuple[Choice, ...] = (),
    errors: tuple[FormError, ...] = (),
) -> PlanView:
    """The plan after the filter `chosen` (unit: code of an agency, state, agency: the head, on); `places`:
    the heads that may be chosen."""
    plan = found.plan
    instrument = pack.instruments[plan.instrument]
    kept = {k: chosen[k] for k in ("agency", "on") if chosen.get(k)}
    query = urlencode(kept)
    wanted = [each for each in found.tasks if _is_wanted(each, chosen)]
    lines = [(each.task.part, task_line(found, each, looking, query)) for each in wanted]
    parts = tuple(dict.fromkeys(part for part, _ in lines))
    units = {a.code: a.name for each in found.tasks for a in each.agencies}
    number = f"（{instrument.number}）" if instrument.number else "（文号未核）"
    return PlanView(
        plan=plan.id,
        title=plan.title,
        about=f"{instrument.issuer}{number}　期间：{plan.period}　截至 {found.day}",
        figures=tuple(
            Figure(STANDINGS[s], str(found.count(s)), "bad" if s is Standing.BEHIND else "") for s in Standing
        ),
        parts=tuple(Part(part, tuple(line for p, line in lines if p == part)) for part in parts),
        mine=tuple(line for _, line in lines if line.mine),
        units=tuple(Choice(code, name) for code, name in sorted(units.items())),
        states=tuple(Choice(s.value, STANDINGS[s]) for s in Standing),
        chosen=chosen,
        place=found.head.name if found.head else "全域",
        places=places,
        exports=tuple(
            (f"/desk/plans/{plan.id}/export?{urlencode({**kept, 'format': kind})}", text)
            for kind, text in (("docx", "全文 Word"), ("xlsx", "全文 XLSX"))
        ),
        not_taken=tuple((n.quote, n.reason) for n in plan.not_taken),
        office=looking.office,
        errors=errors,
    )


def _is_wanted(each: TaskProgress, chosen: Mapping[str, str]) -> bool:
    unit, state = chosen.get("unit", ""), chosen.get("state", "")
    if unit and unit not in {a.code for a in each.agencies}:
        return False
    return not state or each.judged.standing.value == state


COLUMNS: Final = ("条款", "任务", "责任单位", "指标", "状态", "理由")


def rows_of(view: PlanView) -> list[tuple[str, ...]]:
    """The tasks of a page as rows of a list."""
    return [
        (t.clause, t.title, t.bodies, "；".join(map(_told, t.figures)) or "无量化指标", t.tag.text, t.reason)
        for part in view.parts
        for t in part.tasks
    ]


def _told(figure: FigureLine) -> str:
    told = (f"目标：{figure.aim}", figure.reach.text, *([figure.tag.text] if figure.tag else []))
    return f"{figure.name}：{figure.value or '—'}（{'，'.join(told)}）"
