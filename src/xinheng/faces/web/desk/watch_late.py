"""迟报: late records one by one, with the rule they are held against."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from xinheng.evidence.completeness.model import next_month
from xinheng.evidence.intake.due import CHANNEL
from xinheng.faces.web.access import AnySession, oversees, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import watch_views as views
from xinheng.faces.web.desk.cases_reach import in_scope
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.desk.watch import PATH as WATCH
from xinheng.faces.web.desk.watch import item_names
from xinheng.faces.web.views import PAGE_DEPTH, FormError, grouped, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Session
from xinheng.outward.monitoring import late as lateness
from xinheng.outward.reports.exports import Reader

router = APIRouter(include_in_schema=False)
PATH: Final = f"{WATCH}/late"
SIZE: Final = 50
MONTH: Final = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
HEADER: Final = ("文号", "单位", "事项", "决定日期", "应报期限", "收到日期", "迟报天数", "依据", "回执")
Text = Annotated[str, Query(max_length=40)]


class Asked:
    """Which late records: an agency of the scope (all), an item, months of receipt."""

    def __init__(
        self,
        agency: Text = "",
        item: Text = "",
        first: Annotated[str, Query(alias="from", max_length=10)] = "",
        last: Annotated[str, Query(alias="to", max_length=10)] = "",
    ) -> None:
        self.agency, self.item, self.first, self.last = agency, item, first, last

    @property
    def query(self) -> dict[str, str]:
        """As the address names it."""
        return {"agency": self.agency, "item": self.item, "from": self.first, "to": self.last}

    def days(self, day: date) -> tuple[date, date]:
        """Half-open; this year where the months make no sense."""
        first, last = _month(self.first), _month(self.last)
        return first or date(day.year, 1, 1), next_month(last or day)

    @property
    def errors(self) -> tuple[FormError, ...]:
        """What is wrong with the months."""
        return tuple(
            FormError(f"月份“{text[:10]}”写作 2026-01", field)
            for text, field in ((self.first, "from"), (self.last, "to"))
            if text and _month(text) is None
        )


These = Annotated[Asked, Depends()]


def _month(text: str) -> date | None:
    return date.fromisoformat(f"{text}-01") if MONTH.fullmatch(text) else None


def _sources(tx: Transaction, scope: Collection[UUID] | None, code: str) -> list[UUID] | None:
    """The agencies asked about: one of the scope, or all of it."""
    if not code:
        return None if scope is None else list(scope)
    agency = agencies.by_code(tx, code)
    if scope is not None and agency.agency not in scope:
        return []
    return list(agencies.standing(tx, agency).own)


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_late(web: House, session: AnySession, asked: These, wanted: Wanted, page: Text = "") -> Response:
    """Late records with decision date, last day, day received, days late and the rule."""
    if wanted.form:
        return send(web, session, wanted, Sheet("迟报记录", HEADER, _reader(web, session, asked)))
    number, day, items = page_number(page), web.today(), item_names(web)
    item = asked.item if asked.item in items else None
    with web.transaction() as tx:
        scope = in_scope(web, tx, session)
        sources = _sources(tx, scope, asked.agency)
        count = sum(lateness.counts(tx, sources, item, asked.days(day)).values())
        found = lateness.listed(tx, sources, item, asked.days(day), (SIZE, (number - 1) * SIZE))
        names = agencies.by_ids(tx, {one.source for one in found})
        seen = [a for _, a in agencies.tree(tx) if scope is None or a.agency in scope]
    view = views.LateView(
        lines=tuple(views.late_line(one, names, items, _rule(web, one)) for one in found),
        count=grouped(count),
        items=tuple(items.items()),
        agencies=tuple((a.code, a.name) for a in seen),
        asked=asked.query,
        with_agency=oversees(session),
        pages=pages(number, min(count, SIZE * PAGE_DEPTH), PATH, asked.query, SIZE),
        errors=asked.errors,
    )
    status = 422 if asked.errors else 200
    return web.render.private("desk/watch_late.html", "watch-late", status, late=view, who=who(session))


def _rule(web: Web, late: lateness.Late) -> str:
    """The term that was in force on the day of decision, with its law."""
    item = web.app.pack.items.get(late.item)
    terms = item.timeliness_on(CHANNEL, late.decided_on) if item else ()
    if not terms:
        return "收到时的规则包"
    return f"{terms[-1].working_days} 个工作日（{web.app.pack.cite(terms[-1].basis)}）"


def _reader(web: Web, session: Session, asked: Asked) -> Reader:
    """The same list, page by page."""
    items = item_names(web)
    item = asked.item if asked.item in items else None

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        sources = _sources(tx, in_scope(web, tx, session), asked.agency)
        found = lateness.listed(tx, sources, item, asked.days(web.today()), (limit, offset))
        names = agencies.by_ids(tx, {one.source for one in found})
        lines = [views.late_line(one, names, items, _rule(web, one)) for one in found]
        return [
            (x.document, x.agency, x.item, x.decided, x.due, x.received, x.days, x.rule, str(x.receipt))
            for x in lines
        ]

    return read
