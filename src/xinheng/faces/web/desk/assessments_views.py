"""Third-party assessments as the desk shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from xinheng.core.times import Known
from xinheng.faces.web.desk.appraisal_views import FileLink
from xinheng.faces.web.views import FormError, Pages, Pair, Tag, grouped, moment
from xinheng.law.packs import Pack
from xinheng.office.access.model import Agency
from xinheng.outward.appraisal import model, reporting
from xinheng.outward.appraisal import model_assessment as assessed
from xinheng.outward.appraisal.model_assessment import Assessment, Line, State, Verdict

TONES: Final = {State.COMMITTED: "warn", State.DRAWN: "info", State.IMPORTED: "info", State.FINAL: "good"}
VERDICT_TONES: Final = {Verdict.RIGHT: "good", Verdict.WRONG: "bad", Verdict.UNCLEAR: "warn"}


@dataclass(frozen=True)
class ListLine:
    href: str
    name: str
    days: str
    size: str
    tag: Tag


@dataclass(frozen=True)
class ListView:
    lines: tuple[ListLine, ...]
    may_commit: bool
    bodies: tuple[tuple[str, str], ...]
    items: tuple[tuple[str, str], ...]
    assessors: tuple[tuple[str, str], ...]
    form: Mapping[str, str]
    pages: Pages | None = None
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class RateLine:
    agency: str
    item: str
    size: str
    right: str
    wrong: str
    unclear: str
    rate: str
    interval: str


@dataclass(frozen=True)
class SampleLine:
    line: int
    agency: str
    item: str
    number: str
    decided: str
    href: str
    tag: Tag | None
    note: str
    appeal: str
    files: tuple[FileLink, ...]
    reply: str
    changed: Tag | None
    may_appeal: bool
    may_reply: bool
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class View:
    assessment: UUID
    name: str
    tag: Tag
    pairs: tuple[Pair, ...]
    rates: tuple[RateLine, ...]
    total: tuple[str, str] | None
    method: str
    lines: tuple[SampleLine, ...]
    may_draw: bool
    draws_from: str
    may_import: bool
    may_finish: bool
    drawn: bool
    final: bool
    whole: bool  # sees the whole sample, not one agency's lines
    pages: Pages | None = None
    said: str = ""
    errors: tuple[FormError, ...] = ()


def list_line(one: Assessment, prefix: str) -> ListLine:
    """An assessment in the list."""
    last = date.fromordinal(one.to_on.toordinal() - 1)
    return ListLine(
        f"{prefix}/{one.assessment}",
        one.name,
        f"{one.from_on} 至 {last}",
        grouped(one.size),
        Tag(assessed.STATES[one.state], TONES[one.state]),
    )


def pairs(one: Assessment, until: date | None) -> tuple[Pair, ...]:
    """What was fixed, when, and how the seed came about."""
    last = date.fromordinal(one.to_on.toordinal() - 1)
    return (
        Pair("决定日期", f"{one.from_on} 至 {last}"),
        Pair("抽样框条数", grouped(one.size)),
        Pair("固定于", moment(Known(one.committed))),
        Pair("抽样框摘要", one.digest, mono=True, wide=True, note="SHA-256，先于种子公布"),
        Pair("种子的来历", f"{one.seed_rule}（{one.seed_on} 产生）", wide=True, note="固定抽样框时写明"),
        Pair("种子", one.seed, mono=True, wide=True, otherwise="尚未产生"),
        Pair("种子出处", one.seed_source, wide=True),
        Pair("申诉期", f"至 {until}" if until else None, otherwise="导入结果后开始"),
    )


def rates(
    report: bytes, bodies: Mapping[str, str], pack: Pack
) -> tuple[tuple[RateLine, ...], tuple[str, str], str]:
    """(lines, total with interval, method) of a report."""
    told = json.loads(report)
    lines = tuple(
        RateLine(
            bodies.get(each["agency"], each["agency"]),
            pack.items[row["item"]].name if row["item"] in pack.items else row["item"],
            str(row["size"]),
            str(row["right"]),
            str(row["wrong"]),
            str(row["unclear"]),
            *reporting.shown(row),
        )
        for each in told["agencies"]
        for row in each["items"]
    )
    return lines, reporting.shown(told["total"]), told["method"]


@dataclass(frozen=True)
class May:
    """What this account may do with lines."""

    own: UUID | None  # the agency it may appeal for
    reply: bool
    open: bool  # the term runs


def sample_line(
    line: Line, about: tuple[str | None, date | None], agency: Agency | None, pack: Pack, may: May, base: str
) -> SampleLine:
    """A drawn record with its verdict and appeal."""
    item = pack.items.get(line.item)
    verdict = Tag(assessed.VERDICTS[line.verdict], VERDICT_TONES[line.verdict]) if line.verdict else None
    changed = None
    if line.outcome is model.Outcome.CHANGED and line.changed_to:
        changed = Tag(f"改判{assessed.VERDICTS[line.changed_to]}", VERDICT_TONES[line.changed_to])
    elif line.outcome is model.Outcome.UPHELD:
        changed = Tag("维持")
    wrong = line.verdict is Verdict.WRONG and line.case is None
    return SampleLine(
        line=line.line,
        agency=agency.name if agency else "—",
        item=item.name if item else line.item,
        number=about[0] or "无文号",
        decided=str(about[1] or "—"),
        href=f"/records/{line.record}",
        tag=verdict,
        note=line.note or "",
        appeal=line.appeal or "",
        files=tuple(FileLink(name, f"{base}/files/{digest}") for digest, name in line.evidence),
        reply=line.reply or "",
        changed=changed,
        may_appeal=wrong and may.open and may.own == line.agency,
        may_reply=may.reply and line.waits,
        others=tuple((v.value, n) for v, n in assessed.VERDICTS.items() if v is not line.verdict),
    )
