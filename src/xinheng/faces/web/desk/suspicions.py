"""疑似瞒报: the lists, one list with its lines and progress, and what its office does with it as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import Kind, XinhengError
from xinheng.faces.web.access import AnySession, OwnForm, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import suspicions_showing as showing
from xinheng.faces.web.desk import suspicions_views as views
from xinheng.faces.web.desk.cases_reach import actor
from xinheng.faces.web.desk.exporting import Wanted, send
from xinheng.faces.web.desk.suspicions_lines import (
    PATH,
    days,
    errors_of,
    is_office,
    lines_view,
    mine,
    office,
    sees,
    sheet,
)
from xinheng.faces.web.errors import status_of
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import grouped, page_number, pages
from xinheng.office.access import service as agencies
from xinheng.office.access.model import AgencyKind, Session
from xinheng.outward.suspicions import lists, service, splitting, telling
from xinheng.outward.suspicions.model import Filter, Source, State

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
LISTS: Final = 50
SAID: Final = {
    "kept": "清单已导入。下一步：分解到各单位",
    "split": "已分解",
    "done": "已办理",
    "closed": "清单已办结",
    "merged": "答复包已合并，请逐行审核",
    "back": "已收回没有答复的行",
}


# -- lists -------------------------------------------------------------------------------------------


@router.get(PATH)
def show_lists(web: House, session: AnySession, page: Annotated[str, Query(max_length=10)] = "") -> Response:
    """Every list that this body holds, or of which something came to it."""
    number, day, add = page_number(page), web.today(), web.app.pack.calendar.add_working_days
    own = sees(session)
    with web.transaction() as tx:
        those = lists.listed(tx, own, LISTS + 1, (number - 1) * LISTS)
        tallies = lists.tallies(tx, those, own)
        names = agencies.by_ids(tx, {one.office for one in those})
        found = sum(service.count(tx, Filter(sees=own, source=s)) for s in (Source.GAP, Source.COMPARED))
    view = views.ListsView(
        lines=tuple(
            showing.list_line(one, tallies.get(one.list_id, (0, 0)), names[one.office].name, day, add)
            for one in those[:LISTS]
        ),
        may_import=is_office(session),
        found=grouped(found),
        pages=pages(number, (number - 1) * LISTS + len(those), PATH, {}, LISTS),
    )
    return web.render.private("desk/suspicions.html", "suspicions", view=view, who=who(session))


# -- lines of a list, or all -------------------------------------------------------------------------

State_ = Annotated[str, Query(max_length=20)]
Text = Annotated[str, Query(max_length=60)]


@router.get(f"{PATH}/found")
def show_found(  # noqa: PLR0913, PLR0917 - one parameter a filter
    web: House,
    session: AnySession,
    form: Wanted,
    state: State_ = "",
    q: Text = "",
    hand: Text = "",
    page: Text = "",
    said: Text = "",
) -> Response:
    """Every suspicion that went through this body's hands, of lists and of the platform's own."""
    if form.form:
        return send(web, session, form, sheet(session, None, {"state": state, "q": q, "hand": hand}))
    return found_page(web, session, {"state": state, "q": q, "hand": hand}, page_number(page), SAID.get(said))


def found_page(
    web: Web,
    session: Session,
    chosen: Mapping[str, str],
    number: int,
    said: str | None = None,
    refusal: XinhengError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """The page of all lines, with what is said about the last thing done."""
    with web.transaction() as tx:
        lines = lines_view(web, tx, session, None, chosen, number, typed)
    view = views.FoundView(lines, said, errors_of(refusal))
    status = status_of(refusal) if refusal else 200
    return web.render.private("desk/suspicions_found.html", "suspicions", status, view=view, who=who(session))


@router.get(PATH + "/lists/{list_id}")
def show_list(  # noqa: PLR0913, PLR0917 - one parameter a filter
    web: House,
    session: AnySession,
    form: Wanted,
    list_id: UUID,
    state: State_ = "",
    below: Text = "",
    q: Text = "",
    hand: Text = "",
    page: Text = "",
    said: Text = "",
    n: Text = "",
) -> Response:
    """A list: progress, lines, and what this body does with them."""
    chosen = {"state": state, "below": below, "q": q, "hand": hand}
    if form.form:
        with web.transaction() as tx:
            lists.by_id(tx, list_id, sees(session))
        return send(web, session, form, sheet(session, list_id, chosen))
    told = SAID.get(said)
    count = f"：{int(n)} 行" if n.isascii() and n.isdigit() else ""
    return list_page(web, session, list_id, chosen, page_number(page), told and told + count)


def list_page(  # noqa: PLR0913, PLR0917 - what is shown, and what is said about it
    web: Web,
    session: Session,
    list_id: UUID,
    chosen: Mapping[str, str],
    number: int,
    said: str | None = None,
    refusal: XinhengError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    own = sees(session)
    with web.transaction() as tx:
        one = lists.by_id(tx, list_id, own)
        progress = tuple(lists.progress(tx, list_id, own, web.today()))
        lines = lines_view(web, tx, session, one, chosen, number, typed)
        sent = lists.packages(tx, list_id) if one.office == own else []
        known = agencies.by_ids(tx, {one.office, *(p.agency for p in progress), *(p.agency for p in sent)})
        given = lists.given_back(tx, list_id) if one.office == own or own is None else []
        waiting = service.count(tx, Filter(list_id=list_id, hand=mine(session), state=State.GIVEN))
    names = {a.agency: a.name for a in known.values()}
    bodies = [p for p in progress if p.agency != own]
    persons = one.persons if one.office == own or own is None else 0
    view = views.ListView(
        list_id=list_id,
        title=one.title,
        pairs=showing.list_pairs(one, names[one.office]),
        figures=showing.figures(sum(p.lines for p in progress) + persons, persons, progress),
        lines=lines,
        progress=tuple(showing.progress_line(p, names.get(p.agency, "—")) for p in bodies),
        packages=tuple(showing.package_line(p, names.get(p.agency, "—")) for p in sent),
        given=tuple(showing.given_line(g) for g in given),
        holds=is_office(session) and one.office == own,
        splits=grouped(waiting) if is_office(session) and waiting else None,
        days=one.days_back,
        to_offices=tuple(
            views.Choice(known[p.agency].code, known[p.agency].name)
            for p in bodies
            if known[p.agency].kind is AgencyKind.OFFICE and p.given
        ),
        from_package=one.origin is not None,
        closed=f"{one.closed:%Y-%m-%d} {one.closed_by}" if one.closed else None,
        persons=persons,
        said=said,
        errors=errors_of(refusal),
    )
    status = status_of(refusal) if refusal else 200
    return web.render.private("desk/suspicion_list.html", "suspicions", status, view=view, who=who(session))


# -- what the office does with a list ----------------------------------------------------------------


def attempted(web: Web, session: Session, list_id: UUID, act: Callable[[], str]) -> Response:
    """Do something with a list; where it is refused, the page again with the reason."""
    try:
        query = act()
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        return list_page(web, session, list_id, {}, 1, refusal=refusal)
    return RedirectResponse(f"{PATH}/lists/{list_id}?{query}", 303, {"cache-control": PRIVATE})


@router.post(PATH + "/lists/{list_id}/split")
def split(web: House, session: AnySession, list_id: UUID, form: OwnForm) -> Response:
    """Give every line in hand to the body that decided it."""

    def act() -> str:
        with web.transaction() as tx:
            one = lists.by_id(tx, list_id, sees(session))
            by, clock = actor(session), web.app.clock
            done = splitting.split(
                tx, one, office(session), by, clock, days(form), deep=form.get("deep") == "1"
            )
            telling.given(tx, done.given, by, clock, web.app.pack)
        return f"said=split&n={done.total}"

    return attempted(web, session, list_id, act)


@router.post(PATH + "/lists/{list_id}/close")
def close(web: House, session: AnySession, list_id: UUID, _: OwnForm) -> Response:
    """End a list whose lines are all settled."""

    def act() -> str:
        with web.transaction() as tx:
            lists.close(tx, list_id, office(session), actor(session), web.app.clock)
        return "said=closed"

    return attempted(web, session, list_id, act)
