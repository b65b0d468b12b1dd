"""From what the watching found to what the desk shows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from xinheng.core.times import Known
from xinheng.evidence.ledger.lateness import Late
from xinheng.faces.web.views import Figure, FormError, Pages, Pair, Tag, grouped, moment
from xinheng.office.access.model import Agency
from xinheng.office.cases.model import NAMES, Case, State
from xinheng.outward.monitoring.model import How
from xinheng.outward.monitoring.quiet import OUTCOMES as ENDS
from xinheng.outward.monitoring.series import Reason, Verdict
from xinheng.outward.monitoring.store import Alert, Gap, Run

Names = Mapping[UUID, Agency]

VERDICTS: Final = {
    Verdict.SUSPECTED: Tag("疑似漏报", "bad"),
    Verdict.WAITING: Tag("待到期", "warn"),
    Verdict.UNCLEAR: Tag("不作判断", ""),
}
REASONS: Final = {
    Reason.NONE: "已列入疑似瞒报",
    Reason.TERM: "缺的号码还在报送期限内",
    Reason.NO_TERM: "报送期限无法计算",
    Reason.FEW: "这个号段已知的号码太少",
    Reason.SPARSE: "缺的比连号该缺的多，像是不按顺序编号",
    Reason.JUMP: "跳得太远，像是另一段号码",
    Reason.SHARED: "前后两号是两个单位报的",
    Reason.BACKLOG: "前后号是补录的，同批的未必要求报",
    Reason.HEAD: "号段不从 1 开始",
}


def name_of(agency: UUID, names: Names) -> str:
    """An agency's name, or a dash."""
    return names[agency].name if agency in names else "—"


# -- overview ----------------------------------------------------------------------------------------

KINDS: Final = ("迟报", "无数据", "疑似瞒报", "缺号待到期", "重错码", "退回未改")


@dataclass(frozen=True)
class AgencyLine:
    """What stands open of one agency, in the order of KINDS."""

    name: str
    counts: tuple[str, ...]
    late: str  # address of its late records


@dataclass(frozen=True)
class MonthLine:
    """One month of the trend; shares of the largest in thousandths, for the bars."""

    month: str
    late: str
    late_bar: int
    alerts: str
    suspicions: str


@dataclass(frozen=True)
class WatchView:
    figures: tuple[Figure, ...]
    lines: tuple[AgencyLine, ...]
    total: tuple[str, ...]
    months: tuple[MonthLine, ...]
    ran: str
    may_run: bool
    year: str
    pages: Pages | None = None
    kinds: tuple[str, ...] = KINDS


def ran(run: Run | None) -> str:
    """When it was last looked, and at how much."""
    if run is None:
        return "还没有运行过。每天自动运行一次。"
    said = run.counts
    return (
        f"最近一次 {moment(Known(run.at))}：看了 {grouped(said.get('silence_watched', 0))} 个单位事项、"
        f"{grouped(said.get('gap_series', 0))} 个号段；新增无数据预警 {said.get('silence_raised', 0)} 件、"
        f"疑似漏报号码 {said.get('gap_raised', 0)} 个。"
    )


def month_lines(
    firsts: Iterable[date],
    late: Mapping[date, int],
    alerts: Mapping[date, int],
    suspicions: Mapping[date, int],
) -> tuple[MonthLine, ...]:
    """The months, newest first."""
    most = max([1, *late.values()])
    return tuple(
        MonthLine(
            f"{m:%Y-%m}",
            grouped(late.get(m, 0)),
            late.get(m, 0) * 1000 // most,
            grouped(alerts.get(m, 0)),
            grouped(suspicions.get(m, 0)),
        )
        for m in sorted(firsts, reverse=True)
    )


# -- lateness ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LateLine:
    record: UUID
    document: str
    agency: str
    item: str
    decided: str
    due: str
    received: str
    days: str
    rule: str
    receipt: UUID


