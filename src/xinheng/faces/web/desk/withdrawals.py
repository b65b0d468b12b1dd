"""决定变更、撤销: find the record, say what happened, withdraw it or correct it within the term."""

from __future__ import annotations

import logging
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.cells import date as read_date
from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.intake import revoking, withdrawal
from xinheng.evidence.intake.model_revoking import NAMES, Report, Revocation, What
from xinheng.evidence.ledger import own_records
from xinheng.evidence.ledger import service as ledger
from xinheng.evidence.ledger import store as ledger_store
from xinheng.evidence.ledger.errors import RecordAbsent
from xinheng.faces.web.access import AnySession, OwnForm, Sender, oversees, sender, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import withdrawals_views as views
from xinheng.faces.web.desk.cases_reach import actor, in_scope
from xinheng.faces.web.desk.withdrawals_views import NOW, WithdrawalForm
from xinheng.faces.web.errors import ParameterError, status_of
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import FormError, Pair, Tag, page_number, pages
from xinheng.ground.store.transaction import Row, Transaction
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.office.cases import service as cases

logger = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/withdrawals"
SIZE, FOUND = 50, 20
AUTHORITY: Final = withdrawal.AUTHORITY


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_list(
    web: House,
    session: AnySession,
    q: Annotated[str, Query(max_length=100)] = "",
    item: Annotated[str, Query(max_length=40)] = "penalty",
    page: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The reports of this account's agency or office, and a search for the record to report on."""
    number, asked = page_number(page), q.strip()
    if record := _uuid(asked):
        return RedirectResponse(f"{PATH}/{record}", 303, {"cache-control": PRIVATE})
    pack = web.app.pack
    chosen = pack.item(item)
    may = session.account.holds(Role.CLERK) and session.agency is not None
    with web.transaction() as tx:
        own = agencies.standing(tx, session.agency).own if may and session.agency else ()
        met = own_records.found(tx, chosen.id, own, asked, None, FOUND) if asked and own else []
        kept = revoking.listed(tx, in_scope(web, tx, session), SIZE + 1, (number - 1) * SIZE)
        lines = _lines(web, tx, kept[:SIZE])
    view = views.WithdrawalsView(
        items=tuple((i.id, i.name) for i in pack.items.values()),
        item=chosen.id,
        query=asked,
        asked=bool(asked),
        found=views.found(met),
        lines=lines,
        with_agency=oversees(session),
        may=may,
        pages=pages(number, (number - 1) * SIZE + len(kept), PATH, {}, SIZE),
    )
    return web.render.private("desk/withdrawals.html", "withdrawals", view=view, who=who(session))


def _lines(web: Web, tx: Transaction, kept: list[Revocation]) -> tuple[views.ReportLine, ...]:
    names = {a.agency: a.name for a in agencies.by_ids(tx, {r.agency for r in kept}).values()}
    return tuple(views.report_line(r, names, web.today(), web.app.pack.calendar) for r in kept)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _row(web: Web, tx: Transaction, session: Session, record: UUID) -> Row:
    """A record that this account's agency may withdraw, or that stands in the office's scope; another's is
    answered as if it did not exist. Raises RecordAbsent."""
    row = ledger_store.record_row(tx, record)
    if row is None:
        raise RecordAbsent(record)
    scope = in_scope(web, tx, session)
    if scope is None or row[ledger.SOURCE] in scope or _theirs(tx, session, record):
        return row
    raise RecordAbsent(record)


def _theirs(tx: Transaction, session: Session, record: UUID) -> bool:
    if session.agency is None:
        return False
    try:
        withdrawal.require_deciding(tx, record, session.agency)
    except XinhengError:
        return False
    return True


def _page(
    web: Web,
    session: Session,
    record: UUID,
    form: WithdrawalForm,
    refusal: XinhengError | None = None,
    *,
    confirming: bool = False,
) -> Response:
    with web.transaction() as tx:
        row = _row(web, tx, session, record)
        lines = _lines(web, tx, revoking.of_record(tx, record))
        may = session.account.holds(Role.CLERK) and _theirs(tx, session, record)
    item = web.app.pack.item(row[ledger.ITEM])
    document = row[revoking.DOCUMENT] or "无文号"
    state = ledger.STATES.get(row[ledger.STATE], row[ledger.STATE])
    day = row[revoking.DECIDED_ON]
    view = views.WithdrawalView(
        record=record,
        title=document,
        pairs=(
            Pair("目录事项", item.name),
            Pair("文号", document),
            Pair("决定机关", row[AUTHORITY]),
            Pair("决定日期", day.isoformat() if day else None),
            Pair(
                "状态",
                None,
                tag=Tag(state, "good" if row[ledger.STATE] == "current" else "warn"),
                otherwise="",
            ),
            Pair("信衡编号", str(record), mono=True),
        ),
        lines=lines,
        may=may,
        form=form,
        term=revoking.term(web.app.pack, item.id, web.today())[1],
        errors=(FormError(f"{refusal.found}。应为：{refusal.expected}", "reason"),) if refusal else (),
        confirming=confirming,
        said=_said(form) if confirming else (),
    )
    status = status_of(refusal) if refusal else 200
    return web.render.private("desk/withdrawal.html", "withdrawals", status, view=view, who=who(session))


def _said(form: WithdrawalForm) -> tuple[Pair, ...]:
    return (
        Pair("情形", NAMES[What(form.what)]),
        Pair("变更、撤销日期", form.on),
        Pair("公开的理由", form.reason, wide=True),
    )


@router.get(PATH + "/{record}", dependencies=[Depends(signed_in)])
def show_record(web: House, session: AnySession, record: UUID) -> Response:
    """One record with what was reported about it."""
    return _page(web, session, record, WithdrawalForm(on=web.today().isoformat()))


@router.post(PATH + "/{record}", dependencies=[Depends(sender)])
def do_report(web: House, session: Sender, record: UUID, given: OwnForm) -> Response:
    """Report; withdraw after a second look, since nothing brings a withdrawn record back."""
    form = WithdrawalForm(*(given.get(name, "") for name in ("what", "on", "reason", "how")))
    try:
        said = _report(record, form)
        if form.how == NOW and given.get("confirmed") != "yes":
            return _page(web, session, record, form, confirming=True)
        with web.transaction() as tx:
            _row(web, tx, session, record)
            _do(web, tx, session, said, now=form.how == NOW)
    except XinhengError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        return _page(web, session, record, form, refusal)
    _publish(web)
    return RedirectResponse(f"{PATH}/{record}", 303, {"cache-control": PRIVATE})


def _report(record: UUID, form: WithdrawalForm) -> Report:
    if form.what not in {w.value for w in What}:
        raise ParameterError(found="没有选情形", expected="变更或撤销", todo="选一种再提交", where="what")
    text = read_date(form.on)
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        raise ParameterError(
            found=f"日期“{form.on[:20]}”读不出来", expected="如 2026-11-20", todo="改正日期", where="on"
        ) from None
    return Report(record, What(form.what), day, cases.noted(form.reason, 2))


def _do(web: Web, tx: Transaction, session: Session, said: Report, *, now: bool) -> None:
    if session.agency is None:
        raise AssertionError("a sender belongs to an agency")
    given = (tx, web.app.pack, said, session.agency, actor(session), web.app.clock)
    if now:
        revoking.withdraw(*given, web.app.projectors)
    else:
        revoking.report(*given)
    action = "record.withdraw" if now else "record.report_change"
    detail = f"{said.record} {said.what.value} {said.happened_on}"
    audit.note(tx, web.app.clock, session.account.login, action, detail, session.account.account)


def _publish(web: Web) -> None:
    """Bring the log up to what was committed; what hinders this takes nothing back."""
    try:
        web.app.publish()
    except XinhengError as refusal:
        logger.warning("%s", refusal)
