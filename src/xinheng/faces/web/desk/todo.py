"""待办: everything with a clock and an owner, the most pressing first; giving it to colleagues."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from xinheng.core.times import SHANGHAI
from xinheng.faces.web.access import AnySession, check_token, oversees, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import todo_views as views
from xinheng.faces.web.desk.cases_reach import actor, in_scope
from xinheng.faces.web.desk.cases_views import CaseLine, Choice, case_line
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.errors import ParameterError
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import Turn
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import accounts
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.office.cases import days
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Case, Filter, State, working_day_before, yellow_until

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = views.PATH
Text = Annotated[str, Query(max_length=120)]


@router.get("/desk/todo")
def send_on() -> Response:
    """The list under the name that people type."""
    return RedirectResponse(PATH, 307, {"cache-control": PRIVATE})


@router.get(PATH)
def show_list(  # noqa: PLR0913, PLR0917 - one parameter a filter
    web: House,
    session: AnySession,
    wanted: Wanted,
    kind: Text = "",
    state: Text = "",
    colour: Text = "",
    owner: Text = "",
    hand: Text = "",
    after: Text = "",
    given: Text = "",
) -> Response:
    """What waits: due today, overdue, handed from above, then the nearest term."""
    chosen = {"kind": kind, "state": state, "colour": colour, "owner": owner, "hand": hand}
    if wanted.form:
        return send(web, session, wanted, _sheet(web, session, chosen))
    with web.transaction() as tx:
        view = _view(web, tx, session, chosen, after, given)
    return web.render.private("desk/cases.html", "cases", cases=view, who=who(session))


def today_of(web: Web) -> views.Today:
    """The days that the list turns on, by the house's clock and the pack's calendar."""
    day, calendar = web.today(), web.app.pack.calendar
    before = working_day_before(day, calendar.is_workday)
    return views.Today(day, yellow_until(day, calendar.add_working_days), _start(before), _start(day))


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def _view(
    web: Web, tx: Transaction, session: Session, chosen: Mapping[str, str], after: str, given: str
) -> views.TodoView:
    today, scope = today_of(web), in_scope(web, tx, session)
    counts = days.sums(tx, scope, today.day, today.soon)
    day = days.day(tx, scope, today.day, today.since, today.began)
    tallies = counts.by_owner
    known = agencies.by_ids(tx, tallies)
    names = {agency.agency: agency.name for agency in known.values()}
    base = _filter(session, scope, chosen)
    sections, turn = _sections(web, tx, session, (base, chosen, today), after)
    several = oversees(session)
    return views.TodoView(
        shortcuts=views.shortcuts(counts.total, day, chosen),
        sections=sections,
        with_owner=several,
        kinds=views.kind_choices(counts.by_kind, chosen["kind"]),
        states=views.state_choices(),
        whens=views.choices(views.WHEN),
        owners=views.owner_choices(tallies, names) if several else (),
        hands=views.choices(views.HANDS),
        chosen=chosen,
        count=views.counted(_count(tx, base, chosen, today, counts.total.open)),
        next_term=views.next_term(day),
        turn=turn,
        by_kind=views.by_kind(counts.by_kind) if len(counts.by_kind) > 1 else (),
        by_unit=views.by_unit(tallies, names) if several and len(tallies) > 1 else (),
        more_units=max(0, len(tallies) - views.UNITS),
        colleagues=_colleagues(tx, session),
        account=str(session.account.account),
        hand_over=session.agency is not None,
        ownerless=views.gone(tallies, known, today.day),
        done=int(given) if given.isascii() and given.isdigit() else None,
    )


def _filter(session: Session, scope: frozenset[UUID] | None, chosen: Mapping[str, str]) -> Filter:
    owner = _uuid(chosen["owner"])
    seen = scope is None or owner is None or owner in scope
    return Filter(
        owners=scope if owner is None else None if seen else (),  # one unit of the scope: by its own index
        owner=owner,
        kind=chosen["kind"] or None,
        state=State(chosen["state"]) if chosen["state"] in set(State) else None,
        account=session.account.account if chosen["hand"] == "mine" else None,
        loose=chosen["hand"] == "nobody",
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)  # nobody: an address that was typed wrongly finds nothing


def _count(
    tx: Transaction, base: Filter, chosen: Mapping[str, str], today: views.Today, everything: int
) -> int:
    """How many the filters leave, counted up to COUNTED; without any, what was counted already."""
    if not any(chosen.values()):
        return everything
    if base.state is State.CLOSED:
        return cases.count(tx, base, views.COUNTED + 1)
    wanted = views.stretches(base, chosen["colour"], today)
    one = wanted[0].wanted if chosen["colour"] in views.WHEN else base
    return cases.count(tx, _open(one), views.COUNTED + 1)


def _open(wanted: Filter) -> Filter:
    return Filter(**{**vars(wanted), "closed": False})


_Asked = tuple[Filter, Mapping[str, str], views.Today]


def _sections(
    web: Web, tx: Transaction, session: Session, asked: _Asked, after: str
) -> tuple[tuple[views.Section, ...], Turn]:
    base, chosen, today = asked
    if base.state is State.CLOSED:
        place = views.place_of(after, closed=True)
        found = [("办结", cases.ended(tx, base, place.after, views.SIZE + 1))]
    else:
        wanted = views.stretches(base, chosen["colour"], today)
        place = views.place_of(after)
        found = _stretch_by_stretch(tx, wanted, place)
    flat = [(number, case) for number, (_, part) in enumerate(found) for case in part]
    more = len(flat) > views.SIZE
    kept = flat[: views.SIZE]
    line_of = _lines(web, tx, session, [case for _, case in kept])
    sections = tuple(
        views.Section(title, tuple(line_of(case) for n, case in kept if n == number))
        for number, (title, _) in enumerate(found)
        if any(n == number for n, _ in kept)
    )
    on = None
    if more:
        last, case = kept[-1]
        first = place.stretch if base.state is not State.CLOSED else 0
        on = views.address(**chosen, after=views.written(views.Place(first + last, views.after(case))))
    first_page = views.address(**chosen) if after else None
    return sections, Turn(page=1, first=first_page, next=on)


def _stretch_by_stretch(
    tx: Transaction, wanted: tuple[views.Stretch, ...], place: views.Place
) -> list[tuple[str, list[Case]]]:
    found: list[tuple[str, list[Case]]] = []
    missing = views.SIZE + 1
    for number, stretch in enumerate(wanted[place.stretch :]):
        begin = place.after if number == 0 else None
        part = cases.following(tx, stretch.wanted, begin, missing) if missing else []
        missing -= len(part)
        found.append((stretch.title, part))
    return found


def _sheet(web: Web, session: Session, chosen: Mapping[str, str]) -> Sheet:
    """The list as it leaves the house, read from where the last page ended, stretch by stretch."""
    today, begun = today_of(web), [views.Place(0, None)]

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        base = _filter(session, in_scope(web, tx, session), chosen)
        closed = base.state is State.CLOSED
        wanted = (views.Stretch("办结", base),) if closed else views.stretches(base, chosen["colour"], today)
        found: list[Case] = []
        place = begin = begun[0]
        for number in range(begin.stretch, len(wanted)):
            after = begin.after if number == begin.stretch else None
            turn = cases.ended if closed else cases.following
            part = turn(tx, wanted[number].wanted, after, limit - len(found))
            found += part
            place = views.Place(number, views.after(part[-1]) if part else after)
            if len(found) == limit:
                break
        begun[0] = place
        line_of = _lines(web, tx, session, found)
        return [_row(case, line_of(case)) for case in found]

    return Sheet("待办", ("种类", "事由", "责任单位", "经办人", "状态", "期限", "紧急", "已有", "编号"), read)


def _row(case: Case, line: CaseLine) -> tuple[str, ...]:
    pressing = line.pressing.text if line.pressing else ""
    named = (line.kind, line.title, line.owner, line.hand or "", line.state.text)
    return (*named, line.due or "", pressing, line.age, str(case.case))


def _lines(web: Web, tx: Transaction, session: Session, shown: list[Case]) -> Callable[[Case], CaseLine]:
    """From a case to its line, with the names that the page's cases need."""
    known = agencies.by_ids(tx, {case.owner for case in shown})
    names = {agency.agency: agency.name for agency in known.values()}
    people = accounts.names(tx, {case.account for case in shown if case.account})
    day, add = web.today(), web.app.pack.calendar.add_working_days
    own = session.account.agency if session.account.role is not Role.AUDITOR else None
    return lambda case: case_line(case, names, people, day, add, own)


