"""What pages are made of, as values: tags, key-value pairs, pagination. Pure; templates only arrange them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from xinheng.core.times import SHANGHAI, Known

PAGE_DEPTH = 50  # decision 27: nobody turns further; narrow the question instead
PAGE_SIZE = 20
COUNT_CAP = 1_000  # decision 27: counted up to here, then “超过 1 000”
OPEN_ENDED = date(2099, 12, 31)  # how the standard writes 长期


@dataclass(frozen=True)
class Tag:
    """A small label. `tone`: '' (neutral), good, warn, bad, info."""

    text: str
    tone: str = ""


@dataclass(frozen=True)
class Pair:
    """One line of a key-value grid. `value` None or '' shows `otherwise` instead."""

    name: str
    value: str | None
    code: str | None = None  # the standard's field code, shown small beside the name
    mono: bool = False
    wide: bool = False  # takes the whole line
    note: str | None = None
    tag: Tag | None = None
    href: str | None = None
    otherwise: str = "—"


@dataclass(frozen=True)
class Figure:
    """A number that a page opens with."""

    name: str
    value: str
    tone: str = ""


@dataclass(frozen=True)
class FormError:
    """One line of an error summary; `field` is the id of the input it links to."""

    text: str
    field: str | None = None


@dataclass(frozen=True)
class PageLink:
    number: int
    href: str = ""
    here: bool = False
    gap: bool = False


@dataclass(frozen=True)
class Pages:
    """Where a list stands. `capped`: there is more, but the depth ends here."""

    page: int
    last: int
    prev: str | None
    next: str | None
    links: tuple[PageLink, ...]
    capped: bool = False


@dataclass(frozen=True)
class Turn:
    """Turning a list that is read from where the last page ended: back to its start, or on."""

    page: int
    first: str | None
    next: str | None
    capped: bool = False


def page_number(text: str | None) -> int:
    """The page asked for: 1 where nothing sensible was, never beyond the depth."""
    if text is None or not text.isascii() or not text.isdigit():
        return 1
    return min(max(int(text[:4]), 1), PAGE_DEPTH)


def pages(page: int, total: int | None, path: str, query: Mapping[str, str], size: int = PAGE_SIZE) -> Pages:
    """Links of a list of `total` entries (None: more than were counted) at `page`.

    `query` is repeated in every link, without its empty values.
    """
    wanted = PAGE_DEPTH if total is None else max(1, -(-total // size))
    last = min(wanted, PAGE_DEPTH)
    page = min(page, last)

    def href(number: int) -> str:
        kept = {k: v for k, v in query.items() if v} | ({"page": str(number)} if number > 1 else {})
        return f"{path}?{urlencode(kept)}" if kept else path

    links: list[PageLink] = []
    for number in _window(page, last):
        if links and number - links[-1].number > 1:
            links.append(PageLink(number=number - 1, gap=True))
        links.append(PageLink(number=number, href=href(number), here=number == page))
    return Pages(
        page=page,
        last=last,
        prev=href(page - 1) if page > 1 else None,
        next=href(page + 1) if page < last else None,
        links=tuple(links),
        capped=total is None or wanted > PAGE_DEPTH,
    )


def _window(page: int, last: int) -> Iterable[int]:
    return sorted({1, last, *range(max(1, page - 2), min(last, page + 2) + 1)})


def count_text(total: int | None) -> str:
    """`1 234` with thin groups; “超过 1 000” where counting stopped (decision 27)."""
    return f"超过 {grouped(COUNT_CAP)}" if total is None else grouped(total)


def grouped(number: int) -> str:
    """Thousands apart by a no-break space, as the national standard for numerals writes them."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def moment(known: Known) -> str:
    """An instant as people here read it: Beijing time to the minute."""
    return known.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def date_text(value: str | date | None) -> str | None:
    """A date cell as shown: 长期 for the open end of the standard, as it stands otherwise."""
    if value is None:
        return None
    text = value.isoformat() if isinstance(value, date) else value
    return "长期" if text == OPEN_ENDED.isoformat() else text


def wan_yuan_note(value: str | None) -> str | None:
    """`5.5` 万元 as `合 55 000.00 元`; None where the text is no decimal. Exact: Decimal throughout."""
    if not value:
        return None
    try:
        yuan = Decimal(value) * 10_000
    except InvalidOperation:
        return None
    return f"合 {f'{yuan:,.2f}'.replace(',', chr(0xA0))} 元" if yuan.is_finite() else None


def highlighted(name: str, query: str) -> tuple[tuple[str, bool], ...]:
    """`name` in parts, each with whether it is what was asked for."""
    if not query or query not in name:
        return ((name, False),)
    parts: list[tuple[str, bool]] = []
    rest = name
    while query in rest:
        before, _, rest = rest.partition(query)
        parts += [(before, False), (query, True)]
    parts.append((rest, False))
    return tuple(p for p in parts if p[0])


def bytes_text(size: int) -> str:
    """A file size in words: 12 KB, 3.4 MB."""
    if size < 1 << 20:
        return f"{max(1, size >> 10)} KB"
    tenths = size * 10 // (1 << 20)
    return f"{tenths // 10}.{tenths % 10} MB"
