"""Scorecards as the desk shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from xinheng.core.times import Known
from xinheng.faces.web.views import FormError, Pages, Pair, Tag, moment
from xinheng.law.reference_appraisal import rule
from xinheng.law.scorecards import Reading
from xinheng.outward.appraisal import model
from xinheng.outward.appraisal.counting import how
from xinheng.outward.appraisal.model import Entry, Evidence, Line, Objection, State
from xinheng.outward.appraisal.service import Opened

TONES: Final = {State.COMPUTED: "warn", State.PUBLISHED: "info", State.FINAL: "good"}
NONE: Final = "—"
BY: Final = {"figure": "平台计算", "office": "信用办录入", "adjusted": "异议后调整", "none": ""}


@dataclass(frozen=True)
class RunLine:
    run: UUID
    name: str
    period: str
    tag: Tag
    made: str
    href: str


@dataclass(frozen=True)
class RunsView:
    lines: tuple[RunLine, ...]
    cards: tuple[tuple[str, str, str], ...]
    may_run: bool
    from_month: str
    to_month: str
    pages: Pages | None = None
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class RankLine:
    rank: str
    name: str
    href: str
    groups: tuple[str, ...]
    bonus: str
    total: str
    objections: str


@dataclass(frozen=True)
class RunView:
    run: UUID
    title: str
    tag: Tag
    pairs: tuple[Pair, ...]
    groups: tuple[str, ...]
    lines: tuple[RankLine, ...]
    may_publish: bool
    may_finish: bool
    note: str
    said: str = ""
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class FileLink:
    name: str
    href: str


@dataclass(frozen=True)
class ObjectionView:
    objection: UUID
    reason: str
    when: str
    files: tuple[FileLink, ...]
    tag: Tag
    note: str
    may_decide: bool
    ratio: bool  # decided by part and whole, else by one value
    part: str = ""
    whole: str = ""
    value: str = ""


@dataclass(frozen=True)
class IndicatorView:
    id: str
    name: str
    group: str
    full: str
    points: str
    rule: str
    note: str
    counted: str
    holds: str  # where something else holds than was counted
    how: str
    reason: str
    by: str
    own: str
    own_note: str
    own_files: tuple[FileLink, ...]
    office_note: str
    office_files: tuple[FileLink, ...]
    rows: str | None
    objections: tuple[ObjectionView, ...]
    may_score_self: bool
    may_enter: bool
    may_object: bool
    asks_count: bool


@dataclass(frozen=True)
class CardView:
    run: UUID
    code: str
    agency: str
    title: str
    tag: Tag
    pairs: tuple[Pair, ...]
    indicators: tuple[IndicatorView, ...]
    hidden: bool  # computed and not yet published: the unit sees the card without the office's numbers
    said: str = ""
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class May:
    """What this account may do on a card."""

    office: bool
    own: bool


def shown(value: Decimal | None) -> str:
    """A number, or a dash."""
    return NONE if value is None else f"{value:f}"


def reading(found: Reading | None) -> str:
    """What was counted, with part and whole where it is a share."""
    if found is None:
        return NONE
    if found.unit == "%" and found.whole is not None:
        value = "" if found.value is None else f"{found.value}%　"
        return f"{value}{found.part} ÷ {found.whole}"
    return NONE if found.value is None else f"{found.value:f} {found.unit}".strip()


def period(run: model.Run) -> str:
    """The days of a run, the last one included."""
    return f"{run.frame.from_on} 至 {run.frame.to_on - timedelta(days=1)}"


def files(base: str, evidence: Evidence) -> tuple[FileLink, ...]:
    """Links to attachments."""
    return tuple(FileLink(name, f"{base}/files/{digest}") for digest, name in evidence)


def run_pairs(found: Opened, citation: str) -> tuple[Pair, ...]:
    """What a run is about, and how to check it."""
    run = found.run
    return (
        Pair("期间", period(run)),
        Pair("截止", moment(Known(run.frame.known)), note="此后才知道的不计"),
        Pair("规则包", run.frame.pack, mono=True, wide=True),
        Pair("日志位置", str(run.frame.position)),
        Pair("计算结果摘要", run.digest, mono=True, wide=True),
        Pair("定稿摘要", run.outcome_digest, mono=True, wide=True, otherwise="尚未定稿"),
        Pair("异议期", f"至 {run.object_until}" if run.object_until else None, otherwise="公布后开始"),
        Pair("依据", citation, wide=True),
    )


def indicator(
    found: Opened, line: Line, agency: UUID, may: May, base: str, rows: str | None
) -> IndicatorView:
    """One indicator of a card."""
    run, i = found.run, line.indicator
    hidden = may.own and run.state is State.COMPUTED and not may.office
    own: Entry | None = found.said.own.get((agency, i.id))
    office: Entry | None = found.said.office.get((agency, i.id))
    theirs = [o for o in found.objections if o.agency == agency and o.indicator == i.id]
    group = next(g.name for g in found.card.groups if i in g.indicators)
    return IndicatorView(
        id=i.id,
        name=i.name,
        group=group,
        full=f"{i.points:f}",
        points=NONE if hidden else shown(line.points),
        rule=rule(i),
        note=i.note or "",
        counted=NONE if hidden else reading(line.counted),
        holds=reading(line.holds) if line.by in ("adjusted", "office") and not hidden else "",
        how=how(i.figure) if i.figure else "",
        reason="" if hidden else (line.holds.reason or ""),
        by=BY[line.by],
        own=shown(own.value) if own else "",
        own_note=own.note if own else "",
        own_files=files(base, own.evidence) if own else (),
        office_note=office.note if office and not hidden else "",
        office_files=files(base, office.evidence) if office and not hidden else (),
        rows=rows,
        objections=tuple(_objection(o, line, may, base) for o in theirs),
        may_score_self=may.own and run.state is not State.FINAL,
        may_enter=may.office and i.by_hand and run.state is State.COMPUTED,
        may_object=may.own and run.state is State.PUBLISHED and all(o.decided for o in theirs),
        asks_count=i.by_hand and i.shape.value != "hand",
    )


def _objection(one: Objection, line: Line, may: May, base: str) -> ObjectionView:
    if one.outcome is None:
        tag = Tag("待答复", "warn")
    else:
        tag = Tag(model.OUTCOMES[one.outcome], "good" if one.outcome is model.Outcome.CHANGED else "")
    counted = line.counted
    ratio = counted is not None and counted.unit == "%" and counted.whole is not None
    return ObjectionView(
        objection=one.objection,
        reason=one.reason,
        when=moment(Known(one.opened)),
        files=files(base, one.evidence),
        tag=tag,
        note=one.note or "",
        may_decide=may.office and one.decided is None,
        ratio=ratio,
        part=str(counted.part) if ratio and counted else "",
        whole=str(counted.whole) if ratio and counted else "",
        value=f"{counted.value:f}" if counted and counted.value is not None else "",
    )
