"""From a list that was compared to what the desk shows. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from xinheng.core.times import Known
from xinheng.faces.web.desk.watch_views import Names, name_of
from xinheng.faces.web.views import Figure, FormError, Pages, Pair, Tag, grouped, moment
from xinheng.outward.monitoring.comparing import NAMES as OUTCOMES
from xinheng.outward.monitoring.comparing import Compared, Outcome
from xinheng.outward.monitoring.lists import ORIGINS
from xinheng.outward.monitoring.store_lists import WatchList

TONES: Final = {
    Outcome.MISSING: "bad",
    Outcome.OTHER_PARTY: "warn",
    Outcome.OTHER_NUMBER: "warn",
    Outcome.RETURNED: "warn",
    Outcome.HELD: "good",
}


@dataclass(frozen=True)
class ListLine:
    list_id: UUID
    name: str
    agency: str
    item: str
    origin: str
    given: str
    lines: str
    missing: str
    raised: Tag


@dataclass(frozen=True)
class ListForm:
    """What is asked before a list is uploaded."""

    agencies: tuple[tuple[str, str], ...]  # empty: the agency's own self-check
    items: tuple[tuple[str, str], ...]
    origins: tuple[tuple[str, str, None], ...] = tuple(
        (k, v, None) for k, v in ORIGINS.items() if k != "self"
    )
    agency: str = ""
    item: str = "penalty"
    origin: str = "audit"
    limit: str = ""
    captures: tuple[tuple[str, str], ...] = ()  # of agencies' websites, for the office
    file_error: str | None = None
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class ListsView:
    lines: tuple[ListLine, ...]
    form: ListForm
    may: bool
    pages: Pages | None = None


@dataclass(frozen=True)
class ComparedLine:
    line: str
    tag: Tag
    number: str
    party: str
    decided: str | None
    near: str
    record: UUID | None


@dataclass(frozen=True)
class ListView:
    list_id: UUID
    title: str
    pairs: tuple[Pair, ...]
    figures: tuple[Figure, ...]
    lines: tuple[ComparedLine, ...]
    outcomes: tuple[tuple[str, str], ...]
    outcome: str
    may_raise: bool
    missing: int
    doubtful: bool
    raised: str | None
    pages: Pages | None = None


def list_line(one: WatchList, names: Names, items: Mapping[str, str]) -> ListLine:
    """A list that was compared."""
    raised = Tag(f"已提出 {one.raised_count}", "good") if one.raised else Tag("未提出", "")
    return ListLine(
        one.list_id,
        one.file_name,
        name_of(one.agency, names),
        items.get(one.item, one.item),
        ORIGINS[one.origin],
        moment(Known(one.given)),
        grouped(sum(n for o, n in one.counts.items() if o is not Outcome.EXTRA)),
        grouped(one.counts.get(Outcome.MISSING, 0)),
        Tag("自查", "info") if one.self_check else raised,
    )


def list_pairs(one: WatchList, names: Names, items: Mapping[str, str]) -> tuple[Pair, ...]:
    """What is known of a list."""
    days = f"{one.from_on} 至 {one.to_on}" if one.from_on else None
    return (
        Pair("单位", name_of(one.agency, names)),
        Pair("事项", items.get(one.item, one.item)),
        Pair("来源", ORIGINS[one.origin]),
        Pair("决定日期", days, otherwise="清单没有日期"),
        Pair("上传", f"{moment(Known(one.given))}　{one.actor}"),
        Pair("文件摘要", one.file_sha256, mono=True, wide=True, note="SHA-256"),
    )


def compared_line(line: Compared) -> ComparedLine:
    """One line of a list."""
    return ComparedLine(
        str(line.line) if line.line > 0 else "—",
        Tag(OUTCOMES[line.outcome], TONES.get(line.outcome, "")),
        line.number or "—",
        "　".join(text for text in (line.party, line.code) if text) or "—",
        line.decided_on.isoformat() if line.decided_on else None,
        line.near or "",
        line.record,
    )
