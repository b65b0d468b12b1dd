"""Before a form: which item, its empty workbook, which earlier record to copy; and the drafts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from xinheng.core.times import SHANGHAI
from xinheng.evidence.intake import blank_workbook
from xinheng.evidence.ledger import own_records, receipt_rows
from xinheng.evidence.submissions import service as submissions
from xinheng.evidence.submissions.model import Filter, State, Submission
from xinheng.faces.web.access import OwnForm, Sender, sender, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.form import PATH, item_of
from xinheng.faces.web.desk.form_start import actor, sources
from xinheng.faces.web.desk.form_views import CopyLine, CopyView, DraftLine, ItemLine, ItemsView
from xinheng.faces.web.desk.handing import takeable
from xinheng.faces.web.desk.receipts import XLSX
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.portal.record_fields import role_text
from xinheng.ground.store.transaction import Transaction
from xinheng.law.model import Item
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Session

router = APIRouter(include_in_schema=False, dependencies=[Depends(sender)])
LISTED: Final = 20
DRAFTS: Final = 200


@router.get(PATH)
def show_items(web: House, session: Sender) -> Response:
    """Every item: type it, or take its empty workbook."""
    with web.transaction() as tx:
        drafts = len(_drafts(tx, session))
    items = tuple(ItemLine(i.id, i.name, i.edition, i.provider) for i in takeable(web.app.pack, web.today()))
    return web.render.private(
        "desk/form_items.html", "form", items=ItemsView(items, drafts), who=who(session)
    )


@router.get("/desk/templates/{item}.xlsx")
def send_template(web: House, session: Sender, item: str) -> Response:
    """The empty workbook of an item."""
    found = item_of(web, item)
    content = blank_workbook.blank(found, web.today())
    name = quote(f"{found.name}-空表.xlsx")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}", "cache-control": PRIVATE}
    return Response(content, media_type=XLSX, headers=headers)


@router.get(PATH + "/{item}/copy")
def show_copies(
    web: House, session: Sender, item: str, q: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """Earlier records of the agency, by document number or 信衡编号: the latest where nothing is asked."""
    found = item_of(web, item)
    asked = q.strip()
    with web.transaction() as tx:
        record = _uuid(asked)
        part = "" if record else asked
        own = own_records.found(tx, found.id, sources(tx, session), part, record, LISTED + 1)
        lines = _copy_lines(tx, found, own[:LISTED])
    view = CopyView(found.id, found.name, asked, lines, more=len(own) > LISTED)
    return web.render.private("desk/form_copy.html", "form", copies=view, who=who(session))


def _copy_lines(tx: Transaction, item: Item, own: list[own_records.OwnRecord]) -> tuple[CopyLine, ...]:
    said = receipt_rows.current(tx, [o.record for o in own])
    return tuple(
        CopyLine(
            record=o.record,
            document=o.document or "无文号",
            party=_party(item, said.get(o.record, (None,))),
            authority=o.authority or "—",
            decided_on=o.decided_on.isoformat() if o.decided_on else "—",
        )
        for o in own
    )


def _party(item: Item, texts: tuple[str | None, ...]) -> str:
    for text in texts:
        if text and (name := role_text(item, orjson.loads(text), "party_name")):
            return name
    return "—"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@router.get("/desk/drafts")
def show_drafts(web: House, session: Sender) -> Response:
    """The account's drafts, latest first, and what colleagues sent back."""
    now = web.app.clock.now().at
    with web.transaction() as tx:
        lines = tuple(_draft_line(web, tx, d, now) for d in _drafts(tx, session))
    return web.render.private("desk/drafts.html", "form", drafts=lines, who=who(session))


def _drafts(tx: Transaction, session: Session) -> list[Submission]:
    wanted = Filter(states=(State.DRAFT,), account=session.account.account)
    return submissions.listed(tx, wanted, DRAFTS)


def _draft_line(web: Web, tx: Transaction, draft: Submission, now: datetime) -> DraftLine:
    item = web.app.pack.items.get(draft.item)
    days = (now - draft.changed).days
    lapses = draft.lapses
    lower = agencies.by_ids(tx, [draft.agency]).get(draft.agency) if draft.behalf else None
    return DraftLine(
        id=draft.id,
        item=draft.item,
        item_name=item.name if item else draft.item,
        title=draft.file_name,
        age="今天" if days < 1 else f"{days} 天前",
        lapses=lapses.astimezone(SHANGHAI).date().isoformat() if lapses else "",
        for_whom=lower.name if lower else "",
        note=draft.note or "",
    )


@router.post("/desk/drafts/{draft}/discard")
def discard(web: House, session: Sender, draft: UUID, _: OwnForm) -> Response:
    """Delete a draft of one's own."""
    submissions.take_back(web.app, draft, actor(session))
    return RedirectResponse("/desk/drafts", 303, {"cache-control": PRIVATE})
