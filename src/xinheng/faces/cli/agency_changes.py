"""What `xinheng agency` changes and shows of one agency: name, place, end, successor, whom it may act for."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from rich.markup import escape

from xinheng.core.times import today
from xinheng.faces.app import App, Settings, open_app
from xinheng.faces.cli.errors import WrongUsage
from xinheng.faces.cli.screen import console, listing
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit, moving, profile, service, succession
from xinheng.office.access import settings as access_settings
from xinheng.office.access.model import FROM_THE_BEGINNING, Agency, AgencyKind, DatedName, Level
from xinheng.office.access.model_tree import By, Permission
from xinheng.office.access.settings import AgencySettings

KINDS = {
    AgencyKind.OFFICE: "信用办",
    AgencyKind.AGENCY: "行政机关",
    AgencyKind.UTILITY: "公用事业单位",
    AgencyKind.ASSOCIATION: "协会",
}
LEVELS = {
    Level.PROVINCE: "省",
    Level.CITY: "市",
    Level.COUNTY: "县（市、区）",
    Level.ZONE: "功能区",
    Level.TOWNSHIP: "乡镇（街道）",
    Level.UNIT: "基层单位",
}
Code = Annotated[str, typer.Argument(metavar="代码", help="单位代码")]
Name = Annotated[str, typer.Argument(metavar="名称", help="单位全称")]
Since = Annotated[str, typer.Option("--from", metavar="日期", help="自哪一天起，如 2024-05-01")]
Day = Annotated[str | None, typer.Option("--from", metavar="日期", help="起始日，如 2019-03-01；不写即自始")]
Until = Annotated[str | None, typer.Option("--to", metavar="日期", help="自该日起不再有效")]
Line = Annotated[bool, typer.Option("--line", help="按条线（垂直管理），不是按地域")]


def rename(code: Code, name: Name, since: Since) -> None:
    """更名：旧名称在更名日之前继续有效。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        agency = service.by_code(tx, code)
        renamed = service.rename(tx, agency, name, civil_date(since), house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"{code} 自 {since} 起名称为 {renamed.name}")


def move(
    code: Code,
    since: Since,
    under: Annotated[
        str | None, typer.Option("--under", metavar="代码", help="新的上级；不写即没有上级（条线：同地域）")
    ] = None,
    line: Line = False,
) -> None:
    """移到另一个上级之下：之前的数字仍归原上级。"""
    by = By.LINE if line else By.PLACE
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        superior = service.by_code(tx, under) if under else None
        moving.move(
            tx, service.by_code(tx, code), by, superior, civil_date(since), house.clock, audit.LOCAL_OPERATOR
        )
    above = superior.name if superior else "无"
    typer.echo(f"{code} 自 {since} 起{moving.ORDERS[by]}的上级：{above}")


def end(
    code: Code, since: Annotated[str, typer.Option("--on", metavar="日期", help="不再存在的首日")]
) -> None:
    """终止，没有承继单位。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        agency = service.by_code(tx, code)
        succession.end(tx, agency, civil_date(since), house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"{code} {agency.name}自 {since} 起终止")


def succeed(
    formers: Annotated[list[str], typer.Argument(metavar="代码…", help="被承继的单位；合并时写几个")],
    successor: Annotated[str, typer.Option("--by", metavar="代码", help="承继单位，须已登记")],
    since: Since,
) -> None:
    """承继：一个承继一个；几个合并为一个；拆分时对每个新单位各用一次。"""
    on = civil_date(since)
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        after = service.by_code(tx, successor)
        for former in formers:
            before = service.by_code(tx, former)
            succession.succeed(tx, before, after, on, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"{'、'.join(formers)} 自 {since} 起由 {after.code} {after.name}承继")


def authority(
    code: Code,
    name: Annotated[str, typer.Argument(metavar="机关", help="可代其报送的机关全称")],
    since: Day = None,
    until: Until = None,
    ended: Annotated[bool, typer.Option("--end", help="终止已登记的；终止日写在 --to")] = False,
) -> None:
    """登记单位可代哪个机关报送，或终止。"""
    last = civil_date(until) if until else None
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        agency = service.by_code(tx, code)
        if ended:
            on = last or today(house.clock)
            service.end_authority(tx, agency, name, on, house.clock, audit.LOCAL_OPERATOR)
        else:
            dated = DatedName(name.strip(), civil_date(since), last)
            service.enter_authority(tx, agency, dated, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"{code} {'不再' if ended else '可'}代 {name.strip()} 报送")


def behalf(
    upper: Annotated[str, typer.Argument(metavar="上级代码", help="录入的单位")],
    lower: Annotated[str, typer.Argument(metavar="下级代码", help="被代录的单位")],
    since: Annotated[
        str | None, typer.Option("--from", metavar="日期", help="自哪一天起；不写即今天")
    ] = None,
    until: Until = None,
    ended: Annotated[bool, typer.Option("--end", help="终止已有的许可；终止日写在 --to，不写即今天")] = False,
) -> None:
    """允许上级单位代下级单位录入，或终止许可。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        above, below = service.by_code(tx, upper), service.by_code(tx, lower)
        day = today(house.clock)
        last = civil_date(until) if until else None
        if ended:
            moving.end_behalf(tx, above, below, last or day, house.clock, audit.LOCAL_OPERATOR)
        else:
            first = civil_date(since) if since else day
            given = Permission(above.agency, below.agency, first, last)
            moving.allow_behalf(tx, given, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"{above.name}{'不再' if ended else '可'}代{below.name}录入")


