"""通报: the monthly bulletins of an office or agency, made on the page, as files, and issued."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.times import SHANGHAI
from xinheng.evidence.completeness.model import first_of
from xinheng.faces.app import books
from xinheng.faces.web.access import AnySession, OwnForm, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.reach import heads, require
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import Tag
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, AgencyKind, Role, Session
from xinheng.outward.documents.model import Document
from xinheng.outward.reports import scope, service
from xinheng.outward.reports.errors import MonthRefused, NoCutoff
from xinheng.outward.reports.service import WRITERS, Made
from xinheng.outward.reports.store import Issued

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = "/desk/bulletins"
SHOWN: Final = 12  # months that have ended, as the page lists them
MONTH: Final = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
TYPES: Final = {
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
FORMS: Final = (("docx", "Word 文档"), ("pdf", "PDF"), ("xlsx", "Excel 表"), ("json", "JSON"))
Code = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True)
class MonthLine:
    month: str
    tag: Tag
    cutoff: str
    href: str | None


@dataclass(frozen=True)
class ListView:
    name: str
    months: tuple[MonthLine, ...]
    below: tuple[tuple[str, str], ...]  # address and name of the offices directly below


@dataclass(frozen=True)
class BulletinView:
    month: str
    name: str
    code: str
    document: Document
    issued: str | None
    digests: tuple[tuple[str, str], ...]
    may_issue: bool
    files: tuple[tuple[str, str], ...]
    below: tuple[tuple[str, str], ...]
    back: str


@router.get(PATH)
def show_bulletins(web: House, session: AnySession, agency: Code = "") -> Response:
    """The last months of a head: issued, ready, or not yet."""
    with web.transaction() as tx:
        head = _head(web, tx, session, agency)
        issued = {each.month: each for each in service.listed(tx, head.code if head else "")}
        below = _below(tx, head)
    month, lines = first_of(web.today()), []
    for _ in range(SHOWN):
        month = first_of(month - timedelta(days=1))
        lines.append(_line(web, head, month, issued.get(month)))
    view = ListView(head.name if head else "全平台", tuple(lines), below)
    return web.render.private("desk/bulletins.html", "bulletins", view=view, who=who(session))


def _line(web: Web, head: Agency | None, month: date, there: Issued | None) -> MonthLine:
    try:
        cutoff = there.cutoff if there else scope.cutoff_of(web.app.pack, month)
    except NoCutoff:
        return MonthLine(f"{month:%Y-%m}", Tag("截止日无法计算", "warn"), "—", None)
    ready = cutoff <= web.app.clock.now().at
    tag = Tag("已印发", "good") if there else Tag("可以生成", "info") if ready else Tag("未到截止", "")
    text = f"{cutoff.astimezone(SHANGHAI):%Y-%m-%d}"
    return MonthLine(f"{month:%Y-%m}", tag, text, _address(f"{month:%Y-%m}", head) if ready else None)


def _address(month: str, head: Agency | None, end: str = "") -> str:
    asked = f"?{urlencode({'agency': head.code})}" if head else ""
    return f"{PATH}/{month}{end}{asked}"


def _below(tx: Transaction, head: Agency | None) -> tuple[tuple[str, str], ...]:
    """The offices directly below, each with its own list."""
    found = [(depth, a) for depth, a in agencies.tree(tx) if a.kind is AgencyKind.OFFICE]
    if head is None:
        return tuple((f"{PATH}?agency={quote(a.code)}", a.name) for depth, a in found if depth == 0)
    return tuple(
        (f"{PATH}?agency={quote(a.code)}", a.name)
        for _, a in found
        if a != head and agencies.is_above(tx, head, a)
    )


@router.get(PATH + "/{month}.{form}")
def send_bulletin(web: House, session: AnySession, month: str, form: str, agency: Code = "") -> Response:
    """One of its files."""
    if form not in WRITERS:
        raise MonthRefused(f"文件形式“{form[:10]}”", "、".join(WRITERS))
    with web.transaction() as tx:
        head = _head(web, tx, session, agency)
        made = _made(web, tx, head, month)[1]
    title = f"{made.document.title}.{form}"
    return Response(
        made.file(form),
        media_type=TYPES[form],
        headers={
            "cache-control": PRIVATE,
            "content-disposition": f"attachment; filename*=UTF-8''{quote(title)}",
        },
    )


@router.get(PATH + "/{month}")
def show_bulletin(web: House, session: AnySession, month: str, agency: Code = "") -> Response:
    """One month as a page; what was issued is made again and comes out the same."""
    with web.transaction() as tx:
        head = _head(web, tx, session, agency)
        there, made = _made(web, tx, head, month)
        below = _branches(made)
    view = BulletinView(
        month=month,
        name=made.facts.scope.issuer,
        code=agency,
        document=made.document,
        issued=f"{there.issued.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if there else None,
        digests=tuple(sorted(there.digests.items())) if there else (),
        may_issue=there is None and _may_issue(session, head),
        files=tuple((_address(month, head, f".{form}"), text) for form, text in FORMS),
        below=below,
        back=f"{PATH}?{urlencode({'agency': head.code})}" if head else PATH,
    )
    return web.render.private("desk/bulletin.html", "bulletins", view=view, who=who(session))


def _branches(made: Made) -> tuple[tuple[str, str], ...]:
    """The same month's bulletin of each office among the branches: its figures are that row's."""
    scoped = made.facts.scope
    return tuple(
        (f"{PATH}/{scoped.month:%Y-%m}?{urlencode({'agency': b.code})}", b.name)
        for b in scoped.branches
        if b.kind is AgencyKind.OFFICE and b.agency != scoped.head
    )


@router.post(PATH + "/{month}/issue")
def issue(web: House, session: AnySession, form: OwnForm, month: str) -> Response:
    """印发: once; from then on nothing changes in it."""
    with web.transaction() as tx:
        head = _head(web, tx, session, form.get("agency", ""))
        if not _may_issue(session, head):
            raise RoleRefusedError(
                found=f"账号 {session.account.login} 不能印发{head.name if head else '全平台'}的通报",
                expected="该信用办的账号",
                todo="请该信用办印发",
            )
        service.issue(tx, _made(web, tx, head, month)[1], web.app.clock, session.account.name)
    return RedirectResponse(_address(month, head), 303)


def _may_issue(session: Session, head: Agency | None) -> bool:
    """The credit office's own account, for its own office; without an agency, for all."""
    if session.account.role is not Role.OFFICE:
        return False
    return session.agency is None or (head is not None and head.agency == session.agency.agency)


def _made(web: Web, tx: Transaction, head: Agency | None, month: str) -> tuple[Issued | None, Made]:
    if not MONTH.fullmatch(month):
        raise MonthRefused(f"月份“{month[:20]}”", "写作 2026-10")
    day = date.fromisoformat(f"{month}-01")
    return service.found(tx, head.code if head else "", day), books.bulletin(web.app, tx, head, day)


def _head(web: Web, tx: Transaction, session: Session, code: str) -> Agency | None:
    """The agency asked for; without one the account's own. Raises RoleRefusedError."""
    own = heads(tx, session)
    head = agencies.by_code(tx, code) if code else own[0] if own else None
    require(tx, session, head, web.today())
    return head
