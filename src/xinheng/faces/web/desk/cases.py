"""待办: the list, one case, what is done about it, handing over to a colleague."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.intake import answering, returned_store, returning
from xinheng.evidence.intake.answering import Act
from xinheng.evidence.intake.returned_cases import KIND as RETURNED_ROW
from xinheng.evidence.intake.service import kept_receipt
from xinheng.faces.web.access import AnySession, OwnForm, oversees, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import cases_views as views
from xinheng.faces.web.desk.case_kinds import link_of, name_of
from xinheng.faces.web.desk.receipt_views import check_line
from xinheng.faces.web.errors import ParameterError, RoleRefusedError, status_of
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import Figure, FormError, Tag, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import accounts, moving
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Account, Role, Session
from xinheng.office.cases import service as cases
from xinheng.office.cases.errors import CaseAbsent, HandOverRefused
from xinheng.office.cases.model import NAMES, Actor, Case, Colour, Filter, Page, State, yellow_until

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = "/desk/cases"
SIZE: Final = 50
ROWS: Final = 20  # returned rows of one case that are written out


def in_scope(web: Web, tx: Transaction, session: Session) -> frozenset[UUID] | None:
    """Whose cases an account sees: its agency's; an office's, all below it; the auditor's, everyone's."""
    if not oversees(session):
        return frozenset({session.account.agency or UUID(int=0)})
    if session.agency is None or session.account.role is Role.AUDITOR:
        return None
    return moving.scope(tx, session.agency, web.today())


def actor(session: Session) -> Actor:
    """The account as the history of a case names it."""
    return Actor(session.account.account, session.account.agency, session.account.name)


def people(tx: Transaction) -> dict[UUID, Account]:
    """All accounts by id."""
    return {account.account: account for account in accounts.listed(tx)}


def own_case(web: Web, tx: Transaction, session: Session, case: UUID) -> Case:
    """A case that this account may see; another agency's is answered as if it did not exist."""
    there = cases.by_id(tx, case)
    mine = in_scope(web, tx, session)
    if mine is not None and there.owner not in mine:
        raise CaseAbsent(case)
    return there


def _member(session: Session, case: Case) -> bool:
    """Whether the account belongs to the agency that has to act."""
    return session.account.agency == case.owner and session.account.role is not Role.AUDITOR


def open_figures(web: Web, tx: Transaction, session: Session) -> tuple[Figure, ...]:
    """What waits for this account's agency or office, for the desk's first page; empty where nothing does."""
    day, add = web.today(), web.app.pack.calendar.add_working_days
    scope = in_scope(web, tx, session)
    total = cases.counts(tx, scope, day, yellow_until(day, add)).total
    contested = cases.count(tx, Filter(owners=scope, state=State.CONTESTED))
    return views.figures(total, contested) if total.open else ()


# -- the list ----------------------------------------------------------------------------------------


