"""A plan with its progress as a document: what the office hands on as a workbook or an editable paper."""

from __future__ import annotations

from datetime import date
from typing import Final

from xinheng.law.citing import Instrument
from xinheng.law.words import REACHES, RHYTHMS
from xinheng.law.workplans import Reach
from xinheng.outward.documents.model import Column, Document, Paragraph, Table
from xinheng.outward.plans.model import STANDINGS, Standing, aim_of, term_of
from xinheng.outward.plans.progress import FigureProgress, PlanProgress, TaskProgress

_TASKS: Final = tuple(map(Column, ("条款", "任务", "牵头单位", "责任单位", "期限", "状态", "理由")))
_FIGURES: Final = tuple(map(Column, ("条款", "指标", "目标", "来源", "当前值", "截至", "状态", "理由")))


def document(found: PlanProgress, instrument: Instrument, issuer: str) -> Document:
    """The plan on its day: the tasks, then every figure with its value, where it comes from, and why."""
    plan = found.plan
    number = f"（{instrument.number}）" if instrument.number else ""
    counts = "，".join(f"{STANDINGS[s]} {found.count(s)} 项" for s in Standing if found.count(s))
    place = found.head.name if found.head else "全域"
    said = (
        f"依据《{instrument.title}》{number}。期间：{plan.period}。范围：{place}。"
        f"共 {len(plan.tasks)} 项任务：{counts}。截至 {found.day}。"
    )
    return Document(
        kind="workplan",
        title=f"{plan.title}落实情况",
        number=None,
        addressee=None,
        dated=found.day,
        issuer=issuer,
        blocks=(
            Paragraph(said),
            Table("任务", _TASKS, tuple(_task(found, task) for task in found.tasks)),
            Table("指标", _FIGURES, tuple(_figure(t, f) for t in found.tasks for f in t.figures)),
        ),
        note="“平台计算”的数可从平台的数据重新算出；“人工填报”的数由单位填报；平台不掌握的写明理由，不作推断。",
    )


def _task(found: PlanProgress, each: TaskProgress) -> tuple[str, ...]:
    task, until = each.task, term_of(found.plan, each.task)
    return (
        task.clause,
        task.title,
        "、".join(task.lead),
        "、".join(task.responsible or (() if task.lead else found.plan.addressees)),
        _day(until) or "文件没有写明",
        STANDINGS[each.judged.standing],
        each.judged.reason,
    )


def _figure(task: TaskProgress, each: FigureProgress) -> tuple[str, ...]:
    return (
        task.task.clause,
        each.figure.name,
        aim_of(each.figure),
        source_of(each),
        each.value or "—",
        _day(each.as_of),
        STANDINGS[each.judged.standing],
        each.judged.reason,
    )


def source_of(each: FigureProgress) -> str:
    """Where a figure comes from, in words."""
    figure = each.figure
    if figure.reach is Reach.BY_HAND and figure.every is not None:
        return f"{figure.by}{RHYTHMS[figure.every]}填报"
    return REACHES[figure.reach]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
