"""The first page."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Depends, Request, Response

from xinheng.faces.web.access import anyone
from xinheng.faces.web.context import House
from xinheng.faces.web.portal.shown import public_items, record_lines
from xinheng.faces.web.portal.views import HomeView, RecordLine
from xinheng.faces.web.views import COUNT_CAP, Figure, count_text, grouped
from xinheng.judgement.publicity import service as publicity
from xinheng.judgement.publicity.model import PublicityRow
from xinheng.office.access import service as agencies
from xinheng.office.access.model import AgencyKind

router = APIRouter(dependencies=[Depends(anyone)], include_in_schema=False)
LATEST = 8


@router.get("/")
def show_home(request: Request, web: House) -> Response:
    """Search, a few figures, the latest decisions."""
    day, pack = web.today(), web.app.pack
    with web.transaction() as tx:
        figures = []
        newest: list[PublicityRow] = []
        for item in public_items(pack):
            newest += publicity.shown_records(tx, publicity.Listing(item=item.id), day, 1).rows
            count = publicity.shown_count(tx, publicity.Listing(item=item.id), day)
            shown = count_text(None if count > COUNT_CAP else count)
            figures.append(Figure(f"正在公示的{item.name}", shown))
        sources = [a for _, a in agencies.tree(tx) if a.kind is not AgencyKind.OFFICE and a.exists(day)]
        figures.append(Figure("信源单位", grouped(len(sources))))
        latest = record_lines(tx, pack, publicity.shown_records(tx, publicity.Listing(), day, LATEST).rows)
        examples = examples_of(record_lines(tx, pack, newest))
    view = HomeView(figures=tuple(figures), examples=examples, latest=latest)
    return web.render.public(request, "portal/home.html", "home", home=view)


def examples_of(lines: Sequence[RecordLine]) -> tuple[str, ...]:
    """What one may type to try the search: an organisation of a record that has no end, such as a permit.
    Whoever was fined last is not held up as the example. Pure."""
    return next(((line.party_name, line.party_code) for line in lines if line.until is None), ())
