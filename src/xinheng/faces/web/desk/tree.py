"""单位: the tree as it stands, and everything registered of one agency."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.times import SHANGHAI
from xinheng.faces.web.access import AnySession, OwnForm, oversees, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.reach import heads, require
from xinheng.faces.web.desk.tree_views import (
    KINDS,
    LEVELS,
    ROLES,
    AccountLine,
    AgencyView,
    ClientLine,
    Dated,
    Node,
    TreeView,
)
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import Pair, Tag
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import delegation, moving, profile, settings
from xinheng.office.access import service as agencies
from xinheng.office.access.model import FROM_THE_BEGINNING, Account, Agency, Role, Session
from xinheng.office.access.model_clients import Client, scopes_text
from xinheng.office.access.model_tree import By, Links, may_be_given
from xinheng.office.access.profile import Profile
from xinheng.office.access.settings import AgencySettings

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = "/desk/tree"
AGENCY: Final = "/desk/agencies"
ORDERS: Final = {By.PLACE: "按地域", By.LINE: "按条线"}
OPEN_DEPTH: Final = 1  # levels that are open at first


@router.get(PATH)
def show_tree(web: House, session: AnySession, by: Annotated[str, Query(max_length=10)] = "") -> Response:
    """The tree from where the account's view begins."""
    day, order = web.today(), By(by) if by in set(By) else By.PLACE
    with web.transaction() as tx:
        tops = heads(tx, session)
        links = moving.links(tx)
        known = {a.agency: a for _, a in agencies.tree(tx)}
    start = [a.agency for a in tops if a.exists(day) or len(tops) == 1]
    if not tops and oversees(session):
        start = links.branches(None, order, day)
    roots = _nodes(start, (links, known), order, day)
    view = TreeView(
        roots=roots,
        count=sum(n.count + 1 for n in roots),
        order=ORDERS[order],
        orders=tuple((b.value, ORDERS[b], b is order) for b in By),
        day=day.isoformat(),
    )
    return web.render.private("desk/tree.html", "tree", view=view, who=who(session))


def _nodes(
    ids: Iterable[UUID], told: tuple[Links, dict[UUID, Agency]], by: By, day: date, depth: int = 0
) -> tuple[Node, ...]:
    """Those that exist, and those ended that others still stand under; by code."""
    links, known = told
    found = []
    for agency in sorted((known[a] for a in ids if a in known), key=lambda a: a.code):
        below = _nodes(links.branches(agency.agency, by, day), told, by, day, depth + 1)
        if not agency.exists(day) and not below:
            continue
        found.append(
            Node(
                code=agency.code,
                name=agency.name,
                words=f"{LEVELS[agency.level]} · {KINDS[agency.kind]}",
                href=f"{AGENCY}/{agency.code}",
                tags=() if agency.exists(day) else (Tag(f"{agency.to_on} 终止", "warn"),),
                count=sum(n.count + 1 for n in below),
                below=below,
                open=depth < OPEN_DEPTH,
            )
        )
    return tuple(found)


@router.get(AGENCY + "/{code}")
def show_agency(web: House, session: AnySession, code: str) -> Response:
    """Everything registered of one agency."""
    day = web.today()
    with web.transaction() as tx:
        agency = agencies.by_code(tx, code)
        require(tx, session, agency, day)
        view = _agency_view(web, tx, session, profile.of(tx, agency))
    return web.render.private("desk/agency.html", "tree", view=view, who=who(session))


