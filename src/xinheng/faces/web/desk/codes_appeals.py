"""代码申诉: an agency or the office enters an appeal for an organisation; the registrar decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.times import Known
from xinheng.evidence.ledger.errors import WordsRefused
from xinheng.evidence.subjects import appeals
from xinheng.evidence.subjects.appeals import APPEAL, Appeal
from xinheng.evidence.subjects.code_errors import CodeNotValid, CodeTaken, OrganisationUnknown, SameCode
from xinheng.evidence.subjects.correcting import Books
from xinheng.faces.web.access import AnySession, OwnForm, scope, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import codes_views as views
from xinheng.faces.web.desk.codes import actor_of, may_decide, require_decider, said
from xinheng.faces.web.views import PAGE_DEPTH, FormError, moment, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.office.cases import service as cases
from xinheng.office.cases.errors import CaseAbsent, NoteRefused
from xinheng.office.cases.model import Case, Filter, Page

router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/code-appeals"
SIZE: Final = 50


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_appeals(
    web: House, session: AnySession, ended: Annotated[str, Query()] = "", page: Annotated[str, Query()] = ""
) -> Response:
    """Appeals that an agency has to decide; for an office those of its place."""
    number = page_number(page)
    seen = scope(session)
    wanted = Filter(owners=None if seen is None else list(seen), kind=APPEAL, closed=ended == "1")
    with web.transaction() as tx:
        found = cases.listed(tx, wanted, Page(number, SIZE))
        count = cases.count(tx, wanted)
        names = agencies.by_ids(tx, {case.owner for case in found})
    view = views.AppealsView(
        lines=tuple(views.appeal_line(case, names) for case in found),
        ended=ended == "1",
        may_open=session.account.role is not Role.AUDITOR,
        pages=pages(
            number, min(count, SIZE * PAGE_DEPTH), PATH, {"ended": "1" if ended == "1" else ""}, SIZE
        ),
    )
    return web.render.private("desk/code_appeals.html", "codes", appeals=view, who=who(session))


@router.get(f"{PATH}/new", dependencies=[Depends(signed_in)])
def show_form(web: House, session: AnySession, code: Annotated[str, Query(max_length=40)] = "") -> Response:
    """The form of a new appeal."""
    by = session.agency.name if session.agency else ""
    return _form(web, session, views.AppealForm(code=code, by=by))


def _form(web: Web, session: Session, form: views.AppealForm) -> Response:
    return web.render.private(
        "desk/code_appeal_new.html", "codes", form=form, who=who(session), status=400 if form.errors else 200
    )


@router.post(PATH, dependencies=[Depends(signed_in)])
def open_appeal(web: House, session: AnySession, form: OwnForm) -> Response:
    """Enter an appeal. Raises RoleRefusedError for the auditor."""
    if session.account.role is Role.AUDITOR:
        require_decider(session, UUID(int=0))
    code, new, reason, by = (form.get(name, "").strip() for name in ("code", "new_code", "reason", "by"))
    filled = views.AppealForm(code, new, reason, by)
    missing = [
        FormError(text, name)
        for name, text in (("code", "填写现用代码"), ("reason", "写明理由"), ("by", "写明由谁提出"))
        if not getattr(filled, name)
    ]
    if missing:
        return _form(web, session, replace(filled, errors=tuple(missing)))
    asked = Appeal(filled.code, filled.new_code or None, filled.reason, filled.by)
    try:
        with web.transaction() as tx:
            case = appeals.open_appeal(tx, asked, actor_of(session), web.app.clock)
            _note(web, tx, session, "codes.appeal", f"{case.ref} {case.case}")
    except (OrganisationUnknown, CodeNotValid, NoteRefused) as refusal:
        field = {OrganisationUnknown: "code", CodeNotValid: "new_code"}.get(type(refusal), "reason")
        return _form(web, session, replace(filled, errors=(FormError(said(refusal), field),)))
    return RedirectResponse(f"{PATH}/{case.case}", 303)


def _note(web: Web, tx: Transaction, session: Session, action: str, detail: str) -> None:
    audit.note(tx, web.app.clock, session.account.login, action, detail, session.account.account)


def _own(tx: Transaction, session: Session, number: UUID) -> Case:
    """An appeal that this account may see: its agency decides it or entered it. Raises CaseAbsent."""
    case = appeals.appeal(tx, number)
    seen = scope(session)
    if seen is not None and seen.isdisjoint((case.owner, case.opener)):
        raise CaseAbsent(number)
    return case


@router.get(f"{PATH}/{{case}}", dependencies=[Depends(signed_in)])
def show_appeal(web: House, session: AnySession, case: UUID) -> Response:
    """One appeal."""
    with web.transaction() as tx:
        return _page(web, tx, session, _own(tx, session, case), {}, ())


def _page(
    web: Web,
    tx: Transaction,
    session: Session,
    case: Case,
    form: dict[str, str],
    errors: tuple[FormError, ...],
) -> Response:
    steps = tuple((moment(Known(s.at)), s.actor, s.note) for s in cases.history(tx, case.case))
    view = views.AppealView(
        case=case.case,
        title=case.title,
        pairs=views.appeal_pairs(case, agencies.by_ids(tx, [case.owner])),
        steps=steps,
        may_decide=case.closed is None and may_decide(session, case.owner),
        new_code=form.get("new_code", case.detail.get("new_code", "")),
        basis=form.get("basis", ""),
        reason=form.get("reason", ""),
        errors=errors,
    )
    return web.render.private(
        "desk/code_appeal.html", "codes", appeal=view, who=who(session), status=400 if errors else 200
    )


@router.post(f"{PATH}/{{case}}/correct", dependencies=[Depends(signed_in)])
def correct(web: House, session: AnySession, case: UUID, form: OwnForm) -> Response:
    """Decide for the appeal: the code is corrected, the old one stays as an alias."""
    with web.transaction() as tx:
        require_decider(session, _own(tx, session, case).owner)
    new, basis = form.get("new_code", ""), form.get("basis", "")
    books = Books(web.app.pack.label, web.app.projectors)
    try:
        with web.transaction() as tx:
            done = appeals.uphold(tx, case, new, basis, actor_of(session), web.app.clock, books)
            _note(web, tx, session, "codes.correct", f"{done.old_code} → {done.new_code} {basis}")
    except (CodeNotValid, SameCode, CodeTaken, WordsRefused) as refusal:
        field = "basis" if isinstance(refusal, WordsRefused) else "new_code"
        return _again(web, session, case, form, FormError(said(refusal), field))
    web.app.publish()
    return RedirectResponse(f"{PATH}/{case}", 303)


@router.post(f"{PATH}/{{case}}/refuse", dependencies=[Depends(signed_in)])
def refuse(web: House, session: AnySession, case: UUID, form: OwnForm) -> Response:
    """Decide against it, with the reason."""
    with web.transaction() as tx:
        require_decider(session, _own(tx, session, case).owner)
    try:
        with web.transaction() as tx:
            done = appeals.refuse(tx, case, form.get("reason", ""), actor_of(session), web.app.clock)
            _note(web, tx, session, "codes.refuse", f"{done.ref} {form.get('reason', '')}")
    except NoteRefused as refusal:
        return _again(web, session, case, form, FormError(said(refusal), "reason"))
    return RedirectResponse(f"{PATH}/{case}", 303)


def _again(web: Web, session: Session, case: UUID, form: dict[str, str], error: FormError) -> Response:
    with web.transaction() as tx:
        return _page(web, tx, session, _own(tx, session, case), form, (error,))
