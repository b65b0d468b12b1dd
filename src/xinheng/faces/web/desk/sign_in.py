"""Signing in and out, and the desk's first page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.times import SHANGHAI
from xinheng.evidence.intake import store as kept_rows
from xinheng.faces.web.access import (
    COOKIE,
    KNOCK,
    AnySession,
    Fields,
    OwnForm,
    anyone,
    oversees,
    scope,
    set_cookie,
    signed_in,
    who,
)
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.morning import morning
from xinheng.faces.web.desk.receipts import lines
from xinheng.faces.web.desk.views import DeskView, SignInForm
from xinheng.faces.web.errors import status_of
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import FormError
from xinheng.office.access import accounts, audit
from xinheng.office.access.model import Role

router = APIRouter(include_in_schema=False)
RECENT = 10


@router.get("/desk/sign-in", dependencies=[Depends(anyone)])
def show_form(request: Request, web: House, to: Annotated[str, Query(alias="next")] = "/desk") -> Response:
    """The form."""
    return _form(request, web, SignInForm("", next=_inside(to)))


@router.post("/desk/sign-in", dependencies=[Depends(anyone)])
def sign_in(request: Request, web: House, form: Fields) -> Response:
    """Open a session, or say once more what is not right, without saying which of the two."""
    web.knock.check(request, form.get("csrf", ""))
    login, to = form.get("login", ""), _inside(form.get("next", ""))
    try:
        address = request.client.host if request.client else "?"
        opened = web.app.sign_in(login, form.get("password", ""), address)
    except XinhengError as refusal:
        if refusal.kind not in (Kind.FORBIDDEN, Kind.BUSY):
            raise
        told = FormError(f"{refusal.title}：{refusal.found}。{refusal.todo}", "login")
        return _form(request, web, SignInForm("", login[:64], to, (told,)), status_of(refusal))
    response = RedirectResponse(to, 303, {"cache-control": PRIVATE})
    set_cookie(request, response, COOKIE, opened.token)
    response.delete_cookie(KNOCK, path="/desk")
    return response


def _form(request: Request, web: Web, form: SignInForm, status: int = 200) -> Response:
    cookie, token = web.knock.issue(request)
    shown = SignInForm(token, form.login, form.next, form.errors)
    response = web.render.private("desk/sign_in.html", status=status, form=shown, who=None)
    set_cookie(request, response, KNOCK, cookie)
    return response


def _inside(to: str) -> str:
    """Where to go afterwards: a page of the desk, never another site."""
    return to if to.startswith("/desk") and not to.startswith("/desk/sign") and "\\" not in to else "/desk"


@router.post("/desk/sign-out", dependencies=[Depends(signed_in)])
def sign_out(request: Request, web: House, session: AnySession, _: OwnForm) -> Response:
    """End the session."""
    with web.transaction() as tx:
        accounts.sign_out(tx, request.cookies[COOKIE])
        audit.note(tx, web.app.clock, session.account.login, "session.close", "", session.account.account)
    response = RedirectResponse("/", 303, {"cache-control": PRIVATE})
    response.delete_cookie(COOKIE, path="/desk")
    return response


@router.get("/desk", dependencies=[Depends(signed_in)])
def show_desk(web: House, session: AnySession) -> Response:
    """What is new for this account."""
    if session.account.role is Role.ASSESSOR:  # whose desk is its assessments
        return RedirectResponse("/desk/assessments", 303, {"cache-control": PRIVATE})
    with web.transaction() as tx:
        kept = kept_rows.asked_for(tx, kept_rows.Asked(scope(session)), RECENT)
        receipts = lines(tx, web.app.pack, kept)
        view_of_day = morning(web, tx, session)
    now = web.app.clock.now().at.astimezone(SHANGHAI)
    view = DeskView(
        title=session.agency.name if session.agency else "信用办工作台",
        subtitle=f"{session.account.name}，{now:%Y-%m-%d}",
        receipts=receipts,
        with_agency=oversees(session),
        may_send=session.agency is not None and session.account.holds(Role.CLERK),
    )
    return web.render.private("desk/home.html", "desk", desk=view, morning=view_of_day, who=who(session))
