"""`xinheng init` and `xinheng version`."""

from __future__ import annotations

from typing import Annotated

import typer

import xinheng


def init(
    pack: Annotated[
        str | None, typer.Option("--pack", help="启用的规则包；不写则用 XINHENG_PACK，默认 national")
    ] = None,
) -> None:
    """准备数据目录：数据库、密钥、存证日志、规则包。可重复运行。"""
    from xinheng.faces.app import Settings, init_home

    settings = Settings.from_environment()
    done = init_home(settings, pack, say=lambda step: typer.echo(f"· {step}", err=True))
    typer.echo(f"数据目录 {done.home.root} {'已建好' if done.fresh else '已就绪'}")
    typer.echo(f"规则包   {done.pack.title}（{done.pack.label}）{'' if done.activated else '，未变'}")
    if not settings.checkpoint_dirs:
        typer.echo(
            "提示：设置 XINHENG_CHECKPOINT_DIR，把检查点同时送到另一处，外部才能发现日志被截断。", err=True
        )


def version() -> None:
    """显示版本。"""
    typer.echo(f"信衡 xinheng {xinheng.__version__}")
