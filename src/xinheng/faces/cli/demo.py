"""`xinheng demo`: build the demo city where it is not, serve it on this machine, print its accounts."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from xinheng.faces.app.demo.places import CITY
from xinheng.faces.app.demo.running import Running, demo_settings, running
from xinheng.faces.cli.noting import noting
from xinheng.faces.jobs import working
from xinheng.faces.web.listening import listening
from xinheng.faces.web.server import serve


def demo(
    port: Annotated[int | None, typer.Option("--port", help="端口", min=1, max=65535)] = None,
    build_only: Annotated[bool, typer.Option("--build-only", help="只建立演示数据，不启动服务")] = False,
) -> None:
    """建立并打开演示城市（全部虚构），只在本机提供服务。"""
    out = Console()
    settings = demo_settings()
    if port is not None:
        settings = replace(settings, port=port)
    with ExitStack() as stack:
        with _progress(out) as progress:
            task = progress.add_task("准备", total=None)

            def say(step: str, done: int, total: int) -> None:
                progress.update(task, description=step, completed=done, total=total or None)

            ready = stack.enter_context(running(settings, say))
        _announce(out, ready)
        if not build_only:
            with (
                listening(settings.bind, settings.port) as sockets,
                noting(settings),
                working(ready.app),
            ):
                serve(ready.app, sockets)


def _progress(out: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total}"),
        TimeElapsedColumn(),
        console=out,
        transient=True,
    )


def _announce(out: Console, ready: Running) -> None:
    settings = ready.app.settings
    address = f"http://{settings.bind}:{settings.port}"
    lines = [
        f"{CITY} 已就绪，全部单位、机构和记录均为虚构。",
        f"门户    {address}/",
        f"工作台  {address}/desk",
        f"接口    {address}/api/v1/",
        f"数据    {settings.home}（命令行使用同一数据：XINHENG_HOME={settings.home}）",
        f"样例    {ready.samples}（尚未报送的文件，可用经办人账号试传）",
    ]
    client = ready.client
    lines.append(f"程序    client_id {client.client}　client_secret {client.secret}（{client.agency}）")
    for line in lines:
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    table = Table(
        "账号", "密码", "身份", title="演示账号（仅限本机，每个数据目录随机生成）", title_justify="left"
    )
    for account in ready.accounts:
        table.add_row(account.login, account.password, account.name)
    out.print(table)
