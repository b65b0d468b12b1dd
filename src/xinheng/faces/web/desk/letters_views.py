"""Letters as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from xinheng.core.times import Known
from xinheng.faces.web.views import Figure, FormError, Pages, Tag, bytes_text, moment
from xinheng.office.access.model import Agency
from xinheng.office.cases.model import AddWorkingDays, Case, Colour, colour
from xinheng.outward.documents.model import Document
from xinheng.outward.letters.model import ACTS, NAMES, STEPS, Event, Letter, State, Step

TONES: Final = {
    State.DRAFT: "",
    State.ISSUED: "info",
    State.READ: "info",
    State.REPLIED: "warn",
    State.RETURNED: "bad",
    State.ACCEPTED: "good",
    State.CLOSED: "good",
    State.ESCALATED: "",
    State.WITHDRAWN: "",
    State.DISCARDED: "",
}
DUE: Final = {Colour.RED: Tag("已过期", "bad"), Colour.YELLOW: Tag("临近期限", "warn")}


@dataclass(frozen=True)
class LetterLine:
    letter: UUID
    number: str
    title: str
    step: str
    agency: str
    office: str
    state: Tag
    due: date | None
    pressing: Tag | None
    ready: bool


@dataclass(frozen=True)
class Late:
    """An agency with overdue cases."""

    agency: UUID
    name: str
    count: int


@dataclass(frozen=True)
class ListView:
    figures: tuple[Figure, ...]
    lines: tuple[LetterLine, ...]
    following: tuple[tuple[LetterLine, str], ...]  # letters after which a step is due, and which
    late: tuple[Late, ...]
    steps: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    agencies: tuple[tuple[str, str], ...]
    chosen: Mapping[str, str]
    count: int
    pages: Pages
    office: bool


@dataclass(frozen=True)
class ChoiceLine:
    """A case that a letter may be about. `under`: the letter that is about it already."""

    case: UUID
    title: str
    kind: str
    due: date | None
    late: str
    under: UUID | None
    chosen: bool


@dataclass(frozen=True)
class NewView:
    agency: UUID
    name: str
    step: str
    steps: tuple[tuple[str, str, str], ...]
    lines: tuple[ChoiceLine, ...]
    more: int
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class FileLink:
    href: str
    name: str
    size: str


@dataclass(frozen=True)
class EventLine:
    act: str
    when: str
    actor: str
    said: str
    files: tuple[FileLink, ...]


@dataclass(frozen=True)
class CaseLine:
    case: UUID
    title: str
    open: bool


@dataclass(frozen=True)
class LetterView:
    letter: UUID
    title: str
    tags: tuple[Tag, ...]
    document: Document
    step: str
    due: date | None
    digest: str | None
    chain: tuple[LetterLine, ...]
    events: tuple[EventLine, ...]
    cases: tuple[CaseLine, ...]
    more_cases: int
    acts: frozenset[str]  # what this account may do now
    next_step: str | None
    due_now: bool  # the next step is due by the pack
    ready: bool  # every case is closed
    missing: tuple[str, ...]  # characters that the PDF cannot print
    text: str
    note: str
    form: Mapping[str, str]
    errors: tuple[FormError, ...] = ()


def letter_line(
    one: Letter, names: Mapping[UUID, Agency], day: date, add: AddWorkingDays, ready: frozenset[UUID]
) -> LetterLine:
    """One letter in a list."""
    waits = one.ended is None and one.state in (State.ISSUED, State.READ, State.RETURNED)
    return LetterLine(
        letter=one.letter,
        number=one.number or "未编号",
        title=one.title,
        step="撤回" if one.withdraws else STEPS[one.step],
        agency=names[one.agency].name,
        office=names[one.office].name,
        state=Tag(NAMES[one.state], TONES[one.state]),
        due=one.due_on,
        pressing=DUE.get(colour(one.due_on, day, add)) if waits else None,
        ready=one.letter in ready,
    )


def event_line(event: Event) -> EventLine:
    """One line of the history, with its files."""
    path = f"/desk/letters/{event.letter}/attachments"
    files = tuple(
        FileLink(f"{path}/{one.event}/{one.digest}", one.name, bytes_text(one.size)) for one in event.attached
    )
    return EventLine(ACTS[event.act], moment(Known(event.at)), event.actor, event.said, files)


def case_lines(found: Sequence[Case], most: int) -> tuple[CaseLine, ...]:
    """The first of the cases that a letter is about."""
    return tuple(CaseLine(case.case, case.title, case.closed is None) for case in found[:most])


def steps() -> tuple[tuple[str, str], ...]:
    """The steps as choices."""
    return tuple((step.value, STEPS[step]) for step in Step)
