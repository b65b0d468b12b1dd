"""`xinheng agency`: the tree of offices and agencies."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from xinheng.faces.app import Settings, open_app
from xinheng.faces.cli import agency_changes as changes
from xinheng.faces.cli.agency_changes import KINDS, LEVELS, Code, Name, civil_date, span
from xinheng.faces.cli.screen import console, listing
from xinheng.office.access import audit, service
from xinheng.office.access.model import AgencyKind, Level
from xinheng.office.access.service import NewAgency

__all__ = ["app", "civil_date"]
app = typer.Typer(help="信源单位：登记、列出、更名、移动、终止、承继", no_args_is_help=True)

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
    line: Annotated[
        str | None, typer.Option("--line", metavar="代码", help="主管单位（垂直管理）；不是上级单位时填写")
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
        line=line,
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
        others = "、".join(dict.fromkeys(a.name for a in authorities[agency.agency]))
        cells = (
            agency.code,
            "　" * depth + agency.name,
            LEVELS[agency.level],
            KINDS[agency.kind],
            span(agency.from_on, agency.to_on),
            others,
        )
        table.add_row(*map(escape, cells))
    out = console()
    out.print(table)
    out.print(f"共 {len(tree)} 个单位")


for _command in (
    changes.show,
    changes.rename,
    changes.move,
    changes.end,
    changes.succeed,
    changes.authority,
    changes.behalf,
    changes.settings,
):
    app.command()(_command)
