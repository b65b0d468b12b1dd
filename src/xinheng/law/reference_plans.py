"""The work plans of a pack on its reference page: tasks, who answers, figures and where they come from."""

from __future__ import annotations

from xinheng.law.packs import Pack
from xinheng.law.reference_tables import section, spanned, table
from xinheng.law.words import REACHES, RHYTHMS
from xinheng.law.workplans import PlanFigure, PlanTask, Reach, WorkPlan


def workplans(pack: Pack) -> str:
    """The section of the plans that this pack itself adds; nothing where it adds none."""
    return "\n\n".join(_plan(pack, plan) for plan in pack.workplans.values() if plan.pack == pack.name)


def _plan(pack: Pack, plan: WorkPlan) -> str:
    named = pack.instruments[plan.instrument]
    period = plan.period + (f"（{spanned(plan.span)}）" if plan.span else "")
    counts = "，".join(
        f"{REACHES[reach]} {sum(f.reach is reach for _, f in plan.figures())} 个" for reach in Reach
    )
    head = [
        f"`{plan.id}`《{named.title}》{named.number or '（文号未核）'}，期间：{period}。",
        f"{len(plan.tasks)} 项任务，指标：{counts}。",
    ]
    if plan.addressees:
        head.append(f"印发对象：{'、'.join(plan.addressees)}。")
    if plan.working_days:
        head.append(
            f"人工填报的指标，一期结束后 {plan.working_days} 个工作日内填报（平台约定，文件未规定）。"
        )
    titles = ("条款", "任务", "牵头单位", "责任单位", "指标")
    tasks = table(titles, [_task(task) for task in plan.tasks])
    left = [(each.quote, each.reason) for each in plan.not_taken]
    parts = ["".join(head), tasks]
    if left:
        parts.append("文中出现、但不作为指标的数字：\n\n" + table(("原文", "理由"), left))
    return section(f"工作要点：{plan.title}", "\n\n".join(parts))


def _task(task: PlanTask) -> tuple[str, ...]:
    said = [_figure(figure) for figure in task.figures] or ["无量化指标"]
    said += [f"边界之外：“{beyond.quote}”（{beyond.reason}）" for beyond in task.beyond]
    until = f"（{task.term.text}）" if task.term else ""
    return (
        task.clause,
        task.title + until,
        "、".join(task.lead),
        "、".join(task.responsible) or ("" if task.lead else "未列，见印发对象"),
        "；".join(said),
    )


def _figure(figure: PlanFigure) -> str:
    aim = figure.text or f"{figure.comparison} {figure.value} {figure.unit}"
    if figure.reach is Reach.LIVE:
        source = f"{REACHES[figure.reach]}：{figure.figure}"
    elif figure.reach is Reach.BY_HAND and figure.every is not None:
        source = f"{figure.by}{RHYTHMS[figure.every]}填报"
    else:
        source = f"{REACHES[figure.reach]}：{figure.reason}"
    return f"{figure.name} {aim}（{source}）"
