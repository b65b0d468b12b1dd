"""`xinheng watch`: look for silence and gaps, list what is late, compare a list, check oneself."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, TextIO
from uuid import UUID

import typer
from rich.markup import escape

from xinheng.core.times import SHANGHAI, today
from xinheng.evidence.completeness.model import next_month
from xinheng.evidence.intake.due import CHANNEL
from xinheng.faces.app import Settings, open_app
from xinheng.faces.app.demo import checking, planting
from xinheng.faces.app.demo.install import DemoHome
from xinheng.faces.app.demo.running import demo_settings
from xinheng.faces.app.wiring import App
from xinheng.faces.cli.errors import WrongUsage
from xinheng.faces.cli.feed import month_of
from xinheng.faces.cli.screen import console, listing
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit, moving
from xinheng.office.access import service as access
from xinheng.office.cases.model import Actor
from xinheng.outward.capture import service as captures
from xinheng.outward.monitoring import late as lateness
from xinheng.outward.monitoring import lists, service, store, store_lists, websites
from xinheng.outward.monitoring.comparing import NAMES, Compared, Outcome
from xinheng.outward.monitoring.lists import ORIGINS, Given
from xinheng.outward.monitoring.series import Reason, Verdict

app = typer.Typer(help="监测：迟报、无数据、缺号、清单比对", no_args_is_help=True)
Agency = Annotated[str | None, typer.Option("--agency", metavar="代码", help="该单位和它的下级")]
Item = Annotated[str | None, typer.Option("--item", metavar="事项", help="事项编号或名称")]
Month = Annotated[str | None, typer.Option("--from", metavar="月份", help="自哪个月起（收到），写作 2026-01")]
Until = Annotated[str | None, typer.Option("--to", metavar="月份", help="至哪个月，含")]
VERDICTS = {Verdict.SUSPECTED: "疑似漏报", Verdict.WAITING: "待到期", Verdict.UNCLEAR: "不作判断"}
WHY = {
    Reason.NONE: "",
    Reason.TERM: "未到期限",
    Reason.NO_TERM: "期限无法计算",
    Reason.FEW: "号码太少",
    Reason.SPARSE: "不是连号",
    Reason.JUMP: "跳得太远",
    Reason.SHARED: "两个单位共用",
    Reason.BACKLOG: "邻号是补录",
    Reason.HEAD: "不从 1 开始",
}
HEADER = ("行", "结果", "文号", "当事人", "代码", "决定日期", "说明", "信衡编号")


@app.command()
def run() -> None:
    """监测一次全部单位的数据量和号段；新发现的提出，过去的自动办结。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        done = service.run(tx, house.pack, house.clock, audit.LOCAL_OPERATOR)
        said = " ".join(f"{name}={count}" for name, count in done.counts.items())
        audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "watch.run", said)
    counts = done.counts
    typer.echo(f"看了 {counts['silence_watched']} 个单位事项、{counts['gap_series']} 个号段")
    typer.echo(f"无数据预警：新增 {counts['silence_raised']}，自动办结 {counts['silence_ended']}")
    typer.echo(f"疑似漏报号码：{counts['gap_suspected']}，其中新提出 {counts['gap_raised']}")


def _scope(tx: Transaction, house: App, code: str | None) -> list[UUID] | None:
    if code is None:
        return None
    return list(moving.scope(tx, access.by_code(tx, code), today(house.clock)))


