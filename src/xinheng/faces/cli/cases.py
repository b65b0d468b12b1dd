"""`xinheng cases`: what waits, for whom, until when; handing over when staff change."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from xinheng.core.times import SHANGHAI, today
from xinheng.faces.app import Settings, open_app
from xinheng.faces.cli.intake import console
from xinheng.office.access import accounts, audit
from xinheng.office.access import service as access
from xinheng.office.cases import service as cases
from xinheng.office.cases.errors import HandOverRefused
from xinheng.office.cases.model import NAMES, Actor, Colour, Filter, Page, State

app = typer.Typer(help="待办：列出、查看、移交", no_args_is_help=True)
COLOURS = {Colour.NONE: "", Colour.YELLOW: "即将到期", Colour.RED: "超期"}


@app.command("list")
def show_list(
    source: Annotated[str | None, typer.Option("--source", metavar="代码", help="只看该单位")] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="种类", help="如 returned_row、revocation")
    ] = None,
    state: Annotated[State | None, typer.Option("--state", help="默认只列未办结的")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="只看超期的")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="最多列出多少件")] = 50,
) -> None:
    """列出待办，期限近的在前。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        day, add = today(house.clock), house.pack.calendar.add_working_days
        wanted = Filter(
            owner=access.by_code(tx, source).agency if source else None,
            kind=kind,
            state=state,
            overdue_on=day if overdue else None,
            closed=False if state is None else None,
        )
        total = cases.count(tx, wanted)
        found = cases.listed(tx, wanted, Page(1, limit))
        known = access.by_ids(tx, {case.owner for case in found})
    table = Table("编号", "事由", "责任单位", "状态", "期限", "", box=None, pad_edge=False)
    for case in found:
        name = known[case.owner].name if case.owner in known else "—"
        cells = (str(case.case), case.title, name, NAMES[case.state], str(case.due_on or "没有期限"))
        table.add_row(*map(escape, (*cells, COLOURS[case.colour(day, add)])))
    console().print(table)
    typer.echo(f"共 {total} 件")


@app.command()
def show(case: Annotated[UUID, typer.Argument(metavar="编号", help="待办或退回的编号")]) -> None:
    """查看一件待办和它的办理记录。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        there = cases.by_id(tx, case)
        steps = cases.history(tx, case)
    typer.echo(f"{there.title}\n{NAMES[there.state]}  期限 {there.due_on or '没有'}  {there.basis or ''}")
    for name, text in there.detail.items():
        typer.echo(f"{name}：{text}")
    for step in steps:
        when = step.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        typer.echo(f"{when}  {step.action}  {NAMES[step.state]}  {step.actor}  {step.note}")


@app.command("hand-over")
def hand_over(
    before: Annotated[str, typer.Option("--from", metavar="账号", help="移交人")],
    after: Annotated[str, typer.Option("--to", metavar="账号", help="接手人，同一单位")],
) -> None:
    """人员变动：把一个账号经办的未办结待办全部交给同单位的另一个账号。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        one, other = accounts.by_login(tx, before), accounts.by_login(tx, after)
        if one.account == other.account or one.agency != other.agency or other.disabled:
            raise HandOverRefused(
                found=f"{before} 与 {after} 不是同一单位的两个账号，或接手账号已停用",
                expected="同一单位另一个在用的账号",
                todo="核对账号后重试",
            )
        actor = Actor(None, one.agency, audit.LOCAL_OPERATOR)
        count = cases.hand_over(tx, one.account, other.account, actor, house.clock)
        audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "cases.hand_over", f"{before} → {after} {count}")
    typer.echo(f"已移交 {count} 件")
