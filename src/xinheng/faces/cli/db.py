"""`xinheng db`: the home's database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xinheng.faces.app import Home, Settings, address, backup_home, restore_home
from xinheng.faces.cli.errors import WrongUsage
from xinheng.ground.store import Server, migrate, revision

app = typer.Typer(help="数据库：启动、停止、状态、升级结构、备份、恢复", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="文件", help="备份文件")]


def _own(settings: Settings) -> Server:
    """The home's own server. Raises NoHome, and WrongUsage where the settings name another database."""
    if settings.dsn is not None:
        raise WrongUsage(
            found="已设置 XINHENG_DSN", expected="平台自带的数据库", todo="用该数据库自己的工具启停"
        )
    home = Home(settings.home)
    home.require()
    return Server(home.db, settings.db_user)


@app.command()
def start() -> None:
    """启动平台自带的数据库，直到 stop。"""
    _own(Settings.from_environment()).start(keep=True)
    typer.echo("数据库已启动")


@app.command()
def stop() -> None:
    """停止平台自带的数据库；有进程在用时，由最后一个停止。"""
    stopped = _own(Settings.from_environment()).stop()
    typer.echo("数据库已停止" if stopped else "有进程正在使用，最后一个结束时停止")


@app.command()
def status() -> None:
    """显示数据库状态与结构版本。"""
    settings = Settings.from_environment()
    home = Home(settings.home)
    home.require()
    if settings.dsn is None:
        server = Server(home.db, settings.db_user)
        if not server.running():
            typer.echo("数据库未运行（需要时自动启动）")
            return
        typer.echo(f"数据库运行中{'，有进程在用' if server.has_users() else ''}")
    with address(settings, home) as dsn:
        there, wanted = revision(dsn)
    typer.echo(
        f"结构版本 {there or '无'}"
        + ("" if there == wanted else f"，程序需要 {wanted}：运行 xinheng db migrate")
    )


@app.command("migrate")
def bring_up() -> None:
    """把数据库结构升级到本程序的版本。"""
    settings = Settings.from_environment()
    home = Home(settings.home)
    home.require()
    with address(settings, home) as dsn:
        applied = migrate(dsn)
    typer.echo(f"已执行 {'、'.join(applied)}" if applied else "已是最新，无须升级")


@app.command()
def backup(file: File) -> None:
    """备份数据库与规则包到一个文件。密钥不在其中，请另行保管。"""
    manifest = backup_home(Settings.from_environment(), file.absolute())
    typer.echo(f"已备份到 {file}（{manifest.made}，结构 {manifest.revision}）")
    typer.echo("密钥不在备份中，请另行保管 keys 目录。", err=True)


@app.command()
def restore(
    file: File,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问：现有数据将被备份中的数据取代")] = False,
) -> None:
    """用备份取代现有数据。先停止服务。"""
    settings = Settings.from_environment()
    Home(settings.home).require()
    if not yes:
        typer.confirm(f"{settings.home} 中的现有数据将被取代，继续", abort=True)
    manifest, stopped = restore_home(settings, file.absolute())
    typer.echo(f"已恢复 {manifest.made} 的备份")
    if stopped:
        typer.echo(f"平台现为只读：{stopped}。确认丢失的范围后运行 xinheng log new-epoch。", err=True)
