"""上级对账: what was sent upward, taken, returned and shown; what differs; one record's way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.times import Known
from xinheng.faces.web.access import AnySession, Overseer, OwnForm, overseer, oversees, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import upward_views as views
from xinheng.faces.web.desk.cases_reach import actor, in_scope
from xinheng.faces.web.desk.exporting import Sheet, Wanted, WantedForm, send
from xinheng.faces.web.desk.upward_views import PATH, DifferencesView, Option, OverviewView, RecordView
from xinheng.faces.web.errors import ParameterError, RoleRefusedError
from xinheng.faces.web.views import grouped, moment, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.outward.reconciliation import service
from xinheng.outward.reconciliation.differences_store import Difference
from xinheng.outward.reconciliation.differences_store import Wanted as Asked
from xinheng.outward.reconciliation.model import NAMES, Kind, Partner, State

router = APIRouter(include_in_schema=False)
SIZE: Final = 50
DAYS: Final = 14
COLUMNS: Final = ("种类", "涉及", "事项", "信源单位", "责任单位", "起始", "上级平台", "说明")


def scope_of(web: Web, tx: Transaction, session: Session) -> tuple[UUID, ...] | None:
    """Whose records and differences the account sees; None: all."""
    found = in_scope(web, tx, session)
    return None if found is None else tuple(found)


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_overview(
    web: House,
    session: AnySession,
    partner: Annotated[UUID | None, Query()] = None,
    month: Annotated[str, Query(max_length=7)] = "",
    page: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Every upper platform; of the chosen one the queue at the month's cut-off, and figures."""
    first, number = _month(month, web.today()), page_number(page)
    after = (first + timedelta(days=32)).replace(day=1)
    pack, clock = web.app.pack, web.app.clock
    with web.transaction() as tx:
        scope = scope_of(web, tx, session)
        found = service.listed(tx)
        counts = {p.partner: sum(service.counts(tx, Asked(p.partner, scope=scope)).values()) for p in found}
        chosen = next((p for p in found if p.partner == partner), found[0] if found else None)
        figures = service.figures(tx, chosen.partner, first, after, scope) if chosen else []
        days = service.days(tx, chosen.partner, first, after, scope) if chosen else []
        # the queue is the platform's: no agency answers for all of it
        queue = service.queue(tx, chosen.partner, first, clock) if chosen and oversees(session) else []
        names = agencies.by_ids(tx, {f.agency for f in figures})
    lines = tuple(views.partner_line(p, counts[p.partner]) for p in found)
    query = {"partner": str(chosen.partner) if chosen else "", "month": f"{first:%Y-%m}"}
    start = (number - 1) * SIZE
    view = OverviewView(
        partners=lines,
        chosen=next((x for x in lines if chosen and x.partner == chosen.partner), None),
        month=f"{first:%Y 年 %m 月}",
        months=_months(first, web.today(), query["partner"]),
        cut_off=moment(Known(min(service.cut_off(first).astimezone(UTC), clock.now().at))),
        queue=tuple(views.queue_line(pack, q) for q in queue),
        days=tuple(views.day_line(d) for d in days[: DAYS * 3]),
        figures=tuple(views.figure_line(pack, f, names) for f in figures[start : start + SIZE]),
        pages=pages(number, len(figures), PATH, query, SIZE),
    )
    return web.render.private("desk/upward.html", "upward", view=view, who=who(session))


def _month(text: str, day: date) -> date:
    if not text:
        return day.replace(day=1)
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ParameterError(
            found="月份读不懂", expected="如 2026-11", todo="从页面上的链接进入", where="month"
        ) from None


def _months(first: date, day: date, partner: str) -> tuple[tuple[str, str, bool], ...]:
    """This month and the five before, the latest first; the one that is shown among them or not."""
    found, month = [], day.replace(day=1)
    for _ in range(6):
        query = f"?partner={partner}&month={month:%Y-%m}" if partner else f"?month={month:%Y-%m}"
        found.append((PATH + query, f"{month:%Y-%m}", month == first))
        month = (month - timedelta(days=1)).replace(day=1)
    return tuple(found)


