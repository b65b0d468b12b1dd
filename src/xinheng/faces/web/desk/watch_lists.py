"""清单比对: the office compares a list and raises from it; an agency compares one for itself (自查)."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from xinheng.core.errors import Kind, XinhengError
from xinheng.faces.web.access import AnySession, OwnForm, check_token, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk import watch_lists_views as views
from xinheng.faces.web.desk.cases_reach import actor, in_scope
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.desk.receiving import receive
from xinheng.faces.web.desk.watch import PATH as WATCH
from xinheng.faces.web.desk.watch import item_names
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import (
    PAGE_DEPTH,
    Figure,
    FormError,
    bytes_text,
    grouped,
    page_number,
    pages,
)
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role, Session
from xinheng.outward.capture import service as captures
from xinheng.outward.capture.model import State
from xinheng.outward.monitoring import lists, store_lists, websites
from xinheng.outward.monitoring.comparing import NAMES, Outcome
from xinheng.outward.monitoring.errors import ListRefused
from xinheng.outward.monitoring.lists import ORIGINS, Given
from xinheng.outward.monitoring.store_lists import WatchList
from xinheng.outward.reports.exports import Reader

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])
PATH: Final = f"{WATCH}/lists"
SIZE, RECENT = 100, 20
HEADER: Final = ("行", "结果", "文号", "当事人", "代码", "决定日期", "说明", "信衡编号")
Text = Annotated[str, Query(max_length=20)]


def _may(session: Session) -> bool:
    """The office compares any agency of its scope; an agency its own."""
    return session.account.role is not Role.AUDITOR and (
        session.account.role is Role.OFFICE or session.agency is not None
    )


def _form(web: Web, tx: Transaction, session: Session) -> views.ListForm:
    pack, day = web.app.pack, web.today()
    scope = in_scope(web, tx, session)
    below = [a for _, a in agencies.tree(tx) if a.exists(day) and (scope is None or a.agency in scope)]
    return views.ListForm(
        agencies=tuple((a.code, a.name) for a in below) if session.account.role is Role.OFFICE else (),
        items=tuple((i.id, i.name) for i in pack.items.values() if i.role("document") and i.role("decided")),
        limit=bytes_text(web.app.settings.upload_bytes),
        captures=tuple(
            (c.name, f"{c.name}（{counts.get(State.WAITING, 0)} 条草稿）")
            for c, counts in captures.listed(tx)
            if session.account.role is Role.OFFICE and (scope is None or c.agency in scope)
        ),
    )


@router.get(PATH)
def show_lists(web: House, session: AnySession, page: Text = "") -> Response:
    """Lists that were compared, and the form for another."""
    with web.transaction() as tx:
        form = _form(web, tx, session)
    return _page(web, session, form, page_number(page))


def _page(web: Web, session: Session, form: views.ListForm, number: int = 1, status: int = 200) -> Response:
    with web.transaction() as tx:
        scope, own = in_scope(web, tx, session), session.account.agency
        count = store_lists.count(tx, scope, own)
        found = store_lists.listed(tx, scope, own, RECENT, (number - 1) * RECENT)
        names = agencies.by_ids(tx, {one.agency for one in found})
    items = item_names(web)
    view = views.ListsView(
        lines=tuple(views.list_line(one, names, items) for one in found),
        form=form,
        may=_may(session),
        pages=pages(number, min(count, RECENT * PAGE_DEPTH), PATH, {}, RECENT),
    )
    return web.render.private("desk/watch_lists.html", "watch-lists", status, lists=view, who=who(session))


@router.post(PATH)
async def take_list(request: Request, web: House, session: AnySession) -> Response:
    """Receive a list into a private folder, compare it, keep the result and not the file."""
    if not _may(session):
        raise RoleRefusedError(
            found=f"账号 {session.account.login}", expected="信用办或信源单位的账号", todo="换用账号"
        )
    await run_in_threadpool(web.uploads.sweep, web.app.clock)
    token = web.uploads.begin()
    try:
        return await _taken(request, web, session, token)
    finally:
        await run_in_threadpool(web.uploads.discard, token)


async def _taken(request: Request, web: Web, session: Session, token: str) -> Response:
    got = await receive(
        request.headers.get("content-type", ""),
        request.stream(),
        web.uploads.file(token),
        lambda fields: check_token(session, fields),
    )
    return await run_in_threadpool(_compared, web, session, token, got.fields, got.file_name, got.size)


def _compared(
    web: Web, session: Session, token: str, said: dict[str, str], name: str | None, size: int
) -> Response:
    with web.transaction() as tx:
        blank = _form(web, tx, session)
        form = replace(
            blank, agency=said.get("agency", ""), item=said.get("item", ""), origin=said.get("origin", "")
        )
        whose = session.agency
        if blank.agencies:
            chosen = form.agency in {code for code, _ in blank.agencies}
            whose = agencies.by_code(tx, form.agency) if chosen else None
    errors = []
    if whose is None:
        errors.append(FormError("请选择单位", "agency"))
    if form.item not in {item for item, _ in form.items}:
        errors.append(FormError("请选择目录事项", "item"))
    if name is None or not size:
        errors.append(FormError("请选择文件" if name is None else "文件是空的", "file"))
    if errors or whose is None:
        return _page(web, session, replace(form, errors=tuple(errors)), status=400)
    own = not blank.agencies
    origin = form.origin if form.origin in ORIGINS and form.origin != "self" else "audit"
    given = Given(whose, form.item, origin, name or "", actor(session), own)
    try:
        with web.turns.turn():
            found = lists.read(web.app, web.uploads.file(token), given)
            with web.transaction() as tx:
                one = lists.compare(tx, web.app, given, found)
                detail = f"{one.list_id} {whose.code} {one.item} {sum(one.counts.values())} 行"
                _note(web, tx, session, "watch.compare", detail)
    except XinhengError as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        told = f"{refusal.title}：{refusal.found}。应为：{refusal.expected}"
        wrong = replace(form, file_error=told, errors=(FormError(told, "file"),))
        return _page(web, session, wrong, status=422)
    return RedirectResponse(f"{PATH}/{one.list_id}", 303, {"cache-control": PRIVATE})


@router.post(PATH + "/website")
def compare_website(web: House, session: AnySession, form: OwnForm) -> Response:
    """Compare what a capture read from an agency's website. Raises RoleRefusedError, CaptureAbsent."""
    if session.account.role is not Role.OFFICE:
        raise RoleRefusedError(
            found=f"账号 {session.account.login}", expected="信用办的账号", todo="请信用办比对"
        )
    with web.transaction() as tx:
        blank, capture = _form(web, tx, session), captures.by_name(tx, form.get("capture", ""))
        if capture.name not in {name for name, _ in blank.captures}:
            raise captures.absent(capture.name)
        whose = agencies.by_ids(tx, [capture.agency])[capture.agency]
    given = Given(whose, capture.item, "website", f"抓取草稿：{capture.name}", actor(session))
    try:
        with web.transaction() as tx:
            one = lists.compare(tx, web.app, given, websites.read(tx, web.app.pack, capture))
            _note(web, tx, session, "watch.compare", f"{one.list_id} {capture.name}")
    except ListRefused as refusal:
        told = f"{refusal.title}：{refusal.found}。应为：{refusal.expected}"
        return _page(web, session, replace(blank, errors=(FormError(told, "capture"),)), status=422)
    return RedirectResponse(f"{PATH}/{one.list_id}", 303, {"cache-control": PRIVATE})


