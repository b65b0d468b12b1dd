"""`xinheng exchange`: table exchange with the databases of agencies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from xinheng.core.errors import XinhengError
from xinheng.core.times import SHANGHAI
from xinheng.faces.app import Settings, open_app
from xinheng.faces.app.errors import NoHome
from xinheng.faces.cli.screen import console, listing
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.outward.exchange import address, running, service, tables
from xinheng.outward.exchange.model import BATCH_ROWS, NEXT, Batch, Dialect, State

if TYPE_CHECKING:
    from xinheng.law.packs import Pack

app = typer.Typer(help="库表交换：登记、运行、查看单位数据库中的交换表", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="名称", help="交换的名称")]
DsnFile = Annotated[
    Path, typer.Option("--dsn-file", metavar="文件", help="只含一行连接地址的文件，权限 0600；录入后可删去")
]
STATES = {State.CLAIMING: "取行", State.WRITTEN: "待入账", State.ENTERED: "待写回", State.DONE: "完成"}


@app.command()
def ddl(
    dialect: Annotated[Dialect, typer.Option("--dialect", help="单位所用的数据库")],
    item: Annotated[str, typer.Option("--item", metavar="事项", help="如 penalty、行政处罚")],
    pack: Annotated[str | None, typer.Option("--pack", help="规则包；没有数据目录时默认 national")] = None,
) -> None:
    """输出建立交换表的语句，供单位的数据库管理员执行。"""
    typer.echo(tables.ddl(dialect, _pack(pack).item(item)), nl=False)


def _pack(name: str | None) -> Pack:
    from xinheng.law.packs import load, shipped

    settings = Settings.from_environment()
    if name is None:
        try:
            with open_app(settings) as house:
                return house.pack
        except NoHome:
            pass
    own = settings.home / "packs"
    return load(name or "national", [shipped(), *([own] if own.is_dir() else [])])


@app.command()
def add(
    agency: Annotated[str, typer.Argument(metavar="单位", help="信源单位代码")],
    name: Annotated[str, typer.Argument(metavar="名称", help="交换的名称，如 sjj-penalty")],
    item: Annotated[str, typer.Option("--item", metavar="事项", help="如 penalty、行政处罚")],
    dsn_file: DsnFile,
    profile: Annotated[str, typer.Option("--profile", metavar="方式", help="report 或 collected")] = "report",
    table: Annotated[str | None, typer.Option("--table", metavar="表名", help="待报表的名称")] = None,
    rows: Annotated[int, typer.Option("--rows", metavar="行数", help="每批最多的行数")] = BATCH_ROWS,
) -> None:
    """登记一项交换。地址只由信用办录入，存于 keys 目录，不进数据库、日志和备份。"""
    new = service.NewExchange(agency, name, item, address.read_private(dsn_file), profile, table, rows)
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        made = service.register(tx, house.pack, house.home.keys, new, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(
        f"已登记 {made.name}：{made.dialect.value}，待报表 {made.outbox}，每批至多 {made.batch_rows} 行"
    )
    typer.echo(f"请妥善处理 {dsn_file}：内容已录入，文件可以删去")


@app.command("address")
def readdress(name: Name, dsn_file: DsnFile) -> None:
    """更换连接地址：换了口令或服务器。"""
    text = address.read_private(dsn_file)
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        service.readdress(tx, house.home.keys, name, text, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"{name} 的连接地址已更换")


@app.command()
def run(
    names: Annotated[list[str] | None, typer.Argument(metavar="[名称]…", help="不写即全部")] = None,
    once: Annotated[bool, typer.Option("--once", help="至多做一批")] = False,
) -> int:
    """取走单位新写的行，校核入账，写回回执与逐行结果；中断后再运行即接着做。"""
    settings = Settings.from_environment()
    failed: XinhengError | None = None
    with open_app(settings) as house:
        with house.database.transaction() as tx:
            wanted = [service.by_name(tx, n) for n in names] if names else [e for e, _ in service.listed(tx)]
        for exchange in wanted:
            try:
                ran = running.run(house, exchange, settings.private_networks, once=once, told=_tell)
            except XinhengError as refusal:
                # one agency's database that is away must not keep the others waiting
                if len(wanted) == 1:
                    raise
                typer.echo(f"{exchange.name}：{refusal}", err=True)
                failed = refusal
            else:
                typer.echo(f"{exchange.name}：完成 {len(ran.batches)} 批，{ran.rows} 行")
    if failed is not None:
        raise failed
    return 0


def _tell(batch: Batch) -> None:
    if batch.state is State.DONE:
        counts = batch.counts
        typer.echo(
            f"  第 {batch.number} 批 {batch.taken} 行：接收 {counts.get('accepted', 0)}  "
            f"更正 {counts.get('corrected', 0)}  已有 {counts.get('known', 0)}  "
            f"退回 {counts.get('returned', 0) + batch.refused}  待核实 {counts.get('review', 0)}  "
            f"自然人 {counts.get('persons', 0)}"
        )


@app.command("list")
def show() -> None:
    """列出全部交换。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        found = service.listed(tx)
        names = access.by_ids(tx, {e.agency for e, _ in found})
    table = listing("名称", "单位", "事项", "数据库", "待报表", "最近运行", "最近批次", "状态")
    for exchange, batch in found:
        at = exchange.last_run
        table.add_row(
            *map(
                escape,
                (
                    exchange.name,
                    names[exchange.agency].name,
                    exchange.item,
                    exchange.dialect.value,
                    exchange.outbox,
                    f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else "从未",
                    f"{batch.number}（{STATES[batch.state]}）" if batch else "—",
                    exchange.last_code or ("正常" if exchange.last_run else "尚未运行"),
                ),
            )
        )
    out = console()
    out.print(table)
    out.print(f"共 {len(found)} 项")


@app.command()
def status(name: Name) -> None:
    """一项交换的最近批次、计数、差错和下一步。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        exchange = service.by_name(tx, name)
        found = service.batches(tx, exchange, 20)
    out = console()
    if exchange.last_said:
        out.print(f"上次运行未完成：{escape(exchange.last_said)}", soft_wrap=True)
    out.print(f"下一步：{NEXT[found[0].state] if found else NEXT[State.DONE]}")
    table = listing("批次", "状态", "行数", "范围", "接收", "更正", "已有", "退回", "自然人", "回执")
    for b in found:
        given = [b.counts.get(n, 0) for n in ("accepted", "corrected", "known", "returned", "persons")]
        given[3] += b.refused
        span = f"{b.first_row}–{b.last_row}" if b.first_row else "—"
        cells = (str(b.number), STATES[b.state], str(b.taken), span, *map(str, given), str(b.receipt or "—"))
        table.add_row(*map(escape, cells))
    out.print(table)


@app.command()
def remove(name: Name) -> None:
    """移除一项交换并删去其连接地址；单位的表和已有批次不动。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        service.remove(tx, house.home.keys, name, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"已移除 {name}")
