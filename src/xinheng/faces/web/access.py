"""Who may open a route. Every route names exactly one of these rules; a test walks them all."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Request, Response

from xinheng.faces.web.context import House
from xinheng.faces.web.desk.navigation import groups
from xinheng.faces.web.desk.views import Who
from xinheng.faces.web.errors import (
    BearerNeededError,
    ParameterError,
    RoleRefusedError,
    foreign_form,
    sign_in_needed,
)
from xinheng.office.access import accounts, audit, clients
from xinheng.office.access.model import Role, Session
from xinheng.office.access.model_clients import ClientSession

COOKIE: Final = "xinheng_session"
KNOCK: Final = "xinheng_sign_in"  # carried by the sign-in form's page, before there is a session
FIELDS: Final = 2_000  # of a form: a mapping of a thousand columns has two a column

ROLES: Final = {
    Role.CLERK: "信源单位经办人",
    Role.REVIEWER: "信源单位审核人",
    Role.ADMIN: "单位管理员",
    Role.OFFICE: "信用办",
    Role.AUDITOR: "审计",
    Role.ASSESSOR: "第三方评估机构",
}


async def anyone() -> None:
    """No account is asked for."""


def signed_in(request: Request, web: House) -> Session:
    """Any account whose session is open. Raises SignInNeededError."""
    token = request.cookies.get(COOKIE)
    session = None
    if token:
        with web.transaction() as tx:
            session = accounts.session(tx, token, web.app.clock)
    if session is None:
        raise sign_in_needed()
    if session.account.role is Role.ASSESSOR and not _for_assessors(request.url.path):
        raise _refused(session, "信用办或信源单位的账号")
    return session


def _for_assessors(path: str) -> bool:
    """A third party sees the assessments that were given to it, and nothing else of the desk."""
    return path in ("/desk", "/desk/sign-out") or path.startswith("/desk/assessments")


def sender(session: Annotated[Session, Depends(signed_in)]) -> Session:
    """A clerk of an agency: the only one who sends. Raises RoleRefusedError."""
    if not session.account.holds(Role.CLERK) or session.agency is None:
        raise _refused(session, "信源单位经办人的账号")
    return session


def handler(session: Annotated[Session, Depends(signed_in)]) -> Session:
    """A clerk or a reviewer of an agency: who handles what it hands in. Raises RoleRefusedError."""
    account = session.account
    if not (account.holds(Role.CLERK) or account.holds(Role.REVIEWER)) or session.agency is None:
        raise _refused(session, "信源单位经办人或审核人的账号")
    return session


def overseer(session: Annotated[Session, Depends(signed_in)]) -> Session:
    """A credit office, or the auditor: sees agencies besides its own (`scope`). Raises RoleRefusedError."""
    if not oversees(session):
        raise _refused(session, "信用办或审计的账号")
    return session


def keeper(session: Annotated[Session, Depends(overseer)]) -> Session:
    """The platform's own credit office, or the auditor. Raises RoleRefusedError, also for a lower office:
    what belongs to no place (the register, the catalogue, the log of accounts) is not a county's to decide.
    """
    if not keeps(session):
        raise RoleRefusedError(
            found=f"账号 {session.account.login} 是下级信用办",
            expected="本平台信用办或审计的账号",
            todo="请本平台信用办办理",
        )
    return session


def program(request: Request, web: House) -> ClientSession:
    """A program of an agency with a bearer that is good (RFC 6750); each call is noted.

    Raises BearerNeededError, CalledTooFastError.
    """
    kind, _, bearer = request.headers.get("authorization", "").partition(" ")
    session = None
    if kind.lower() == "bearer" and bearer:
        with web.transaction() as tx:
            session = clients.authenticate(tx, bearer.strip(), web.app.clock)
            if session is not None:
                web.calls.admit_program(session.client.client)
                said = f"{request.method} {request.url.path}"
                audit.note(tx, web.app.clock, session.client.client, "api.call", said)
    if session is None:
        raise BearerNeededError(
            found="没有令牌，或者令牌不对、已过期、已停用",
            expected="Authorization: Bearer 后面是有效的访问令牌",
            todo="用 client_id 和 client_secret 到 /api/v1/oauth/token 重新取令牌",
        )
    return session


RULES: Final = (anyone, signed_in, sender, handler, overseer, keeper, program)

AnySession = Annotated[Session, Depends(signed_in)]
Sender = Annotated[Session, Depends(sender)]
Handler = Annotated[Session, Depends(handler)]
Overseer = Annotated[Session, Depends(overseer)]
Keeper = Annotated[Session, Depends(keeper)]
Program = Annotated[ClientSession, Depends(program)]


def _refused(session: Session, expected: str) -> RoleRefusedError:
    return RoleRefusedError(
        found=f"账号 {session.account.login} 是{ROLES[session.account.role]}",
        expected=expected,
        todo="换用有这项权限的账号，或联系信用办",
    )


def oversees(session: Session) -> bool:
    """Whether it is a credit office's account or the auditor's: they see agencies besides their own."""
    return session.account.role in (Role.OFFICE, Role.AUDITOR)


def keeps(session: Session) -> bool:
    """Whether it is the auditor's account, or a credit office's that no other office stands above."""
    return oversees(session) and session.reach is None


def scope(session: Session) -> frozenset[UUID] | None:
    """Whose receipts, feeds and exports the account sees: its agency's; of a lower credit office, those of
    its place; None means all, for the platform's own office and the auditor."""
    return session.reach if oversees(session) else frozenset({session.account.agency or UUID(int=0)})


