"""`xinheng suspicions`: lists of suspected concealment, imported, split, given back, merged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape

from xinheng.core import cells
from xinheng.core.times import today
from xinheng.evidence.intake.incoming import Incoming
from xinheng.faces.app import App, Settings, open_app
from xinheng.faces.cli.screen import console, listing
from xinheng.ground.store.transaction import Transaction
from xinheng.law.headers import DROPPED
from xinheng.office.access import service as access
from xinheng.office.access.audit import LOCAL_OPERATOR
from xinheng.office.cases.model import Actor
from xinheng.outward.documents.attachments import Attachments
from xinheng.outward.suspicions import lists, packages, reading, returning, splitting, telling
from xinheng.outward.suspicions.errors import ListRefused
from xinheng.outward.suspicions.model_lists import KEPT, Column, NewList, SuspicionList
from xinheng.outward.suspicions.package_file import is_package

app = typer.Typer(help="疑似瞒报清单：导入、分解、打包、合并、按下发单位的表式返回", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="文件", exists=True, dir_okay=False, readable=True)]
Given = Annotated[UUID, typer.Argument(metavar="清单", help="清单编号，见 xinheng suspicions status")]
Into = Annotated[Path, typer.Option("--into", "-o", help="写到哪个文件；已有的文件不覆盖")]
Office = Annotated[str, typer.Option("--office", help="由哪个信用办收下，单位代码")]


@app.command("import")
def take_in(  # noqa: PLR0913, PLR0917 - one parameter an option
    file: File,
    office: Office,
    title: Annotated[str, typer.Option("--title", help="清单名称；交换包自带")] = "",
    sender: Annotated[str, typer.Option("--from", help="下发单位；交换包自带")] = "",
    item: Annotated[str, typer.Option("--item", help="目录事项")] = "penalty",
    due: Annotated[str, typer.Option("--due", help="上级要求的期限")] = "",
    number: Annotated[str, typer.Option("--number", help="来文文号")] = "",
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="表头=含义，如 备注=kept；可以写几次")
    ] = None,
) -> None:
    """导入一份清单，或上级平台的交换包。针对自然人的行只留文号，原文件不留存。"""
    with _house() as house, Incoming(house.incoming).work() as folder:
        day = today(house.clock)
        if is_package(file):
            sheet, new, ids = packages.read_handed(file, day)
        else:
            chosen = dict(_pair(text) for text in mapping or ())
            sheet = reading.read(file, folder, house.pack.item(item), house.engine, chosen)
            new, ids = NewList(title, sender, item, day, _day(due), number or None, file_name=file.name), {}
        with house.database.transaction() as tx:
            by = _actor(tx, office)
            made = lists.keep(tx, sheet, new, by.agency or UUID(int=0), by, house.clock, house.pack, ids)
    typer.echo(f"已导入 {made.list_id}：{made.lines} 行，自然人 {made.persons} 行（只留文号）")


@app.command()
def split(
    list_id: Given,
    office: Office,
    days: Annotated[int, typer.Option("--days", min=0, max=lists.MOST_DAYS, help="期限提前几天")] = 0,
    deep: Annotated[bool, typer.Option("--deep", help="一次分到单位")] = False,
) -> None:
    """把这个信用办手里的行按决定机关分到单位。"""
    with _house() as house, house.database.transaction() as tx:
        by = _actor(tx, office)
        one = lists.by_id(tx, list_id, by.agency)
        done = splitting.split(tx, one, by.agency or UUID(int=0), by, house.clock, days, deep=deep)
        telling.given(tx, done.given, by, house.clock, house.pack)
        names = access.by_ids(tx, done.passed)
    for agency, count in done.passed.items():
        typer.echo(f"{names[agency].name}：{count} 行")
    typer.echo(
        f"已分解 {done.total} 行；认不出机关 {done.unknown} 行，一名多家 {done.ambiguous} 行，留在本单位"
    )


@app.command()
def status(list_id: Annotated[UUID | None, typer.Argument(metavar="[清单]")] = None) -> None:
    """全部清单；给出编号则列出各单位进度。"""
    with _house() as house, house.database.transaction() as tx:
        if list_id is None:
            _lists(tx)
        else:
            _progress(tx, lists.by_id(tx, list_id, None), today(house.clock))


def _lists(tx: Transaction) -> None:
    those = lists.listed(tx, None, 1_000)
    tallies = lists.tallies(tx, those, None)
    names = access.by_ids(tx, {one.office for one in those})
    table = listing("清单", "名称", "收下的单位", "期限", "行数", "已办结", "状态")
    for one in those:
        lines, settled = tallies.get(one.list_id, (0, 0))
        state = "已办结" if one.closed else "在办"
        due = one.due_on.isoformat() if one.due_on else "没有"
        row = (str(one.list_id), one.title, names[one.office].name, due, str(lines), str(settled), state)
        table.add_row(*map(escape, row))
    out = console()
    out.print(table)
    out.print(f"共 {len(those)} 份")


def _progress(tx: Transaction, one: SuspicionList, day: date) -> None:
    found = lists.progress(tx, one.list_id, one.office, day)
    names = access.by_ids(tx, {p.agency for p in found})
    table = listing("单位", "行数", "待核", "待审核", "已办结", "逾期")
    for p in found:
        counts = (p.lines, p.given, p.answered, p.settled, p.overdue)
        table.add_row(escape(names[p.agency].name), *map(str, counts))
    out = console()
    out.print(f"{one.title}（{one.sender}），{one.lines} 行，自然人 {one.persons} 行")
    out.print(table)


@app.command()
def export(
    list_id: Given,
    into: Into,
    package_to: Annotated[str, typer.Option("--package-to", help="改为导出交给这个下级信用办的下发包")] = "",
) -> None:
    """按下发单位的表式导出：.xlsx、.csv，或带附件的 .zip；加 --package-to 则导出下发包。"""
    kind = into.suffix.lower().removeprefix(".")
    if kind not in {"xlsx", "csv", "zip"} or (package_to and kind != "zip"):
        raise ListRefused(
            found=f"文件名的后缀是“{into.suffix}”",
            expected=".zip" if package_to else ".xlsx、.csv 或 .zip",
            todo="改写 --into",
            where="--into",
        )
    with _house() as house, _aside(into) as target, house.database.transaction() as tx:
        one = lists.by_id(tx, list_id, None)
        by = Actor(None, one.office, LOCAL_OPERATOR)
        if package_to:
            made = packages.hand_on(tx, one, access.by_code(tx, package_to), by, house.clock, target)
            said = f"下发包 {made.package}：{made.lines} 行，摘要 {made.digest}"
        else:
            what = returning.returned(tx, one)
            if kind == "zip":
                returning.as_zip(one, what, one.kind, _shelf(house).read, target)
            else:
                target.write_bytes(returning.WRITERS[kind](one, what))
            digest = returning.digest(target.read_bytes())
            returning.note(tx, one, kind, digest, (len(what.rows), what.open), by, house.clock)
            said = f"{len(what.rows)} 行，{what.open} 行没有办结，摘要 {digest}"
    typer.echo(f"{into}：{said}")


@app.command("return")
def give_back(list_id: Given, into: Into) -> None:
    """把以交换包收下的清单的答复和附件导出为答复包，交上级平台合并。"""
    with _house() as house, _aside(into) as target, house.database.transaction() as tx:
        one = lists.by_id(tx, list_id, None)
        by = Actor(None, one.office, LOCAL_OPERATOR)
        digest, lines, open_ = packages.give(tx, one, _shelf(house).read, by, house.clock, target)
    typer.echo(f"{into}：{lines} 行答复，{open_} 行没有办结，摘要 {digest}")


@app.command()
def merge(list_id: Given, file: File) -> None:
    """合并下级平台的答复包；同一个包合并几次结果一样。"""
    with _house() as house, house.database.transaction() as tx:
        one = lists.by_id(tx, list_id, None)
        by = Actor(None, one.office, LOCAL_OPERATOR)
        done = packages.merge(tx, one, file, _shelf(house).put, by, house.clock)
    typer.echo(f"合并 {done.taken} 行，早已合并 {done.known} 行，还有 {done.out} 行没有答复")


@contextmanager
def _house() -> Iterator[App]:
    with open_app(Settings.from_environment()) as house:
        yield house


@contextmanager
def _aside(into: Path) -> Iterator[Path]:
    """A file beside the one that is wanted; it takes its place when the block comes to its end."""
    if into.exists():
        raise ListRefused(
            found=f"{into} 已经存在", expected="没有的文件", todo="换一个文件名", where="--into"
        )
    aside = into.with_name(f".{into.name}.partial")
    aside.unlink(missing_ok=True)
    aside.touch(mode=0o600)
    try:
        yield aside
        aside.replace(into)
    finally:
        aside.unlink(missing_ok=True)


def _shelf(house: App) -> Attachments:
    house.home.attachments.mkdir(mode=0o700, exist_ok=True)
    return Attachments(house.home.attachments / "suspicions")


def _actor(tx: Transaction, office: str) -> Actor:
    return Actor(None, access.by_code(tx, office).agency, LOCAL_OPERATOR)


def _day(text: str) -> date | None:
    if not text:
        return None
    found = cells.date(text)
    if found is None:
        raise ListRefused(
            found=f"期限写成了“{text[:20]}”", expected="如 2026-12-04", todo="改写 --due", where="--due"
        )
    return date.fromisoformat(found)


def _pair(text: str) -> tuple[str, str]:
    header, equals, target = text.partition("=")
    if not equals or target not in {*Column, KEPT, DROPPED}:
        raise ListRefused(
            found=f"--map 写成了“{text[:40]}”",
            expected="表头=含义；含义为 " + "、".join([*Column, KEPT, DROPPED]),
            todo="改写 --map",
            where="--map",
        )
    return header.strip(), target