@router.get(f"{PATH}/differences", dependencies=[Depends(signed_in)])
def show_differences(
    web: House,
    session: AnySession,
    wanted: Wanted,
    partner: Annotated[str, Query(max_length=40)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    item: Annotated[str, Query(max_length=60)] = "",
    page: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """What differs, the oldest first, each with its owner and why it is probably so."""
    number, asked = page_number(page), _asked(partner, kind, item)
    if wanted.form:
        return _export(web, session, wanted, asked)
    pack, now = web.app.pack, web.app.clock.now().at
    with web.transaction() as tx:
        asked = _within(asked, scope_of(web, tx, session))
        found = service.differences(tx, asked, SIZE, (number - 1) * SIZE)
        counts = service.counts(tx, asked)
        partners = service.listed(tx)
        told = _told(tx, found)
    called = {p.partner: p.name for p in partners}
    total = sum(counts.values())
    query = {"partner": partner, "kind": kind, "item": item}
    view = DifferencesView(
        lines=tuple(
            views.difference_line(pack, d, told, called.get(d.partner, "已停止对账"), now) for d in found
        ),
        count=grouped(total),
        kinds=tuple(Option(k.value, NAMES[k], k is asked.kind) for k in Kind),
        partners=tuple(Option(str(p.partner), p.name, p.partner == asked.partner) for p in partners),
        items=tuple(Option(i.id, i.name, i.id == item) for i in pack.items.values() if i.marks.reported),
        pages=pages(number, total, f"{PATH}/differences", query, SIZE),
    )
    return web.render.private(
        "desk/upward_differences.html", "upward-differences", view=view, who=who(session)
    )


def _asked(partner: str, kind: str, item: str) -> Asked:
    try:
        return Asked(UUID(partner) if partner else None, Kind(kind) if kind else None, item or None)
    except ValueError:
        raise ParameterError(
            found="筛选条件读不懂", expected="页面上列出的上级平台和种类", todo="从页面重新筛选"
        ) from None


def _within(asked: Asked, scope: tuple[UUID, ...] | None) -> Asked:
    return Asked(asked.partner, asked.kind, asked.item, scope)


def _told(tx: Transaction, found: Sequence[Difference]) -> views.Told:
    ids = {a for d in found for a in (d.agency, d.owner) if a is not None}
    return views.Told(agencies.by_ids(tx, ids), service.documents(tx, [d.about for d in found]))


def _export(web: Web, session: Session, wanted: WantedForm, asked: Asked) -> Response:
    pack, now = web.app.pack, web.app.clock.now().at
    with web.transaction() as tx:
        scope = scope_of(web, tx, session)
        called = {p.partner: p.name for p in service.listed(tx)}

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        found = service.differences(tx, _within(asked, scope), limit, offset)
        told = _told(tx, found)
        lines = [views.difference_line(pack, d, told, called.get(d.partner, "—"), now) for d in found]
        return [(x.kind, x.about, x.item, x.agency, x.owner, x.since, x.partner, x.said) for x in lines]

    return send(web, session, wanted, Sheet("上报差异", COLUMNS, read))


@router.get(f"{PATH}/records/{{record}}", dependencies=[Depends(signed_in)])
def show_record(
    web: House, session: AnySession, record: UUID, done: Annotated[str, Query(max_length=5)] = ""
) -> Response:
    """One record's way to each upper platform. Another agency's is answered as if it did not exist."""
    pack, now = web.app.pack, web.app.clock.now().at
    with web.transaction() as tx:
        found = service.ways(tx, record, scope_of(web, tx, session))
        told = _told(tx, [d for w in found for d in w.differences])
        names = agencies.by_ids(tx, {w.kept.agency for w in found})
        told = replace(told, names={**told.names, **names})
    office = session.account.role is Role.OFFICE
    back = any(w.kept.way.back and w.kept.way.state is State.RETURNED for w in found)
    view = RecordView(
        record=record,
        mend=back and any(w.kept.agency == session.account.agency for w in found),
        correct=f"/desk/form/{found[0].kept.item}?correct={record}",
        ways=tuple(views.way_view(pack, w, told, now, office=office) for w in found),
        done=done == "again",
    )
    return web.render.private("desk/upward_record.html", "upward", view=view, who=who(session))


@router.post(f"{PATH}/records/{{record}}/again", dependencies=[Depends(overseer)])
def send_again(web: House, session: Overseer, record: UUID, form: OwnForm) -> Response:
    """Have the newest version go once more at the next run, under its id. Raises RoleRefusedError."""
    if session.account.role is not Role.OFFICE:
        raise RoleRefusedError(
            found=f"账号 {session.account.login} 只能查看", expected="信用办的账号", todo="请信用办办理"
        )
    with web.transaction() as tx:
        partner = _chosen(service.listed(tx), form.get("partner", ""))
        service.ways(tx, record, scope_of(web, tx, session))
        service.send_again(tx, partner.partner, record, actor(session), web.app.clock)
    return RedirectResponse(f"{PATH}/records/{record}?done=again", 303)


def _chosen(found: list[Partner], text: str) -> Partner:
    for partner in found:
        if str(partner.partner) == text:
            return partner
    raise ParameterError(found="没有选定上级平台", expected="页面上的按钮", todo="回到页面重新提交")
