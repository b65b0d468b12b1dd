"""Lists, lines, answers and scans put into the words of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID

from xinheng.core.times import Known
from xinheng.faces.web.desk.suspicions_views import FileLine, LineView, ListLine, PackageLine, ProgressLine
from xinheng.faces.web.views import Figure, Pair, Tag, bytes_text, grouped, moment
from xinheng.office.access.model import Agency
from xinheng.office.cases.model import AddWorkingDays, Colour, Step, colour
from xinheng.outward.suspicions.model import OUTCOMES, SOURCES, STATES, Answer, Progress, State, Suspicion
from xinheng.outward.suspicions.model_lists import (
    Attachment,
    GivenBack,
    Package,
    SuspicionList,
)

STATE_TONES: Final = {State.GIVEN: "warn", State.ANSWERED: "info", State.SETTLED: "good"}
ACTIONS: Final = {
    "seen": "打开查看",
    "assigned": "指定经办人",
    "note": "备注",
    "passed": "转交",
    "sent_back": "退回：不是我们的",
    "answered": "答复",
    "accepted": "审核通过，报上级",
    "returned": "退回重新答复",
    "settled": "办结",
    "handed_over": "移交经办人",
}
GIVEN_KINDS: Final = {
    "xlsx": "反馈表（XLSX）",
    "csv": "反馈表（CSV）",
    "zip": "反馈表与附件（ZIP）",
    "package": "下发包",
    "answers": "答复包",
}


def pressing(due_on: date | None, day: date, add: AddWorkingDays, *, ended: bool) -> Tag | None:
    """The tag of a term; none where it is not pressing."""
    found = Colour.NONE if ended else colour(due_on, day, add)
    if found is Colour.RED:
        return Tag("已逾期", "bad")
    return Tag("快到期", "warn") if found is Colour.YELLOW else None


def list_line(
    one: SuspicionList, tally: tuple[int, int], office: str, day: date, add: AddWorkingDays
) -> ListLine:
    """A list in the table of lists."""
    lines, settled = tally
    done = one.closed is not None
    return ListLine(
        list_id=one.list_id,
        title=one.title,
        sender=one.sender,
        office=office,
        received=one.received_on.isoformat(),
        due=one.due_on.isoformat() if one.due_on else None,
        pressing=pressing(one.due_on, day, add, ended=done),
        lines=grouped(lines),
        settled=grouped(settled),
        state=Tag("已办结", "good")
        if done
        else Tag("待结", "info")
        if lines == settled
        else Tag("在办", "warn"),
    )


def line_view(
    one: Suspicion, names: Mapping[UUID, str], mine: UUID | None, day: date, add: AddWorkingDays
) -> LineView:
    """A line in a table."""
    return LineView(
        suspicion=one.suspicion,
        title=(f"第 {one.line} 行　" if one.line is not None else "") + (one.number or "没有文号"),
        party=one.party or "—",
        agency="还没有分" if one.list_id and len(one.chain) == 1 else names.get(one.agency, "—"),
        hand=names.get(one.hand, "—") if one.state is not State.SETTLED else "—",
        state=state_tag(one),
        pressing=pressing(one.due_on, day, add, ended=one.state is State.SETTLED),
        due=one.due_on.isoformat() if one.due_on else None,
        answer=OUTCOMES[one.outcome] if one.outcome else "",
        said=one.said,
        choosable=one.awaits_answer_of(mine) or one.awaits_check_of(mine),
        source=SOURCES[one.source],
    )


def state_tag(one: Suspicion) -> Tag:
    """Where a suspicion stands, in words."""
    if one.package is not None:
        return Tag("已交其他平台", "info")
    if one.state is State.GIVEN and len(one.chain) == 1 and one.list_id is not None:
        return Tag("待分派", "bad" if one.said else "warn")
    return Tag(STATES[one.state], STATE_TONES[one.state])


def exported(one: Suspicion, names: Mapping[UUID, str]) -> tuple[str, ...]:
    """A line of the list that leaves the house."""
    return (
        str(one.line or ""),
        one.number or "",
        one.party or "",
        one.decided_on.isoformat() if one.decided_on else "",
        names.get(one.agency, ""),
        names.get(one.hand, "") if one.settled is None else "",
        state_tag(one).text,
        OUTCOMES[one.outcome] if one.outcome else "",
        one.note or one.said,
        one.due_on.isoformat() if one.due_on else "",
        SOURCES[one.source],
    )


def list_pairs(one: SuspicionList, office: str) -> tuple[Pair, ...]:
    """What is known of a list."""
    return (
        Pair("下发单位", one.sender),
        Pair("来文文号", one.number),
        Pair("收下的单位", office),
        Pair("收到日", one.received_on.isoformat()),
        Pair("上级要求的期限", one.due_on.isoformat() if one.due_on else None),
        Pair("来源", "其他平台的交换包" if one.origin else one.file_name),
        Pair("原文件摘要（SHA-256）", one.file_sha256, mono=True, wide=True),
    )


def figures(lines: int, persons: int, those: tuple[Progress, ...]) -> tuple[Figure, ...]:
    """The numbers that a list opens with."""
    overdue = sum(p.overdue for p in those)
    return (
        Figure("行数", grouped(lines)),
        Figure("其中自然人（不留存）", grouped(persons)),
        Figure("待核", grouped(sum(p.given for p in those))),
        Figure("待审核", grouped(sum(p.answered for p in those))),
        Figure("已办结", grouped(sum(p.settled for p in those))),
        Figure("逾期", grouped(overdue), "bad" if overdue else ""),
    )


def progress_line(one: Progress, name: str) -> ProgressLine:
    return ProgressLine(
        agency=one.agency,
        name=name,
        lines=grouped(one.lines),
        given=grouped(one.given),
        answered=grouped(one.answered),
        settled=grouped(one.settled),
        overdue=one.overdue,
    )


def package_line(one: Package, name: str) -> PackageLine:
    return PackageLine(
        one.package,
        name,
        one.digest,
        grouped(one.lines),
        moment(Known(one.made)),
        moment(Known(one.merged_at)) if one.merged_at else None,
    )


def given_line(one: GivenBack) -> tuple[str, str, str, str, str]:
    """When, what, who, digest, how complete."""
    open_ = f"{one.lines} 行，{one.open} 行没有办结" if one.open else f"{one.lines} 行，全部办结"
    return moment(Known(one.at)), GIVEN_KINDS.get(one.kind, one.kind), one.actor, one.sha256, open_


def file_line(one: Attachment) -> FileLine:
    """An attachment; of a removed one when, by whom and why."""
    removed = None
    if one.removed is not None:
        removed = f"{moment(Known(one.removed))} 由{one.removed_by}移除：{one.removed_why}"
    about = f"{one.media.upper()}，{bytes_text(one.size)}，{moment(Known(one.added))} {one.actor}"
    return FileLine(one.attachment, one.name, about, removed)


def answer_line(one: Answer, agencies: Mapping[UUID, Agency]) -> tuple[str, str, str]:
    """(what, explanation, who and when)."""
    body = agencies[one.agency].name if one.agency and one.agency in agencies else ""
    return OUTCOMES[one.outcome], one.note, f"{body} {one.actor}　{moment(Known(one.at))}"


def step_line(step: Step, names: Mapping[UUID, str]) -> tuple[str, str, str, str]:
    """(what, when, who, why)."""
    whither = f"，到{names[step.owner]}" if step.action == "passed" and step.owner in names else ""
    return ACTIONS.get(step.action, step.action) + whither, moment(Known(step.at)), step.actor, step.note
