"""账号: an administrator opens, resets and closes accounts of its agency and of those one level down."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.faces.web.access import AnySession, OwnForm, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.tree import AGENCY
from xinheng.faces.web.desk.tree_views import ROLES, AccountForm, CloseForm, SecretView
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import FormError, Pair
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import delegation
from xinheng.office.access import service as agencies
from xinheng.office.access.accounts import NewAccount
from xinheng.office.access.errors import AccountRefused, NotAdministered
from xinheng.office.access.model import Account, Agency, Role, Session
from xinheng.office.access.model_tree import DELEGABLE
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, Filter

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = AGENCY + "/{code}/accounts"
GIVEN: Final = tuple(role for role in Role if role in DELEGABLE)
HINT: Final = "密码只显示这一次，请当面或用其他稳妥的方式交给本人；离开本页后无法再看到，只能重置。"


@router.get(PATH + "/new")
def show_form(web: House, session: AnySession, code: str) -> Response:
    """The form for a new account."""
    with web.transaction() as tx:
        agency = _administered(web, tx, session, code)
    return _form(web, session, agency, {})


@router.post(PATH + "/new")
def open_account(web: House, session: AnySession, form: OwnForm, code: str) -> Response:
    """Open an account and show its password, this once."""
    roles = [role for role in GIVEN if form.get(f"role-{role.value}")]
    with web.transaction() as tx:
        agency = _administered(web, tx, session, code)
    if not roles:
        return _form(web, session, agency, form, FormError("至少选一个角色", "role-clerk"))
    login, name = form.get("login", "").strip(), form.get("name", "").strip()
    new = NewAccount(login, name, roles[0], agency, frozenset(roles[1:]))
    try:
        with web.transaction() as tx:
            account, password = delegation.open_account(
                tx, session.account, new, web.app.passwords, web.app.clock
            )
    except AccountRefused as refusal:
        return _form(
            web, session, agency, form, FormError(f"{refusal.found}。应为：{refusal.expected}", "login")
        )
    return _secret(web, session, agency, "账号已开设", account, password)


@router.post(PATH + "/reset")
def reset_password(web: House, session: AnySession, form: OwnForm, code: str) -> Response:
    """A new password, shown this once."""
    with web.transaction() as tx:
        agency = agencies.by_code(tx, code)
        account, password = delegation.reset(
            tx, session.account, agency, form.get("login", ""), web.app.passwords, web.app.clock
        )
    return _secret(web, session, agency, "密码已重置", account, password)


@router.get(PATH + "/close")
def show_close(
    web: House, session: AnySession, code: str, login: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """What closing an account means, and whom its open tasks go to."""
    return _close_page(web, session, code, login)


@router.post(PATH + "/close")
def close_account(web: House, session: AnySession, form: OwnForm, code: str) -> Response:
    """Close an account; its open tasks go to a colleague in the same transaction."""
    login, chosen = form.get("login", ""), form.get("successor", "")
    with web.transaction() as tx:
        agency = agencies.by_code(tx, code)
        account = delegation.theirs(tx, session.account, agency, login, web.app.clock)
        waiting = _open_cases(tx, account.account)
        after = next((a for a in _successors(tx, agency, account) if str(a.account) == chosen), None)
        if after is not None or not waiting:
            delegation.close(tx, session.account, agency, login, web.app.clock)
            if after is not None and waiting:
                actor = Actor(session.account.account, session.account.agency, session.account.name)
                cases.hand_over(tx, account.account, after.account, actor, web.app.clock)
            return RedirectResponse(f"{AGENCY}/{agency.code}#accounts", 303, {"cache-control": PRIVATE})
    return _close_page(
        web, session, code, login, FormError(f"还有 {waiting} 件未办结的事项，请选择接手人", "successor")
    )


def _administered(web: Web, tx: Transaction, session: Session, code: str) -> Agency:
    agency = agencies.by_code(tx, code)
    if not delegation.administers(tx, session.account, agency.agency, web.app.clock):
        raise NotAdministered(
            found=f"账号 {session.account.login} 不管理{agency.name}",
            expected="本单位或下一级单位",
            todo="请该单位的管理员、其上级单位的管理员或信用办处理",
        )
    return agency


def _form(
    web: Web, session: Session, agency: Agency, given: dict[str, str], error: FormError | None = None
) -> Response:
    chosen = {role for role in GIVEN if given.get(f"role-{role.value}")} if given else {Role.CLERK}
    view = AccountForm(
        code=agency.code,
        agency=agency.name,
        login=given.get("login", "")[:40],
        name=given.get("name", "")[:60],
        roles=tuple((role.value, ROLES[role], role in chosen) for role in GIVEN),
        errors=(error,) if error else (),
    )
    status = 422 if error else 200
    return web.render.private("desk/account_new.html", "tree", status=status, view=view, who=who(session))


def _secret(
    web: Web, session: Session, agency: Agency, title: str, account: Account, password: str
) -> Response:
    view = SecretView(
        title=title,
        code=agency.code,
        agency=agency.name,
        pairs=(
            Pair("账号", account.login, mono=True),
            Pair("名称", account.name),
            Pair("密码", password, mono=True),
        ),
        hint=HINT,
    )
    return web.render.private("desk/account_secret.html", "tree", view=view, who=who(session))


def _close_page(
    web: Web, session: Session, code: str, login: str, error: FormError | None = None
) -> Response:
    with web.transaction() as tx:
        agency = agencies.by_code(tx, code)
        account = delegation.theirs(tx, session.account, agency, login, web.app.clock)
        view = CloseForm(
            login=account.login,
            name=account.name,
            code=agency.code,
            agency=agency.name,
            open_cases=_open_cases(tx, account.account),
            successors=tuple((str(a.account), a.name) for a in _successors(tx, agency, account)),
            errors=(error,) if error else (),
        )
    status = 422 if error else 200
    return web.render.private("desk/account_close.html", "tree", status=status, view=view, who=who(session))


def _open_cases(tx: Transaction, account: UUID) -> int:
    return cases.count(tx, Filter(account=account, closed=False))


def _successors(tx: Transaction, agency: Agency, leaving: Account) -> list[Account]:
    """Colleagues of the same agency who are still there."""
    return [
        a
        for a in delegation.of_agency(tx, agency.agency)
        if a.disabled is None and a.account != leaving.account
    ]
