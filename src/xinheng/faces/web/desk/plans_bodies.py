"""单位对应: the office enters which agencies of the tree the bodies named in the plans are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from xinheng.faces.web.access import Overseer, OwnForm, keeps, overseer, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.plans import PATH
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.faces.web.views import FormError
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.outward.plans import service
from xinheng.outward.plans.errors import BodyRefused

router = APIRouter(include_in_schema=False, dependencies=[Depends(overseer)])
BODIES = PATH + "-bodies"


@dataclass(frozen=True)
class BodyLine:
    """A body of the documents: in how many tasks, which agencies it is (code, name, whether entered: what
    only has the same name cannot be taken back)."""

    body: str
    tasks: int
    agencies: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class BodiesView:
    lines: tuple[BodyLine, ...]
    agencies: tuple[tuple[str, str], ...]
    open: int
    may_enter: bool
    errors: tuple[FormError, ...] = ()


@router.get(BODIES)
def show_bodies(web: House, session: Overseer) -> Response:
    """Every body that a plan of the pack names, and which agencies it is."""
    return _page(web, session)


def _page(web: Web, session: Session, errors: Sequence[FormError] = ()) -> Response:
    day, counts = web.today(), dict[str, int]()
    known: dict[str, tuple[tuple[str, str, bool], ...]] = {}
    with web.transaction() as tx:
        entered = service.entered_bodies(tx)
        for plan in reversed(tuple(web.app.pack.workplans.values())):  # the own pack's first
            for body, found in service.agencies_of(tx, plan, day).items():
                known[body] = tuple((a.code, a.name, (body, a.agency) in entered) for a in found)
                counts[body] = counts.get(body, 0) + sum(body in plan.bodies_of(t) for t in plan.tasks)
        every = tuple((a.code, a.name) for _, a in agencies.tree(tx) if a.exists(day))
    lines = tuple(BodyLine(body, counts[body], found) for body, found in known.items() if counts[body])
    view = BodiesView(
        lines=lines,
        agencies=every,
        open=sum(not line.agencies for line in lines),
        may_enter=session.account.role is Role.OFFICE and keeps(session),
        errors=tuple(errors),
    )
    status = 422 if errors else 200
    return web.render.private("desk/plan_bodies.html", "plans", status=status, view=view, who=who(session))


@router.post(BODIES)
def enter_body(web: House, session: Overseer, form: OwnForm) -> Response:
    """A body of a document is an agency of the tree, or no longer."""
    if session.account.role is not Role.OFFICE or not keeps(session):
        raise RoleRefusedError(
            found=f"账号 {session.account.login} 只能查看", expected="信用办的账号", todo="请信用办登记"
        )
    body, login = form.get("body", ""), session.account.login
    try:
        with web.transaction() as tx:
            agency = agencies.by_code(tx, form.get("agency", ""))
            if form.get("end") == "yes":
                service.end_body(tx, body, agency, web.app.clock, login)
            else:
                service.enter_body(tx, web.app.pack, body, agency, web.app.clock, login)
    except BodyRefused as refusal:
        return _page(web, session, [FormError(f"{refusal.found}。应为：{refusal.expected}", "body")])
    return RedirectResponse(BODIES, 303)