@dataclass(frozen=True)
class LateView:
    lines: tuple[LateLine, ...]
    count: str
    items: tuple[tuple[str, str], ...]
    agencies: tuple[tuple[str, str], ...]
    asked: Mapping[str, str]
    with_agency: bool
    pages: Pages | None = None
    errors: tuple[FormError, ...] = ()


def late_line(late: Late, names: Names, items: Mapping[str, str], rule: str) -> LateLine:
    """One late record."""
    return LateLine(
        late.record,
        late.document or "无文号",
        name_of(late.source, names),
        items.get(late.item, late.item),
        late.decided_on.isoformat(),
        late.due_on.isoformat(),
        late.received_on.isoformat(),
        grouped(late.days),
        rule,
        late.receipt,
    )


# -- silence -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AlertLine:
    alert: UUID
    tag: Tag
    agency: str
    item: str
    span: str
    held: str
    expected: str
    raised: str


@dataclass(frozen=True)
class SilenceView:
    lines: tuple[AlertLine, ...]
    ended: bool
    count: str
    pages: Pages | None = None


@dataclass(frozen=True)
class AlertView:
    """One alert with what may be done about it."""

    alert: UUID
    title: str
    pairs: tuple[Pair, ...]
    evidence: tuple[Pair, ...]
    steps: tuple[tuple[str, str, str], ...]
    may_answer: bool
    may_decide: bool
    item: str
    note: str = ""
    errors: tuple[FormError, ...] = ()


def span(alert: Alert) -> str:
    """The months of an alert."""
    first, last = f"{alert.from_month:%Y-%m}", f"{alert.to_month:%Y-%m}"
    return first if first == last else f"{first} 至 {last}"


def alert_tag(alert: Alert, state: State | None) -> Tag:
    """Where an alert stands."""
    if alert.outcome is not None:
        return Tag(ENDS[alert.outcome], "good")
    return Tag(NAMES[state] if state else "待办", "info" if state is State.ANSWERED else "warn")


def alert_line(alert: Alert, state: State | None, names: Names, items: Mapping[str, str]) -> AlertLine:
    """An alert in the list."""
    return AlertLine(
        alert.alert,
        alert_tag(alert, state),
        name_of(alert.agency, names),
        items.get(alert.item, alert.item),
        span(alert),
        grouped(alert.held),
        f"约 {alert.expected}" if alert.expected is not None else "—",
        moment(Known(alert.raised)),
    )


def alert_pairs(alert: Alert, case: Case, names: Names, items: Mapping[str, str]) -> tuple[Pair, ...]:
    """What an alert says."""
    how = "比历史应有的少" if alert.how is How.FEWER else "登记了归集责任，从未报送或申报"
    return (
        Pair("状态", ENDS[alert.outcome] if alert.outcome else NAMES[case.state]),
        Pair("单位", name_of(alert.agency, names)),
        Pair("事项", items.get(alert.item, alert.item)),
        Pair("期间", span(alert)),
        Pair("情形", how),
        Pair("提出", moment(Known(alert.raised))),
        Pair("期限", None, otherwise="没有：没有查到规定"),
    )


# -- gaps --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GapLine:
    tag: Tag
    agency: str
    item: str
    numbers: str
    missing: str
    due: str | None
    why: str
    lower: str
    upper: str


@dataclass(frozen=True)
class GapsView:
    figures: tuple[Figure, ...]
    lines: tuple[GapLine, ...]
    verdict: str
    verdicts: tuple[tuple[str, str], ...]
    with_agency: bool
    pages: Pages | None = None


def gap_line(gap: Gap, names: Names, items: Mapping[str, str]) -> GapLine:
    """A gap in the list."""
    return GapLine(
        VERDICTS[gap.verdict],
        name_of(gap.agency, names),
        items.get(gap.item, gap.item),
        gap.evidence.get("缺号", ""),
        grouped(gap.missing),
        gap.due_on.isoformat() if gap.due_on else None,
        REASONS[gap.reason],
        gap.evidence.get("前一号", "—"),
        gap.evidence.get("后一号", "—"),
    )
