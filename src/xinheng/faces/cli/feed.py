"""`xinheng feed`: who is to send what, and what was declared for each month."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from rich.markup import escape

from xinheng.core.times import today
from xinheng.evidence.completeness import freshness, service
from xinheng.evidence.completeness.errors import FeedUnknown
from xinheng.evidence.completeness.model import Feed, State
from xinheng.evidence.completeness.model_freshness import NAMES, POOR
from xinheng.faces.app import Settings, open_app
from xinheng.faces.cli.errors import WrongUsage
from xinheng.faces.cli.screen import console, listing
from xinheng.ground.store.transaction import Transaction
from xinheng.law.words import EVERY
from xinheng.office.access import audit
from xinheng.office.access import service as agencies

app = typer.Typer(help="归集责任：登记、申报、列出", no_args_is_help=True)

STATES = {
    State.COMPLETE: "完整",
    State.NIL: "零报送",
    State.PARTIAL: "不全",
    State.CONTRADICTED: "不符",
    State.UNDECLARED: "未申报",
    State.OPEN: "待申报",
}
Code = Annotated[str, typer.Argument(metavar="代码", help="单位代码")]
ItemName = Annotated[str, typer.Argument(metavar="事项", help="事项编号或名称")]
Month = Annotated[str, typer.Argument(metavar="月份", help="写作 2026-09")]


@app.command()
def add(
    code: Code,
    item: ItemName,
    since: Annotated[str, typer.Option("--from", metavar="月份", help="自哪个月起，写作 2026-01")],
) -> None:
    """登记一个单位应报送的事项。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        agency = agencies.by_code(tx, code)
        feed = service.add_feed(
            tx, house.pack, agency, item, month_of(since), house.clock, audit.LOCAL_OPERATOR
        )
    typer.echo(f"已登记：{agency.name}自 {feed.from_on:%Y-%m} 起报送 {feed.item}")


@app.command()
def end(
    code: Code,
    item: ItemName,
    until: Annotated[str, typer.Option("--to", metavar="月份", help="自哪个月起不再报送")],
) -> None:
    """终止一项归集责任。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        feed = _feed(tx, code, house.pack.item(item).id)
        service.end_feed(tx, feed.feed, month_of(until), house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"已终止：{code} {item} 自 {until} 起不再报送")


@app.command()
def declare(
    code: Code,
    item: ItemName,
    month: Month,
    count: Annotated[int, typer.Option("--count", metavar="数量", min=0, help="作出的决定数；没有的填 0")],
) -> None:
    """代单位申报一个月作出了多少件决定。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        feed = _feed(tx, code, house.pack.item(item).id)
        service.declare(tx, feed, month_of(month), count, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"已申报：{code} {item} {month}，{count} 件")


@app.command("list")
def show(
    since: Annotated[
        str | None, typer.Option("--from", metavar="月份", help="自哪个月起；不写即今年")
    ] = None,
) -> None:
    """列出全部归集责任和各月的状态。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        day = today(house.clock)
        start = month_of(since) if since else date(day.year, 1, 1)
        judged = service.judged(tx, house.pack, service.listed(tx), start, day)
        names = agencies.by_ids(tx, {each.feed.agency for each in judged})
    table = listing("单位", "事项", "月份", "状态", "申报", "已有", "期限")
    for each in judged:
        for month in each.months:
            cells = (
                names[each.feed.agency].name,
                each.feed.item,
                f"{month.month:%Y-%m}",
                STATES[month.state],
                "—" if month.declared is None else str(month.declared),
                str(month.held),
                month.due.isoformat() if month.due else "无法计算",
            )
            table.add_row(*map(escape, cells))
    out = console()
    out.print(table)
    out.print(f"共 {len(judged)} 项归集责任")


@app.command()
def stale(
    every: Annotated[bool, typer.Option("--all", help="按期报送的也列出")] = False,
) -> None:
    """体检：各单位的事项最近报到哪个月，从未报送和陈旧的在前。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        found = freshness.supplies(tx, house.pack, None, today(house.clock))
        names = agencies.by_ids(tx, {each.agency for each in found})
        items = {i.id: i.name for i in house.pack.items.values()}
    table = listing("单位", "事项", "频次", "最近月份", "情况")
    shown = [each for each in found if every or each.standing in POOR]
    for each in shown:
        newest = f"{each.newest:%Y-%m}" if each.newest else "—"
        said = (EVERY[each.every], newest, NAMES[each.standing])
        cells = (names[each.agency].name, items[each.item], *said)
        table.add_row(*map(escape, cells))
    out = console()
    out.print(table)
    out.print(f"从未报送、陈旧 {sum(each.standing in POOR for each in found)} 项，共 {len(found)} 项")


def _feed(tx: Transaction, code: str, item: str) -> Feed:
    """The feed of an agency and item that is open, else its last one. Raises FeedUnknown."""
    agency = agencies.by_code(tx, code)
    found = service.listed(tx, [agency.agency], item)
    if not found:
        raise FeedUnknown(
            found=f"{agency.name}没有登记报送 {item}", expected="已登记的一项", todo="用 feed add 登记"
        )
    return next((f for f in found if f.to_on is None), found[-1])


def month_of(text: str) -> date:
    """The first day of a month as typed. Raises WrongUsage."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise WrongUsage(found=f"月份“{text[:30]}”", expected="写作 2026-09", todo="改写后重试") from None
