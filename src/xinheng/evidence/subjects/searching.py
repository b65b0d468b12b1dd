"""How a search runs: which statements, in which order, and what is made of their rows.

Written as a generator that asks for one query at a time and is sent its rows: the same steps serve the
synchronous `service` and the asynchronous `lookup`, and neither can drift from the other.

A text of two characters or more is looked for by its pairs, which an index holds, and then as it stands.
Pairs in more than one name of twenty are left out, for reading them costs more than they save; where nothing
else is left, plain scanning meets a thousand hits soon enough. Counting ends at COUNTED, and ordering happens
within those counted: what search cannot order cheaply it does not promise to order.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from rapidfuzz import fuzz

from xinheng.core.uscc import judge, normalise
from xinheng.evidence.subjects import search_sql as sql
from xinheng.evidence.subjects.errors import NothingAsked, PageOutOfReach, TooMuchAsked
from xinheng.evidence.subjects.folding import fold_one, grams_of
from xinheng.evidence.subjects.model import (
    COUNTED,
    MOST_ASKED,
    PAGE_SIZE,
    PAGES,
    Found,
    Hit,
    NameState,
    Subject,
    SubjectName,
)
from xinheng.ground.store.transaction import Row

CODE_LENGTH: Final = 18
SHORTEST_SIMILAR: Final = 3  # characters; below, everything is similar to everything
RAREST: Final = 5  # characters of a misspelt name that its candidates share two of
MOST_SIMILAR: Final = 3 * PAGE_SIZE


@dataclass(frozen=True)
class Ask:
    """One query: SQL text and its named parameters."""

    sql: str
    params: dict[str, Any]


Answer = TypeVar("Answer")
Steps = Generator[Ask, list[Row], Answer]


def searching(text: str, page: int = 1) -> Steps[Found]:
    """One page of what `text` finds: an exact code (former ones too), part of a name, or a misspelt name.

    Raises NothingAsked, TooMuchAsked, PageOutOfReach.
    """
    if not 1 <= page <= PAGES:
        raise PageOutOfReach(page)
    if len(text) > MOST_ASKED:
        raise TooMuchAsked(len(text))
    folded = fold_one(text)
    if not folded:
        raise NothingAsked
    suggestion = None
    if len(code := normalise(text)) == CODE_LENGTH and code.isascii():
        rows = yield Ask(sql.BY_CODE, {"code": code})
        if rows:
            return Found(tuple(_hit(row) for row in rows), len(rows), False, 1, 1, by_code=True)
        suggestion = judge(code).suggestion
    found = yield from _by_part(folded, page)
    if not found.total and len(folded) >= SHORTEST_SIMILAR and not folded.isascii():
        found = yield from _by_likeness(folded, page)
    return Found(
        found.hits,
        found.total,
        found.beyond,
        page,
        found.pages,
        similar=found.similar,
        suggestion=suggestion,
    )


def looking_up(code: str) -> Steps[Subject | None]:
    """The organisation that bears or bore `code` (blanks, widths and case folded); None for none."""
    asked = normalise(code)
    rows = yield Ask(sql.SUBJECT, {"code": asked})
    if rows:
        return subject_of(rows[0])
    rows = yield Ask(sql.SUBJECT_BY_ALIAS, {"code": asked})
    return replace(subject_of(rows[0]), asked_code=asked) if rows else None


def subject_of(row: Row) -> Subject:
    """A subject from a row of `search_sql.SUBJECT`."""
    *own, names, states, sinces, codes = row
    others = zip(names or (), states or (), sinces or (), strict=True)
    return replace(
        Subject(*own),
        names=tuple(SubjectName(n, NameState(state), at) for n, state, at in others),
        former_codes=tuple(codes or ()),
    )


def _by_part(folded: str, page: int) -> Steps[Found]:
    singles, pairs = grams_of(folded)
    wanted = pairs or singles
    frequent = {gram for (gram,) in (yield Ask(sql.FREQUENT, {"grams": wanted}))}
    telling = [gram for gram in wanted if gram not in frequent]
    params = {
        "text": folded,
        "part": f"%{_escaped(folded)}%",
        "start": f"{_escaped(folded)}%",
        "most": COUNTED + 1,
        "size": PAGE_SIZE,
        "skip": (page - 1) * PAGE_SIZE,
    }
    if telling:
        rows = yield Ask(sql.BY_GRAMS, {**params, "grams": telling})
    else:
        rows = yield Ask(sql.BY_SCAN, params)
    if not rows and page > 1:  # past the last page: only the count is wanted
        first = yield from _by_part(folded, 1)
        return Found((), first.total, first.beyond, page, first.pages)
    total = rows[0][0] if rows else 0
    hits = tuple(_hit(row[1:], folded) for row in rows)
    return Found(hits, min(total, COUNTED), total > COUNTED, page, _pages(total))


def _by_likeness(folded: str, page: int) -> Steps[Found]:
    """Names that share two of the rarest characters asked for, ranked by how little must be changed."""
    singles, _ = grams_of(folded)
    ranked = yield Ask(sql.BY_RARITY, {"grams": singles, "rarest": RAREST})
    both = [[a, b] for i, (a, rare) in enumerate(ranked) if rare for b, _ in ranked[i + 1 :]]
    if not both:
        return Found((), 0, False, page, 0, similar=True)
    rows = yield Ask(*sql.sharing(both))
    scored = sorted(
        ((score, row) for row in rows if (score := _likeness(folded, row))),
        key=lambda pair: (-pair[0][0], -pair[0][1], pair[1][2], pair[1][1]),
    )[:MOST_SIMILAR]
    start = (page - 1) * PAGE_SIZE
    hits = tuple(_hit(row, None) for _, row in scored[start : start + PAGE_SIZE])
    return Found(hits, len(scored), False, page, _pages(len(scored)), similar=True)


def _likeness(folded: str, row: Row) -> tuple[int, int] | None:
    """(percent of the best fitting part, percent of the whole name), or None where it is too far off.

    One character in four may be wrong, and one in any case.
    """
    least = 100 * (len(folded) - max(1, len(folded) // 4)) // len(folded)
    best: tuple[int, int] | None = None
    for name in (row[-2], *(row[-1] or "").split("\n")):
        whole = round(fuzz.ratio(folded, name))
        part = round(fuzz.partial_ratio(folded, name)) if len(name) >= len(folded) else whole
        if part >= least and (best is None or (part, whole) > best):
            best = (part, whole)
    return best


def _hit(row: Row, folded: str | None = None) -> Hit:
    """A hit from the columns of `search_sql.COLUMNS`."""
    *shown, own, former = row
    other = None
    if folded is not None and former and folded not in own:
        other = next((name for name in former.split("\n") if folded in name), None)
    return replace(Hit(*shown), other_name=other)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _pages(total: int) -> int:
    return min(PAGES, -(-total // PAGE_SIZE))