def _agency_view(web: Web, tx: Transaction, session: Session, found: Profile) -> AgencyView:
    agency, day = found.agency, web.today()
    administers = delegation.administers(tx, session.account, agency.agency, web.app.clock)
    own = session.account.agency == agency.agency

    def linked(other: UUID | None) -> tuple[str, str | None]:
        there = found.others.get(other) if other else None
        if there is None:
            return "无", None
        seen = require(tx, session, there, day, quiet=True)
        return f"{there.name}（{there.code}）", f"{AGENCY}/{there.code}" if seen else None

    return AgencyView(
        code=agency.code,
        name=agency.name,
        pairs=_pairs(agency),
        names=tuple(Dated(n.name, _span(n.from_on, n.to_on), None, n.holds(day)) for n in found.names),
        places=tuple(
            Dated(f"{ORDERS[u.by]}：{text}", _span(u.from_on, u.to_on), href, u.holds(day))
            for u in found.superiors
            for text, href in [linked(u.superior)]
        ),
        successions=_successions(found, linked),
        authorities=tuple(
            Dated(a.name, _span(a.from_on, a.to_on), None, a.holds(day)) for a in found.authorities
        ),
        permissions=tuple(
            Dated(
                ("可代录：" if upper else "由其代录：") + text, _span(p.from_on, p.to_on), href, p.holds(day)
            )
            for p in found.permissions
            for upper in [p.upper == agency.agency]
            for text, href in [linked(p.lower if upper else p.upper)]
        ),
        accounts=tuple(_account_line(a, session, administers) for a in found.accounts),
        clients=tuple(_client_line(c) for c in found.clients),
        may_see_accounts=administers or own or oversees(session),
        may_administer=administers,
        may_set=administers or session.account.role is Role.OFFICE,
        requires_review=found.settings.requires_review,
        figures=f"/desk/figures?{urlencode({'agency': agency.code})}",
        above=_above(tx, session, agency, day),
        ended=None if agency.exists(day) or agency.to_on is None else agency.to_on.isoformat(),
    )


def _pairs(agency: Agency) -> tuple[Pair, ...]:
    return (
        Pair("单位代码", agency.code, mono=True),
        Pair("层级", LEVELS[agency.level]),
        Pair("类别", KINDS[agency.kind]),
        Pair("行政区划代码", agency.division, mono=True, otherwise="无（功能区等可以没有）"),
        Pair("起止", _span(agency.from_on, agency.to_on) or "自始"),
    )


def _successions(
    found: Profile, linked: Callable[[UUID | None], tuple[str, str | None]]
) -> tuple[Dated, ...]:
    lines = []
    for former, successor, on in found.successions:
        after = successor == found.agency.agency
        text, href = linked(former if after else successor)
        lines.append(Dated(("承继：" if after else "由其承继：") + text, f"{on} 起", href))
    return tuple(lines)


def _above(tx: Transaction, session: Session, agency: Agency, day: date) -> tuple[tuple[str, str], ...]:
    known = agencies.by_ids(tx, list(moving.links(tx).above(agency.agency, By.PLACE, day)))
    seen = [a for a in known.values() if require(tx, session, a, day, quiet=True)]
    order = list(moving.links(tx).above(agency.agency, By.PLACE, day))
    return tuple((f"{AGENCY}/{a.code}", a.name) for a in sorted(seen, key=lambda a: -order.index(a.agency)))


def _account_line(account: Account, session: Session, administers: bool) -> AccountLine:
    roles = [account.role, *(r for r in Role if r in account.also)]
    open_ = account.disabled is None
    theirs = administers and may_be_given(roles)
    return AccountLine(
        login=account.login,
        name=account.name,
        roles="、".join(ROLES[r] for r in roles),
        state=None if open_ else Tag("停用", "warn"),
        may_reset=theirs and open_,
        may_close=theirs and open_ and account.account != session.account.account,
    )


def _client_line(client: Client) -> ClientLine:
    state = Tag("停用", "warn") if client.disabled else None
    day = client.created.astimezone(SHANGHAI).date().isoformat()
    return ClientLine(client.client, client.name, scopes_text(client.scopes), day, state)


@router.post(AGENCY + "/{code}/settings")
def change_settings(web: House, session: AnySession, form: OwnForm, code: str) -> Response:
    """Whether a colleague looks before a submission counts as sent."""
    with web.transaction() as tx:
        agency = agencies.by_code(tx, code)
        office = session.account.role is Role.OFFICE and require(tx, session, agency, web.today(), quiet=True)
        allowed = office or delegation.administers(tx, session.account, agency.agency, web.app.clock)
        if not allowed:
            raise RoleRefusedError(
                found=f"账号 {session.account.login} 不能设定{agency.name}",
                expected="该单位或其上级单位的管理员，或信用办",
                todo="请本单位管理员设定",
            )
        wanted = AgencySettings(requires_review=form.get("review") == "yes")
        settings.change_settings(tx, agency, wanted, web.app.clock, session.account.login)
    return RedirectResponse(f"{AGENCY}/{agency.code}", 303, {"cache-control": PRIVATE})


def _span(begins: date, ends: date | None) -> str:
    first = "" if begins == FROM_THE_BEGINNING else f"{begins} 起"
    return "，".join(part for part in (first, f"至 {ends} 前" if ends else "") if part)
