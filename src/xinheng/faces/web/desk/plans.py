"""工作要点: the plans of the pack, how far each task is, and the plan as a file to hand on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response

from xinheng.faces.web.access import AnySession, signed_in, who
from xinheng.faces.web.context import House
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.desk.plans_views import COLUMNS, Choice, Looking, plan_line, plan_view, rows_of
from xinheng.faces.web.desk.reach import heads, require
from xinheng.faces.web.errors import ParameterError
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import FormError
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import moving
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, AgencyKind, Role, Session
from xinheng.office.access.model_tree import By
from xinheng.outward.documents import docx, xlsx
from xinheng.outward.plans import service, sheets
from xinheng.outward.plans.progress import progress
from xinheng.outward.reports import exports

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = "/desk/plans"
WRITERS: Final = {
    "xlsx": (xlsx.write, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "docx": (docx.write, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}
Text = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True)
class Asked:
    """For whom (None: the whole place) and which day."""

    head: Agency | None
    day: date
    errors: tuple[FormError, ...] = ()


def looking(tx: Transaction, session: Session) -> Looking:
    """What the account may see and do."""
    account = session.account
    own = agencies.standing(tx, session.agency).own if session.agency else ()
    speaks = account.role is Role.OFFICE or account.holds(Role.CLERK) or account.holds(Role.REVIEWER)
    return Looking(frozenset(own), account.role is Role.OFFICE, account.account, speaks)


def asked(tx: Transaction, session: Session, code: str, on: str, today: date) -> Asked:
    """The head and day of a page; without a head, where the account's view begins. Raises AgencyUnknown,
    RoleRefusedError."""
    own = heads(tx, session)
    head = agencies.by_code(tx, code) if code else own[0] if own else None
    require(tx, session, head, today)
    if not on:
        return Asked(head, today)
    try:
        return Asked(head, date.fromisoformat(on))
    except ValueError:
        return Asked(head, today, (FormError(f"日期“{on[:20]}”写作 2026-09-30", "f-on"),))


@router.get(PATH)
def show_plans(web: House, session: AnySession) -> Response:
    """The plans of the pack and of those it extends."""
    pack, day = web.app.pack, web.today()
    with web.transaction() as tx:
        seen = looking(tx, session)
        lines = [
            plan_line(pack, plan, service.agencies_of(tx, plan, day), seen)
            for plan in reversed(tuple(pack.workplans.values()))  # the own pack's first
        ]
    return web.render.private(
        "desk/plans.html", "plans", lines=lines, pack=pack.title, office=seen.office, who=who(session)
    )


@router.get(PATH + "/{plan}")
def show_plan(  # noqa: PLR0913, PLR0917 - one argument a query parameter
    web: House,
    session: AnySession,
    plan: str,
    form: Wanted,
    agency: Text = "",
    on: Text = "",
    unit: Text = "",
    state: Text = "",
) -> Response:
    """One plan: every task with its figures and how far it is; the unit's own on top."""
    pack = web.app.pack
    with web.transaction() as tx:
        wanted = asked(tx, session, agency, on, web.today())
        seen = looking(tx, session)
        found = progress(tx, pack, service.plan_of(pack, plan), wanted.head, wanted.day)
        places = _places(tx, session, web.today())
    chosen: Mapping[str, str] = {"agency": agency, "on": on, "unit": unit, "state": state}
    view = plan_view(pack, found, seen, chosen, places, wanted.errors)
    if form.form:
        rows = rows_of(view)
        sheet = Sheet(f"{view.title}任务", COLUMNS, lambda _, limit, offset: rows[offset : offset + limit])
        return send(web, session, form, sheet)
    status = 422 if wanted.errors else 200
    return web.render.private("desk/plan.html", "plans", status=status, view=view, who=who(session))


def _places(tx: Transaction, session: Session, day: date) -> tuple[Choice, ...]:
    """The offices whose figures the account may see, as the tree has them."""
    tops = heads(tx, session)
    seen = frozenset(a for top in tops for by in By for a in moving.scope(tx, top, day, by))
    offices = (a for _, a in agencies.tree(tx) if a.kind is AgencyKind.OFFICE and a.exists(day))
    return tuple(Choice(a.code, a.name) for a in offices if not tops or a.agency in seen)


@router.get(PATH + "/{plan}/export")
def export_plan(
    web: House,
    session: AnySession,
    plan: str,
    kind: Annotated[str, Query(alias="format", max_length=10)] = "xlsx",
    agency: Text = "",
    on: Text = "",
) -> Response:
    """The plan with its progress as a workbook or an editable document; the export is noted."""
    if kind not in WRITERS:
        raise ParameterError(found=f"格式“{kind}”", expected="、".join(WRITERS), todo="从计划页导出")
    write, media = WRITERS[kind]
    pack = web.app.pack
    with web.transaction() as tx:
        wanted = asked(tx, session, agency, on, web.today())
        found = progress(tx, pack, service.plan_of(pack, plan), wanted.head, wanted.day)
        instrument = pack.instruments[found.plan.instrument]
        document = sheets.document(found, instrument, web.app.settings.site_name)
        content = write(document)
        exports.note(
            tx,
            session.account,
            session.agency,
            document.title,
            len(found.tasks),
            None,
            web.app.clock,
            f"截至 {wanted.day}",
            kind,
            hashlib.sha256(content).hexdigest(),
        )
    name = quote(f"{document.title}-{wanted.day}.{kind}")
    return Response(
        content,
        media_type=media,
        headers={"cache-control": PRIVATE, "content-disposition": f"attachment; filename*=UTF-8''{name}"},
    )
