"""无数据预警: alerts, one alert, what the agency says to it and what its office makes of that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.times import Known
from xinheng.faces.web.access import AnySession, OwnForm, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import watch_views as views
from xinheng.faces.web.desk.cases_reach import actor, in_scope
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.desk.watch import PATH as WATCH
from xinheng.faces.web.desk.watch import item_names
from xinheng.faces.web.errors import ParameterError, RoleRefusedError, status_of
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import PAGE_DEPTH, FormError, Pair, grouped, moment, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor
from xinheng.outward.monitoring import service, store
from xinheng.outward.monitoring.quiet import OUTCOMES
from xinheng.outward.monitoring.store import Alert
from xinheng.outward.reports.exports import Reader

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = f"{WATCH}/silence"
SIZE: Final = 50
HEADER: Final = ("单位", "事项", "期间", "已有", "按历史应有", "状态", "提出")
Text = Annotated[str, Query(max_length=20)]
STEPS: Final = {"answered": "说明情况", "sent_back": "退回说明", **{o.value: t for o, t in OUTCOMES.items()}}


@router.get(PATH)
def show_alerts(
    web: House, session: AnySession, asked: Wanted, ended: Text = "", page: Text = ""
) -> Response:
    """Open alerts, or those that have ended."""
    number, over = page_number(page), ended == "1"
    if asked.form:
        return send(web, session, asked, Sheet("无数据预警", HEADER, _reader(web, session, over)))
    with web.transaction() as tx:
        scope = in_scope(web, tx, session)
        count = store.count_alerts(tx, scope, still=not over)
        found = store.alerts(tx, scope, still=not over, limit=SIZE, offset=(number - 1) * SIZE)
        names = agencies.by_ids(tx, {a.agency for a in found})
        states = cases.states(tx, [a.case for a in found])
    items, query = item_names(web), {"ended": "1" if over else ""}
    view = views.SilenceView(
        lines=tuple(views.alert_line(a, states.get(a.case), names, items) for a in found),
        ended=over,
        count=grouped(count),
        pages=pages(number, min(count, SIZE * PAGE_DEPTH), PATH, query, SIZE),
    )
    return web.render.private("desk/watch_silence.html", "watch-silence", silence=view, who=who(session))


def _reader(web: Web, session: Session, over: bool) -> Reader:
    """The same list, page by page."""
    items = item_names(web)

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        found = store.alerts(tx, in_scope(web, tx, session), still=not over, limit=limit, offset=offset)
        names = agencies.by_ids(tx, {a.agency for a in found})
        states = cases.states(tx, [a.case for a in found])
        lines = [views.alert_line(a, states.get(a.case), names, items) for a in found]
        return [(x.agency, x.item, x.span, x.held, x.expected, x.tag.text, x.raised) for x in lines]

    return read


@router.get(PATH + "/{alert}")
def show_alert(web: House, session: AnySession, alert: UUID) -> Response:
    """One alert with its evidence."""
    with web.transaction() as tx:
        return _page(web, tx, session, _own(web, tx, session, alert))


def _own(web: Web, tx: Transaction, session: Session, alert: UUID) -> Alert:
    return service.alert(tx, alert, in_scope(web, tx, session))


def _answers(session: Session, alert: Alert) -> bool:
    return session.account.agency == alert.agency and session.account.role is not Role.AUDITOR


def _decides(session: Session) -> bool:
    return session.account.role is Role.OFFICE


def _page(
    web: Web,
    tx: Transaction,
    session: Session,
    alert: Alert,
    note: str = "",
    refusal: XinhengError | None = None,
) -> Response:
    case, names, items = cases.by_id(tx, alert.case), agencies.by_ids(tx, [alert.agency]), item_names(web)
    view = views.AlertView(
        alert=alert.alert,
        title=f"无数据预警　{views.name_of(alert.agency, names)}　{items.get(alert.item, alert.item)}",
        pairs=views.alert_pairs(alert, case, names, items),
        evidence=tuple(Pair(name, text, wide=len(text) > 40) for name, text in alert.evidence.items()),
        steps=tuple(
            (moment(Known(s.at)), STEPS.get(s.action, s.action), f"{s.actor}　{s.note}")
            for s in cases.history(tx, alert.case)
        ),
        may_answer=alert.ended is None and _answers(session, alert),
        may_decide=alert.ended is None and _decides(session),
        item=alert.item,
        note=note,
        errors=(FormError(f"{refusal.found}。应为：{refusal.expected}", "note"),) if refusal else (),
    )
    status = status_of(refusal) if refusal else 200
    return web.render.private("desk/watch_alert.html", "watch-silence", status, alert=view, who=who(session))


Act = Callable[[Transaction, Web, UUID, str, Actor], Alert]
# What may be done, and whether the agency or its office does it.
ACTS: Final[dict[str, tuple[bool, Act]]] = {
    "answer": (True, lambda tx, web, a, note, by: service.answer(tx, a, note, by, web.app.clock)),
    "zero": (True, lambda tx, web, a, _, by: service.declare_zero(tx, web.app.pack, a, by, web.app.clock)),
    "accept": (False, lambda tx, web, a, note, by: service.accept(tx, a, note, by, web.app.clock)),
    "back": (False, lambda tx, web, a, note, by: service.send_back(tx, a, note, by, web.app.clock)),
}


@router.post(PATH + "/{alert}")
def act(web: House, session: AnySession, alert: UUID, form: OwnForm) -> Response:
    """Answer, declare zero; accept or send back. Raises RoleRefusedError, AlertAbsent, AlertEnded."""
    chosen, note = ACTS.get(form.get("act", "")), form.get("note", "")
    if chosen is None:
        raise ParameterError(found="没有这种办理", expected="、".join(ACTS), todo="从预警页面办理")
    try:
        with web.transaction() as tx:
            there = _own(web, tx, session, alert)
            if not (_answers(session, there) if chosen[0] else _decides(session)):
                raise RoleRefusedError(
                    found=f"账号 {session.account.login}",
                    expected="被预警单位的账号" if chosen[0] else "信用办的账号",
                    todo="请有权限的账号办理",
                )
            chosen[1](tx, web, alert, note, actor(session))
            said = f"{alert} {form['act']}"
            account = session.account
            audit.note(tx, web.app.clock, account.login, "watch.silence", said, account.account)
    except XinhengError as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        with web.transaction() as tx:
            return _page(web, tx, session, _own(web, tx, session, alert), note, refusal)
    return RedirectResponse(f"{PATH}/{alert}", 303, {"cache-control": PRIVATE})
