"""`xinheng callback`: where agencies' systems are told that a submission has ended; entered by the office."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from xinheng.core.times import SHANGHAI
from xinheng.evidence.submissions.callbacks import service
from xinheng.evidence.submissions.callbacks.model import DeliveryState, address_of
from xinheng.faces.app import Settings, open_app
from xinheng.faces.cli.screen import console, listing
from xinheng.faces.jobs.calling import reachable
from xinheng.office.access import audit
from xinheng.office.access import service as access

app = typer.Typer(help="回调地址：报送办结后通知报送单位的系统", no_args_is_help=True)

STATES = {
    DeliveryState.WAITING: "待送达",
    DeliveryState.DELIVERED: "已送达",
    DeliveryState.GIVEN_UP: "未送达，不再重试",
}
Code = Annotated[str, typer.Argument(metavar="代码", help="单位代码")]


@app.command("set")
def enter(
    code: Code, url: Annotated[str, typer.Argument(metavar="地址", help="https 地址；内网可用 http")]
) -> None:
    """登记一个单位的回调地址，并显示用来核对签名的密钥。"""
    with open_app(Settings.from_environment()) as house:
        reachable(house, address_of(url))
        with house.database.transaction() as tx:
            agency = access.by_code(tx, code)
            entered = service.enter(tx, agency, url, house.clock, audit.LOCAL_OPERATOR)
        secret = service.secret_of(house.keys, entered)
    typer.echo(f"已登记 {agency.name} 的回调地址 {url}")
    typer.echo(f"签名密钥 {secret}")
    typer.echo("请把密钥交给该单位的系统；重新登记会换一个密钥。", err=True)


@app.command()
def remove(code: Code) -> None:
    """取消一个单位的回调地址。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        agency = access.by_code(tx, code)
        was = service.remove(tx, agency, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"已取消 {agency.name} 的回调地址" if was else f"{agency.name} 没有登记回调地址")


@app.command("list")
def show() -> None:
    """列出登记的回调地址。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        found = service.listed(tx)
        agencies = access.by_ids(tx, [c.agency for c in found])
    table = listing("单位", "名称", "地址", "登记", "登记人")
    for callback in found:
        agency = agencies[callback.agency]
        day = callback.set_at.astimezone(SHANGHAI).date().isoformat()
        table.add_row(*map(escape, (agency.code, agency.name, callback.url, day, callback.set_by)))
    out = console()
    out.print(table)
    out.print(f"共 {len(found)} 个地址")


@app.command()
def log(
    code: Annotated[str | None, typer.Argument(metavar="代码", help="只看这个单位的")] = None,
    count: Annotated[int, typer.Option("--count", min=1, max=1000, help="最多几条")] = 50,
) -> None:
    """最近的通知：送达与否，试了几次，对方的答复。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        agency = access.by_code(tx, code).agency if code else None
        found = service.deliveries(tx, agency, count)
        agencies = access.by_ids(tx, [d.agency for d in found])
    table = listing("时间", "单位", "报送", "状态", "次数", "答复")
    for d in found:
        at = f"{(d.tried_at or d.created).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        cells = (at, agencies[d.agency].code, str(d.submission), STATES[d.state], str(d.attempts))
        table.add_row(*map(escape, (*cells, d.answer or "")))
    out = console()
    out.print(table)
    out.print(f"共 {len(found)} 条")
