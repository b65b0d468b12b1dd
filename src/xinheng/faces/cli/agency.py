"""`xinheng agency`: the tree of offices and agencies."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from rich.markup import escape

from xinheng.faces.app import Settings, open_app
from xinheng.faces.cli.errors import WrongUsage
from xinheng.faces.cli.screen import console, listing
from xinheng.office.access import audit, service
from xinheng.office.access.model import FROM_THE_BEGINNING, AgencyKind, DatedName, Level
from xinheng.office.access.service import NewAgency

app = typer.Typer(help="信源单位：登记、列出、更名", no_args_is_help=True)

KINDS = {
    AgencyKind.OFFICE: "信用办",
    AgencyKind.AGENCY: "行政机关",
    AgencyKind.UTILITY: "公用事业单位",
    AgencyKind.ASSOCIATION: "协会",
}
LEVELS = {
    Level.PROVINCE: "省",
    Level.CITY: "市",
    Level.COUNTY: "县（市、区）",
    Level.ZONE: "功能区",
    Level.TOWNSHIP: "乡镇（街道）",
    Level.UNIT: "基层单位",
}
Code = Annotated[str, typer.Argument(metavar="代码", help="单位代码")]
Name = Annotated[str, typer.Argument(metavar="名称", help="单位全称")]
Day = Annotated[str | None, typer.Option("--from", metavar="日期", help="起始日，如 2019-03-01；不写即自始")]


@app.command()
def add(  # noqa: PLR0913, PLR0917 - one parameter an option of the command
    code: Code,
    name: Name,
    parent: Annotated[str | None, typer.Option("--parent", metavar="代码", help="上级单位")] = None,
    level: Annotated[Level | None, typer.Option("--level", help="层级；不写则与上级相同")] = None,
    kind: Annotated[AgencyKind, typer.Option("--kind", help="类别")] = AgencyKind.AGENCY,
    division: Annotated[str | None, typer.Option("--division", metavar="代码", help="行政区划")] = None,
    since: Day = None,
    predecessor: Annotated[
        str | None, typer.Option("--predecessor", metavar="代码", help="前身；自起始日起由本单位承继")
    ] = None,
    authority: Annotated[
        list[str] | None, typer.Option("--authority", metavar="名称", help="可代其报送的机关，可多次")
    ] = None,
) -> None:
    """登记一个信源单位。"""
    new = NewAgency(
        code=code,
        name=name,
        parent=parent,
        kind=kind,
        level=level,
        division=division,
        from_on=civil_date(since),
        predecessor=predecessor,
        authorities=tuple(authority or ()),
    )
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        agency = service.add_agency(tx, new, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"已登记 {agency.code} {agency.name}（{LEVELS[agency.level]}，{KINDS[agency.kind]}）")


@app.command("list")
def show() -> None:
    """按层次列出全部单位。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        tree = service.tree(tx)
        authorities = {a.agency: service.standing(tx, a).authorities for _, a in tree}
    table = listing("代码", "名称", "层级", "类别", "起止", "代报机关")
    for depth, agency in tree:
        begins = "" if agency.from_on == FROM_THE_BEGINNING else agency.from_on.isoformat()
        span = f"{begins}–{agency.to_on or ''}" if begins or agency.to_on else ""
        others = "、".join(dict.fromkeys(a.name for a in authorities[agency.agency]))
        cells = (
            agency.code,
            "　" * depth + agency.name,
            LEVELS[agency.level],
            KINDS[agency.kind],
            span,
            others,
        )
        table.add_row(*map(escape, cells))
    out = console()
    out.print(table)
    out.print(f"共 {len(tree)} 个单位")


@app.command()
def rename(
    code: Code, name: Name, since: Annotated[str, typer.Option("--from", metavar="日期", help="更名日")]
) -> None:
    """更名：旧名称在更名日之前继续有效。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        agency = service.by_code(tx, code)
        renamed = service.rename(tx, agency, name, civil_date(since), house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"{code} 自 {since} 起名称为 {renamed.name}")


@app.command()
def authority(
    code: Code,
    name: Annotated[str, typer.Argument(metavar="机关", help="可代其报送的机关全称")],
    since: Day = None,
    until: Annotated[str | None, typer.Option("--to", metavar="日期", help="自该日起不再代报")] = None,
) -> None:
    """登记单位可代哪个机关报送。"""
    span = DatedName(name.strip(), civil_date(since), civil_date(until) if until else None)
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        service.enter_authority(tx, service.by_code(tx, code), span, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"{code} 可代 {span.name} 报送")


def civil_date(text: str | None) -> date:
    """A date as typed; without one, from the beginning. Raises WrongUsage."""
    if text is None:
        return FROM_THE_BEGINNING
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUsage(found=f"日期“{text[:30]}”", expected="YYYY-MM-DD", todo="修改后重试") from None
