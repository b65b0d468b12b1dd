"""质量公开: for every month whose cut-off has passed, the counts, the rates and how they are worked out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from xinheng.evidence.completeness.model import first_of
from xinheng.faces.web.access import anyone
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.errors import PageAbsentError
from xinheng.faces.web.pages import tagged
from xinheng.faces.web.portal.quality_months import MONTHS
from xinheng.faces.web.views import FormError
from xinheng.outward.reports import quality as published
from xinheng.outward.reports import scope
from xinheng.outward.reports.errors import NoCutoff
from xinheng.outward.reports.quality import COUNTS, FORMULAS, RATES, Quality

router = APIRouter(dependencies=[Depends(anyone)], include_in_schema=False)
PATH: Final = "/quality"
MONTH: Final = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
FILES: Final = {
    ".csv": (published.counts_csv, "text/csv; charset=utf-8"),
    "-rates.csv": (published.rates_csv, "text/csv; charset=utf-8"),
    ".json": (published.as_json, "application/json"),
}


@dataclass(frozen=True)
class UnitLine:
    name: str
    code: str
    counts: tuple[str, ...]
    rates: tuple[str, ...]


@dataclass(frozen=True)
class QualityView:
    month: str
    months: tuple[str, ...]
    told: Quality
    total: UnitLine
    units: tuple[UnitLine, ...]
    formulas: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    errors: tuple[FormError, ...] = ()


@router.get(PATH)
def show_quality(web: House, request: Request, month: Annotated[str, Query(max_length=10)] = "") -> Response:
    """One month: units with counts and rates, formulas, files."""
    ready = _ready(web)
    if not ready:
        return web.render.public(request, "portal/quality_none.html", "quality")
    chosen = next((m for m in ready if f"{m:%Y-%m}" == month), ready[0])
    told = web.quality.of(web.app, chosen)
    view = QualityView(
        month=told.month,
        months=tuple(f"{m:%Y-%m}" for m in ready),
        told=told,
        total=_line(told.total, "全平台"),
        units=tuple(_line(unit, unit.name) for unit in told.units),
        formulas=tuple(FORMULAS.items()),
        fields=(("计数文件", tuple(COUNTS.items())), ("比率文件", tuple(RATES.items()))),
    )
    return web.render.public(request, "portal/quality.html", "quality", view=view)


def _line(unit: published.UnitRates, name: str) -> UnitLine:
    sums = unit.sums
    numbers = (sums.accepted, sums.corrected, sums.returned, sums.late, sums.undated)
    rates = tuple(ratio.shown for ratio in unit.rates.values())
    return UnitLine(name, unit.code, tuple(str(n) for n in numbers), rates)


def _ready(web: Web) -> list[date]:
    """The last months whose cut-off has passed, the newest first."""
    found, month = [], first_of(web.today())
    for _ in range(MONTHS):
        month = first_of(month - timedelta(days=1))
        try:
            if scope.cutoff_of(web.app.pack, month) <= web.app.clock.now().at:
                found.append(month)
        except NoCutoff:
            continue
    return found


@router.get(PATH + "/{name}")
def send_quality(web: House, request: Request, name: str) -> Response:
    """`2026-10.csv`, `2026-10-rates.csv`, `2026-10.json`."""
    month, end = name[:7], name[7:]
    if not MONTH.fullmatch(month) or end not in FILES:
        raise _absent(name)
    day = date.fromisoformat(f"{month}-01")
    if day not in _ready(web):
        raise _absent(name)
    writer, media = FILES[end]
    return tagged(request, writer(web.quality.of(web.app, day)), media)


def _absent(name: str) -> PageAbsentError:
    return PageAbsentError(
        found=f"没有公布“{name[:40]}”", expected="已公布的月份", todo="从“数据质量”页面选择月份"
    )
