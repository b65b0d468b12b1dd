"""完整性: a source declares its months; the office enters who is to send what and sees everybody's months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.evidence.completeness import freshness, model, service
from xinheng.evidence.completeness.errors import DeclarationRefused, FeedRefused, FeedUnknown
from xinheng.evidence.completeness.model import Feed, MonthState, State
from xinheng.evidence.completeness.model_freshness import NAMES, POOR, Supply
from xinheng.faces.web.access import AnySession, Overseer, OwnForm, overseer, oversees, scope, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.errors import RoleRefusedError
from xinheng.faces.web.views import FormError, Tag, grouped
from xinheng.ground.store.transaction import Transaction
from xinheng.law.model import Item
from xinheng.law.words import EVERY
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, Role, Session

router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/completeness"
MONTHS: Final = 12  # that have ended, as the page shows them
STALE: Final = 100  # lines of items that came long ago; all of them: `xinheng feed stale`

TAGS: Final = {
    State.COMPLETE: Tag("完整", "good"),
    State.NIL: Tag("零报送", "good"),
    State.PARTIAL: Tag("不全", "bad"),
    State.CONTRADICTED: Tag("不符", "bad"),
    State.UNDECLARED: Tag("未申报", "bad"),
    State.OPEN: Tag("待申报", "warn"),
}


@dataclass(frozen=True)
class MonthLine:
    month: str
    tag: Tag
    declared: str
    held: str
    due: str | None
    difference: str | None


@dataclass(frozen=True)
class FeedView:
    """One feed with its months, newest first."""

    feed: UUID
    agency: str
    item: str
    since: str
    ended: str | None
    months: tuple[MonthLine, ...]
    may_declare: bool


@dataclass(frozen=True)
class StaleLine:
    """An item that an agency never sent, or not for long."""

    agency: str
    item: str
    every: str
    newest: str
    tag: Tag


@dataclass(frozen=True)
class View:
    feeds: tuple[FeedView, ...]
    items: tuple[tuple[str, str], ...]
    item: str
    agencies: tuple[tuple[str, str], ...]
    oversees: bool
    may_enter: bool
    stale: tuple[StaleLine, ...] = ()
    stale_count: str = "0"
    errors: tuple[FormError, ...] = ()


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_completeness(
    web: House, session: AnySession, wanted: Wanted, item: Annotated[str, Query()] = ""
) -> Response:
    """The agency's own feeds; for the office those of one item, or of all."""
    if wanted.form:
        return send(web, session, wanted, _sheet(web, session, item))
    return _page(web, session, item)


def _sheet(web: Web, session: Session, item: str) -> Sheet:
    """A row a feed and month."""

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        if offset:
            return rest[0][offset : offset + limit]
        rest[0] = _rows(web, tx, session, item)
        return rest[0][:limit]

    rest: list[list[tuple[str, ...]]] = [[]]
    return Sheet("完整性", ("单位", "事项", "月份", "状态", "申报", "收到", "申报期限"), read)


def _rows(web: Web, tx: Transaction, session: Session, item: str) -> list[tuple[str, ...]]:
    known, judged = _judged(web, tx, session, item if item in web.app.pack.items else "")
    found: list[tuple[str, ...]] = []
    for each in judged:
        view = _feed_view(each.feed, each.months, (known, web.app.pack.items), session)
        found += [
            (view.agency, view.item, m.month, m.tag.text, m.declared, m.held, m.due or "—")
            for m in view.months
        ]
    return found


def _judged(
    web: Web, tx: Transaction, session: Session, item: str
) -> tuple[dict[UUID, Agency], tuple[service.Judged, ...]]:
    mine, day = scope(session), web.today()
    since = model.first_of(model.first_of(day) - timedelta(days=30 * MONTHS))
    feeds = service.listed(tx, None if mine is None else list(mine), item or None)
    return {a.agency: a for _, a in agencies.tree(tx)}, service.judged(tx, web.app.pack, feeds, since, day)


def _page(
    web: Web, session: Session, item: str = "", errors: Sequence[FormError] = (), status: int = 200
) -> Response:
    mine, pack, day = scope(session), web.app.pack, web.today()
    item = item if item in pack.items else ""
    with web.transaction() as tx:
        known, judged = _judged(web, tx, session, item)
        supplies = freshness.supplies(tx, pack, None if mine is None else list(mine), day)
    poor = [s for s in supplies if s.standing in POOR and item in ("", s.item)]
    view = View(
        feeds=tuple(_feed_view(each.feed, each.months, (known, pack.items), session) for each in judged),
        items=tuple((i.id, i.name) for i in pack.items.values() if i.marks.collected),
        item=item,
        agencies=tuple(
            (a.code, a.name) for a in known.values() if a.exists(day) and (mine is None or a.agency in mine)
        ),
        oversees=oversees(session),
        may_enter=session.account.role is Role.OFFICE,
        stale=tuple(_stale_line(s, known, pack.items) for s in poor[:STALE]),
        stale_count=grouped(len(poor)),
        errors=tuple(errors),
    )
    return web.render.private(
        "desk/completeness.html", "completeness", status=status, view=view, who=who(session)
    )


