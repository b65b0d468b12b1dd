"""`xinheng record`: what stands on record and stood before; withdrawing, ending publicity, erasing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from xinheng.core.cells import date as read_date
from xinheng.core.errors import Kind, XinhengError
from xinheng.core.times import SHANGHAI, Known, today
from xinheng.evidence.intake import revoking, withdrawal
from xinheng.evidence.intake.model_revoking import Report, Revocation, What
from xinheng.evidence.ledger import erasure
from xinheng.evidence.ledger import history as past
from xinheng.evidence.ledger.errors import RecordAbsent
from xinheng.evidence.ledger.store import read_head
from xinheng.faces.app import Settings, open_app
from xinheng.faces.app.home import Home
from xinheng.faces.app.wiring import App
from xinheng.faces.cli.errors import WrongUsage
from xinheng.judgement.publicity.service import Ending, end_publicity
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.office.cases.model import Actor
from xinheng.outward.documents.attachments import Attachments
from xinheng.outward.letters import forgetting as letters
from xinheng.outward.monitoring import service as monitoring
from xinheng.outward.reconciliation import service as reconciliation
from xinheng.outward.suspicions import answering as suspicions

app = typer.Typer(help="记录：查看沿革，撤回，终止公示，依法删除", no_args_is_help=True)

Record = Annotated[UUID, typer.Argument(metavar="信衡编号", help="记录的编号，见回执")]
Source = Annotated[str, typer.Option("--source", metavar="代码", help="由哪个信源单位办理")]
Reason = Annotated[str, typer.Option("--reason", metavar="理由", help="公开的理由，写明所依据的决定")]
Day = Annotated[str | None, typer.Option("--on", metavar="日期", help="自哪一日起，默认今日")]

Changed = Annotated[str | None, typer.Option("--changed-on", metavar="日期", help="决定在哪一日被变更")]
Revoked = Annotated[
    str | None,
    typer.Option("--revoked-on", metavar="日期", help="决定在哪一日被撤销、确认违法或者无效"),
]

KINDS = {
    "recorded": "报送",
    "corrected": "更正",
    "withdrawn": "撤回",
    "publicity_ended": "终止公示",
    "content_erased": "依法删除",
}
STANDINGS = {
    past.Standing.HELD: "在册",
    past.Standing.NOT_YET_VALID: "当日尚未生效",
    past.Standing.WITHDRAWN: "已撤回",
    past.Standing.ERASED: "内容已依法删除",
    past.Standing.UNKNOWN: "当时平台尚无此记录",
}


class DateWrongError(XinhengError):
    """A date on the command line cannot be read."""

    code = "XH922"
    kind = Kind.INVALID
    title = "日期有误"


def _say(text: str) -> None:
    Console().print(text, markup=False, highlight=False, soft_wrap=True)


def _day(text: str | None, default: date) -> date:
    if text is None:
        return default
    found = read_date(text)
    try:
        return date.fromisoformat(found or "")
    except ValueError:
        raise DateWrongError(
            found=text[:40], expected="如 2026-11-20", todo="改正日期后重试", where=None
        ) from None


@contextmanager
def _opened() -> Iterator[App]:
    """A house; what was appended is published when the block ends well."""
    with open_app(Settings.from_environment()) as house:
        yield house
        house.publish()


@app.command()
def show(
    record: Record,
    valid_on: Annotated[
        str | None, typer.Option("--valid-on", metavar="日期", help="法律上的哪一日，默认今日")
    ] = None,
    known_at: Annotated[
        str | None, typer.Option("--known-at", metavar="时刻", help="平台当时所知，如 2026-11-20T01:00:00Z")
    ] = None,
) -> None:
    """查看一条记录的沿革；给出日期时，答复当日平台会怎样回答。"""
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        versions = past.history(tx, record)
        if not versions:
            raise RecordAbsent(record)
        for version in versions:
            when = version.known.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
            kind = KINDS.get(version.kind, version.kind)
            _say(f"{version.seq}  {when}  {kind}  {version.erased or version.public or ''}")
        known = read_head(tx).known if known_at is None else _instant(known_at)
        if known is None:
            raise RecordAbsent(record)
        if known_at is not None or valid_on is not None:
            answer = past.as_of(tx, record, _day(valid_on, today(house.clock)), known)
            _say(f"答复：{STANDINGS[answer.standing]}")
            if answer.version is not None:
                _say(str(answer.version.erased or answer.version.public or ""))


def _instant(text: str) -> Known:
    for form in (text, text.removesuffix("Z") + ".000000Z"):
        try:
            return Known.parse(form)
        except ValueError:
            continue
    raise DateWrongError(
        found=text[:40],
        expected="协调世界时的时刻，如 2026-11-20T01:00:00Z",
        todo="改正时刻后重试",
        where="--known-at",
    )


@app.command()
def withdraw(
    record: Record,
    source: Source,
    reason: Reason,
    on: Day = None,
    changed_on: Changed = None,
    revoked_on: Revoked = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
) -> None:
    """撤回一条记录，不能恢复：决定被变更、撤销、确认违法或者无效的，三个工作日内撤回并说明理由。

    依据：行政处罚法第四十八条、第八十五条。给出 --changed-on 或 --revoked-on 的，登记报告日、期限和办结日；
    都不给的是误报撤回，自 --on 之日起。
    """
    _ask_before(record, yes=yes)
    happened = _happened(changed_on, revoked_on)
    with _opened() as house, house.database.transaction() as tx:
        agency = access.by_code(tx, source)
        if happened is None:
            asked = withdrawal.Taken(record, _day(on, today(house.clock)), reason, house.pack.label)
            done = withdrawal.withdraw(tx, asked, agency, house.clock, house.projectors)
        else:
            said = Report(record, *happened, reason)
            actor = Actor(None, agency.agency, audit.LOCAL_OPERATOR)
            kept, done = revoking.withdraw(tx, house.pack, said, agency, actor, house.clock, house.projectors)
            _say(_timed(kept, house))
        audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "record.withdraw", f"{record} {source} {reason}")
    _say(f"已撤回 {record}，账本位置 {done.first}；页面、名单、接口和证明同时不再提供")


def _ask_before(record: UUID, *, yes: bool) -> None:
    """Nothing brings a withdrawn record back: asked where somebody sits there, said where nobody does."""
    warning = f"将撤回 {record}：撤回后不能恢复，同一内容也不再接收"
    if yes:
        return
    if sys.stdin.isatty():
        typer.confirm(f"{warning}。继续？", abort=True)
    else:
        typer.echo(warning, err=True)


def _happened(changed_on: str | None, revoked_on: str | None) -> tuple[What, date] | None:
    if changed_on is not None and revoked_on is not None:
        raise WrongUsage(
            found="同时给出 --changed-on 和 --revoked-on", expected="变更或撤销其一", todo="去掉其一"
        )
    if changed_on is not None:
        return What.CHANGED, _day(changed_on, date.min)
    return (What.REVOKED, _day(revoked_on, date.min)) if revoked_on is not None else None


def _timed(kept: Revocation, house: App) -> str:
    late = kept.late(today(house.clock), house.pack.calendar)
    if kept.due_on is None:
        return "时限待核实或无法计算，不计迟报"
    told = "按时" if late == 0 else "无法计算是否按时" if late is None else f"迟 {late} 个工作日"
    return f"期限 {kept.due_on}，{kept.done_on or '尚未'}办结，{told}"


@app.command("report-change")
def report_change(
    record: Record,
    source: Source,
    reason: Reason,
    changed_on: Changed = None,
    revoked_on: Revoked = None,
) -> None:
    """登记一项决定已变更或撤销，稍后更正或撤回；期限从变更、撤销的次日起算。"""
    happened = _happened(changed_on, revoked_on)
    if happened is None:
        raise WrongUsage(found="没有日期", expected="--changed-on 或 --revoked-on", todo="补上日期")
    with _opened() as house, house.database.transaction() as tx:
        agency = access.by_code(tx, source)
        actor = Actor(None, agency.agency, audit.LOCAL_OPERATOR)
        case = revoking.report(tx, house.pack, Report(record, *happened, reason), agency, actor, house.clock)
        audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "record.report_change", f"{record} {source}")
    _say(f"已登记，待办 {case.case}，" + (f"期限 {case.due_on}" if case.due_on else f"{case.basis}"))


@app.command("end")
def end(
    record: Record,
    source: Source,
    reason: Reason,
    on: Day = None,
    channel: Annotated[str | None, typer.Option("--channel", help="只终止一个渠道，如 信用网站")] = None,
) -> None:
    """提前终止公示：由认定单位决定之后办理。"""
    with _opened() as house, house.database.transaction() as tx:
        agency = access.by_code(tx, source)
        withdrawal.require_deciding(tx, record, agency)
        ending = Ending(
            record, agency.agency, _day(on, today(house.clock)), reason, house.pack.label, channel
        )
        done = end_publicity(tx, ending, house.clock, house.projectors)
        audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "record.end", f"{record} {source} {reason}")
    _say(f"已终止公示 {record}，账本位置 {done.first}；记录仍保存，不再公示")


@app.command()
def erase(
    record: Record,
    law: Annotated[str, typer.Option("--law", metavar="依据", help="法律名称和条款，写入日志")],
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
) -> None:
    """依法删除一条记录的内容：不可恢复；日志中只留编号、哈希、依据和日期。"""
    Home(Settings.from_environment().home).require()  # before anything is asked
    if not yes:
        typer.confirm(f"将永久删除 {record} 的全部内容，无法恢复。继续？", abort=True)
    with _opened() as house:
        with house.database.transaction() as tx:
            asked = erasure.Erasure(record, law, house.pack.label)
            done = erasure.erase(tx, asked, house.clock, house.projectors)
            letters.forget(tx, record, house.clock)  # before the cases forget what they were called
            revoking.forget(tx, record)
            reconciliation.forget(tx, record)
            monitoring.forget(tx, record)
            scans = suspicions.forget(tx, record, house.clock)
            audit.note(tx, house.clock, audit.LOCAL_OPERATOR, "record.erase", f"{record} {law}")
        for digest in scans:
            Attachments(house.home.attachments / "suspicions").remove(digest)
        house.scrub()
    _say(f"已删除 {record} 的内容，账本位置 {done.first}。备份和副本中的旧数据须另行处理")
