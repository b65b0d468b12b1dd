"""One task of a work plan as the desk shows it: figures, what was entered, notes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from xinheng.core.times import Known
from xinheng.faces.web.desk.plans_views import REACH_TONES, Looking, standing_tag
from xinheng.faces.web.views import FormError, Pair, Tag, moment
from xinheng.law.words import REACHES
from xinheng.law.workplans import PlanTask, Reach, WorkPlan
from xinheng.outward.plans.model import Said, aim_of, clipped, shown, term_of
from xinheng.outward.plans.progress import FigureProgress, PlanProgress, TaskProgress
from xinheng.outward.plans.sheets import source_of


@dataclass(frozen=True)
class EntryLine:
    """One thing that was entered, newest first."""

    entry: UUID
    as_of: str
    agency: str
    value: str
    words: str
    evidence: str
    entered: str
    by: str
    tag: Tag
    note: str
    may_review: bool
    accepted: bool | None  # what the office said last


@dataclass(frozen=True)
class FigureView:
    """One figure of a task."""

    figure: str
    name: str
    reach: Tag
    tag: Tag
    pairs: tuple[Pair, ...]
    entries: tuple[EntryLine, ...]
    may_enter: bool
    numeric: bool
    unit: str


@dataclass(frozen=True)
class TaskView:
    """One task."""

    plan: str
    task: str
    plan_title: str
    title: str
    clause: str
    tag: Tag
    pairs: tuple[Pair, ...]
    figures: tuple[FigureView, ...]
    beyond: tuple[tuple[str, str], ...]
    notes: tuple[EntryLine, ...]
    may_note: bool
    may_take: bool
    charge: str | None  # who of the own unit has it in hand
    charges: tuple[tuple[str, str], ...]  # for the office: unit, login
    today: str
    form: Mapping[str, str]
    errors: tuple[FormError, ...] = ()


def entry_line(said: Said, unit: str | None, names: Mapping[UUID, str], looking: Looking) -> EntryLine:
    """One entry with what the office said of it."""
    entry, review = said.entry, said.review
    tag = Tag("待确认", "warn")
    if review is not None:
        tag = Tag("已确认", "good") if review.accepted else Tag("已退回", "bad")
    done = "，报告已完成" if entry.done else ""
    return EntryLine(
        entry=entry.entry,
        as_of=entry.as_of.isoformat(),
        agency=names.get(entry.agency, "—"),
        value=f"{shown(entry.amount)} {unit or ''}" if entry.amount is not None else "—",
        words=(entry.words or "—") + done,
        evidence=entry.evidence or "—",
        entered=moment(Known(entry.entered)),
        by=entry.actor,
        tag=tag,
        note=review.note if review else "",
        may_review=looking.office and (entry.account is None or entry.account != looking.account),
        accepted=review.accepted if review else None,
    )


def figure_view(each: FigureProgress, names: Mapping[UUID, str], looking: Looking) -> FigureView:
    """A figure with all that is known of it."""
    figure = each.figure
    pairs = [
        Pair("目标", aim_of(figure), note="逐个单位计" if figure.each else None),
        Pair("当前值", each.value, note=f"截至 {each.as_of}" if each.as_of else None),
        Pair("来源", source_of(each)),
        Pair("状态", each.judged.reason),
        Pair("原文", f"“{figure.quote}”", wide=True),
    ]
    if each.how:
        pairs.append(Pair("怎样计算", each.how, wide=True))
    if figure.reach is Reach.BY_HAND:
        pairs.append(Pair("填报单位", "、".join(a.name for a in each.agencies), otherwise="还没有对应到单位"))
    return FigureView(
        figure=figure.id,
        name=figure.name,
        reach=Tag(REACHES[figure.reach], REACH_TONES[figure.reach]),
        tag=standing_tag(each.judged.standing),
        pairs=tuple(pairs),
        entries=tuple(entry_line(s, figure.unit, names, looking) for s in reversed(each.said)),
        may_enter=looking.speaks and any(a.agency in looking.own for a in each.agencies),
        numeric=figure.value is not None,
        unit=figure.unit or "",
    )


def task_view(
    found: PlanProgress,
    each: TaskProgress,
    names: Mapping[UUID, str],
    looking: Looking,
    charges: Mapping[tuple[str, UUID], str],
    form: Mapping[str, str],
    errors: Collection[FormError] = (),
) -> TaskView:
    """The page of a task; `charges`: who has it in hand, of the units that the account may see."""
    task, until = each.task, term_of(found.plan, each.task)
    own = [a for a in each.agencies if a.agency in looking.own]
    pairs = (
        Pair("条款", task.clause),
        Pair("所在部分", task.part),
        Pair("概述", task.summary, wide=True),
        Pair("牵头单位", "、".join(task.lead), otherwise="文件没有列明"),
        Pair("责任单位", "、".join(task.responsible), otherwise=_addressed(found.plan, task)),
        Pair("对应的单位", "、".join(a.name for a in each.agencies), otherwise="还没有对应到本平台的单位"),
        Pair(
            "期限",
            until.isoformat() if until else None,
            note=f"“{task.term.text}”" if task.term else "按计划期间，文件未另写" if until else None,
            otherwise="文件没有写明",
        ),
        Pair("状态", each.judged.reason, tag=standing_tag(each.judged.standing), wide=True),
    )
    return TaskView(
        plan=found.plan.id,
        task=task.id,
        plan_title=found.plan.title,
        title=task.title,
        clause=task.clause,
        tag=standing_tag(each.judged.standing),
        pairs=pairs,
        figures=tuple(figure_view(f, names, looking) for f in each.figures),
        beyond=tuple((b.quote, b.reason) for b in task.beyond),
        notes=tuple(entry_line(s, None, names, looking) for s in reversed(each.notes)),
        may_note=looking.speaks and bool(own),
        may_take=looking.speaks and bool(own),
        charge=next((charges[task.id, a.agency] for a in own if (task.id, a.agency) in charges), None),
        charges=tuple(
            (names.get(agency, "—"), login)
            for (id_, agency), login in charges.items()
            if id_ == task.id and looking.office
        ),
        today=clipped(found.plan, found.day).isoformat(),
        form=form,
        errors=tuple(errors),
    )


def _addressed(plan: WorkPlan, task: PlanTask) -> str:
    if task.lead:
        return "文件没有另列"
    return f"文件没有逐项列明；印发对象：{'、'.join(plan.addressees)}" if plan.addressees else "文件没有列明"
