"""`xinheng log`: prove a record, check and publish the log, open a new epoch."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from xinheng.core.times import today
from xinheng.evidence.ledger import epochs, proof, publishing
from xinheng.evidence.ledger import store as ledger
from xinheng.evidence.ledger.audit import audit
from xinheng.faces.app.home import Home
from xinheng.faces.app.rereading import disagreements
from xinheng.faces.app.settings import Settings
from xinheng.faces.app.wiring import App, log_files, open_app
from xinheng.faces.cli.errors import WrongUsage
from xinheng.judgement.publicity.service import is_shown, publicity_of
from xinheng.office.access import audit as access_audit
from xinheng.verify import main as verify_main

app = typer.Typer(help="证据日志：证明、核对、公布、新纪元", no_args_is_help=True)

Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--key", metavar="公钥", help="所信任的公钥（名称+编号+Base64），可多次；核对他处日志时必给"
    ),
]


def _house() -> AbstractContextManager[App]:
    return open_app(Settings.from_environment())


def _say(text: str) -> None:
    Console().print(text, markup=False, highlight=False, soft_wrap=True)


@app.command()
def prove(
    record: Annotated[UUID, typer.Argument(metavar="信衡编号", help="记录的编号，见回执")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="文件", help="写入的文件；不写则输出到屏幕")
    ] = None,
) -> None:
    """为一条正在公示的记录出具可离线核对的证明（JSON）。"""
    with _house() as house:
        day = today(house.clock)
        with house.database.transaction() as tx:
            shown = any(is_shown(row, day) for row in publicity_of(tx, [record]).get(record, ()))
            value = proof.prove(tx, house.files, record, shown=shown)
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8")
        _say(f"已写 {out}")


@app.command()
def verify(
    folder: Annotated[
        Path | None, typer.Argument(metavar="文件夹", help="日志文件夹；不写则核对本平台")
    ] = None,
    key: Keys = None,
) -> None:
    """核对日志：签名、每一块、根；核对本平台时还核对数据库内容与已签日志是否一致。不一致即以 1 退出。"""
    if folder is not None:
        if not key:
            raise WrongUsage(
                found="核对他处的日志而没有给出公钥",
                expected="--key 名称+编号+Base64（对方用 xinheng log checkpoint --key 显示）",
                todo="从日志之外的途径取得公钥，用 --key 给出",
            )
        raise typer.Exit(verify_main(["log", str(folder), *_options(key or [])]))
    settings = Settings.from_environment()
    home = Home(settings.home)
    home.require()
    files = log_files(settings, home)
    # before the house is opened: opening it publishes anew what is damaged, and the damage would go unseen
    kept = [part for place in files.places() if place.is_dir() for part in ("--kept", str(place))]
    code = verify_main(["log", str(files.folder), *_options(key or [files.key.verifier]), *kept])
    if code:
        _say(
            "日志文件未通过核对，数据库没有打开。请保留现场，"
            "查明原因后用 xinheng log publish --thorough 重新生成"
        )
        raise typer.Exit(code)
    with _house() as house:
        with house.database.transaction() as tx:
            tx.execute("set transaction isolation level repeatable read")  # whoever appends meanwhile
            head = ledger.read_head(tx)
            found = audit(tx)
            others = disagreements(tx, house.engine)
        rewritten = [each for each in found.closed if not publishing.fits_closing(house.files, each)]
        erased = f"，其中 {found.erased} 条内容已依法删除" if found.erased else ""
        _say(f"数据库：纪元 {head.epoch}，{found.events} 条事件与账本头相符{erased}")
        for each in rewritten:
            _say(f"已关闭的纪元 {each.epoch}：数据库所存 {each.size} 条与关闭时签署的检查点不符")
            code = code or 1
        for one in others:
            _say(f"与日志不符：{one}")
        if others:
            _say(
                "以上为平台所存、所示与日志所载的差异：日志本身完好。请保留现场，查明何人何时改动了数据库；"
                "成批的公示决定差异若出现在升级程序之后，先查更新说明。"
            )
            code = code or 1
        else:
            _say("现行记录、公示决定、主体名称与代码、回执条数均与日志所载内容一致")
        if head.stopped is not None:
            _say(f"平台只读：{head.stopped}")
            code = code or 1
        if not kept:
            _say("提示：没有场外检查点可以对照（XINHENG_CHECKPOINT_DIR）：日志被整体改写重签时无从发现")
    raise typer.Exit(code)


def _options(keys: list[str]) -> list[str]:
    return [part for each in keys for part in ("--key", each)]


@app.command()
def publish(
    thorough: Annotated[bool, typer.Option("--thorough", help="逐块检查，缺损的重新生成")] = False,
) -> None:
    """把已提交的事件公布为日志文件和签名检查点（重复执行无妨）。"""
    with _house() as house:
        with house.database.transaction() as tx:
            done = publishing.publish(tx, house.files, thorough=thorough)
        _say(f"已公布：纪元 {done.epoch}，{done.checkpoint.size} 条，根 {done.checkpoint.root.hex()}")
        for place in done.undelivered:
            Console(stderr=True).print(f"未能送达：{place}", markup=False, highlight=False, soft_wrap=True)
        if not house.files.outside:
            _say("提示：没有设置场外检查点位置（XINHENG_CHECKPOINT_DIR），日志被整体替换时外界无从发现")
    if done.undelivered:
        raise typer.Exit(1)


@app.command()
def checkpoint(
    public_key: Annotated[bool, typer.Option("--key", help="改为显示核对用的公钥")] = False,
) -> None:
    """显示最新的签名检查点。"""
    with _house() as house:
        if public_key:
            sys.stdout.write(house.files.key.verifier + "\n")
            return
        found = publishing.latest(house.files)
        if found is not None:
            sys.stdout.write(found.where.read_text(encoding="utf-8"))


@app.command("new-epoch")
def new_epoch(
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
) -> None:
    """恢复较早的备份之后：确认其后的数据已丢失，开启新纪元，首条写明最后的检查点和丢失的范围。"""
    with _house() as house:
        with house.database.transaction() as tx:
            reason = ledger.read_head(tx).stopped
        if reason is not None and not yes:
            _say(reason)
            typer.confirm("确认这些数据无法找回，开启新纪元？", abort=True)
        with house.database.transaction() as tx:
            opened = epochs.new_epoch(tx, house.files, house.pack.label, house.clock, house.projectors)
            access_audit.note(
                tx, house.clock, access_audit.LOCAL_OPERATOR, "log.new_epoch", f"{opened.epoch} {reason}"
            )
        house.publish()
        _say(f"已开启纪元 {opened.epoch}，丢失的范围已写入首条并公布")
