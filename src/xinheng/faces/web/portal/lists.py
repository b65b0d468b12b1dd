"""双公示: the shown permits and penalties, with filters, one page after another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.subjects import service as subjects
from xinheng.faces.web.access import anyone
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.errors import PageAbsentError
from xinheng.faces.web.portal.shown import public_items, record_lines
from xinheng.faces.web.portal.views import ListingView
from xinheng.faces.web.views import COUNT_CAP, PAGE_DEPTH, PAGE_SIZE, FormError, Turn, count_text, page_number
from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity import service as publicity

router = APIRouter(dependencies=[Depends(anyone)], include_in_schema=False)
MEANT: Final = 60  # organisations that a keyword may stand for


@dataclass(frozen=True)
class Filters:
    """What was asked, as typed. `after` is where the last page ended."""

    item: str = ""
    authority: str = ""
    party: str = ""
    start: str = ""
    end: str = ""
    page: str = ""
    after: str = ""

    def query(self, **more: str) -> str:
        """The filters as a query string, without what is empty."""
        kept = {
            "item": self.item,
            "authority": self.authority,
            "party": self.party,
            "from": self.start,
            "to": self.end,
            **more,
        }
        return urlencode({name: value for name, value in kept.items() if value})


def asked(
    item: Annotated[str, Query(max_length=40)] = "",
    authority: Annotated[str, Query(max_length=100)] = "",
    party: Annotated[str, Query(max_length=100)] = "",
    start: Annotated[str, Query(alias="from", max_length=10)] = "",
    end: Annotated[str, Query(alias="to", max_length=10)] = "",
    page: Annotated[str, Query(max_length=10)] = "",
    after: Annotated[str, Query(max_length=60)] = "",
) -> Filters:
    """The filters from the address."""
    return Filters(item, authority.strip(), party.strip(), start, end, page, after)


@router.get("/lists")
def show_list(request: Request, web: House, filters: Annotated[Filters, Depends(asked)]) -> Response:
    """One page of one item."""
    view = _listing(web, filters)
    return web.render.public(request, "portal/lists.html", "lists", listing=view)


def _listing(web: Web, filters: Filters) -> ListingView:
    pack = web.app.pack
    public = public_items(pack)
    item = filters.item or public[0].id
    if item not in {i.id for i in public}:
        raise PageAbsentError(
            found=f"没有公示事项“{item}”的列表",
            expected="、".join(i.name for i in public),
            todo="从“双公示”页面选择一个事项",
        )
    days, errors = days_of(filters)
    base = ListingView(
        item=item,
        item_name=pack.item(item).name,
        items=tuple((i.id, i.name) for i in public),
        authority=filters.authority,
        party=filters.party,
        start=days["from"].isoformat() if "from" in days else "",
        end=days["to"].isoformat() if "to" in days else "",
    )
    with web.transaction() as tx:
        meant, unclear = organisations_of(tx, filters.party)
        errors += unclear
        if errors:
            return base.with_errors(errors)
        listing = publicity.Listing(
            item=item,
            authority=filters.authority or None,
            decided_from=days.get("from"),
            decided_to=days.get("to"),
            subjects=meant,
        )
        day = web.today()
        total = publicity.shown_count(tx, listing, day)
        listing = publicity.Listing(**{**vars(listing), "after": after_of(filters.after)})
        page = publicity.shown_records(tx, listing, day, PAGE_SIZE)
        lines = record_lines(tx, pack, page.rows)
    return base.with_lines(
        lines, count_text(None if total > COUNT_CAP else total), _turn(filters, page.after)
    )


def _turn(filters: Filters, after: tuple[date, UUID] | None) -> Turn:
    number = page_number(filters.page) if filters.after else 1
    more = None
    if after is not None and number < PAGE_DEPTH:
        more = "/lists?" + filters.query(page=str(number + 1), after=f"{after[0]}_{after[1]}")
    first = f"/lists?{filters.query()}" if number > 1 else None
    return Turn(number, first, more, capped=after is not None and number >= PAGE_DEPTH)


def days_of(filters: Filters) -> tuple[dict[str, date], tuple[FormError, ...]]:
    """The two dates, and what is wrong with them."""
    days: dict[str, date] = {}
    errors: list[FormError] = []
    for name, text in (("from", filters.start), ("to", filters.end)):
        if not text:
            continue
        try:
            days[name] = date.fromisoformat(text)
        except ValueError:
            errors.append(FormError(f"“{text}”不是日期，应写作 2026-01-31", name))
    if len(days) == 2 and days["from"] > days["to"]:
        errors.append(FormError("起始日期晚于截止日期", "from"))
    return days, tuple(errors)


def after_of(text: str) -> tuple[date, UUID] | None:
    """Where the last page ended; None for the first page and for anything that is no such place."""
    day, _, record = text.partition("_")
    try:
        return (date.fromisoformat(day), UUID(record))
    except ValueError:
        return None


def organisations_of(tx: Transaction, keyword: str) -> tuple[tuple[UUID, ...], tuple[FormError, ...]]:
    """The organisations whose name holds the keyword, or the one with this code or whole name.

    An error where there is none, or more than MEANT: what then came first would be chance.
    """
    if not keyword:
        return (), ()
    try:
        found = subjects.find(tx, keyword)
    except XinhengError as refusal:
        if refusal.kind is not Kind.INVALID:
            raise
        return (), (FormError(f"{refusal.title}：{refusal.found}", "party"),)
    exact = [h.subject for h in found.hits if keyword in (h.name, h.code)]
    if exact or found.by_code:
        return tuple(exact or (h.subject for h in found.hits)), ()
    if found.similar or not found.total:
        return (), (FormError("没有名称含这几个字的单位，也没有这个代码", "party"),)
    if found.total > MEANT or found.beyond:
        told = f"有 {count_text(None if found.beyond else found.total)} 家单位符合，请写得更全，或写代码"
        return (), (FormError(told, "party"),)
    hits = list(found.hits)
    for page in range(2, found.pages + 1):
        hits += subjects.find(tx, keyword, page).hits
    return tuple(hit.subject for hit in hits), ()
