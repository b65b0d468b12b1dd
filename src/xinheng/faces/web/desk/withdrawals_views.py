"""Changed and revoked decisions as the desk shows them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from xinheng.evidence.intake.model_revoking import NAMES, Revocation, What
from xinheng.evidence.ledger.own_records import OwnRecord
from xinheng.faces.web.views import FormError, Pages, Pair, Tag
from xinheng.law.calendar import Calendar

HOW: Final = {"withdrawn": "已撤回", "corrected": "已更正"}
NOW, LATER = "now", "later"


@dataclass(frozen=True)
class ReportLine:
    """A report with its clock."""

    record: UUID
    document: str
    what: str
    agency: str
    happened: str
    reported: str
    due: str | None
    done: str | None
    standing: Tag


@dataclass(frozen=True)
class Found:
    record: UUID
    document: str
    authority: str
    decided: str


@dataclass(frozen=True)
class WithdrawalsView:
    """Search, what it found, and the reports."""

    items: tuple[tuple[str, str], ...]
    item: str
    query: str
    asked: bool
    found: tuple[Found, ...]
    lines: tuple[ReportLine, ...]
    with_agency: bool
    may: bool
    pages: Pages | None = None
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class WithdrawalForm:
    """What was typed."""

    what: str = What.REVOKED.value
    on: str = ""
    reason: str = ""
    how: str = NOW


@dataclass(frozen=True)
class WithdrawalView:
    """One record: what it is, what was reported, and the form."""

    record: UUID
    title: str
    pairs: tuple[Pair, ...]
    lines: tuple[ReportLine, ...]
    may: bool
    form: WithdrawalForm
    term: str
    errors: tuple[FormError, ...] = ()
    confirming: bool = False
    said: tuple[Pair, ...] = ()


def report_line(one: Revocation, names: Mapping[UUID, str], day: date, calendar: Calendar) -> ReportLine:
    """A report as a line: in time, late by so many working days, or 无法计算."""
    return ReportLine(
        record=one.record,
        document=one.document or "无文号",
        what=NAMES[one.what],
        agency=names.get(one.agency, "—"),
        happened=one.happened_on.isoformat(),
        reported=one.reported_on.isoformat(),
        due=one.due_on.isoformat() if one.due_on else None,
        done=f"{one.done_on} {HOW.get(one.how or '', '')}" if one.done_on else None,
        standing=standing(one, day, calendar),
    )


def standing(one: Revocation, day: date, calendar: Calendar) -> Tag:
    """How a report stands to its term."""
    late = one.late(day, calendar)
    if late is None:
        return Tag("没有核实的时限" if one.due_on is None else "无法计算")
    if late:
        return Tag(f"{'迟' if one.done_on else '超期'} {late} 个工作日", "bad")
    return Tag("按时", "good") if one.done_on else Tag("待撤回或更正", "warn")


def found(records: list[OwnRecord]) -> tuple[Found, ...]:
    """Records that a search met."""
    return tuple(
        Found(
            r.record,
            r.document or "无文号",
            r.authority or "—",
            r.decided_on.isoformat() if r.decided_on else "—",
        )
        for r in records
    )
