"""`xinheng serve`: portal, desk, api and background work of a home, until stopped."""

from __future__ import annotations

from typing import Annotated

import typer

from xinheng.faces.app import Home, Settings, open_app
from xinheng.faces.cli.noting import noting
from xinheng.faces.jobs import working
from xinheng.faces.web import server
from xinheng.faces.web.listening import LOOPBACKS, listening, shown


def serve(
    bind: Annotated[str | None, typer.Option("--bind", help="监听地址；默认只在本机")] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="端口；0 为任一空闲端口")
    ] = None,
) -> None:
    """启动公示网站、工作台和数据接口，并办理排队的报送，按 Ctrl-C 停止。"""
    settings = Settings.from_environment()
    host, number = bind or settings.bind, settings.port if port is None else port
    Home(settings.home).require()
    # the address first: where it cannot be had, nothing is started
    with listening(host, number) as sockets, open_app(settings, serving=True) as app, noting(settings):
        for bound in sockets:
            bound.listen()  # who comes at once waits a moment and is not turned away
        typer.echo(f"已启动：{shown(host, sockets)}  （Ctrl-C 停止）")
        if host not in LOOPBACKS:
            typer.echo("正在对外监听：请放在有 TLS 的反向代理之后，登录口令不能明文传输。", err=True)
        with working(app):
            server.serve(app, sockets)
