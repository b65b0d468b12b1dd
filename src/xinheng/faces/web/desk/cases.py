"""待办: one case, what is done about it, handing over to a colleague; `todo` is the list."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.intake import answering, returned_store, returning
from xinheng.evidence.intake.answering import Act
from xinheng.evidence.intake.returned_cases import KIND as RETURNED_ROW
from xinheng.evidence.intake.service import kept_receipt
from xinheng.faces.web.access import AnySession, OwnForm, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import cases_passing
from xinheng.faces.web.desk import cases_views as views
from xinheng.faces.web.desk.case_kinds import link_of
from xinheng.faces.web.desk.cases_reach import actor, own_case
from xinheng.faces.web.desk.receipt_views import check_line
from xinheng.faces.web.errors import ParameterError, RoleRefusedError, status_of
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import FormError, Tag
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import accounts
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Account, Role, Session
from xinheng.office.cases import days
from xinheng.office.cases import service as cases
from xinheng.office.cases.errors import HandOverRefused
from xinheng.office.cases.model import NAMES, Case, State

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = "/desk/cases"
ROWS: Final = 20  # returned rows of one case that are written out


def people(tx: Transaction, agency: UUID | None) -> dict[UUID, Account]:
    """The accounts of an agency by id."""
    return {account.account: account for account in accounts.of_agency(tx, agency)} if agency else {}


def _member(session: Session, case: Case) -> bool:
    """Whether the account belongs to the agency that has to act."""
    return session.account.agency == case.owner and session.account.role is not Role.AUDITOR


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
        colleagues = list(people(tx, session.account.agency).values())
        held = days.in_hand(tx, session.account.agency) if session.account.agency else {}
        counts = tuple((a.name, held.get(a.account, 0)) for a in colleagues)
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
    found = people(tx, session.account.agency).get(_uuid(text) or UUID(int=0))
    if found is None:
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
        colleagues = people(tx, there.owner)
        named = accounts.names(tx, [there.account]) if there.account else {}
        rows = returned_store.rows_of(tx, case) if there.kind == RETURNED_ROW else []
        shown = tuple(_row(web, tx, row) for row in rows[:ROWS])
        below = cases_passing.choices(cases_passing.receivers(web, tx, session, there))
    day, add = web.today(), web.app.pack.calendar.add_working_days
    tag = views.pressing(there, day, add)
    member = _member(session, there)
    view = views.CaseView(
        case=case,
        title=there.title,
        tags=(Tag(NAMES[there.state], views.STATE_TONES[there.state]), *((tag,) if tag else ())),
        pairs=views.pairs(there, {a.agency: a.name for a in known.values()}, named),
        steps=tuple(views.step_line(step, there.kind) for step in steps),
        rows=shown,
        more_rows=len(rows) - len(shown),
        acts=views.acts(there, own=member, office=session.account.role is Role.OFFICE),
        colleagues=tuple(
            views.Choice(str(a.account), a.name)
            for a in colleagues.values()
            if member and a.disabled is None and there.closed is None
        ),
        mine=there.account == session.account.account,
        account=str(session.account.account),
        link=link_of(there),
        receivers=below,
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
            answer = answering.Answer(what, reason)
            if not answering.act(tx, [case], answer, actor(session), web.app.clock):
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
