"""缺号: gaps in document numbers as the last run judged them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from xinheng.faces.web.access import AnySession, oversees, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import watch_views as views
from xinheng.faces.web.desk.cases_reach import in_scope
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.desk.watch import PATH as WATCH
from xinheng.faces.web.desk.watch import item_names
from xinheng.faces.web.views import PAGE_DEPTH, Figure, grouped, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Session
from xinheng.outward.monitoring import store
from xinheng.outward.monitoring.series import Verdict
from xinheng.outward.reports.exports import Reader

router = APIRouter(include_in_schema=False)
PATH: Final = f"{WATCH}/gaps"
SIZE: Final = 50
HEADER: Final = ("缺号", "单位", "事项", "个数", "应报期限", "判断", "原因", "前一号", "后一号")
Text = Annotated[str, Query(max_length=40)]


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_gaps(
    web: House, session: AnySession, asked: Wanted, verdict: Text = "", page: Text = ""
) -> Response:
    """Gaps as the last run judged them, with their neighbours."""
    number = page_number(page)
    wanted = Verdict(verdict) if verdict in set(Verdict) else Verdict.SUSPECTED
    if asked.form:
        return send(web, session, asked, Sheet("缺号", HEADER, _reader(web, session, wanted)))
    with web.transaction() as tx:
        scope = in_scope(web, tx, session)
        counts = store.count_gaps(tx, scope)
        found = store.gaps(tx, scope, wanted, SIZE, (number - 1) * SIZE)
        names = agencies.by_ids(tx, {gap.agency for gap in found})
    items = item_names(web)
    total = min(counts[wanted][0], SIZE * PAGE_DEPTH)
    view = views.GapsView(
        figures=tuple(Figure(views.VERDICTS[v].text, grouped(counts[v][1])) for v in Verdict),
        lines=tuple(views.gap_line(gap, names, items) for gap in found),
        verdict=wanted.value,
        verdicts=tuple((v.value, f"{views.VERDICTS[v].text}（{counts[v][0]} 处）") for v in Verdict),
        with_agency=oversees(session),
        pages=pages(number, total, PATH, {"verdict": wanted.value}, SIZE),
    )
    return web.render.private("desk/watch_gaps.html", "watch-gaps", gaps=view, who=who(session))


def _reader(web: Web, session: Session, verdict: Verdict) -> Reader:
    """The same list, page by page."""
    items = item_names(web)

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        found = store.gaps(tx, in_scope(web, tx, session), verdict, limit, offset)
        names = agencies.by_ids(tx, {gap.agency for gap in found})
        lines = [views.gap_line(gap, names, items) for gap in found]
        return [
            (x.numbers, x.agency, x.item, x.missing, x.due or "", x.tag.text, x.why, x.lower, x.upper)
            for x in lines
        ]

    return read
