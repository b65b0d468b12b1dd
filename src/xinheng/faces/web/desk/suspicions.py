"""疑似瞒报: the lists, one list with its lines and progress, and what its office does with it as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.intake.incoming import Incoming
from xinheng.faces.web.access import AnySession, OwnForm, oversees, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import suspicions_views as views
from xinheng.faces.web.desk.cases_reach import actor
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.errors import ParameterError, status_of
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import FormError, grouped, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, AgencyKind, Role, Session
from xinheng.outward.documents.attachments import Attachments
from xinheng.outward.suspicions import lists, packages, returning, service, splitting
from xinheng.outward.suspicions.errors import ListAbsent
from xinheng.outward.suspicions.model import OUTCOMES, STATES, Filter, Outcome, Source, State, Suspicion
from xinheng.outward.suspicions.model_lists import SuspicionList

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = "/desk/suspicions"
SIZE: Final = 25  # lines of a page: a form with a file carries few fields
LISTS: Final = 50
SAID: Final = {
    "kept": "清单已导入。下一步：分解到各单位",
    "split": "已分解",
    "done": "已办理",
    "closed": "清单已办结",
    "merged": "答复包已合并，请逐行审核",
    "back": "已收回没有答复的行",
}
TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
}


def sees(session: Session) -> UUID | None:
    """Whose lines an account sees: those that went through its body's hands; None: all (the auditor)."""
    if session.account.role is Role.AUDITOR or (oversees(session) and session.account.agency is None):
        return None
    return session.account.agency or UUID(int=0)


def mine(session: Session) -> UUID | None:
    """For which body the account acts; the auditor for none."""
    return None if session.account.role is Role.AUDITOR else session.account.agency


def is_office(session: Session) -> bool:
    """Whether it acts for a credit office: only those take lists in, split and check."""
    return (
        mine(session) is not None and session.agency is not None and session.agency.kind is AgencyKind.OFFICE
    )


def shelf(web: Web) -> Attachments:
    """Where the scans of this room lie: a digest of another room's file is never taken for one of ours."""
    web.app.home.attachments.mkdir(mode=0o700, exist_ok=True)
    return Attachments(web.app.home.attachments / "suspicions")


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
            views.list_line(one, tallies.get(one.list_id, (0, 0)), names[one.office].name, day, add)
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


def errors_of(refusal: XinhengError | None) -> tuple[FormError, ...]:
    """A refusal as the error summary of a page."""
    if refusal is None:
        return ()
    field = refusal.where if refusal.where in ("outcome", "note", "to", "file", "days") else None
    return (FormError(f"{refusal.title}：{refusal.found}。{refusal.todo}", field),)


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
        pairs=views.list_pairs(one, names[one.office]),
        figures=views.figures(sum(p.lines for p in progress) + persons, persons, progress),
        lines=lines,
        progress=tuple(views.progress_line(p, names.get(p.agency, "—")) for p in bodies),
        packages=tuple(views.package_line(p, names.get(p.agency, "—")) for p in sent),
        given=tuple(views.given_line(g) for g in given),
        holds=is_office(session) and one.office == own,
        splits=grouped(waiting) if is_office(session) and waiting else None,
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


COLUMNS: Final = (
    *("行", "文号", "相对人", "决定日期", "分到", "现在由谁办", "状态", "结论", "说明", "期限", "来源"),
)


def sheet(session: Session, list_id: UUID | None, chosen: Mapping[str, str]) -> Sheet:
    """The lines that the page's filter shows, as a list that leaves the house."""
    asked = wanted(session, list_id, chosen)

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        found = service.listed(tx, asked, limit, offset)
        known = agencies.by_ids(tx, {body for s in found for body in (s.agency, s.hand)})
        names = {a.agency: a.name for a in known.values()}
        return [views.exported(s, names) for s in found]

    return Sheet("疑似瞒报", COLUMNS, read)


