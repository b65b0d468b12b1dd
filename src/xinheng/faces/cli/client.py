"""`xinheng client`: programs that act for an agency over the API (OAuth 2.0 client credentials)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape

from xinheng.core.times import SHANGHAI
from xinheng.faces.app import Settings, open_app
from xinheng.faces.cli.screen import console, listing
from xinheng.office.access import audit, clients, service
from xinheng.office.access.model_clients import LONGEST_OVERLAP, OVERLAP, Client, Scope, scopes_text

app = typer.Typer(help="接口客户端：登记、列出、更换密钥、停用", no_args_is_help=True)

HOUR = timedelta(hours=1)
Id = Annotated[str, typer.Argument(metavar="客户端", help="client_id")]


@app.command()
def add(
    agency: Annotated[str, typer.Argument(metavar="代码", help="所属单位的代码")],
    name: Annotated[str, typer.Argument(metavar="名称", help="程序的名称，如 行政执法系统")],
    scope: Annotated[
        list[Scope] | None,
        typer.Option(
            "--scope", metavar="权限", help="submissions:write 或 submissions:read，可多次；不写即两项"
        ),
    ] = None,
) -> None:
    """登记一个客户端，并显示一次生成的密钥。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        unit = service.by_code(tx, agency)
        client, secret = clients.add_client(
            tx, unit, name, scope or list(Scope), house.clock, audit.LOCAL_OPERATOR
        )
    typer.echo(f"已登记 {client.name}（{unit.name}；{scopes_text(client.scopes)}）")
    _show_secret(client.client, secret)


@app.command("list")
def show(
    agency: Annotated[str | None, typer.Option("--agency", metavar="代码", help="只列这个单位的")] = None,
) -> None:
    """列出客户端。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        wanted = service.by_code(tx, agency).agency if agency else None
        listed = clients.listed(tx, wanted)
        units = service.by_ids(tx, [c.agency for c in listed])
        now = house.clock.now().at
    table = listing("客户端", "名称", "单位", "权限", "登记", "状态")
    for client in listed:
        overlapping = client.former_until is not None and client.former_until > now
        state = _state(client, overlapping)
        day = client.created.astimezone(SHANGHAI).date().isoformat()
        cells = (client.client, client.name, units[client.agency].name, scopes_text(client.scopes))
        table.add_row(*map(escape, (*cells, day, state)))
    out = console()
    out.print(table)
    out.print(f"共 {len(listed)} 个客户端")


def _state(client: Client, overlapping: bool) -> str:
    if client.disabled is not None:
        return "停用"
    if overlapping and client.former_until is not None:
        return f"旧密钥用到 {client.former_until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return ""


@app.command()
def rotate(
    client: Id,
    overlap: Annotated[
        int,
        typer.Option(
            "--overlap",
            metavar="小时",
            help="旧密钥再用多少小时；0 即立刻失效，令牌一并失效",
            min=0,
            max=LONGEST_OVERLAP // HOUR,
        ),
    ] = OVERLAP // HOUR,
) -> None:
    """更换密钥，并显示一次新密钥。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        secret = clients.rotate_secret(tx, client, house.clock, audit.LOCAL_OPERATOR, overlap * HOUR)
    typer.echo(f"旧密钥再用 {overlap} 小时" if overlap else "旧密钥和已发的令牌已全部失效")
    _show_secret(client, secret)


@app.command()
def disable(client: Id) -> None:
    """停用客户端；已发的令牌全部失效。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        clients.disable_client(tx, client, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"客户端 {client} 已停用")


def _show_secret(client: str, secret: str) -> None:
    typer.echo(f"client_id     {client}")
    typer.echo(f"client_secret {secret}")
    typer.echo("密钥只显示这一次，请存入程序的配置。", err=True)