def _colleagues(tx: Transaction, session: Session) -> tuple[Choice, ...]:
    """To whom own cases may be given: oneself first."""
    if session.agency is None or session.account.role is Role.AUDITOR:
        return ()
    found = [a for a in accounts.of_agency(tx, session.agency.agency) if a.disabled is None]
    mine = session.account.account
    found.sort(key=lambda a: (a.account != mine, a.login))
    return tuple(Choice(str(a.account), f"{a.name}（我）" if a.account == mine else a.name) for a in found)


# -- giving out work ---------------------------------------------------------------------------------


async def _form(request: Request) -> FormData:
    """A plain form whose boxes have one name. A form with a file is not read."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise ParameterError(
            found="提交的不是普通表单", expected="从本站页面提交的表单", todo="回到页面重新提交"
        )
    return await request.form(max_fields=views.SIZE + 20)


@router.post(f"{PATH}/assign")
def assign_many(web: House, session: AnySession, form: Annotated[FormData, Depends(_form)]) -> Response:
    """Take what was ticked in hand, or give it to a colleague."""
    check_token(session, {name: text for name, text in form.items() if isinstance(text, str)})
    ticked = [case for text in form.getlist("case") if (case := _uuid(str(text)))]
    to = _uuid(str(form.get("account", "")))
    with web.transaction() as tx:
        own = accounts.of_agency(tx, session.agency.agency) if session.agency else []
        person = next((a for a in own if a.account == to and a.disabled is None), None)
        if person is None or session.agency is None or session.account.role is Role.AUDITOR or not ticked:
            raise ParameterError(
                found="没有勾选事项，或没有选本单位在用的账号",
                expected="勾选本单位的待办，并选一位同事",
                todo="回到待办清单，勾选后再提交",
                where="case",
            )
        count = days.assign(
            tx, ticked, session.agency.agency, person.account, person.name, actor(session), web.app.clock
        )
    return RedirectResponse(views.address(given=str(count)), 303, {"cache-control": PRIVATE})