def _note(web: Web, tx: Transaction, session: Session, action: str, detail: str) -> None:
    audit.note(tx, web.app.clock, session.account.login, action, detail, session.account.account)


def _own(web: Web, tx: Transaction, session: Session, listing: UUID) -> WatchList:
    return lists.by_id(tx, listing, in_scope(web, tx, session), session.account.agency)


@router.get(PATH + "/{listing}")
def show_list(
    web: House, session: AnySession, listing: UUID, asked: Wanted, outcome: Text = "", page: Text = ""
) -> Response:
    """What became of the lines of one list; what is missing first."""
    number = page_number(page)
    if asked.form:
        only = Outcome(outcome) if outcome in set(Outcome) else None
        return send(web, session, asked, Sheet("清单比对结果", HEADER, _reader(web, session, listing, only)))
    with web.transaction() as tx:
        one = _own(web, tx, session, listing)
        wanted = Outcome(outcome) if outcome in set(Outcome) else None
        if wanted is None and outcome != "all" and one.counts.get(Outcome.MISSING):
            wanted = Outcome.MISSING
        found = store_lists.lines(tx, listing, wanted, SIZE, (number - 1) * SIZE)
        names = agencies.by_ids(tx, [one.agency])
    whole = sum(one.counts.values())
    count = one.counts.get(wanted, 0) if wanted else whole
    query = {"outcome": wanted.value if wanted else "all"}
    missing = one.counts.get(Outcome.MISSING, 0)
    view = views.ListView(
        list_id=listing,
        title=one.file_name,
        pairs=views.list_pairs(one, names, item_names(web)),
        figures=tuple(
            Figure(NAMES[o], grouped(one.counts[o]), views.TONES.get(o, ""))
            for o in NAMES
            if one.counts.get(o)
        ),
        lines=tuple(views.compared_line(line) for line in found),
        outcomes=(
            ("all", f"全部（{whole}）"),
            *((o.value, f"{NAMES[o]}（{one.counts[o]}）") for o in NAMES if one.counts.get(o)),
        ),
        outcome=query["outcome"],
        may_raise=session.account.role is Role.OFFICE
        and not one.self_check
        and one.raised is None
        and missing > 0,
        missing=missing,
        doubtful=lists.is_doubtful(one),
        raised=f"已提出 {one.raised_count} 件疑似瞒报" if one.raised else None,
        pages=pages(number, min(count, SIZE * PAGE_DEPTH), f"{PATH}/{listing}", query, SIZE),
    )
    return web.render.private("desk/watch_list.html", "watch-lists", list=view, who=who(session))


def _reader(web: Web, session: Session, listing: UUID, outcome: Outcome | None) -> Reader:
    """The lines of the result, page by page; of all outcomes where none is asked for."""

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        _own(web, tx, session, listing)
        return [
            (
                str(x.line) if x.line > 0 else "",
                NAMES[x.outcome],
                x.number or "",
                x.party or "",
                x.code or "",
                x.decided_on.isoformat() if x.decided_on else "",
                x.near or "",
                str(x.record or ""),
            )
            for x in store_lists.lines(tx, listing, outcome, limit, offset)
        ]

    return read


@router.post(PATH + "/{listing}/raise")
def raise_list(web: House, session: AnySession, listing: UUID, form: OwnForm) -> Response:
    """Every line that is not held becomes a suspicion. Raises RoleRefusedError, RaiseRefused, ListAbsent."""
    if session.account.role is not Role.OFFICE:
        raise RoleRefusedError(
            found=f"账号 {session.account.login}", expected="信用办的账号", todo="请信用办提出"
        )
    with web.transaction() as tx:
        _own(web, tx, session, listing)
        count = lists.raise_from(
            tx, web.app.pack, listing, actor(session), web.app.clock, sure=form.get("sure") == "1"
        )
        _note(web, tx, session, "watch.raise", f"{listing} {count} 件")
    return RedirectResponse(f"{PATH}/{listing}", 303, {"cache-control": PRIVATE})
