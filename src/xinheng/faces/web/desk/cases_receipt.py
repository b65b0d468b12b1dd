"""The returned rows of one receipt as cases: by rule, and one act for all of them at once."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.intake import answering
from xinheng.evidence.intake import service as intake
from xinheng.evidence.intake.answering import Act
from xinheng.evidence.intake.store import Kept
from xinheng.faces.web.access import AnySession, OwnForm, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import cases_views as views
from xinheng.faces.web.desk.cases_reach import actor, in_scope
from xinheng.faces.web.errors import ParameterError, RoleRefusedError, status_of
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import Figure, FormError, grouped
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access.model import Role, Session

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = "/desk/receipts/{receipt}/cases"


def _receipt(web: Web, tx: Transaction, session: Session, receipt: UUID) -> Kept:
    """A receipt that this account may see; another agency's is answered as if it did not exist."""
    kept = intake.kept_receipt(tx, receipt)
    mine = in_scope(web, tx, session)
    if mine is not None and kept.agency not in mine:
        raise intake.receipt_absent(receipt)
    return kept


def _offered(session: Session, kept: Kept) -> tuple[Act, ...]:
    """What this account may do about rows of this receipt."""
    own = session.account.agency == kept.agency and session.account.role is not Role.AUDITOR
    office = session.account.role is Role.OFFICE
    return (*(answering.OF_AGENCY if own else ()), *(answering.OF_OFFICE if office else ()))


@router.get(PATH)
def show(web: House, session: AnySession, receipt: UUID) -> Response:
    """How many rows of this receipt are open, by rule. The agency has seen them then."""
    with web.transaction() as tx:
        kept = _receipt(web, tx, session, receipt)
        note_seen(web, tx, session, kept)
        found = answering.of_receipt(tx, receipt)
    item = web.app.pack.item(kept.item)
    done = found.total - found.waiting - found.contested
    view = views.ReceiptCasesView(
        receipt=receipt,
        figures=(
            Figure("退回的行", grouped(found.total)),
            Figure("未办结", grouped(found.waiting), "bad" if found.waiting else ""),
            Figure("有异议", grouped(found.contested), "warn" if found.contested else ""),
            Figure("已办结", grouped(done)),
        ),
        rules=views.rule_rows(found.rules, {f.code: f.name for f in item.fields}),
        acts=tuple(views.choice(act) for act in _offered(session, kept)),
    )
    return web.render.private("desk/receipt_cases.html", "receipts", view=view, who=who(session))


def note_seen(web: Web, tx: Transaction, session: Session, kept: Kept) -> None:
    """Where the agency looks at what came back, its open cases are in hand from then on."""
    if session.account.agency == kept.agency and session.account.role is not Role.AUDITOR:
        ids = answering.of_state_open(tx, kept.receipt)
        answering.see(tx, ids, actor(session), web.app.clock)


@router.get(PATH + "/act")
def show_bulk(
    web: House,
    session: AnySession,
    receipt: UUID,
    act: Annotated[str, Query(max_length=20)] = "",
    rule: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """What is about to be done, to how many."""
    return _bulk(web, session, receipt, act, rule)


def _bulk(
    web: Web,
    session: Session,
    receipt: UUID,
    act: str,
    rule: str,
    refusal: XinhengError | None = None,
    reason: str = "",
) -> Response:
    with web.transaction() as tx:
        kept = _receipt(web, tx, session, receipt)
        what = _act(session, kept, act)
        ids = answering.fitting(tx, receipt, rule or None, what)
        lines = answering.of_receipt(tx, receipt).rules
    message = next((line.message for line in lines if line.rule == rule), "")
    errors = (FormError(f"{refusal.title}：{refusal.found}。{refusal.todo}", "reason"),) if refusal else ()
    view = views.BulkView(receipt, views.choice(what), rule, message, len(ids), reason, errors)
    status = status_of(refusal) if refusal else 200
    return web.render.private("desk/receipt_cases_act.html", "receipts", status, view=view, who=who(session))


def _act(session: Session, kept: Kept, text: str) -> Act:
    if text not in {act.value for act in Act}:
        raise ParameterError(found="没有选怎么办", expected="所列办法之一", todo="选一种再提交", where="act")
    what = Act(text)
    if what not in _offered(session, kept):
        raise RoleRefusedError(
            found="这个账号不能这样办",
            expected="退回行的信源单位账号，答复异议用信用办的账号",
            todo="换用有这项权限的账号，或联系信用办",
        )
    return what


@router.post(PATH + "/act")
def do_bulk(web: House, session: AnySession, receipt: UUID, form: OwnForm) -> Response:
    """Do it for all of them; the number was shown before, and is counted again."""
    act, rule, reason = (form.get(name, "") for name in ("act", "rule", "reason"))
    try:
        with web.transaction() as tx:
            kept = _receipt(web, tx, session, receipt)
            what = _act(session, kept, act)
            ids = answering.fitting(tx, receipt, rule or None, what)
            answer = answering.Answer(what, reason, rule or None)
            answering.act(tx, ids, answer, actor(session), web.app.clock)
    except XinhengError as refusal:
        if refusal.kind is not Kind.INVALID or isinstance(refusal, ParameterError):
            raise
        return _bulk(web, session, receipt, act, rule, refusal, reason)
    return RedirectResponse(PATH.format(receipt=receipt), 303, {"cache-control": PRIVATE})
