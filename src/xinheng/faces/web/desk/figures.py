"""数字: what an agency handed in over a period; for an office all of its place, down to each body."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from xinheng.evidence.intake import numbers
from xinheng.evidence.intake.figures import Figures, figures
from xinheng.faces.web.access import AnySession, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.exporting import Sheet, Wanted, WantedForm, send
from xinheng.faces.web.desk.figures_views import (
    MEASURES,
    FiguresView,
    Line,
    after,
    items_of,
    line,
    months_between,
    months_of,
    numbers_of,
    opening,
    parts_of,
    ways_of,
)
from xinheng.faces.web.desk.reach import heads, require
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import FormError
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import moving
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, Session
from xinheng.office.access.model_tree import By, order_of
from xinheng.outward.reports.exports import safe

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = "/desk/figures"
LONGEST: Final = 36  # months in one table
MONTH: Final = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
ORDERS: Final = {
    By.PLACE: ("按地域", "在这一地域办公的单位，不论由谁主管"),
    By.LINE: ("按条线", "本单位和由其主管的单位，不论在哪里办公"),
}


@dataclass(frozen=True)
class Asked:
    """A head (None: the whole platform), an order, and months, both included."""

    head: Agency | None
    by: By
    first: date
    last: date

    def query(self, head: Agency | None) -> str:
        """The same for another head."""
        kept = {"agency": head.code} if head else {}
        kept |= {"by": self.by.value, "from": f"{self.first:%Y-%m}", "to": f"{self.last:%Y-%m}"}
        return urlencode(kept)


@router.get(PATH)
def show_figures(
    web: House,
    session: AnySession,
    wanted: Wanted,
    agency: Annotated[str, Query(max_length=40)] = "",
    by: Annotated[str, Query(max_length=10)] = "",
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    last: Annotated[str, Query(alias="to", max_length=10)] = "",
) -> Response:
    """The figures of an agency the account may see; without one, of its own."""
    if wanted.form:
        return _export(web, session, wanted, (agency, by, (first, last)))
    with web.transaction() as tx:
        asked, errors = _asked(web, tx, session, agency, by, (first, last))
        found, known = _found(tx, asked)
        above = _above(tx, session, asked, web.today())
        today = moving.scope(tx, asked.head, web.today(), asked.by)
        register = numbers.counts(tx, web.app.pack, today)
    return web.render.private(
        "desk/figures.html",
        "figures",
        status=422 if errors else 200,
        view=replace(_view(web, asked, (found, known), errors), above=above, numbers=numbers_of(register)),
        who=who(session),
    )


@router.get(PATH + ".csv")
def send_figures(
    web: House,
    session: AnySession,
    agency: Annotated[str, Query(max_length=40)] = "",
    by: Annotated[str, Query(max_length=10)] = "",
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    last: Annotated[str, Query(alias="to", max_length=10)] = "",
) -> Response:
    """The same as a file: a row each for the sum, months, items, ways and bodies."""
    with web.transaction() as tx:
        asked, _ = _asked(web, tx, session, agency, by, (first, last))
        found, known = _found(tx, asked)
    view = _view(web, asked, (found, known), ())
    name = f"数字-{view.name}-{view.from_month}-{view.to_month}.csv"
    return Response(
        _csv(view).encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={
            "cache-control": PRIVATE,
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        },
    )


def _export(
    web: Web, session: Session, wanted: WantedForm, given: tuple[str, str, tuple[str, str]]
) -> Response:
    """The same as a workbook or to print."""

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        asked, _ = _asked(web, tx, session, *given)
        return _table(_view(web, asked, _found(tx, asked), ()))[offset : offset + limit]

    return send(web, session, wanted, Sheet("数字", ("分类", "名称", *(m.name for m in MEASURES)), read))


def _table(view: FiguresView) -> list[tuple[str, ...]]:
    """(group, name, cells …) of everything on the page."""
    groups: tuple[tuple[str, Iterable[Line]], ...] = (
        ("合计", [view.total]),
        ("月份", view.months),
        ("事项", view.items),
        ("途径", view.ways),
        ("单位", view.parts),
    )
    return [(group, each.name, *each.cells) for group, lines in groups for each in lines]


def _csv(view: FiguresView) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["分类", "名称", *(m.name for m in view.measures)])
    # names are typed by people: a spreadsheet must not take one for a formula
    writer.writerows([group, safe(name), *cells] for group, name, *cells in _table(view))
    return text.getvalue()


def _asked(
    web: Web, tx: Transaction, session: Session, code: str, by: str, months: tuple[str, str]
) -> tuple[Asked, tuple[FormError, ...]]:
    day = web.today()
    own = heads(tx, session)
    head = agencies.by_code(tx, code) if code else own[0] if own else None
    require(tx, session, head, day)
    order = By(by) if by in set(By) else order_of(head.kind) if head else By.PLACE
    first, last = _month(months[0]), _month(months[1])
    errors = [
        FormError(f"月份“{text}”写作 2026-01", field)
        for text, read, field in ((months[0], first, "from"), (months[1], last, "to"))
        if text and read is None
    ]
    first, last = first or date(day.year, 1, 1), last or day.replace(day=1)
    if not errors and (first > last or len(months_between(first, last)) > LONGEST):
        errors.append(FormError(f"起止月份：先起后止，不超过 {LONGEST} 个月", "from"))
    if errors:
        first, last = date(day.year, 1, 1), day.replace(day=1)
    return Asked(head, order, first, last), tuple(errors)


def _month(text: str) -> date | None:
    return date.fromisoformat(f"{text}-01") if MONTH.fullmatch(text) else None


def _found(tx: Transaction, asked: Asked) -> tuple[Figures, dict[UUID, Agency]]:
    end = after(asked.last)
    parts = moving.parts(tx, asked.head, asked.first, end, asked.by)
    return figures(tx, parts, asked.first, end), dict(agencies.by_ids(tx, parts))


def _above(tx: Transaction, session: Session, asked: Asked, day: date) -> tuple[tuple[str, str], ...]:
    """The way back up, as far as the account may see, topmost first."""
    if asked.head is None:
        return ()
    way = list(moving.links(tx).above(asked.head.agency, asked.by, day))
    known = agencies.by_ids(tx, way)
    found = []
    for agency in way:
        if not require(tx, session, known[agency], day, quiet=True):
            break
        found.append((f"{PATH}?{asked.query(known[agency])}", known[agency].name))
    return tuple(reversed(found))


def _view(
    web: Web,
    asked: Asked,
    told: tuple[Figures, dict[UUID, Agency]],
    errors: tuple[FormError, ...],
) -> FiguresView:
    found, known = told
    parts = parts_of(found, asked.head, known, lambda a: f"{PATH}?{asked.query(a)}")
    text, note = ORDERS[asked.by]
    return FiguresView(
        name=asked.head.name if asked.head else "全平台",
        code=asked.head.code if asked.head else None,
        order=text,
        order_note=note,
        orders=tuple((by.value, ORDERS[by][0], by is asked.by) for by in By),
        from_month=f"{asked.first:%Y-%m}",
        to_month=f"{asked.last:%Y-%m}",
        figures=opening(found.total),
        measures=MEASURES,
        months=months_of(found, months_between(asked.first, asked.last)),
        total=line("合计", found.total, found.flow()),
        items=items_of(found, {i.id: i.name for i in web.app.pack.items.values()}),
        ways=ways_of(found),
        parts=parts if len(parts) > 1 else (),
        csv=f"{PATH}.csv?{asked.query(asked.head)}",
        errors=errors,
    )