def settings(
    code: Code,
    review: Annotated[bool, typer.Option("--review/--no-review", help="报送前须经本单位审核人审核")],
) -> None:
    """设定报送前是否须经审核。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        agency = service.by_code(tx, code)
        wanted = AgencySettings(requires_review=review)
        access_settings.change_settings(tx, agency, wanted, house.clock, audit.LOCAL_OPERATOR)
    typer.echo(f"{agency.name}报送前{'须经' if review else '不须'}审核")


def show(code: Code) -> None:
    """一个单位的全部登记：名称、位置、承继、代报、代录、账号、客户端。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        rows = _rows(tx, house, service.by_code(tx, code))
    table = listing("项目", "内容", "起止")
    for row in rows:
        table.add_row(*map(escape, row))
    console().print(table)


def _rows(tx: Transaction, house: App, agency: Agency) -> list[tuple[str, str, str]]:
    found = profile.of(tx, agency)
    lines = [
        ("代码", agency.code, span(agency.from_on, agency.to_on)),
        ("层级、类别", f"{LEVELS[agency.level]}，{KINDS[agency.kind]}", ""),
        ("行政区划", agency.division or "无", ""),
        *(("名称", n.name, span(n.from_on, n.to_on)) for n in found.names),
    ]
    for under in found.superiors:
        above = found.others.get(under.superior) if under.superior else None
        lines.append((f"上级（{moving.ORDERS[under.by]}）", _called(above), span(under.from_on, under.to_on)))
    for former, successor, on in found.successions:
        other = former if successor == agency.agency else successor
        word = "承继" if successor == agency.agency else "由其承继"
        lines.append((word, _called(found.others.get(other)), f"{on}–"))
    lines += [("代报机关", a.name, span(a.from_on, a.to_on)) for a in found.authorities]
    for given in found.permissions:
        upper = given.upper == agency.agency
        other = given.lower if upper else given.upper
        word = "可代其录入" if upper else "可由其代录"
        lines.append((word, _called(found.others.get(other)), span(given.from_on, given.to_on)))
    lines.append(("报送前审核", "是" if found.settings.requires_review else "否", ""))
    lines += [("账号", a.login, "停用" if a.disabled else "") for a in found.accounts]
    lines += [("客户端", f"{c.client} {c.name}", "停用" if c.disabled else "") for c in found.clients]
    return lines


def _called(agency: Agency | None) -> str:
    return f"{agency.code} {agency.name}" if agency else "无"


def span(begins: date, ends: date | None) -> str:
    """From when to when, open ends left out."""
    first = "" if begins == FROM_THE_BEGINNING else begins.isoformat()
    return f"{first}–{ends or ''}" if first or ends else ""


def civil_date(text: str | None) -> date:
    """A date as typed; without one, from the beginning. Raises WrongUsage."""
    if text is None:
        return FROM_THE_BEGINNING
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUsage(found=f"日期“{text[:30]}”", expected="YYYY-MM-DD", todo="修改后重试") from None
