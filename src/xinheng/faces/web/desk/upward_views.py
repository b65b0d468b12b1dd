"""What the pages of reconciliation show, as values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from xinheng.core.times import Known
from xinheng.faces.web.views import Pages, Pair, Tag, grouped, moment
from xinheng.law.packs import Pack
from xinheng.office.access.model import Agency
from xinheng.outward.reconciliation.differences_store import Difference
from xinheng.outward.reconciliation.figures_store import Day, Figures, Queue
from xinheng.outward.reconciliation.model import NAMES, Act, Partner, State
from xinheng.outward.reconciliation.service import RecordWay
from xinheng.outward.reconciliation.versions_store import Version

PATH: Final = "/desk/upward"
WAYS: Final = {"folder": "目录", "sftp": "SFTP", "api": "接口"}
STATES: Final = {
    State.DUE: Tag("待发", "warn"),
    State.SENT: Tag("已发，等回执", "warn"),
    State.RECEIVED: Tag("对方已收件，结果未定", "warn"),
    State.TAKEN: Tag("对方已收", "good"),
    State.RETURNED: Tag("对方退回", "bad"),
    State.VOID: Tag("无须上报"),
}
OUTCOMES: Final = {
    "received": Tag("已收件", "warn"),
    "taken": Tag("已收", "good"),
    "returned": Tag("退回", "bad"),
    "superseded": Tag("已被后来的版本代替"),
    "void": Tag("无须上报"),
}
ACTS: Final = {Act.RECORD: "报送", Act.WITHDRAW: "撤回"}


@dataclass(frozen=True)
class Told:
    """What differences are told with: names of agencies, document numbers of records by their id."""

    names: Mapping[UUID, Agency]
    documents: Mapping[str, str]


@dataclass(frozen=True)
class PartnerLine:
    partner: UUID
    name: str
    way: str
    last_run: str
    listed: str
    tag: Tag
    said: str | None
    differences: str
    href: str


@dataclass(frozen=True)
class QueueLine:
    item: str
    wanted: str
    left: str
    tag: Tag


@dataclass(frozen=True)
class DayLine:
    day: str
    sent: str
    taken: str
    returned: str
    withdrawn: str


@dataclass(frozen=True)
class FigureLine:
    item: str
    agency: str
    sent: str
    taken: str
    returned: str
    withdrawn: str
    held: str
    shown: str


@dataclass(frozen=True)
class OverviewView:
    partners: tuple[PartnerLine, ...]
    chosen: PartnerLine | None
    month: str
    months: tuple[tuple[str, str, bool], ...]  # address, text, whether it is this one
    cut_off: str
    queue: tuple[QueueLine, ...]
    days: tuple[DayLine, ...]
    figures: tuple[FigureLine, ...]
    pages: Pages | None


@dataclass(frozen=True)
class DifferenceLine:
    kind: str
    about: str
    href: str | None
    item: str
    agency: str
    owner: str
    since: str
    age: str
    said: str
    partner: str


@dataclass(frozen=True)
class Option:
    value: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class DifferencesView:
    lines: tuple[DifferenceLine, ...]
    count: str
    kinds: tuple[Option, ...]
    partners: tuple[Option, ...]
    items: tuple[Option, ...]
    pages: Pages | None


@dataclass(frozen=True)
class VersionLine:
    act: str
    known: str
    batch: str
    sent: str
    attempts: str
    tag: Tag
    answered: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class WayView:
    partner: UUID
    name: str
    pairs: tuple[Pair, ...]
    versions: tuple[VersionLine, ...]
    differences: tuple[DifferenceLine, ...]
    again: bool


@dataclass(frozen=True)
class RecordView:
    record: UUID
    mend: bool  # a returned version waits for this account's agency
    correct: str  # address of a form that begins with what the record says
    ways: tuple[WayView, ...]
    done: bool


def item_name(pack: Pack, item: str | None) -> str:
    """The item's Chinese name; its id where the pack at hand has it no more."""
    if item is None:
        return "—"
    return pack.items[item].name if item in pack.items else item


