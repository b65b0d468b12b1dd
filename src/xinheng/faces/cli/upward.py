"""`xinheng upward`: reconciliation with upper platforms, and being one by files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from xinheng.core.errors import XinhengError
from xinheng.core.times import SHANGHAI, today
from xinheng.faces.app import Settings, open_app
from xinheng.faces.cli.screen import console, listing
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.outward.reconciliation import connection, running, service, taking
from xinheng.outward.reconciliation.connecting import connector
from xinheng.outward.reconciliation.differences_store import Wanted
from xinheng.outward.reconciliation.model import NAMES, Kind
from xinheng.outward.reconciliation.places import LocalPlace

app = typer.Typer(help="上级平台对账：登记、运行、查看差异；按文件作为上级平台答复", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="名称", help="上级平台的名称")]
ToFile = Annotated[
    Path,
    typer.Option("--to", metavar="文件", help="写明连接方式的 JSON 文件，权限 0600；录入后可删去"),
]
WAYS = {"folder": "目录", "sftp": "SFTP", "api": "接口"}


@app.command()
def add(
    name: Name,
    to: ToFile,
    office: Annotated[str, typer.Option("--office", metavar="代码", help="负责对账的信用办")],
    item: Annotated[
        list[str] | None, typer.Option("--item", metavar="事项", help="只报这些事项，可多次；不写即全部")
    ] = None,
    hours: Annotated[
        int, typer.Option("--hours", metavar="小时", help="多久没有回执算差异，并用原编号重发")
    ] = service.HOURS,
) -> None:
    """登记一个上级平台。连接方式存于 keys 目录，不进数据库、日志和备份。"""
    text = connection.read_private(to)
    new = service.NewPartner(name, office, text, tuple(item or ()), hours)
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        made = service.register(tx, house.pack, house.home.keys, new, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"已登记 {made.name}（{WAYS[made.way]}）。第一次运行从账本开头看起")
    typer.echo(f"请妥善处理 {to}：内容已录入，文件可以删去")


@app.command()
def connect(name: Name, to: ToFile) -> None:
    """更换连接方式：换了密钥、服务器或途径。"""
    text = connection.read_private(to)
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        service.reconnect(tx, house.home.keys, name, text, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"{name} 的连接方式已更换")


@app.command()
def remove(name: Name) -> None:
    """停止与一个上级平台对账，并删去连接方式；已有的记录不动。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        service.remove(tx, house.home.keys, name, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"已停止与 {name} 对账")


@app.command()
def run(
    names: Annotated[list[str] | None, typer.Argument(metavar="[名称]…", help="不写即全部")] = None,
    compare: Annotated[bool, typer.Option("--compare", help="现在就取对方清单逐条比对")] = False,
) -> int:
    """发出应报的，取回回执，比对清单，更新差异；中断后再运行即接着做。"""
    settings = Settings.from_environment()
    failed: XinhengError | None = None
    with open_app(settings) as house:
        with house.database.transaction() as tx:
            wanted = [service.by_name(tx, n) for n in names] if names else service.listed(tx)
        connected = connector(house.home.keys, settings.private_networks)
        for partner in wanted:
            try:
                ran = running.run(house, partner.partner, connected, compare=compare)
            except XinhengError as refusal:
                # one partner that is away must not keep the others waiting
                typer.echo(f"{partner.name}：{refusal}", err=True)
                failed = refusal
                continue
            seen = (
                f"，比对清单 {sum(ran.compared.held.values()) + len(ran.compared.unknown)} 条"
                if ran.compared
                else ""
            )
            typer.echo(
                f"{partner.name}：看过 {ran.followed} 个事件，发出 {ran.batches} 批，"
                f"收到 {ran.answered} 条结果{seen}；差异 {ran.differences} 项"
            )
            for broken in ran.broken:
                typer.echo(f"  没有采用 {broken.ref}：{broken.why}")
    if failed is not None:
        raise failed
    return 0


@app.command()
def status(
    month: Annotated[
        str | None, typer.Option("--month", metavar="月份", help="截止时的上行队列，如 2026-11；不写即本月")
    ] = None,
) -> None:
    """各上级平台的最近运行、差异数和本月截止时的上行队列。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        first = _month(month) or today(house.clock).replace(day=1)
        found = service.listed(tx)
        open_ = {p.partner: sum(service.counts(tx, Wanted(p.partner)).values()) for p in found}
        queues = {p.partner: service.queue(tx, p.partner, first, house.clock) for p in found}
        items = house.pack.items
    out = console()
    table = listing("名称", "途径", "最近运行", "最近清单", "差异", "状态")
    for p in found:
        times = [
            f"{t.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if t else "—" for t in (p.last_run, p.snapshot_at)
        ]
        cells = (p.name, WAYS[p.way], *times, str(open_[p.partner]), p.last_code or "正常")
        table.add_row(*map(escape, cells))
    out.print(table)
    out.print(f"共 {len(found)} 个。{first:%Y-%m} 截止时的上行队列：")
    lines = listing("上级平台", "事项", "本月应报版本", "到时未收", "结论")
    for p in found:
        for q in queues[p.partner]:
            name = items[q.item].name if q.item in items else q.item
            said = "清空" if q.empty else "未清空"
            lines.add_row(*map(escape, (p.name, name, str(q.wanted), str(q.left), said)))
    out.print(lines)


def _month(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise typer.BadParameter("月份写成 2026-11") from None


@app.command()
def differences(
    name: Annotated[str | None, typer.Argument(metavar="[名称]", help="不写即全部上级平台")] = None,
    kind: Annotated[Kind | None, typer.Option("--kind", metavar="种类", help="如 returned、missing")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="最多列出多少项")] = 50,
) -> None:
    """列出没有消除的差异，久的在前：种类、起始、责任单位、说明。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        partner = service.by_name(tx, name).partner if name else None
        wanted = Wanted(partner, kind)
        found = service.differences(tx, wanted, limit)
        total = sum(service.counts(tx, wanted).values())
        owners = access.by_ids(tx, {d.owner for d in found})
    out = console()
    for d in found:
        owner = owners[d.owner].name if d.owner in owners else "—"
        since = f"{d.since.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        out.print(escape(f"{NAMES[d.kind]}  {since} 起  {owner}  {d.about}"), soft_wrap=True)
        out.print(escape(f"  {d.said}"), soft_wrap=True)
    out.print(f"共 {total} 项" + (f"，列出 {len(found)} 项" if total > len(found) else ""))


@app.command()
def answer(
    folder: Annotated[Path, typer.Argument(metavar="目录", help="交换目录，其中有 outbox 和 inbox")],
    sender: Annotated[str, typer.Option("--sender", metavar="代码", help="下级平台在本平台的单位代码")],
) -> None:
    """作为上级平台：收下目录里的文件，写出回执和清单。可由定时任务反复运行。"""
    with open_app(Settings.from_environment()) as house:
        done = taking.answer(house, LocalPlace(folder), sender)
    typer.echo(
        f"收下 {done.files} 个文件：接收 {done.taken} 条，退回 {done.returned} 条；清单 {done.listed} 条"
    )
    for broken in done.broken:
        typer.echo(f"  没有采用 {broken.ref}：{broken.why}")
