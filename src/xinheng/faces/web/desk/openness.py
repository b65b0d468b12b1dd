"""公开比例: of what is to be shown how much is shown today, by body and item, and why the rest is not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from xinheng.faces.web.access import AnySession, oversees, signed_in, who
from xinheng.faces.web.context import House
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.views import FormError, grouped
from xinheng.judgement.publicity import openness
from xinheng.judgement.publicity.openness import Openness
from xinheng.law.scorecards import rounded
from xinheng.office.access import moving
from xinheng.office.access import service as agencies
from xinheng.office.access.model_tree import By

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = "/desk/openness"
MONTH: Final = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
LONGEST: Final = 60  # months in one question
NONE: Final = "—"
COLUMNS: Final = ("单位", "事项", "公示中", "应公示", "比例", "没有公示的原因")


@dataclass(frozen=True)
class Line:
    agency: str
    item: str
    published: str
    publishable: str
    ratio: str
    why: str


@dataclass(frozen=True)
class View:
    day: str
    how: str
    from_month: str
    to_month: str
    total: Line
    lines: tuple[Line, ...]
    errors: tuple[FormError, ...] = ()


@router.get(PATH)
def show(
    web: House,
    session: AnySession,
    wanted: Wanted,
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    last: Annotated[str, Query(alias="to", max_length=10)] = "",
) -> Response:
    """An agency's own share; for an office that of every body within its area."""
    day, pack = web.today(), web.app.pack
    span, errors = _span(first, last, day)
    items = {i.id: i.name for i in pack.items.values() if i.marks.shown}
    with web.transaction() as tx:
        head = None if oversees(session) and session.agency is None else session.agency
        sources = moving.scope(tx, head, day, By.PLACE) if head or oversees(session) else frozenset()
        found = openness.openness(tx, sources, list(items), day, span)
        names = agencies.by_ids(tx, {row.source for row in found})
    lines = sorted(
        (_line(names[r.source].name, items[r.item], (r,)) for r in found if r.source in names),
        key=lambda line: (line.agency, line.item),
    )
    if wanted.form and not errors:
        cells = [(r.agency, r.item, r.published, r.publishable, r.ratio, r.why) for r in lines]
        return send(web, session, wanted, Sheet("公开比例", COLUMNS, lambda _, n, at: cells[at : at + n]))
    end = date.fromordinal(span[1].toordinal() - 1)
    view = View(
        day=str(day),
        how=openness.HOW,
        from_month=f"{span[0]:%Y-%m}",
        to_month=f"{end:%Y-%m}",
        total=_line("合计", "", found),
        lines=tuple(lines),
        errors=errors,
    )
    status = 422 if errors else 200
    return web.render.private("desk/openness.html", "openness", status, view=view, who=who(session))


def _span(first: str, last: str, day: date) -> tuple[tuple[date, date], tuple[FormError, ...]]:
    """The days of decision, half-open; this year so far where nothing (good) was asked."""
    usual = date(day.year, 1, 1), _next(day)
    if not first and not last:
        return usual, ()
    if not (MONTH.fullmatch(first) and MONTH.fullmatch(last)):
        return usual, (FormError("月份写作 2026-01", "from"),)
    start, end = date.fromisoformat(f"{first}-01"), _next(date.fromisoformat(f"{last}-01"))
    months = (end.year - start.year) * 12 + end.month - start.month
    if not 1 <= months <= LONGEST:
        return usual, (FormError(f"起止月份：先起后止，不超过 {LONGEST} 个月", "from"),)
    return (start, end), ()


def _next(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _line(agency: str, item: str, rows: Sequence[Openness]) -> Line:
    published, publishable = sum(r.published for r in rows), sum(r.publishable for r in rows)
    why: Counter[str] = Counter()
    for row in rows:
        why.update(row.withheld)
    share: Decimal | None = rounded(Fraction(100 * published, publishable), 2) if publishable else None
    return Line(
        agency,
        item,
        grouped(published),
        grouped(publishable),
        NONE if share is None else f"{share}%",
        "，".join(f"{text} {grouped(n)}" for text, n in sorted(why.items())) or NONE,
    )
