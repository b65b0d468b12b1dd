"""The pages of suspected concealment as values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final
from uuid import UUID

from xinheng.core.times import Known
from xinheng.faces.web.views import Figure, FormError, Pages, Pair, Tag, bytes_text, grouped, moment
from xinheng.office.access.model import Agency
from xinheng.office.cases.model import AddWorkingDays, Colour, Step, colour
from xinheng.outward.suspicions.model import OUTCOMES, SOURCES, STATES, Answer, Progress, State, Suspicion
from xinheng.outward.suspicions.model_lists import (
    COLUMNS,
    KEPT,
    Attachment,
    GivenBack,
    Package,
    SuspicionList,
)

STATE_TONES: Final = {State.GIVEN: "warn", State.ANSWERED: "info", State.SETTLED: "good"}
ACTIONS: Final = {
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


def typed(given: Mapping[str, str]) -> Mapping[str, str]:
    """What was typed into a form, by field; nothing where nothing was."""
    return defaultdict(str, given)


@dataclass(frozen=True)
class Choice:
    value: str
    text: str


@dataclass(frozen=True)
class ListLine:
    list_id: UUID
    title: str
    sender: str
    office: str
    received: str
    due: str | None
    pressing: Tag | None
    lines: str
    settled: str
    state: Tag


@dataclass(frozen=True)
class ListsView:
    lines: tuple[ListLine, ...]
    may_import: bool
    found: str  # how many the platform itself found
    pages: Pages | None = None


@dataclass(frozen=True)
class LineView:
    suspicion: UUID
    title: str
    party: str
    agency: str
    hand: str
    state: Tag
    pressing: Tag | None
    due: str | None
    answer: str
    said: str
    choosable: bool
    source: str = ""


@dataclass(frozen=True)
class ActForm:
    """What this body may do with the lines that it chooses."""

    answers: bool = False
    checks: bool = False
    passes: tuple[Choice, ...] = ()
    backs: bool = False
    outcomes: tuple[Choice, ...] = tuple(Choice(o.value, text) for o, text in OUTCOMES.items())
    chosen: Mapping[str, str] = field(default_factory=lambda: typed({}))

    @property
    def any(self) -> bool:
        """Whether there is anything to do."""
        return self.answers or self.checks


@dataclass(frozen=True)
class LinesView:
    """A table of lines with its filter and what may be done with them."""

    path: str
    lines: tuple[LineView, ...]
    count: str
    total: int
    chosen: Mapping[str, str]
    states: tuple[Choice, ...]
    belows: tuple[Choice, ...]
    act: ActForm
    list_id: UUID | None = None
    pages: Pages | None = None
    with_source: bool = False


@dataclass(frozen=True)
class FoundView:
    lines: LinesView
    said: str | None = None
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class ProgressLine:
    agency: UUID
    name: str
    lines: str
    given: str
    answered: str
    settled: str
    overdue: int


@dataclass(frozen=True)
class PackageLine:
    package: UUID
    agency: str
    digest: str
    lines: str
    made: str
    merged: str | None


@dataclass(frozen=True)
class ListView:
    list_id: UUID
    title: str
    pairs: tuple[Pair, ...]
    figures: tuple[Figure, ...]
    lines: LinesView
    progress: tuple[ProgressLine, ...] = ()
    packages: tuple[PackageLine, ...] = ()
    given: tuple[tuple[str, str, str, str, str], ...] = ()
    holds: bool = False  # it is this office's list
    splits: str | None = None  # how many lines wait to be split
    to_offices: tuple[Choice, ...] = ()  # to whose own platform a package may go
    from_package: bool = False
    closed: str | None = None
    persons: int = 0
    said: str | None = None
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class FileLine:
    attachment: UUID
    name: str
    about: str
    removed: str | None


@dataclass(frozen=True)
class OneView:
    suspicion: UUID
    title: str
    tags: tuple[Tag, ...]
    pairs: tuple[Pair, ...]
    evidence: tuple[Pair, ...]
    cells: tuple[Pair, ...]
    chain: tuple[tuple[str, bool], ...]
    answers: tuple[tuple[str, str, str], ...]
    files: tuple[FileLine, ...]
    steps: tuple[tuple[str, str, str, str], ...]
    act: ActForm
    version: int
    may_remove: bool
    list_id: UUID | None = None
    list_title: str = ""
    said: str | None = None
    errors: tuple[FormError, ...] = ()


def replace_said(view: OneView, said: str | None, errors: tuple[FormError, ...]) -> OneView:
    """The page with what is said about the last thing done."""
    return replace(view, said=said, errors=errors)


@dataclass(frozen=True)
class ImportForm:
    items: tuple[tuple[str, str], ...]
    limit: str
    given: Mapping[str, str]
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class ColumnLine:
    header: str
    text: str
    target: str
    sample: str
    fixed: bool


@dataclass(frozen=True)
class PreviewView:
    token: str
    file: tuple[Pair, ...]
    figures: tuple[Figure, ...] = ()
    above: tuple[str, ...] = ()
    columns: tuple[ColumnLine, ...] = ()
    targets: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    keepable: bool = False
    package: bool = False
    errors: tuple[FormError, ...] = ()


TARGETS: Final = (
    *((c.value, text) for c, text in COLUMNS.items()),
    (KEPT, "照原样保留"),
    ("dropped", "不留存"),
)


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
        one.agency,
        name,
        *(grouped(n) for n in (one.lines, one.given, one.answered, one.settled)),
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
    body = agencies[one.agency].name if one.agency in agencies else ""
    return OUTCOMES[one.outcome], one.note, f"{body} {one.actor}　{moment(Known(one.at))}"


def step_line(step: Step, names: Mapping[UUID, str]) -> tuple[str, str, str, str]:
    """(what, when, who, why)."""
    whither = f"，到{names[step.owner]}" if step.action == "passed" and step.owner in names else ""
    return ACTIONS.get(step.action, step.action) + whither, moment(Known(step.at)), step.actor, step.note
