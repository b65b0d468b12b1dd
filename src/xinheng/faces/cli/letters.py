"""`xinheng letters`: the chain 催办 → 督办 → 通报 → 考核 at the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.markup import escape

from xinheng.core.times import today
from xinheng.faces.app import Settings, open_app
from xinheng.faces.cli.screen import console, listing
from xinheng.faces.cli.writing import put_aside
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, Filter, Page
from xinheng.outward.letters import answering, composing, issuing, service
from xinheng.outward.letters.errors import LetterAbsent, LetterRefused
from xinheng.outward.letters.model import KIND, MOST_CASES, NAMES, STEPS, Letter, State, Step
from xinheng.outward.letters.model import Filter as Wanted

if TYPE_CHECKING:
    from xinheng.faces.app import App

app = typer.Typer(help="函件：催办、督办、通报、考核的拟稿、发出、清单和导出", no_args_is_help=True)

Number = Annotated[str, typer.Argument(metavar="函件", help="函件编号（UUID）或文号")]
Office = Annotated[str, typer.Option("--office", metavar="代码", help="发函的信用办代码")]


@app.command()
def draft(
    agency: Annotated[str, typer.Argument(metavar="单位", help="收函单位代码")],
    office: Office,
    step: Annotated[Step, typer.Option("--step", help="哪一步")] = Step.REMINDER,
    after: Annotated[str | None, typer.Option("--after", metavar="函件", help="接在哪一函之后")] = None,
) -> None:
    """用一个单位超期未办结的事项拟稿；--after 用前一函中仍未办结的事项拟下一步。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        by = _actor(tx, office)
        if after:
            made = answering.escalate(tx, _found(tx, after).letter, house.pack, house.clock, by)
        else:
            made = _about_overdue(tx, house, access.by_code(tx, agency).agency, step, by)
    typer.echo(f"已拟{STEPS[made.step]}稿 {made.letter}：{made.title}")


def _about_overdue(tx: Transaction, house: App, agency: UUID, step: Step, by: Actor) -> Letter:
    wanted = Filter(owner=agency, overdue_on=today(house.clock))
    found = [one for one in cases.listed(tx, wanted, Page(1, MOST_CASES)) if one.kind != KIND]
    under = service.under_way(tx, [one.case for one in found])
    free = [one for one in found if one.case not in under]
    new = composing.from_cases(tx, house.pack, step, by.agency or agency, agency, free, house.clock)
    return service.draft(tx, new, house.clock, by)


@app.command()
def issue(letter: Number) -> None:
    """编号、落日期、送达；以后不能再改。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        there = _found(tx, letter)
        by = Actor(None, there.office, audit.LOCAL_OPERATOR)
        after = issuing.issue(tx, there.letter, house.pack, house.clock, by)
    typer.echo(f"已发出 {after.number}：{after.title}")


@app.command("list")
def show(
    step: Annotated[Step | None, typer.Option("--step", help="只看一步")] = None,
    state: Annotated[State | None, typer.Option("--state", help="只看一种状态")] = None,
    agency: Annotated[str | None, typer.Option("--agency", metavar="代码", help="只看一个收函单位")] = None,
    office: Annotated[
        str | None, typer.Option("--office", metavar="代码", help="连同这个信用办的草稿")
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help="至多几件")] = 50,
) -> None:
    """列出函件，新的在前；草稿只在写明 --office 时列出。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        wanted = Wanted(
            office=access.by_code(tx, office).agency if office else None,
            step=step,
            state=state,
            agency=access.by_code(tx, agency).agency if agency else None,
        )
        found, total = service.listed(tx, wanted, most), service.count(tx, wanted)
        names = access.by_ids(tx, {one.agency for one in found})
    table = listing("文号", "步骤", "收函单位", "状态", "答复期限", "标题", "编号")
    for one in found:
        cells = (
            one.number or "未编号",
            "撤回" if one.withdraws else STEPS[one.step],
            names[one.agency].name,
            NAMES[one.state],
            one.due_on.isoformat() if one.due_on else "无",
            one.title,
            str(one.letter),
        )
        table.add_row(*map(escape, cells))
    out = console()
    out.print(table)
    out.print(f"共 {total} 件")


@app.command()
def export(
    letter: Number,
    file: Annotated[Path, typer.Argument(metavar="文件", help="以 .docx、.pdf 或 .json 结尾")],
) -> None:
    """写出一件函：已发出的，与发出时逐字节相同。"""
    kind = file.suffix.lower().removeprefix(".")
    if kind not in service.WRITERS:
        raise LetterRefused(
            found=f"文件名 {file.name}", expected="以 .docx、.pdf 或 .json 结尾", todo="改用其中一种后缀"
        )
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        there = _found(tx, letter)
        content = service.file(tx, there, kind, house.clock)
        audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "letter.export", f"{there.number} {kind}")
    with put_aside(file) as out:
        out.write(content)
    typer.echo(f"已写 {file}（{len(content)} 字节）")


def _actor(tx: Transaction, office: str) -> Actor:
    return Actor(None, access.by_code(tx, office).agency, audit.LOCAL_OPERATOR)


def _found(tx: Transaction, text: str) -> Letter:
    """A letter by id or number. Raises LetterAbsent."""
    try:
        return service.by_id(tx, UUID(text))
    except ValueError:
        found = service.by_number(tx, text)
        if found is None:
            raise LetterAbsent(text) from None
        return found
