"""`xinheng plans`: the work plans of the pack: how far each task is, values entered by hand, files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from xinheng.core.times import today
from xinheng.faces.app import App, Settings, open_app
from xinheng.faces.cli.errors import WrongUsage
from xinheng.faces.cli.screen import console, listing
from xinheng.faces.cli.writing import put_aside
from xinheng.ground.store.transaction import Transaction
from xinheng.law.words import REACHES
from xinheng.law.workplans import Reach
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.cases.model import Actor
from xinheng.outward.documents import docx, xlsx
from xinheng.outward.plans import progress as progressing
from xinheng.outward.plans import service, sheets
from xinheng.outward.plans.model import STANDINGS, Said, aim_of, shown
from xinheng.outward.plans.progress import PlanProgress, TaskProgress

app = typer.Typer(help="工作要点：列出、查看、填报、确认、导出", no_args_is_help=True)

OPERATOR = Actor(None, None, audit.LOCAL_OPERATOR)
WRITERS = {".xlsx": xlsx.write, ".docx": docx.write}
PlanName = Annotated[str, typer.Argument(metavar="要点", help="工作要点的编号，见 plans list")]
TaskName = Annotated[str, typer.Argument(metavar="任务", help="任务编号，见 plans show")]
Code = Annotated[str, typer.Option("--agency", metavar="代码", help="单位代码")]
Head = Annotated[str | None, typer.Option("--agency", metavar="代码", help="以哪个单位为范围；不写即全域")]
Day = Annotated[str | None, typer.Option("--on", metavar="日期", help="截至哪一天；不写即今天")]


@app.command("list")
def show_all() -> None:
    """列出规则包的工作要点。"""
    with open_app(Settings.from_environment()) as house:
        pack = house.pack
    table = listing("编号", "文件", "期间", "任务", "平台计算", "人工填报", "平台不掌握")
    for plan in pack.workplans.values():
        figures = [figure for _, figure in plan.figures()]
        counts = (str(sum(f.reach is reach for f in figures)) for reach in Reach)
        table.add_row(*map(escape, (plan.id, plan.title, plan.period, str(len(plan.tasks)), *counts)))
    out = console()
    out.print(table)
    out.print(f"规则包 {pack.name}：共 {len(pack.workplans)} 个工作要点")


@app.command()
def show(
    plan: PlanName,
    task: Annotated[str | None, typer.Argument(metavar="任务", help="只看一项任务，连同填报记录")] = None,
    agency: Head = None,
    on: Day = None,
) -> None:
    """各项任务和指标到了哪一步，为什么。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        found = _progress(house, tx, (plan, task), agency, on)
        said = [
            s.entry.agency for t in found.tasks for s in (*t.notes, *(s for f in t.figures for s in f.said))
        ]
        names = {a: found.name for a, found in agencies.by_ids(tx, said).items()}
    out = console()
    place = found.head.name if found.head else "全域"
    out.print(escape(f"{found.plan.title}（{found.plan.period}），{place}，截至 {found.day}"))
    table = listing("任务", "条款", "名称", "指标", "来源", "目标", "当前值", "状态", "理由")
    for each in found.tasks:
        _rows(table, each)
    out.print(table)
    if task is not None:
        _entries(found.tasks[0], names)


def _rows(table: Table, each: TaskProgress) -> None:
    task = each.task
    head = (task.id, task.clause, task.title)
    if not each.figures:
        state = STANDINGS[each.judged.standing]
        table.add_row(*map(escape, (*head, "无量化指标", "—", "—", "—", state, each.judged.reason)))
    for f in each.figures:
        cells = (f.figure.id, REACHES[f.figure.reach], aim_of(f.figure), f.value or "—")
        table.add_row(*map(escape, (*head, *cells, STANDINGS[f.judged.standing], f.judged.reason)))
        head = ("", "", "")


def _said(each: TaskProgress) -> list[Said]:
    """Everything entered about a task."""
    return [*each.notes, *(s for f in each.figures for s in f.said)]


def _entries(each: TaskProgress, names: dict[UUID, str]) -> None:
    said = _said(each)
    table = listing("填报编号", "截至", "单位", "指标", "数值", "说明", "依据", "填报人", "确认")
    for s in said:
        e = s.entry
        verdict = "待确认" if s.review is None else "已确认" if s.review.accepted else "已退回"
        amount = shown(e.amount) if e.amount is not None else "—"
        cells = (str(e.entry), str(e.as_of), names.get(e.agency, "—"), e.figure or "进展", amount)
        table.add_row(*map(escape, (*cells, e.words or "—", e.evidence or "—", e.actor, verdict)))
    if said:
        console().print(table)