@app.command()
def late(
    agency: Agency = None,
    item: Item = None,
    since: Month = None,
    until: Until = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="最多列出多少条")] = 200,
) -> None:
    """列出迟报的记录：决定日期、期限、收到日期、迟了几天、依据。不写月份即今年。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        day = today(house.clock)
        first = month_of(since) if since else date(day.year, 1, 1)
        days = (first, next_month(month_of(until) if until else day))
        wanted = house.pack.item(item).id if item else None
        scope = _scope(tx, house, agency)
        total = sum(lateness.counts(tx, scope, wanted, days).values())
        found = lateness.listed(tx, scope, wanted, days, (limit, 0))
        names = access.by_ids(tx, {one.source for one in found})
        table = listing("文号", "单位", "事项", "决定日期", "应报期限", "收到", "迟报天数", "依据")
        for one in found:
            terms = house.pack.items[one.item].timeliness_on(CHANNEL, one.decided_on)
            table.add_row(
                escape(one.document or "无文号"),
                escape(names[one.source].name if one.source in names else "—"),
                one.item,
                *map(str, (one.decided_on, one.due_on, one.received_on, one.days)),
                f"{terms[-1].working_days} 个工作日" if terms else "—",
            )
    out = console()
    out.print(table)
    out.print(f"共 {total} 条，列出 {len(found)} 条")


@app.command()
def silence(
    agency: Agency = None,
    ended: Annotated[bool, typer.Option("--ended", help="看已办结的")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000)] = 200,
) -> None:
    """列出无数据预警。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        scope = _scope(tx, house, agency)
        found = store.alerts(tx, scope, still=not ended, limit=limit)
        names = access.by_ids(tx, {a.agency for a in found})
    table = listing("单位", "事项", "期间", "已有", "按历史应有", "概率", "提出")
    for one in found:
        table.add_row(
            escape(names[one.agency].name),
            one.item,
            f"{one.from_month:%Y-%m} 至 {one.to_month:%Y-%m}",
            str(one.held),
            "—" if one.expected is None else str(one.expected),
            "—" if one.chance is None else f"{one.chance:.1E}",
            one.raised.astimezone(SHANGHAI).strftime("%Y-%m-%d"),
        )
    out = console()
    out.print(table)
    out.print(f"共 {len(found)} 件")


