"""Home and search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.subjects import lookup
from xinheng.evidence.subjects.model import COUNTED, PAGE_SIZE, UNKNOWN_STATUS, Found
from xinheng.evidence.subjects.model import Hit as FoundHit
from xinheng.faces.web import reading
from xinheng.faces.web.access import anyone
from xinheng.faces.web.context import House
from xinheng.faces.web.pages import PUBLIC
from xinheng.faces.web.portal.organisations import standing
from xinheng.faces.web.portal.views import Hit, ResultsView
from xinheng.faces.web.views import COUNT_CAP, Tag, count_text, highlighted, page_number, pages
from xinheng.judgement.publicity import service as publicity

NONE_SHOWN: Final = "没有公示中的记录"

router = APIRouter(dependencies=[Depends(anyone)], include_in_schema=False)


@router.get("/search")
async def search(
    request: Request, web: House, q: Annotated[str, Query()] = "", page: Annotated[str, Query()] = ""
) -> Response:
    """Results of one question; a whole code that is known leads straight to its organisation."""
    asked = q.strip()
    if not asked:
        return web.render.public(request, "portal/results.html", "search", results=ResultsView(""))
    try:
        found = await lookup.find(web.searches, asked, page_number(page))
    except XinhengError as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        results = ResultsView(asked, asked=True, error=refusal.as_dict())
        return web.render.public(request, "portal/results.html", "search", results=results)
    if found.by_code and len(found.hits) == 1:
        to, kept = f"/organisations/{found.hits[0].code}", {"cache-control": PUBLIC, "vary": "HX-Request"}
        if "hx-request" in request.headers:  # htmx would follow a redirect and put the page into the results
            return Response(headers={**kept, "hx-redirect": to})
        return RedirectResponse(to, 303, kept)
    ids, day = [hit.subject for hit in found.hits], web.today()
    counts = await reading.read(web.reads, lambda tx: publicity.shown_counts(tx, ids, day))
    results = results_of(asked, found, counts)
    return web.render.public(request, "portal/results.html", "search", results=results)


def results_of(asked: str, found: Found, counts: Mapping[UUID, int]) -> ResultsView:
    """What a page of hits shows. `counts`: subject -> records shown now. Pure."""
    total = None if found.beyond else found.total
    listed = pages(found.page, COUNTED if found.beyond else found.total, "/search", {"q": asked}, PAGE_SIZE)
    return ResultsView(
        query=asked,
        hits=tuple(_hit(h, asked, counts.get(h.subject, 0)) for h in found.hits),
        count_text=count_text(total),
        fuzzy=found.similar,
        asked=True,
        suggestion=found.suggestion,
        pages=replace(listed, capped=found.beyond),
    )


def _hit(hit: FoundHit, asked: str, shown: int) -> Hit:
    tags = [] if hit.status == UNKNOWN_STATUS else [standing(hit.status)]
    if not hit.registered:
        tags.append(Tag("未经登记核实", "warn"))
    return Hit(
        code=hit.code,
        name_parts=highlighted(hit.name, asked),
        tags=tuple(tags),
        facts=tuple(f for f in (hit.kind, hit.division) if f),
        other_name=hit.other_name,
        shown=f"正在公示 {count_text(shown if shown <= COUNT_CAP else None)} 条" if shown else NONE_SHOWN,
    )
