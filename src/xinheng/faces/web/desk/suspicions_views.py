"""The pages of suspected concealment as values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from xinheng.faces.web.views import Figure, FormError, Pages, Pair, Tag
from xinheng.outward.suspicions.model import OUTCOMES
from xinheng.outward.suspicions.model_lists import (
    COLUMNS,
    KEPT,
)


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
    days: int = 0  # that the office keeps for the way back
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
