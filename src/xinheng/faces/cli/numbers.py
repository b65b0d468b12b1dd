"""`xinheng numbers`: document numbers used up without a shown record; declaring numbers void."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from xinheng.core.times import SHANGHAI
from xinheng.evidence.intake import numbers
from xinheng.evidence.intake.model_numbers import NAMES, NumberRange, Why
from xinheng.faces.app import Settings, open_app
from xinheng.faces.app.wiring import App
from xinheng.faces.cli.errors import WrongUsage
from xinheng.faces.cli.intake import console
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency
from xinheng.office.cases.model import Actor

app = typer.Typer(help="号码登记：自然人、简易程序、作废的文号", no_args_is_help=True)
Source = Annotated[str, typer.Option("--source", metavar="代码", help="哪个信源单位的号码")]


def _actor(agency: Agency) -> Actor:
    return Actor(None, agency.agency, audit.LOCAL_OPERATOR)


@app.command("list")
def show_list(
    why: Annotated[
        Why, typer.Option("--why", help="person 自然人，simplified 简易程序，voided 作废")
    ] = Why.VOIDED,
    source: Annotated[str | None, typer.Option("--source", metavar="代码", help="只看该信源单位")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="最多列出多少个")] = 100,
) -> None:
    """列出登记的号码。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        owners = [access.by_code(tx, source).agency] if source else None
        lines = numbers.listed(tx, house.pack, owners, why, limit)
        known = access.by_ids(tx, {line.agency for line in lines})
    table = Table("文号", "事项", "单位", "决定日期", "种类", box=None, pad_edge=False)
    for line in lines:
        name = known[line.agency].name if line.agency in known else "—"
        table.add_row(*map(escape, (line.number, line.item, name, str(line.decided_on or "—"), NAMES[why])))
    console().print(table)


@app.command()
def declarations(
    source: Annotated[str | None, typer.Option("--source", metavar="代码", help="只看该信源单位")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="最多列出多少条")] = 50,
) -> None:
    """列出作废登记，新的在前；撤销过的也在。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        owners = [access.by_code(tx, source).agency] if source else None
        kept = numbers.declarations(tx, owners, limit)
    table = Table("编号", "起", "止", "个数", "原因", "登记", "撤销", box=None, pad_edge=False)
    for one in kept:
        when = one.declared.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        cells = (str(one.declaration), one.first, one.last, str(one.numbers), one.reason, when)
        table.add_row(*map(escape, (*cells, one.withdrawn_by or "—")))
    console().print(table)


@app.command()
def void(
    source: Source,
    item: Annotated[str, typer.Option("--item", metavar="事项", help="如 penalty")] = "penalty",
    first: Annotated[
        str | None, typer.Option("--number", metavar="文号", help="作废的文号，或连号的起号")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="文号", help="连号的止号")] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="原因", help="如 系统跳号")] = "",
    file: Annotated[
        Path | None,
        typer.Option("--csv", metavar="文件", help="一行一条：事项,起始文号,截止文号,原因（UTF-8，含表头）"),
    ] = None,
) -> None:
    """登记作废的号码：一个、一段连号，或一张表；表中有一行不对，全部不登记。"""
    if (first is None) == (file is None):
        raise WrongUsage(found="--number 与 --csv 须给且只给其一", expected="文号或文件", todo="改正后重试")
    wanted = (
        [NumberRange(item, first, last, reason)]
        if first is not None
        else numbers.read_csv(file.read_text(encoding="utf-8-sig") if file else "")
    )
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        agency = access.by_code(tx, source)
        count = sum(_declared(tx, house, agency, said) for said in wanted)
    typer.echo(f"已登记 {len(wanted)} 条，共 {count} 个号码")


def _declared(tx: Transaction, house: App, agency: Agency, said: NumberRange) -> int:
    known = NumberRange(house.pack.item(said.item).id, said.first, said.last, said.reason)
    kept = numbers.declare(tx, agency, known, _actor(agency), house.clock)
    detail = f"{kept.declaration} {kept.first} 共 {kept.numbers} 个"
    audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "numbers.declare", detail)
    return kept.numbers


@app.command()
def withdraw(
    declaration: Annotated[UUID, typer.Argument(metavar="编号", help="作废登记的编号")], source: Source
) -> None:
    """撤销一条作废登记；登记本身仍可查到。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        agency = access.by_code(tx, source)
        kept = numbers.withdraw(tx, declaration, [agency.agency], _actor(agency), house.clock)
        audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "numbers.withdraw", str(declaration))
    typer.echo(f"已撤销 {kept.first} 等 {kept.numbers} 个号码的作废登记")
