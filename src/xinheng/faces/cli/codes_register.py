"""What `xinheng codes` does with the register: inspect, rate, list, registrars, correct."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from datetime import date

import typer
from rich.markup import escape

from xinheng.core.times import SHANGHAI, today
from xinheng.evidence.intake.met_codes import wrong_codes
from xinheng.evidence.subjects import code_store, inspecting
from xinheng.evidence.subjects import service as subjects
from xinheng.evidence.subjects.code_errors import OrganisationUnknown
from xinheng.evidence.subjects.code_model import (
    FINDING_TITLES,
    PLACE_TITLES,
    QUOTIENT,
    TARGET,
    Finding,
    FindingKind,
    Rate,
    Registrar,
    registrar_title,
)
from xinheng.evidence.subjects.correcting import Books, correct_code
from xinheng.faces.app import Settings, open_app
from xinheng.faces.app.wiring import App
from xinheng.faces.cli.errors import WrongUsage
from xinheng.faces.cli.screen import console, listing
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.office.cases.model import Actor

PAGE = 5_000
HEADER = (
    "类别",
    "来源",
    "代码",
    "名称",
    "另一代码",
    "另一名称",
    "行数",
    "登记管理部门",
    "承办单位",
    "发现日期",
)


def inspect() -> None:
    """Run the standing inspection and say what it left."""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        done = inspecting.inspect(tx, wrong_codes(tx, house.pack), house.clock)
        detail = f"新发现 {done.opened}，消除 {done.ended}，现存 {done.standing}"
        audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "codes.inspect", detail)
    typer.echo(detail)
    _say_rate(done.rate)


def rate(on: date | None) -> None:
    """The rate as it stood on a day, with both whole numbers."""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        found = inspecting.rate(tx, on or today(house.clock))
        ran = code_store.last_inspection(tx)
    _say_rate(found)
    if ran is None:
        typer.echo("尚未检查过：先运行 xinheng codes inspect")
    else:
        typer.echo(f"最近一次检查：{ran.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")


def _say_rate(found: Rate) -> None:
    typer.echo(f"{found.day} 重错码率 {found.percent}（{found.faulty} ÷ {found.codes}）")
    if found.within is not None:
        typer.echo(f"目标 ≤ {TARGET * 100:.2f}%：{'达到' if found.within else '未达到'}")
    typer.echo(f"口径：{QUOTIENT}")


def show(kind: str | None, owner: str | None, *, as_csv: bool) -> None:
    """The standing findings, of one kind or owner; as CSV for a file."""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        owners = (access.by_code(tx, owner).agency,) if owner else None
        asked = code_store.Asked(owners, _kind(kind))
        rows = list(lines(tx, asked))
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows)
        return
    table = listing(*HEADER)
    for row in rows:
        table.add_row(*map(escape, row))
    out = console()
    out.print(table)
    out.print(f"共 {len(rows)} 条")


def lines(tx: Transaction, asked: code_store.Asked) -> Iterator[tuple[str, ...]]:
    """Findings as lines under HEADER."""
    offset = 0
    while page := code_store.listed(tx, asked, PAGE, offset):
        names = access.by_ids(tx, {f.owner for f in page})
        for found in page:
            owner = names[found.owner].name if found.owner in names else "—"
            yield line(found, owner)
        offset += PAGE


def line(found: Finding, owner: str) -> tuple[str, ...]:
    """One finding under HEADER."""
    return (
        FINDING_TITLES[found.kind],
        PLACE_TITLES[found.place],
        found.code,
        found.name or "",
        found.other_code or "",
        found.other_name or "",
        str(found.met or ""),
        registrar_title(found.code),
        owner,
        found.found_on.isoformat(),
    )


def _kind(text: str | None) -> FindingKind | None:
    if text is None:
        return None
    for kind, title in FINDING_TITLES.items():
        if text in (kind.value, title):
            return kind
    raise WrongUsage(
        found=f"没有类别“{text[:20]}”",
        expected="、".join(f"{k.value}（{t}）" for k, t in FINDING_TITLES.items()),
        todo="改用其中之一",
        where="--kind",
    )


def registrar(agency: str | None, prefix: str | None, division: str, *, drop: bool) -> None:
    """Enter an agency as registration authority, take an entry back, or list them."""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        if agency is None or prefix is None:
            _list_registrars(tx)
            return
        entered = Registrar(prefix.strip().upper(), division.strip(), access.by_code(tx, agency).agency)
        if drop:
            inspecting.drop_registrar(tx, entered.prefix, entered.division)
        else:
            inspecting.enter_registrar(tx, entered, house.clock)
        said = f"{agency} {registrar_title(entered.prefix)} {entered.division or '各地'}"
        action = "codes.registrar_drop" if drop else "codes.registrar"
        audit.note(tx, house.clock, audit.LOCAL_OPERATOR, action, said)
    typer.echo(f"已{'取消' if drop else '登记'}：{said}。下次检查起按此分派")


def _list_registrars(tx: Transaction) -> None:
    found = inspecting.registrars(tx)
    names = access.by_ids(tx, {r.agency for r in found})
    table = listing("代码前缀", "登记管理部门", "区划", "单位")
    for each in found:
        name = names[each.agency].name if each.agency in names else "—"
        table.add_row(
            *map(escape, (each.prefix, registrar_title(each.prefix), each.division or "各地", name))
        )
    out = console()
    out.print(table)
    out.print(f"共 {len(found)} 条；没有登记的由信用办承办")


def correct(old: str, new: str, basis: str, source: str) -> None:
    """Correct an organisation's code on behalf of its registration authority."""
    with open_app(Settings.from_environment()) as house:
        with house.database.transaction() as tx:
            _correct(tx, house, (old, new), basis, source)
        house.publish()


def _correct(tx: Transaction, house: App, codes: tuple[str, str], basis: str, source: str) -> None:
    subject = subjects.by_code(tx, codes[0])
    if subject is None:
        raise OrganisationUnknown(codes[0])
    agency = access.by_code(tx, source)
    actor = Actor(None, agency.agency, audit.LOCAL_OPERATOR)
    inspecting.require_owner(tx, inspecting.answering(tx, subject.code, house.clock), actor, subject.code)
    books = Books(house.pack.label, house.projectors)
    done = correct_code(tx, subject.subject, codes[1], basis, actor, house.clock, books)
    said = f"{done.old_code} → {done.new_code} {basis}"
    audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "codes.correct", said)
    typer.echo(
        f"“{subject.name}”的代码已由 {done.old_code} 更正为 {done.new_code}，账本位置 {done.appended.first}"
    )
    typer.echo("旧代码仍可查到该单位；原有记录的内容和证明不变")
