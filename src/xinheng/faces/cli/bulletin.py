"""`xinheng bulletin`: the monthly bulletin, made, issued and verified by one command each."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from xinheng.core.times import SHANGHAI
from xinheng.faces.app import Settings, open_app
from xinheng.faces.app.books import bulletin
from xinheng.faces.cli.screen import console, listing
from xinheng.faces.cli.writing import put_aside
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency
from xinheng.outward.reports import service
from xinheng.outward.reports.errors import MonthRefused

app = typer.Typer(help="月度通报：生成、印发、重算核对", no_args_is_help=True)

MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
Month = Annotated[str, typer.Argument(metavar="月份", help="写作 2026-10")]
Head = Annotated[
    str | None, typer.Option("--agency", metavar="代码", help="哪一级信用办或单位的通报；不写为全平台")
]


@app.command()
def make(
    month: Month,
    agency: Head = None,
    out: Annotated[Path, typer.Option("--out", metavar="文件夹", help="写到哪里；没有就新建")] = Path(),
    cutoff: Annotated[
        str | None,
        typer.Option("--cutoff", metavar="日期", help="自这一天零时起的不计；不写为月末后第 7 个工作日之后"),
    ] = None,
    issue: Annotated[bool, typer.Option("--issue", help="同时印发：留存依据和摘要，此后不再变动")] = False,
) -> None:
    """生成一个月的通报：JSON、XLSX、DOCX、PDF。"""
    with open_app(Settings.from_environment()) as house:
        with house.database.transaction() as tx:
            made = bulletin(house, tx, _head(tx, agency), month_of(month), _day(cutoff))
        files = made.files()
        if issue:
            with house.database.transaction() as tx:
                service.issue(tx, made, house.clock, audit.LOCAL_OPERATOR)
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        with put_aside(out / name) as file:
            file.write(content)
        typer.echo(str(out / name))
    if issue:
        typer.echo(f"已印发：{made.document.title}")


@app.command()
def verify(month: Month, agency: Head = None) -> None:
    """重算已印发的通报，与印发时逐字节核对。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        head = _head(tx, agency)
        there = service.issued(tx, head.code if head else "", month_of(month))
        made = bulletin(house, tx, head, month_of(month))
        digests = service.verify(there, made)
    for name, digest in sorted(digests.items()):
        typer.echo(f"{digest}  {name}")
    typer.echo(f"一致：{there.month:%Y-%m} 的通报重算后与印发时逐字节相同")


@app.command("list")
def show() -> None:
    """列出已印发的通报。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        found = service.listed(tx)
    if not found:
        typer.echo("没有印发过通报")
        return
    table = listing("月份", "范围", "印发", "截止", "账目位置")
    for each in found:
        issued, cutoff = (at.astimezone(SHANGHAI) for at in (each.issued, each.cutoff))
        told = (f"{each.month:%Y-%m}", each.head or "全平台", f"{issued:%Y-%m-%d %H:%M}")
        table.add_row(*told, f"{cutoff:%Y-%m-%d %H:%M}", str(each.position))
    console().print(table)


def month_of(text: str) -> date:
    """The first day of `2026-10`. Raises MonthRefused."""
    if not MONTH.fullmatch(text):
        raise MonthRefused(f"月份“{text[:20]}”", "写作 2026-10")
    return date.fromisoformat(f"{text}-01")


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise MonthRefused(f"截止日“{text[:20]}”", "写作 2026-11-11") from wrong


def _head(tx: Transaction, code: str | None) -> Agency | None:
    return agencies.by_code(tx, code) if code else None