def wanted(session: Session, list_id: UUID | None, chosen: Mapping[str, str]) -> Filter:
    """The filter that the page's fields mean, within what the account sees."""
    state, outcome = chosen.get("state", ""), chosen.get("state", "")
    return Filter(
        sees=sees(session),
        list_id=list_id,
        hand=mine(session) if chosen.get("hand") == "mine" else None,
        state=State(state) if state in {s.value for s in State} else None,
        outcome=Outcome(outcome) if outcome in {o.value for o in Outcome} else None,
        below=_uuid(chosen.get("below", "")),
        number=chosen.get("q", "").strip() or None,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)


def lines_view(
    web: Web,
    tx: Transaction,
    session: Session,
    one: SuspicionList | None,
    chosen: Mapping[str, str],
    number: int,
    typed: Mapping[str, str] | None = None,
) -> views.LinesView:
    """A page of lines with what may be done with them."""
    asked = wanted(session, one.list_id if one else None, chosen)
    total = service.count(tx, asked)
    found = service.listed(tx, asked, SIZE, (number - 1) * SIZE)
    bodies = {body for s in found for body in (s.agency, s.hand)}
    belows = lists.progress(tx, one.list_id, asked.sees, web.today()) if one else []
    known = agencies.by_ids(tx, bodies | {p.agency for p in belows})
    names = {a.agency: a.name for a in known.values()}
    day, add, own = web.today(), web.app.pack.calendar.add_working_days, mine(session)
    path = f"{PATH}/lists/{one.list_id}" if one else f"{PATH}/found"
    act = act_form(
        web, tx, session, [s for s in found if s.awaits_answer_of(own) or s.awaits_check_of(own)], typed
    )
    return views.LinesView(
        path=path,
        lines=tuple(views.line_view(s, names, own, day, add) for s in found),
        count=grouped(total),
        total=total,
        chosen=views.typed(chosen),
        states=(
            *(views.Choice(s.value, text) for s, text in STATES.items()),
            *(views.Choice(o.value, f"结论：{text}") for o, text in OUTCOMES.items()),
        ),
        belows=tuple(
            views.Choice(str(p.agency), names.get(p.agency, "—")) for p in belows if p.agency != asked.sees
        ),
        act=act,
        list_id=one.list_id if one else None,
        pages=pages(number, total, path, chosen, SIZE),
        with_source=one is None,
    )


def act_form(
    web: Web, tx: Transaction, session: Session, those: list[Suspicion], typed: Mapping[str, str] | None
) -> views.ActForm:
    """What this body may do with these: answer, pass on, send back; accept, return."""
    own = mine(session)
    answers = [s for s in those if s.awaits_answer_of(own)]
    below: tuple[views.Choice, ...] = ()
    if answers and is_office(session) and session.agency is not None:
        below = tuple(
            views.Choice(a.code, a.name) for a in _below(tx, session.agency, web) if a.agency != own
        )
    return views.ActForm(
        answers=bool(answers),
        checks=any(s.awaits_check_of(own) for s in those),
        passes=below,
        backs=any(len(s.chain) > 1 for s in answers),
        chosen=views.typed(typed or {}),
    )


def _below(tx: Transaction, office: Agency, web: Web) -> list[Agency]:
    day = web.today()
    tree = agencies.tree(tx, day)
    depth_of = {a.agency: depth for depth, a in tree}
    if office.agency not in depth_of:
        return []
    at = next(i for i, (_, a) in enumerate(tree) if a.agency == office.agency)
    found = []
    for depth, agency in tree[at + 1 :]:
        if depth <= depth_of[office.agency]:
            break
        if agency.exists(day):
            found.append(agency)
    return found


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


def days(form: Mapping[str, str], name: str = "days") -> int:
    """Days as typed. Raises ParameterError."""
    text = form.get(name, "").strip() or "0"
    if not (text.isascii() and text.isdigit() and int(text[:3]) <= lists.MOST_DAYS):
        raise ParameterError(
            found=f"天数写成了“{text[:10]}”",
            expected=f"0 至 {lists.MOST_DAYS} 的整数",
            todo="改正后再提交",
            where=name,
        )
    return int(text)


@router.post(PATH + "/lists/{list_id}/split")
def split(web: House, session: AnySession, list_id: UUID, form: OwnForm) -> Response:
    """Give every line in hand to the body that decided it."""

    def act() -> str:
        with web.transaction() as tx:
            one = lists.by_id(tx, list_id, sees(session))
            done = splitting.split(
                tx,
                one,
                office(session),
                actor(session),
                web.app.clock,
                days(form),
                deep=form.get("deep") == "1",
            )
        return f"said=split&n={done.total}"

    return attempted(web, session, list_id, act)