def partner_line(partner: Partner, differences: int) -> PartnerLine:
    """An upper platform in a table."""
    if partner.last_code:
        tag = Tag(f"未完成 {partner.last_code}", "bad")
    elif partner.last_run:
        tag = Tag("正常", "good")
    else:
        tag = Tag("尚未运行", "warn")
    return PartnerLine(
        partner=partner.partner,
        name=partner.name,
        way=WAYS[partner.way],
        last_run=_moment(partner.last_run),
        listed=_moment(partner.snapshot_at),
        tag=tag,
        said=partner.last_said,
        differences=grouped(differences),
        href=f"{PATH}/differences?{urlencode({'partner': partner.partner})}",
    )


def queue_line(pack: Pack, queue: Queue) -> QueueLine:
    """One item at the cut-off."""
    tag = Tag("清空", "good") if queue.empty else Tag("未清空", "bad")
    return QueueLine(item_name(pack, queue.item), grouped(queue.wanted), grouped(queue.left), tag)


def day_line(day: Day) -> DayLine:
    """One day."""
    counts = (day.sent, day.taken, day.returned, day.withdrawn)
    return DayLine(day.day.isoformat(), *map(grouped, counts))


def figure_line(pack: Pack, figures: Figures, names: Mapping[UUID, Agency]) -> FigureLine:
    """One item of one agency."""
    f = figures
    counts = (f.sent, f.taken, f.returned, f.withdrawn, f.held, f.shown)
    return FigureLine(item_name(pack, f.item), name_of(names, f.agency), *map(grouped, counts))


def name_of(names: Mapping[UUID, Agency], agency: UUID | None) -> str:
    """An agency's name, a dash where there is none."""
    return names[agency].name if agency is not None and agency in names else "—"


def difference_line(
    pack: Pack, difference: Difference, told: Told, partner: str, now: datetime
) -> DifferenceLine:
    """One difference in a table."""
    what, _, about = difference.about.partition(":")
    days = (now - difference.since).days
    return DifferenceLine(
        kind=NAMES[difference.kind],
        about=_about(pack, what, about, told.documents),
        href=f"{PATH}/records/{about}" if what == "record" else None,
        item=item_name(pack, difference.item),
        agency=name_of(told.names, difference.agency),
        owner=name_of(told.names, difference.owner),
        since=_moment(difference.since),
        age=f"{days} 天" if days else "不到 1 天",
        said=difference.said,
        partner=partner,
    )


def _about(pack: Pack, what: str, about: str, documents: Mapping[str, str]) -> str:
    if what == "item":
        return item_name(pack, about)
    if what == "record" and about in documents:
        return documents[about]
    names = {"record": "记录", "batch": "批次", "there": "对方编号", "file": "文件", "partner": "整个平台"}
    return f"{names.get(what, what)} {about}".strip()


def way_view(pack: Pack, way: RecordWay, told: Told, now: datetime, *, office: bool) -> WayView:
    """A record's way to one partner."""
    kept = way.kept
    partner = way.partner.name
    return WayView(
        partner=way.partner.partner,
        name=partner,
        pairs=(
            Pair("现状", _moment(kept.changed) + " 起", tag=STATES[kept.way.state]),
            Pair("对方是否有", "有" if kept.way.stands else "没有"),
            Pair("对方编号", kept.way.there, mono=True),
            Pair("目录事项", item_name(pack, kept.item)),
            Pair("信源单位", name_of(told.names, kept.agency)),
            Pair("最近清单中", _moment(kept.seen) if kept.seen else None, otherwise="没有出现过"),
        ),
        versions=tuple(version_line(v) for v in way.versions),
        differences=tuple(
            difference_line(pack, d, told, partner, now) for d in way.differences if d.ended is None
        ),
        again=office and kept.way.state in (State.TAKEN, State.RECEIVED, State.RETURNED),
    )


def version_line(version: Version) -> VersionLine:
    """One version of a record."""
    waits = Tag("已发，等回执", "warn") if version.sent else Tag("待发", "warn")
    batch = f"第 {version.number} 批第 {version.line} 行" if version.number else "—"
    return VersionLine(
        act=ACTS[version.act],
        known=_moment(version.known),
        batch=batch,
        sent=_moment(version.sent),
        attempts=str(version.attempts),
        tag=OUTCOMES[version.outcome] if version.outcome else waits,
        answered=_moment(version.answered),
        reasons=tuple(json.loads(version.reasons)) if version.reasons else (),
    )


def _moment(at: datetime | None) -> str:
    return moment(Known(at)) if at else "—"
