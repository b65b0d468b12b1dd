"""From a page to rows of fields: pure, and forgiving of broken HTML as browsers are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from xinheng.core.identity import mask
from xinheng.outward.capture.model import MOST_TEXT, FieldRule, Place, Source

_BLANKS = re.compile(r"\s+")
_LABEL_ENDS = " :：\u3000"
LABELS = "th, td, dt, label, strong, b, span, p, div, li"


@dataclass(frozen=True)
class Found:
    """One row of a list: its fields so far, and the page of the decision where there is one."""

    fields: Mapping[str, str]
    link: str | None = None


def rows(page: str, url: str, source: Source) -> list[Found]:
    """The rows of a list page that say anything at all (a heading row does not)."""
    found = []
    for node in LexborHTMLParser(page).css(source.rows):
        fields = dict(_fields(node, source, Place.LIST))
        link = _link(node, source, url)
        if fields or link:
            found.append(Found(fields, link))
    return found


def matched(page: str, source: Source) -> int:
    """How many rows the list selector finds."""
    return len(LexborHTMLParser(page).css(source.rows))


def detail(page: str, source: Source) -> dict[str, str]:
    """The fields of a decision's own page."""
    root = LexborHTMLParser(page).root
    return dict(_fields(root, source, Place.DETAIL)) if root is not None else {}


def next_page(page: str, url: str, source: Source, number: int) -> str | None:
    """The address of the page after this one, which is page `number` (from 1)."""
    if number >= source.paging.most:
        return None
    if source.paging.number is not None:
        return source.paging.number.replace("{page}", str(source.paging.first + number - 1))
    if source.paging.next is None:
        return None
    link = LexborHTMLParser(page).css_first(source.paging.next)
    href = link.attributes.get("href") if link is not None else None
    return _absolute(href, url)


def _link(node: LexborNode, source: Source, url: str) -> str | None:
    if source.link is None:
        return None
    found = node.css_first(source.link)
    return _absolute(found.attributes.get("href"), url) if found is not None else None


def _absolute(href: str | None, url: str) -> str | None:
    if not href or href.strip().lower().startswith(("javascript:", "mailto:", "#")):
        return None
    try:
        return urljoin(url, href.strip()).partition("#")[0]
    except ValueError:
        return None


def _fields(node: LexborNode, source: Source, place: Place) -> Iterator[tuple[str, str]]:
    for rule in source.fields:
        if rule.place is place and (text := _text(node, rule)):
            yield rule.code, text


def _text(node: LexborNode, rule: FieldRule) -> str | None:
    found = _labelled(node, rule.label) if rule.label else node.css_first(rule.select or "*")
    if found is None:
        return None
    if rule.attribute:
        text = found.attributes.get(rule.attribute) or ""
    else:
        text = found.text(deep=True, separator=" " if rule.label is None else "")
    text = _BLANKS.sub(" ", text.replace("\0", "")).strip()[:MOST_TEXT]
    if rule.match is not None:
        hit = rule.match.search(text)
        text = (hit[1] if hit and rule.match.groups else hit[0] if hit else "") or ""
    return mask(text.strip())[0] or None


def _labelled(node: LexborNode, label: str) -> LexborNode | None:
    """The element after the innermost one whose whole text is the label."""
    wanted = _plain(label)
    for each in node.css(LABELS):
        if _plain(each.text(deep=True)) == wanted:
            beside: LexborNode | None = each.next
            while beside is not None and not beside.is_element_node:
                beside = beside.next
            if beside is not None:
                return beside
    return None


def _plain(text: str) -> str:
    return _BLANKS.sub("", text).strip(_LABEL_ENDS)