@app.command()
def enter(  # noqa: PLR0913, PLR0917 - one argument an option
    plan: PlanName,
    task: TaskName,
    agency: Code,
    as_of: Annotated[str, typer.Option("--as-of", metavar="日期", help="数值或进展截至哪一天")],
    figure: Annotated[
        str | None, typer.Option("--figure", metavar="指标", help="指标编号；不写即记进展")
    ] = None,
    amount: Annotated[str | None, typer.Option("--amount", metavar="数值", help="以指标的单位计")] = None,
    words: Annotated[str, typer.Option("--words", metavar="说明", help="说明或进展")] = "",
    evidence: Annotated[str, typer.Option("--evidence", metavar="依据", help="文件名、文号或网页")] = "",
    done: Annotated[bool, typer.Option("--done", help="报告已完成")] = False,
) -> None:
    """代单位填报一个指标或一条进展；更正就是再填一次。"""
    new = service.NewEntry(plan, task, figure, _day(as_of), _amount(amount), words, evidence, done)
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        unit = agencies.by_code(tx, agency)
        entry = service.enter(tx, house.pack, new, unit, OPERATOR, house.clock)
    typer.echo(f"已填报：{unit.name} {figure or task} 截至 {as_of}，编号 {entry.entry}")


@app.command()
def confirm(
    entry: Annotated[str, typer.Argument(metavar="填报编号", help="见 plans show 要点 任务")],
    refuse: Annotated[bool, typer.Option("--refuse", help="退回，而不是确认")] = False,
    note: Annotated[str, typer.Option("--note", metavar="意见", help="退回的要写明理由")] = "",
) -> None:
    """代信用办确认或退回一条填报。"""
    try:
        wanted = UUID(entry)
    except ValueError:
        raise WrongUsage(found=f"编号“{entry[:40]}”", expected="填报编号", todo="见 plans show") from None
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        service.review(tx, house.pack, wanted, not refuse, note, OPERATOR, house.clock)
    typer.echo("已退回" if refuse else "已确认")


@app.command()
def body(
    name: Annotated[str, typer.Argument(metavar="名称", help="文件里写的单位名称")],
    agency: Code,
    end: Annotated[bool, typer.Option("--end", help="取消，而不是登记")] = False,
) -> None:
    """登记文件里的单位名称对应本平台的哪个单位；统称可以对应多个。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        unit = agencies.by_code(tx, agency)
        if end:
            service.end_body(tx, name, unit, house.clock, audit.LOCAL_OPERATOR)
        else:
            service.enter_body(tx, house.pack, name, unit, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"{'已取消' if end else '已登记'}：“{name}”对应{unit.name}")


@app.command()
def due() -> None:
    """给到期未填报的指标开待办；可以反复运行。服务和后台进程每小时自动做一次。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        count = progressing.open_due(tx, house.pack, house.clock)
    typer.echo(f"待填报 {count} 项")


@app.command()
def export(
    plan: PlanName,
    file: Annotated[Path, typer.Argument(metavar="文件", help="以 .xlsx 或 .docx 结尾")],
    agency: Head = None,
    on: Day = None,
) -> None:
    """把工作要点的落实情况写成工作簿或可编辑的文书。"""
    write = WRITERS.get(file.suffix.lower())
    if write is None:
        raise WrongUsage(found=f"文件名“{file.name}”", expected="以 .xlsx 或 .docx 结尾", todo="改名后重试")
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        found = _progress(house, tx, (plan, None), agency, on)
        instrument = house.pack.instruments[found.plan.instrument]
        document = sheets.document(found, instrument, house.settings.site_name)
        said = f"{plan} {file.suffix} {len(found.tasks)} 项 截至 {found.day}"
        audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "plan.export", said)
        with put_aside(file) as target:
            target.write(write(document))
    typer.echo(f"已写 {file}")


def _progress(
    house: App, tx: Transaction, at: tuple[str, str | None], agency: str | None, on: str | None
) -> PlanProgress:
    plan = service.plan_of(house.pack, at[0])
    if at[1] is not None:
        service.task_of(plan, at[1])
    head = agencies.by_code(tx, agency) if agency else None
    day = _day(on) if on else today(house.clock)
    return progressing.progress(tx, house.pack, plan, head, day, only=at[1])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUsage(found=f"日期“{text[:30]}”", expected="写作 2026-09-30", todo="改写后重试") from None


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise WrongUsage(found=f"数值“{text[:30]}”", expected="一个数", todo="改写后重试")
    return value
