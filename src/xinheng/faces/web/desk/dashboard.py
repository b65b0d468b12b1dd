"""图表: a head's last twelve months drawn, each chart with the table it is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from xinheng.evidence.completeness.model import first_of
from xinheng.faces.web.access import AnySession, signed_in, who
from xinheng.faces.web.context import House
from xinheng.faces.web.desk.reach import heads, require
from xinheng.office.access import service as agencies
from xinheng.outward.documents.model import Table
from xinheng.outward.reports.board import board

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = "/desk/dashboard"
MONTHS: Final = 12


@dataclass(frozen=True)
class ChartView:
    """A table with how it is drawn; `series`: which of its columns."""

    key: str
    kind: str  # line, bar (lying), stack, pie
    table: Table
    series: str


@dataclass(frozen=True)
class DashboardView:
    name: str
    since: str
    charts: tuple[ChartView, ...]


@router.get(PATH)
def show_dashboard(
    web: House, session: AnySession, agency: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """The charts of an agency the account may see; without one, of its own."""
    today = web.today()
    since = first_of(today)
    for _ in range(MONTHS - 1):
        since = first_of(since - timedelta(days=1))
    with web.transaction() as tx:
        own = heads(tx, session)
        head = agencies.by_code(tx, agency) if agency else own[0] if own else None
        require(tx, session, head, today)
        found = board(tx, web.app.pack, head, since, today)
    charts = (
        ChartView("volume", "stack", found.volume, "|".join(c.name for c in found.volume.columns[1:])),
        ChartView("rates", "line", found.rates, "合规率|及时率"),
        ChartView("units", "bar", found.units, "合规率"),
        ChartView("returns", "bar", found.returns, "行数"),
        ChartView("cases", "pie", found.cases, "件数"),
    )
    view = DashboardView(head.name if head else "全平台", f"{since:%Y-%m}", charts)
    return web.render.private("desk/dashboard.html", "dashboard", view=view, who=who(session))