@app.command()
def gaps(
    agency: Agency = None,
    verdict: Annotated[
        Verdict | None, typer.Option("--verdict", help="suspected 疑似，waiting 待到期，unclear 不作判断")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000)] = 200,
) -> None:
    """列出最近一次监测看到的缺号。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        scope = _scope(tx, house, agency)
        found = store.gaps(tx, scope, verdict, limit)
        counts = store.count_gaps(tx, scope)
        names = access.by_ids(tx, {gap.agency for gap in found})
    table = listing("缺号", "个数", "单位", "事项", "判断", "原因", "前一号", "后一号")
    for gap in found:
        said = gap.evidence
        cells = (said.get("缺号", ""), str(gap.missing), names[gap.agency].name, gap.item)
        more = (VERDICTS[gap.verdict], WHY[gap.reason], said.get("前一号", "—"), said.get("后一号", "—"))
        table.add_row(*map(escape, (*cells, *more)))
    out = console()
    out.print(table)
    out.print("；".join(f"{VERDICTS[v]} {counts[v][0]} 处 {counts[v][1]} 个号码" for v in Verdict))


@app.command()
def website(
    capture: Annotated[str, typer.Argument(metavar="抓取", help="抓取的名称")],
    raise_: Annotated[bool, typer.Option("--raise", help="把未报送的提为疑似瞒报")] = False,
) -> None:
    """把抓取到的网站草稿与平台已有的记录逐条比对。"""
    actor = Actor(None, None, audit.LOCAL_OPERATOR)
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        known = captures.by_name(tx, capture)
        agency = access.by_ids(tx, [known.agency])[known.agency]
        given = Given(agency, known.item, "website", f"抓取草稿：{capture}", actor)
        one = lists.compare(tx, house, given, websites.read(tx, house.pack, known))
        raised = lists.raise_from(tx, house.pack, one.list_id, actor, house.clock) if raise_ else None
        audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "watch.compare", f"{one.list_id} {capture}")
    _say(one.counts, raised)


def _say(counts: Mapping[Outcome, int], raised: int | None) -> None:
    for outcome, count in counts.items():
        typer.echo(f"{NAMES[outcome]}　{count}")
    if raised is not None:
        typer.echo(f"提出疑似瞒报　{raised}")


@app.command()
def compare(  # noqa: PLR0913, PLR0917 - one parameter an option
    file: Annotated[Path, typer.Argument(metavar="文件", help="CSV、XLSX、XLS 或 ET 清单")],
    source: Annotated[str, typer.Option("--source", metavar="代码", help="谁的决定")],
    item: Annotated[str, typer.Option("--item", metavar="事项")] = "penalty",
    origin: Annotated[
        str, typer.Option("--origin", help="agency 单位，audit 审计检查，website 网站")
    ] = "audit",
    self_check: Annotated[bool, typer.Option("--self", help="自查：只给单位自己看，不能提出疑似")] = False,
    raise_: Annotated[bool, typer.Option("--raise", help="把未报送的提为疑似瞒报")] = False,
    sure: Annotated[bool, typer.Option("--sure", help="对不上的比对上的多，也照样提出")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="文件", help="结果 CSV")] = None,
) -> None:
    """把一份清单与平台已有的记录逐条比对。"""
    if origin not in ORIGINS or origin == "self":
        raise WrongUsage(found=f"来源 {origin}", expected="agency、audit、website", todo="改正后重试")
    if self_check and raise_:
        raise WrongUsage(found="--self 与 --raise 同时给了", expected="自查不提出疑似", todo="去掉一个")
    with open_app(Settings.from_environment()) as house:
        with house.database.transaction() as tx:
            agency = access.by_code(tx, source)
        actor = Actor(None, agency.agency if self_check else None, audit.LOCAL_OPERATOR)
        given = Given(agency, house.pack.item(item).id, origin, file.name, actor, self_check)
        found = lists.read(house, file, given)
        with house.database.transaction() as tx:
            one = lists.compare(tx, house, given, found)
            lines = store_lists.lines(tx, one.list_id, None, lists.ROWS + lists.EXTRAS)
            raised = (
                lists.raise_from(tx, house.pack, one.list_id, actor, house.clock, sure=sure)
                if raise_
                else None
            )
            detail = f"{one.list_id} {source} {sum(one.counts.values())} 行"
            audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "watch.compare", detail)
    _say(one.counts, raised)
    if output:
        with output.open("w", encoding="utf-8-sig", newline="") as text:
            _write(text, lines)
        typer.echo(f"结果：{output}")


@app.command()
def planted() -> None:
    """演示城市专用：监测一次，与埋设的问题逐类核对，列出找到、漏掉和误报的。"""
    settings = demo_settings()
    folder = DemoHome(settings.home).folder
    if not (folder / planting.FILE).is_file():
        raise WrongUsage(
            found=f"{settings.home} 里没有埋设的答案",
            expected="演示城市",
            todo="先运行 xinheng demo --build-only",
        )
    with open_app(settings) as house:
        found = checking.check(house, folder)
    table = listing("类别", "埋设", "找到", "漏掉", "误报")
    for one in found:
        cells = (one.kind, str(one.planted), str(one.found), "、".join(one.missed) or "—")
        table.add_row(*map(escape, (*cells, f"{len(one.false)} {'、'.join(one.false[:5])}".strip())))
    out = console()
    out.print(table)
    out.print(f"误报合计 {sum(len(one.false) for one in found)}")
    if any(one.missed for one in found):
        raise typer.Exit(1)


def _write(text: TextIO, lines: Iterable[Compared]) -> None:
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for x in lines:
        cells = (
            str(x.line) if x.line > 0 else "",
            NAMES[x.outcome],
            x.number or "",
            x.party or "",
            x.code or "",
            str(x.decided_on or ""),
            x.near or "",
            str(x.record or ""),
        )
        writer.writerow([f"'{c}" if c.startswith(("=", "+", "-", "@")) else c for c in cells])
