"""From findings and appeals about codes to what the desk shows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from xinheng.core.times import Known
from xinheng.evidence.subjects.appeals import OUTCOMES
from xinheng.evidence.subjects.code_model import (
    FINDING_TITLES,
    OUTCOME_TITLES,
    PLACE_TITLES,
    QUOTIENT,
    TARGET,
    Finding,
    FindingKind,
    Outcome,
    Place,
    Rate,
    registrar_title,
)
from xinheng.faces.web.views import Figure, FormError, Pages, Pair, Tag, grouped, moment
from xinheng.office.access.model import Agency
from xinheng.office.cases.model import NAMES, Case

NO_TERM: Final = "没有期限：法律依据待核实"
TONES: Final = {FindingKind.WRONG: "bad", FindingKind.REASSIGNED: "bad"}
KINDS: Final = tuple((kind.value, title) for kind, title in FINDING_TITLES.items())
PLACES: Final = tuple((place.value, title) for place, title in PLACE_TITLES.items())


@dataclass(frozen=True)
class FindingLine:
    """One finding in the list."""

    finding: UUID
    tag: Tag
    code: str
    says: str
    owner: str
    since: str


@dataclass(frozen=True)
class OwnerLine:
    """What one agency has to put right, by kind."""

    name: str
    href: str
    counts: tuple[str, ...]  # in the order of KINDS
    total: str


@dataclass(frozen=True)
class Asked:
    """The filters as the form shows them."""

    kind: str = ""
    place: str = ""
    owner: str = ""
    ended: bool = False


@dataclass(frozen=True)
class CodesView:
    figures: tuple[Figure, ...]
    note: str
    asked: Asked
    lines: tuple[FindingLine, ...]
    count: str
    csv: str
    owners: tuple[OwnerLine, ...] = ()  # for those who see all agencies
    may_inspect: bool = False
    inspected: str | None = None
    pages: Pages | None = None
    kinds: tuple[tuple[str, str], ...] = KINDS
    places: tuple[tuple[str, str], ...] = PLACES


@dataclass(frozen=True)
class FindingView:
    """One finding with what may be done about it."""

    finding: UUID
    title: str
    says: str
    pairs: tuple[Pair, ...]
    may_settle: bool = False
    note: str = ""
    errors: tuple[FormError, ...] = ()
    outcomes: tuple[tuple[str, str, str], ...] = (
        (
            Outcome.MENDED.value,
            OUTCOME_TITLES[Outcome.MENDED],
            "代码已经改正；下次检查仍有问题的会重新列出。",
        ),
        (Outcome.KEPT.value, OUTCOME_TITLES[Outcome.KEPT], "查明没有错，例如确是两家重名的单位；不再列出。"),
    )


@dataclass(frozen=True)
class AppealLine:
    case: UUID
    tag: Tag
    title: str
    by: str
    owner: str
    opened: str


@dataclass(frozen=True)
class AppealsView:
    lines: tuple[AppealLine, ...]
    ended: bool
    may_open: bool
    pages: Pages | None = None


@dataclass(frozen=True)
class AppealForm:
    """A new appeal, as it was filled in."""

    code: str = ""
    new_code: str = ""
    reason: str = ""
    by: str = ""
    errors: tuple[FormError, ...] = ()

    def error(self, field: str) -> str | None:
        """What is wrong with one input."""
        return next((e.text for e in self.errors if e.field == field), None)


@dataclass(frozen=True)
class AppealView:
    """One appeal, with the form of whoever decides it."""

    case: UUID
    title: str
    pairs: tuple[Pair, ...]
    steps: tuple[tuple[str, str, str], ...] = ()
    may_decide: bool = False
    new_code: str = ""
    basis: str = ""
    reason: str = ""
    errors: tuple[FormError, ...] = ()


def figures(found: Rate, standing: int) -> tuple[Figure, ...]:
    """The rate with both whole numbers, so that anyone can divide again."""
    tone = "" if found.within is None else "good" if found.within else "bad"
    return (
        Figure("重错码率", found.percent, tone),
        Figure("有问题的代码", grouped(found.faulty), "bad" if found.faulty else ""),
        Figure("主体库代码", grouped(found.codes)),
        Figure("目标", f"≤ {TARGET * 100:.2f}%"),
        Figure("待办", grouped(standing), "bad" if standing else ""),
    )


def rate_note(found: Rate, ran: datetime | None) -> str:
    """What the figures mean, and when they were last looked at."""
    checked = f"最近一次检查 {moment(Known(ran))}" if ran else "还没有检查过"
    return f"截至 {found.day}。{checked}。口径：{QUOTIENT}。"


def finding_line(found: Finding, agencies: Mapping[UUID, Agency]) -> FindingLine:
    """A finding in the list."""
    title = FINDING_TITLES[found.kind]
    return FindingLine(
        finding=found.finding,
        tag=Tag(title, TONES.get(found.kind, "warn")),
        code=found.code,
        says=found.says,
        owner=_name(found.owner, agencies),
        since=found.found_on.isoformat(),
    )


def owner_lines(
    sums: Iterable[tuple[UUID, FindingKind, Place, int]], agencies: Mapping[UUID, Agency]
) -> tuple[OwnerLine, ...]:
    """What each agency has open, the most first."""
    counted: dict[UUID, dict[FindingKind, int]] = {}
    for owner, kind, _, count in sums:
        row = counted.setdefault(owner, {})
        row[kind] = row.get(kind, 0) + count
    ordered = sorted(counted.items(), key=lambda pair: (-sum(pair[1].values()), str(pair[0])))
    return tuple(
        OwnerLine(
            name=_name(owner, agencies),
            href=f"/desk/codes?owner={agencies[owner].code}" if owner in agencies else "/desk/codes",
            counts=tuple(grouped(row.get(kind, 0)) for kind in FINDING_TITLES),
            total=grouped(sum(row.values())),
        )
        for owner, row in ordered
    )


def finding_pairs(found: Finding, agencies: Mapping[UUID, Agency]) -> tuple[Pair, ...]:
    """All that is known of a finding."""
    ended = (
        Pair("办结", found.ended_on.isoformat()) if found.ended_on else Pair("期限", None, otherwise=NO_TERM)
    )
    said = OUTCOME_TITLES[found.outcome] if found.outcome else None
    return (
        Pair("代码", found.code, mono=True),
        Pair("名称", found.name),
        *((Pair("另一代码", found.other_code, mono=True),) if found.other_code else ()),
        *((Pair("另一名称", found.other_name),) if found.other_name else ()),
        Pair("来源", PLACE_TITLES[found.place], note=f"{grouped(found.met)} 行" if found.met else None),
        Pair("登记管理部门", registrar_title(found.code)),
        Pair("承办单位", _name(found.owner, agencies)),
        Pair("发现日期", found.found_on.isoformat()),
        Pair("最近一次仍存在", found.held_on.isoformat()),
        ended,
        *((Pair("结果", said),) if said else ()),
        *((Pair("说明", found.note, wide=True),) if found.note else ()),
        *((Pair("办理人", found.decided_by),) if found.decided_by else ()),
    )


def appeal_line(case: Case, agencies: Mapping[UUID, Agency]) -> AppealLine:
    """An appeal in the list."""
    return AppealLine(
        case=case.case,
        tag=appeal_tag(case),
        title=f"{case.detail.get('name', '')}　{case.detail.get('code', '')}",
        by=case.detail.get("by", ""),
        owner=_name(case.owner, agencies),
        opened=moment(Known(case.opened)),
    )


def appeal_tag(case: Case) -> Tag:
    """Where an appeal stands."""
    if case.closed is None:
        return Tag(NAMES[case.state], "warn")
    return Tag(OUTCOMES.get(case.outcome or "", "办结"), "good" if case.outcome == "corrected" else "")


def appeal_pairs(case: Case, agencies: Mapping[UUID, Agency]) -> tuple[Pair, ...]:
    """What an appeal says."""
    said = case.detail
    return (
        Pair("状态", NAMES[case.state], tag=appeal_tag(case)),
        Pair("单位", said.get("name")),
        Pair("现用代码", said.get("code"), mono=True, href=f"/organisations/{said.get('code')}"),
        Pair("认为应是", said.get("new_code"), mono=True, otherwise="未写明"),
        Pair("提出人", said.get("by")),
        Pair("承办单位", _name(case.owner, agencies)),
        Pair("提出时间", moment(Known(case.opened))),
        Pair("期限", None, otherwise=NO_TERM),
        Pair("理由", said.get("reason"), wide=True),
    )


def _name(agency: UUID, agencies: Mapping[UUID, Agency]) -> str:
    return agencies[agency].name if agency in agencies else "—"