def office(session: Session) -> UUID:
    """The office for which the account acts. Raises ListAbsent."""
    own = mine(session)
    if own is None or not is_office(session):
        raise ListAbsent(found="这个账号不属于信用办", expected="信用办的账号", todo="请信用办办理")
    return own


@router.post(PATH + "/lists/{list_id}/close")
def close(web: House, session: AnySession, list_id: UUID, _: OwnForm) -> Response:
    """End a list whose lines are all settled."""

    def act() -> str:
        with web.transaction() as tx:
            lists.close(tx, list_id, office(session), actor(session), web.app.clock)
        return "said=closed"

    return attempted(web, session, list_id, act)


@router.post(PATH + "/lists/{list_id}/export")
def export(web: House, session: AnySession, list_id: UUID, form: OwnForm) -> Response:
    """The list in the sender's form, as it stands; a zip has the scans too."""
    kind = form.get("kind", "")
    if kind not in TYPES:
        raise ParameterError(found="没有选格式", expected="xlsx、csv 或 zip", todo="选一种再导出")
    with web.turns.turn(), Incoming(web.app.incoming).work() as folder, web.transaction() as tx:
        one = lists.held_by(tx, list_id, office(session))
        what = returning.returned(tx, one)
        if kind == "zip":
            target = folder / "back.zip"
            returning.as_zip(one, what, one.kind, shelf(web).read, target)
            content = target.read_bytes()
        else:
            content = returning.WRITERS[kind](one, what)
        count = (len(what.rows), what.open)
        returning.note(tx, one, kind, returning.digest(content), count, actor(session), web.app.clock)
    return download(content, kind, f"{one.title}-反馈.{kind}")


def download(content: bytes, kind: str, name: str) -> Response:
    """A file that is saved, never shown."""
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "cache-control": PRIVATE,
        "x-sha256": returning.digest(content),
    }
    return Response(content, media_type=TYPES.get(kind, kind), headers=headers)


# -- between instances -------------------------------------------------------------------------------


@router.post(PATH + "/lists/{list_id}/package")
def hand_on(web: House, session: AnySession, list_id: UUID, form: OwnForm) -> Response:
    """What a body below has in hand, as a package for its own platform."""
    try:
        with Incoming(web.app.incoming).work() as folder:
            target = folder / "handed.zip"
            with web.transaction() as tx:
                one = lists.held_by(tx, list_id, office(session))
                to = agencies.by_code(tx, form.get("to", ""))
                packages.hand_on(tx, one, to, actor(session), web.app.clock, target)
            content = target.read_bytes()
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        return list_page(web, session, list_id, {}, 1, refusal=refusal)
    return download(content, "zip", f"{one.title}-下发-{to.name}.zip")


@router.post(PATH + "/lists/{list_id}/package/back")
def take_back(web: House, session: AnySession, list_id: UUID, form: OwnForm) -> Response:
    """Lines that are still out come back into the hand of the body here."""

    def act() -> str:
        with web.transaction() as tx:
            lists.held_by(tx, list_id, office(session))
            package = lists.package(tx, list_id, _uuid(form.get("package", "")) or UUID(int=0))
            return f"said=back&n={packages.take_back(tx, package, actor(session), web.app.clock)}"

    return attempted(web, session, list_id, act)


@router.post(PATH + "/lists/{list_id}/give")
def give(web: House, session: AnySession, list_id: UUID, _: OwnForm) -> Response:
    """The settled answers of a list that came as a package, with their scans."""
    try:
        with web.turns.turn(), Incoming(web.app.incoming).work() as folder:
            target: Path = folder / "answers.zip"
            with web.transaction() as tx:
                one = lists.held_by(tx, list_id, office(session))
                packages.give(tx, one, shelf(web).read, actor(session), web.app.clock, target)
            content = target.read_bytes()
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        return list_page(web, session, list_id, {}, 1, refusal=refusal)
    return download(content, "zip", f"{one.title}-答复.zip")