@router.get(PATH)
def show_list(  # noqa: PLR0913, PLR0917 - one parameter a filter
    web: House,
    session: AnySession,
    kind: Annotated[str, Query(max_length=40)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    colour: Annotated[str, Query(max_length=10)] = "",
    owner: Annotated[str, Query(max_length=40)] = "",
    hand: Annotated[str, Query(max_length=10)] = "",
    page: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """What waits: the nearest term first."""
    chosen = {"kind": kind, "state": state, "colour": colour, "owner": owner, "hand": hand}
    number, day, add = page_number(page), web.today(), web.app.pack.calendar.add_working_days
    soon = yellow_until(day, add)
    with web.transaction() as tx:
        scope = in_scope(web, tx, session)
        counts = cases.counts(tx, scope, day, soon)
        contested = cases.count(tx, Filter(owners=scope, state=State.CONTESTED))
        wanted = _filter(web, session, scope, chosen)
        total = cases.count(tx, wanted)
        found = cases.listed(tx, wanted, Page(number, SIZE))
        known = agencies.by_ids(tx, {c.owner for c in found} | {who for who, _ in counts.by})
        named = {one.account: one.name for one in people(tx).values()} if found else {}
    names = {agency.agency: agency.name for agency in known.values()}
    owners = sorted({who for who, _ in counts.by}, key=lambda who: -counts.of(who).open)
    view = views.CasesView(
        figures=views.figures(counts.total, contested),
        lines=tuple(views.case_line(c, names, named, day, add) for c in found),
        with_owner=oversees(session),
        kinds=tuple(
            views.Choice(k, f"{name_of(k)}（{counts.kind(k).open}）")
            for k in sorted({k for _, k in counts.by} | ({kind} if kind else set()))
        ),
        states=tuple(views.Choice(s.value, NAMES[s]) for s in State),
        colours=tuple(views.Choice(c.value, text) for c, text in views.COLOURS.items()),
        owners=tuple(
            views.Choice(str(who), f"{names.get(who, '—')}（{counts.of(who).open}）") for who in owners
        ),
        chosen=chosen,
        count=str(total),
        pages=pages(number, total, PATH, chosen, SIZE),
        hand_over=session.agency is not None,
    )
    return web.render.private("desk/cases.html", "cases", cases=view, who=who(session))


def _filter(web: Web, session: Session, scope: frozenset[UUID] | None, chosen: Mapping[str, str]) -> Filter:
    day, add = web.today(), web.app.pack.calendar.add_working_days
    red, yellow = (chosen["colour"] == c.value for c in (Colour.RED, Colour.YELLOW))
    state = _one_of(State, chosen["state"])
    return Filter(
        owners=scope,
        owner=_uuid(chosen["owner"]),
        kind=chosen["kind"] or None,
        state=state,
        account=session.account.account if chosen["hand"] == "mine" else None,
        overdue_on=day if red else None,
        due_from=day if yellow else None,
        due_until=yellow_until(day, add) if yellow else None,
        closed=False if yellow or state is None else None,
    )


def _one_of(states: type[State], text: str) -> State | None:
    return states(text) if text in {s.value for s in states} else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)  # nobody: an address that was typed wrongly finds nothing


# -- handing over ------------------------------------------------------------------------------------


@router.get(f"{PATH}/hand-over")
def show_hand_over(
    web: House, session: AnySession, done: Annotated[str, Query(max_length=9)] = ""
) -> Response:
    """To whom a colleague's open cases may go."""
    return _hand_over_page(web, session, done=int(done) if done.isascii() and done.isdigit() else None)


def _hand_over_page(
    web: Web, session: Session, *, done: int | None = None, refusal: XinhengError | None = None
) -> Response:
    with web.transaction() as tx:
        colleagues = [a for a in people(tx).values() if session.agency and a.agency == session.account.agency]
        counts = tuple((a.name, cases.count(tx, Filter(account=a.account, closed=False))) for a in colleagues)
    view = views.HandOverView(
        colleagues=tuple(
            views.Choice(str(a.account), a.name + ("（已停用）" if a.disabled else "")) for a in colleagues
        ),
        counts=counts,
        done=done,
        errors=(FormError(refusal.found, "to"),) if refusal else (),
    )
    status = status_of(refusal) if refusal else 200
    return web.render.private("desk/hand_over.html", "cases", status, view=view, who=who(session))


@router.post(f"{PATH}/hand-over")
def hand_over(web: House, session: AnySession, form: OwnForm) -> Response:
    """Give a colleague's open cases to another one of the same agency."""
    try:
        with web.transaction() as tx:
            before, after = (_colleague(tx, session, form.get(name, "")) for name in ("from", "to"))
            if before.account == after.account or after.disabled:
                raise HandOverRefused(
                    found="接手人与移交人相同，或已停用",
                    expected="本单位另一个在用的账号",
                    todo="重新选择接手人",
                    where="to",
                )
            count = cases.hand_over(tx, before.account, after.account, actor(session), web.app.clock)
    except HandOverRefused as refusal:
        return _hand_over_page(web, session, refusal=refusal)
    return RedirectResponse(f"{PATH}/hand-over?done={count}", 303, {"cache-control": PRIVATE})


def _colleague(tx: Transaction, session: Session, text: str) -> Account:
    found = people(tx).get(_uuid(text) or UUID(int=0))
    if found is None or session.account.agency is None or found.agency != session.account.agency:
        raise HandOverRefused(
            found="没有选人，或选的不是本单位的账号",
            expected="本单位的账号",
            todo="从列表里选择",
            where="to",
        )
    return found


# -- one case ----------------------------------------------------------------------------------------


@router.get(PATH + "/{case}")
def show_case(web: House, session: AnySession, case: UUID) -> Response:
    """One case with its history. Whoever of its agency opens it first has seen it."""
    with web.transaction() as tx:
        there = own_case(web, tx, session, case)
        if _member(session, there) and there.state is State.OPEN:
            answering.see(tx, [case], actor(session), web.app.clock)
    return _page(web, session, case)


def _page(
    web: Web, session: Session, case: UUID, refusal: XinhengError | None = None, reason: str = ""
) -> Response:
    with web.transaction() as tx:
        there = own_case(web, tx, session, case)
        steps = cases.history(tx, case)
        known = agencies.by_ids(tx, {there.owner})
        accounts_by_id = people(tx)
        rows = returned_store.rows_of(tx, case) if there.kind == RETURNED_ROW else []
        shown = tuple(_row(web, tx, row) for row in rows[:ROWS])
    day, add = web.today(), web.app.pack.calendar.add_working_days
    tag = views.pressing(there, day, add)
    named = {one.account: one.name for one in accounts_by_id.values()}
    member = _member(session, there)
    view = views.CaseView(
        case=case,
        title=there.title,
        tags=(Tag(NAMES[there.state], views.STATE_TONES[there.state]), *((tag,) if tag else ())),
        pairs=views.pairs(there, {a.agency: a.name for a in known.values()}, named),
        steps=tuple(views.step_line(step) for step in steps),
        rows=shown,
        more_rows=len(rows) - len(shown),
        acts=views.acts(there, own=member, office=session.account.role is Role.OFFICE),
        colleagues=tuple(
            views.Choice(str(a.account), a.name)
            for a in accounts_by_id.values()
            if member and a.agency == there.owner and a.disabled is None and there.closed is None
        ),
        mine=there.account == session.account.account,
        link=link_of(there),
        reason=reason,
        errors=(FormError(f"{refusal.title}：{refusal.found}。{refusal.todo}", "reason"),) if refusal else (),
    )
    status = status_of(refusal) if refusal else 200
    return web.render.private("desk/case.html", "cases", status, view=view, who=who(session))


def _row(web: Web, tx: Transaction, row: tuple[UUID, int, str, str]) -> views.RowView:
    receipt, line, cells, found = row
    item = web.app.pack.item(kept_receipt(tx, receipt).item)
    given = returning.cells(cells)
    return views.RowView(
        receipt,
        line,
        tuple(check_line(item, check) for check in returning.results(found)),
        tuple((header, text) for header, text in given.items() if text),
    )


@router.post(PATH + "/{case}/act")
def do_act(web: House, session: AnySession, case: UUID, form: OwnForm) -> Response:
    """Contest, answer, or say that it was not to be reported."""
    reason = form.get("reason", "")
    try:
        with web.transaction() as tx:
            there = own_case(web, tx, session, case)
            what = allowed(session, there, form.get("act", ""))
            if not answering.act(tx, [case], what, actor(session), reason, web.app.clock):
                raise _too_late()
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        return _page(web, session, case, refusal, reason)
    return RedirectResponse(f"{PATH}/{case}", 303, {"cache-control": PRIVATE})


def _too_late() -> ParameterError:
    return ParameterError(
        found="这件待办刚刚有了变化", expected="仍可这样办的待办", todo="看清现状后再办", where="act"
    )


def allowed(session: Session, case: Case, text: str) -> Act:
    """The act asked for, where this account may do it. Raises ParameterError, RoleRefusedError."""
    if text not in {act.value for act in Act}:
        raise ParameterError(found="没有选怎么办", expected="所列办法之一", todo="选一种再提交", where="act")
    what = Act(text)
    own, office = _member(session, case), session.account.role is Role.OFFICE
    if case.kind != RETURNED_ROW or (what in answering.OF_AGENCY and not own):
        raise _not_yours("退回行的信源单位账号")
    if what in answering.OF_OFFICE and not office:
        raise _not_yours("信用办的账号")
    return what


def _not_yours(expected: str) -> RoleRefusedError:
    return RoleRefusedError(
        found="这个账号不是办这件事的单位的", expected=expected, todo="换用该单位的账号，或联系信用办"
    )


@router.post(PATH + "/{case}/assign")
def assign(web: House, session: AnySession, case: UUID, form: OwnForm) -> Response:
    """Take a case in hand, or give it to a colleague."""
    with web.transaction() as tx:
        there = own_case(web, tx, session, case)
        if not _member(session, there):
            raise _not_yours("责任单位的账号")
        to = _colleague(tx, session, form.get("account", ""))
        if to.disabled:
            raise HandOverRefused(
                found=f"{to.name}的账号已停用", expected="在用的账号", todo="换一位同事", where="account"
            )
        cases.step(tx, case, "assigned", actor(session), to.name, web.app.clock, account=to.account)
    return RedirectResponse(f"{PATH}/{case}", 303, {"cache-control": PRIVATE})


@router.post(PATH + "/{case}/note")
def add_note(request: Request, web: House, session: AnySession, case: UUID, form: OwnForm) -> Response:
    """Write something into the history."""
    try:
        with web.transaction() as tx:
            there = own_case(web, tx, session, case)
            if session.account.role is Role.AUDITOR:
                raise _not_yours("责任单位或信用办的账号")
            note = cases.noted(form.get("note", ""), 1)
            cases.step(tx, there.case, "note", actor(session), note, web.app.clock)
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        return _page(web, session, case, refusal)
    return RedirectResponse(f"{PATH}/{case}", 303, {"cache-control": PRIVATE})