def _stale_line(one: Supply, known: Mapping[UUID, Agency], items: Mapping[str, Item]) -> StaleLine:
    return StaleLine(
        agency=known[one.agency].name if one.agency in known else "—",
        item=items[one.item].name,
        every=EVERY[one.every],
        newest=f"{one.newest:%Y-%m}" if one.newest else "—",
        tag=Tag(NAMES[one.standing], "bad" if one.newest is None else "warn"),
    )


def _feed_view(
    feed: Feed,
    months: Sequence[MonthState],
    named: tuple[Mapping[UUID, Agency], Mapping[str, Item]],
    session: Session,
) -> FeedView:
    known, items = named
    return FeedView(
        feed=feed.feed,
        agency=known[feed.agency].name if feed.agency in known else "—",
        item=items[feed.item].name if feed.item in items else feed.item,
        since=f"{feed.from_on:%Y-%m}",
        ended=f"{feed.to_on:%Y-%m}" if feed.to_on else None,
        months=tuple(_month_line(each) for each in reversed(months)),
        may_declare=session.account.agency == feed.agency,
    )


def _month_line(each: MonthState) -> MonthLine:
    difference = None if each.declared is None else each.declared - each.held
    return MonthLine(
        month=f"{each.month:%Y-%m}",
        tag=TAGS[each.state],
        declared="—" if each.declared is None else grouped(each.declared),
        held=grouped(each.held),
        due=each.due.isoformat() if each.due else None,
        difference=None
        if not difference
        else f"还差 {grouped(difference)} 条"
        if difference > 0
        else f"多出 {grouped(-difference)} 条",
    )


@router.post(PATH + "/declare", dependencies=[Depends(signed_in)])
def declare_month(web: House, session: AnySession, form: OwnForm) -> Response:
    """A source declares a month of one of its own feeds."""
    try:
        with web.transaction() as tx:
            feed = _own_feed(tx, session, form.get("feed", ""))
            month, count = _month(form.get("month", "")), _number(form.get("count", ""))
            service.declare(tx, feed, month, count, web.app.clock, session.account.login)
    except DeclarationRefused as refusal:
        error = FormError(f"{refusal.found}。应为：{refusal.expected}", f"count-{form.get('feed', '')}")
        return _page(web, session, errors=[error], status=422)
    return RedirectResponse(PATH, 303)


def _own_feed(tx: Transaction, session: Session, text: str) -> Feed:
    """A feed of the account's own agency. Another agency's is answered as if it did not exist."""
    try:
        feed = service.by_id(tx, UUID(text))
    except ValueError:
        raise FeedUnknown(found="没有这个编号", expected="列表中的一项", todo="从列表中选择") from None
    if session.account.agency != feed.agency:
        raise FeedUnknown(found="不是本单位的归集责任", expected="本单位的一项", todo="从列表中选择")
    return feed


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text.strip()}-01")
    except ValueError:
        raise DeclarationRefused(
            found=f"月份“{text[:20]}”", expected="写作 2026-09", todo="改写后再提交"
        ) from None


def _number(text: str) -> int:
    plain = text.strip().replace(",", "")
    if not plain.isascii() or not plain.isdigit() or len(plain) > 9:
        raise DeclarationRefused(
            found=f"数量“{text[:20]}”", expected="0 以上的整数；没有作出决定的填 0", todo="改写后再提交"
        )
    return int(plain)


@router.post(PATH + "/feeds", dependencies=[Depends(overseer)])
def enter_feed(web: House, session: Overseer, form: OwnForm) -> Response:
    """The office enters that an agency is to send an item."""
    _only_its_office(session)
    try:
        with web.transaction() as tx:
            agency = agencies.by_code(tx, form.get("agency", ""))
            _only_its_office(session, agency.agency)
            since = _month(form.get("since", ""))
            service.add_feed(
                tx, web.app.pack, agency, form.get("item", ""), since, web.app.clock, session.account.login
            )
    except (FeedRefused, DeclarationRefused) as refusal:
        return _page(
            web,
            session,
            errors=[FormError(f"{refusal.found}。应为：{refusal.expected}", "since")],
            status=422,
        )
    return RedirectResponse(PATH, 303)


@router.post(PATH + "/end", dependencies=[Depends(overseer)])
def end_feed(web: House, session: Overseer, form: OwnForm) -> Response:
    """The office ends a feed from a month on."""
    _only_its_office(session)
    try:
        with web.transaction() as tx:
            feed = UUID(form.get("feed", "")) if form.get("feed", "").count("-") == 4 else UUID(int=0)
            _only_its_office(session, service.by_id(tx, feed).agency)
            service.end_feed(tx, feed, _month(form.get("until", "")), web.app.clock, session.account.login)
    except (FeedRefused, DeclarationRefused) as refusal:
        return _page(
            web, session, errors=[FormError(f"{refusal.found}。应为：{refusal.expected}")], status=422
        )
    return RedirectResponse(PATH, 303)


def _only_its_office(session: Session, agency: UUID | None = None) -> None:
    seen = scope(session)
    if session.account.role is not Role.OFFICE or (agency and seen is not None and agency not in seen):
        raise RoleRefusedError(
            found=f"账号 {session.account.login} 只能查看", expected="该单位信用办的账号", todo="请信用办登记"
        )