async def fields(request: Request) -> dict[str, str]:
    """The fields of a plain form. A form with a file has a reader of its own, which keeps it out of /tmp."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise ParameterError(
            found="提交的不是普通表单", expected="从本站页面提交的表单", todo="回到页面重新提交"
        )
    form = await request.form(max_fields=FIELDS)
    return {name: value for name, value in form.items() if isinstance(value, str)}


Fields = Annotated[dict[str, str], Depends(fields)]


def own_form(request: Request, session: AnySession, form: Fields) -> dict[str, str]:
    """The fields of a form that this session's own page carried. Raises ForeignFormError."""
    request.state.session = session  # whose page answers where it did not (see form_lost)
    check_token(session, form)
    return form


OwnForm = Annotated[dict[str, str], Depends(own_form)]


def check_token(session: Session, form: dict[str, str]) -> None:
    """The session's form token must be in the form. Raises ForeignFormError."""
    if not hmac.compare_digest(session.csrf.encode(), form.get("csrf", "").encode()):
        raise foreign_form()


def who(session: Session) -> Who:
    """The account as pages show it."""
    return Who(
        name=session.account.name,
        role_text=ROLES[session.account.role],
        agency=session.agency.name if session.agency else None,
        csrf=session.csrf,
        groups=groups(session.account, keeps=keeps(session)),
    )


class Knock:
    """A form token before there is a session: a random cookie, and its HMAC in the form."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def issue(self, request: Request) -> tuple[str, str]:
        """(cookie, form token); a cookie that the browser has is kept, so that two open pages both work."""
        cookie = request.cookies.get(KNOCK) or ""
        if len(cookie) != 43:
            cookie = secrets.token_urlsafe(32)
        return cookie, self._token(cookie)

    def check(self, request: Request, token: str) -> None:
        """Raises ForeignFormError where form and cookie do not belong together."""
        cookie = request.cookies.get(KNOCK, "")
        if not cookie or not hmac.compare_digest(self._token(cookie).encode(), token.encode()):
            raise foreign_form()

    def _token(self, cookie: str) -> str:
        return hmac.new(self._key, b"sign-in:" + cookie.encode(), hashlib.sha256).hexdigest()


def set_cookie(request: Request, response: Response, name: str, value: str, path: str = "/desk") -> None:
    """A cookie of ours: no script reads it, no other site sends it; over TLS only where there is TLS."""
    response.set_cookie(
        name, value, path=path, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
