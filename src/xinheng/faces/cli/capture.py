"""`xinheng capture`: public lists of agencies, read politely into drafts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from xinheng.core.errors import XinhengError
from xinheng.core.times import SHANGHAI
from xinheng.faces.app import Settings, open_app
from xinheng.faces.app.errors import NoHome
from xinheng.faces.cli.screen import console, listing
from xinheng.office.access import service as access
from xinheng.outward.capture import describing, running, service
from xinheng.outward.capture.model import State

if TYPE_CHECKING:
    from xinheng.law.packs import Pack

app = typer.Typer(help="抓取：检查说明、登记、运行；读到的是草稿，由单位确认后才报送", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="文件", help="YAML 说明，见 docs/capture.md")]
Name = Annotated[str, typer.Argument(metavar="名称", help="抓取的名称")]


class Seconds:
    """The time of this machine."""

    elapsed = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)


@app.command()
def check(
    file: File,
    pack: Annotated[str | None, typer.Option("--pack", help="规则包；没有数据目录时默认 national")] = None,
) -> None:
    """检查一份说明，不访问网站；有误时指出文件和行。"""
    source = describing.read(file.read_bytes(), str(file), _pack(pack))
    typer.echo(f"说明可用：{source.item}，{source.host}，{len(source.fields)} 个数据项")
    typer.echo(f"每 {source.interval} 秒一次请求，至多 {source.paging.most} 页，自称 {source.agent}")


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
    agency: Annotated[str, typer.Argument(metavar="单位", help="信源单位代码")], name: Name, file: File
) -> None:
    """登记一项抓取。目标只由信用办录入。"""
    content = file.read_bytes()
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        made = service.register(tx, house.pack, agency, name, content, house.clock)
    typer.echo(f"已登记 {made.name}（{made.item}）")


@app.command()
def run(
    names: Annotated[list[str] | None, typer.Argument(metavar="[名称]…", help="不写即全部")] = None,
) -> int:
    """读取新的决定，存为草稿；断了再运行即接着读。"""
    settings = Settings.from_environment()
    failed: XinhengError | None = None
    with open_app(settings) as house:
        with house.database.transaction() as tx:
            wanted = [service.by_name(tx, n) for n in names] if names else [c for c, _ in service.listed(tx)]
        for capture in wanted:
            try:
                tally = running.run(house, capture, settings.private_networks, Seconds())
            except XinhengError as refusal:
                if len(wanted) == 1:
                    raise
                typer.echo(f"{capture.name}：{refusal}", err=True)
                failed = refusal
            else:
                _tell(capture.name, tally)
    if failed is not None:
        raise failed
    return 0


def _tell(name: str, tally: running.Tally) -> None:
    typer.echo(
        f"{name}：{tally.pages} 页 {tally.rows} 行，新草稿 {tally.drafts}  已读过 {tally.known}  "
        f"自然人 {tally.persons}（不留）  没读到 {tally.unreadable}"
    )
    for note in tally.notes:
        typer.echo(f"  提示：{note}")


@app.command("list")
def show() -> None:
    """列出全部抓取与待确认的草稿数。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        found = service.listed(tx)
        names = access.by_ids(tx, {c.agency for c, _ in found})
    table = listing("名称", "单位", "事项", "最近运行", "待确认", "已确认", "已放弃", "状态")
    for capture, counts in found:
        at = capture.last_run
        cells = (
            capture.name,
            names[capture.agency].name,
            capture.item,
            f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else "从未",
            *(str(counts.get(state, 0)) for state in State),
            capture.last_code or "正常",
        )
        table.add_row(*map(escape, cells))
    out = console()
    out.print(table)
    out.print(f"共 {len(found)} 项")


@app.command()
def remove(name: Name) -> None:
    """移除一项抓取；已有草稿不动。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        service.remove(tx, name, house.clock)
    typer.echo(f"已移除 {name}")
