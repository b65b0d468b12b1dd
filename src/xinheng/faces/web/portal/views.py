"""The portal's pages as values, and the pure steps from what rooms answer to what a page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from xinheng.faces.web.views import Figure, FormError, Pages, Pair, Tag, Turn


@dataclass(frozen=True)
class RecordLine:
    """A decision in a table."""

    record: UUID
    document: str | None
    content: str | None
    authority: str | None
    decided_on: date | None
    until: date | None
    party_code: str = ""
    party_name: str = ""


@dataclass(frozen=True)
class HomeView:
    figures: tuple[Figure, ...]
    examples: tuple[str, ...]
    latest: tuple[RecordLine, ...]


@dataclass(frozen=True)
class Hit:
    """An organisation in the results. `other_name`: what it was found by, where that is not its name."""

    code: str
    name_parts: tuple[tuple[str, bool], ...]
    tags: tuple[Tag, ...]
    facts: tuple[str, ...]
    other_name: str | None = None
    shown: str = ""  # how many records are shown, in words


@dataclass(frozen=True)
class ResultsView:
    query: str
    hits: tuple[Hit, ...] = ()
    count_text: str = ""
    fuzzy: bool = False
    asked: bool = False
    suggestion: str | None = None  # the one code the asker may have meant
    pages: Pages | None = None
    error: Mapping[str, str | None] | None = None


@dataclass(frozen=True)
class Section:
    item: str
    title: str
    count: int
    lines: tuple[RecordLine, ...]
    more: str | None = None
    worth: str = ""  # of finding nothing


@dataclass(frozen=True)
class OrganisationView:
    code: str
    name: str
    tags: tuple[Tag, ...]
    registered: bool
    pairs: tuple[Pair, ...]
    sections: tuple[Section, ...]
    day: date
    held_back: tuple[str, ...] = ()  # items that are collected and not shown to the public


@dataclass(frozen=True)
class Mark:
    text: str
    day: str
    today: bool = False


@dataclass(frozen=True)
class TermBar:
    """The publicity period as a bar 1000 units wide: up to `earliest` no early end, up to `span` shown."""

    earliest: int
    span: int
    today: int | None
    marks: tuple[Mark, ...]


def term_bar(first: date | None, earliest: date | None, last: date | None, today: date) -> TermBar | None:
    """The bar for a period from `first` to `last` (both days shown). None where an end is missing.

    `earliest` is the last day before which no early end is possible; it is left out where the law has none.
    """
    if first is None or last is None or last < first:
        return None
    width = (last - first).days + 1

    def at(day: date) -> int:
        return min(1000, max(0, (day - first).days * 1000 // width))

    marks = [Mark("起算", first.isoformat())]
    if earliest is not None and earliest < last:
        marks.append(Mark("最短公示期届满", earliest.isoformat()))
    if first <= today <= last:
        marks.append(Mark("今天", today.isoformat(), today=True))
    marks.append(Mark("公示至", last.isoformat()))
    marks[1:-1] = sorted(marks[1:-1], key=lambda m: m.day)
    return TermBar(
        earliest=at(earliest) if earliest is not None else 0,
        span=1000,
        today=at(today) if first <= today <= last else None,
        marks=tuple(marks),
    )


@dataclass(frozen=True)
class HistoryStep:
    text: str
    when: str
    note: str | None = None


@dataclass(frozen=True)
class Term:
    """How soon an answer must come."""

    text: str
    basis: str
    note: str | None = None  # what of the basis was not read
    verified: Tag | None = None


@dataclass(frozen=True)
class Window:
    """Where an application must lawfully be lodged."""

    title: str
    text: str
    basis: str | None = None
    verified: Tag | None = None  # where the basis was not read in full
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True)
class RecordView:
    record: UUID
    title: str
    item_name: str
    document: str | None
    party_code: str
    party_name: str
    tags: tuple[Tag, ...]
    summary: tuple[Figure, ...]
    fields: tuple[Pair, ...]
    bar: TermBar | None
    reason: str
    publicity: tuple[Pair, ...]
    source: tuple[Pair, ...]
    proof: tuple[Pair, ...]
    history: tuple[HistoryStep, ...]
    windows: tuple[Window, ...]
    corrected: bool = False
    unverified: str | None = None
    outlived: str | None = None  # that the rule was repealed since
    empty_fields: tuple[str, ...] = ()  # public fields that the source left empty


@dataclass(frozen=True)
class ListingView:
    item: str
    item_name: str
    items: tuple[tuple[str, str], ...]
    authority: str = ""
    party: str = ""
    start: str = ""
    end: str = ""
    lines: tuple[RecordLine, ...] = ()
    count_text: str = ""
    turn: Turn | None = None
    errors: tuple[FormError, ...] = ()

    def with_errors(self, errors: tuple[FormError, ...]) -> ListingView:
        return replace(self, errors=errors)

    def with_lines(self, lines: tuple[RecordLine, ...], count: str, turn: Turn) -> ListingView:
        return replace(self, lines=lines, count_text=count, turn=turn)


@dataclass(frozen=True)
class PublicKey:
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class InstrumentLine:
    title: str
    number: str | None
    issuer: str
    life: str
    verified: Tag
    note: str | None = None


@dataclass(frozen=True)
class AboutView:
    keys: tuple[PublicKey, ...]
    checkpoint: tuple[Pair, ...] | None
    pack: tuple[Pair, ...]
    instruments: tuple[InstrumentLine, ...]
