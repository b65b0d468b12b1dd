"""`xinheng worker`: background work in a process of its own, beside `serve` or without it."""

from __future__ import annotations

import threading

import typer

from xinheng.faces.app import Settings, open_app
from xinheng.faces.cli.noting import noting
from xinheng.faces.jobs import working


def worker() -> None:
    """办理排队的报送并通知报送单位的系统，按 Ctrl-C 停止；serve 运行时已包含，不必另开。"""
    settings = Settings.from_environment()
    with open_app(settings, serving=True) as app, noting(settings), working(app):
        typer.echo("已启动：办理排队的报送（Ctrl-C 停止；正在办理的办完再停）")
        threading.Event().wait()
