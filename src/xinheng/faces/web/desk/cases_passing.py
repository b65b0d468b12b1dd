"""转交: a case goes to a unit below, or from a unit that is no more to the one that answers for it now."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from xinheng.faces.web.access import AnySession, OwnForm, oversees, signed_in
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.case_kinds import KINDS
from xinheng.faces.web.desk.cases_reach import actor, in_scope, own_case
from xinheng.faces.web.desk.cases_views import Choice
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.faces.web.pages import PRIVATE
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit, moving
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, AgencyKind, Role, Session
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Case, State

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = "/desk/cases/{case}/pass"
REASON: Final = 2  # characters at least


def receivers(web: Web, tx: Transaction, session: Session, case: Case) -> tuple[Agency, ...]:
    """To whom this account may pass a case: its own case to units directly below, where its kind can be; a
    case whose unit is no more, to any unit of the office's scope. Empty: it may not."""
    day = web.today()
    if case.closed is not None or session.account.role is Role.AUDITOR:
        return ()
    owner = agencies.by_ids(tx, [case.owner]).get(case.owner)
    if owner is None or not owner.exists(day):
        return _of_scope(web, tx, session) if oversees(session) else ()
    view = KINDS.get(case.kind)
    if session.agency is None or session.agency.agency != case.owner or view is None or not view.passes:
        return ()
    return tuple(a for a in moving.directly_below(tx, session.agency, day) if a.exists(day))


def _of_scope(web: Web, tx: Transaction, session: Session) -> tuple[Agency, ...]:
    scope, day = in_scope(web, tx, session), web.today()
    found = [a for _, a in agencies.tree(tx) if a.exists(day) and a.kind is not AgencyKind.OFFICE]
    return tuple(a for a in found if scope is None or a.agency in scope)


def choices(found: tuple[Agency, ...]) -> tuple[Choice, ...]:
    """Those as entries of a select."""
    return tuple(Choice(str(a.agency), a.name) for a in found)


@router.post(PATH)
def pass_on(web: House, session: AnySession, case: UUID, form: OwnForm) -> Response:
    """Give a case to another unit, with the reason. Raises RoleRefusedError, NoteRefused, StepRefused."""
    with web.transaction() as tx:
        there = own_case(web, tx, session, case)
        wanted = {str(a.agency): a for a in receivers(web, tx, session, there)}
        to = wanted.get(form.get("to", ""))
        if to is None:
            raise RoleRefusedError(
                found="这件待办不能转交，或不能转给所选的单位",
                expected="本单位可转交的待办，转给直接下级；责任单位已不存在的，由信用办转给承继单位",
                todo="回到待办，从列表里选接手的单位",
            )
        note = cases.noted(form.get("note", ""), REASON)
        said = f"转交{to.name}：{note}"[: cases.NOTE_LENGTH]
        cases.step(tx, case, "passed", actor(session), said, web.app.clock, State.OPEN, owner=to.agency)
        audit.note(
            tx,
            web.app.clock,
            session.account.login,
            "cases.pass",
            f"{case} → {to.code}",
            session.account.account,
        )
    return RedirectResponse("/desk/cases", 303, {"cache-control": PRIVATE})
