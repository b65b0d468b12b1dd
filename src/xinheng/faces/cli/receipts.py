"""`xinheng receipts`: what was sent, what came back, and the rows about persons to hand on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from xinheng.core.times import SHANGHAI
from xinheng.evidence.intake import receipts as made
from xinheng.evidence.intake import service
from xinheng.evidence.intake.incoming import Incoming
from xinheng.faces.app import Settings, open_app
from xinheng.faces.cli.intake import answer, console
from xinheng.faces.cli.writing import put_aside
from xinheng.office.access import audit
from xinheng.office.access import service as access

app = typer.Typer(help="回执：列出、查看、取退回的行", no_args_is_help=True)
Receipt = Annotated[UUID, typer.Argument(metavar="回执", help="回执编号")]


@app.command("list")
def show_list(
    source: Annotated[str | None, typer.Option("--source", metavar="代码", help="只看该信源单位")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="最多列出多少份")] = 50,
) -> None:
    """列出回执，新的在前。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        agency = access.by_code(tx, source).agency if source else None
        kept = service.listed(tx, agency, limit)
        names = access.by_ids(tx, {k.agency for k in kept})
    table = Table(
        "回执", "时间", "单位", "事项", "文件", "接收", "更正", "已有", "退回", box=None, pad_edge=False
    )
    for one in kept:
        counts = [str(one.counts[n]) for n in ("accepted", "corrected", "known", "returned")]
        when = one.known.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        name = names[one.agency].name if one.agency in names else "—"
        table.add_row(str(one.receipt), when, *map(escape, (name, one.item, one.file_name)), *counts)
    console().print(table)


@app.command()
def show(
    receipt: Receipt, as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，含每一行")] = False
) -> int:
    """查看一份回执。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        kept = service.kept_receipt(tx, receipt)
        rows = service.rows(tx, house.pack, receipt)
        return answer(made.receipt_of(kept), rows, house.pack.item(kept.item), as_json=as_json)


@app.command()
def returned(
    receipt: Receipt, file: Annotated[Path, typer.Argument(metavar="文件", help="写到哪里，如 退回.xlsx")]
) -> None:
    """把退回的行写成工作簿，改后可再次报送。"""
    with (
        open_app(Settings.from_environment()) as house,
        house.database.transaction() as tx,
        put_aside(file) as target,
    ):
        target.write(service.returned_workbook(tx, house.pack, receipt))
    typer.echo(f"已写入 {file}")


@app.command()
def persons(
    receipt: Receipt, file: Annotated[Path, typer.Argument(metavar="文件", help="写到哪里，如 自然人.csv")]
) -> None:
    """取走自然人的行（收到后24小时内，只取一次）；平台不再保存。"""
    with open_app(Settings.from_environment()) as house, put_aside(file) as target:
        # taken only once there is a place for it: afterwards it is nowhere else
        target.write(Incoming(house.incoming).take(receipt, house.clock))
        with house.database.transaction() as tx:
            audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "receipt.hand_on", str(receipt))
    typer.echo(f"已写入 {file}；平台上的副本已删除")
