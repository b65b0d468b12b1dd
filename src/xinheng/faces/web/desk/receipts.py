"""Receipts: the list, one receipt, its returned rows, the workbook, the hand-on file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from xinheng.core.times import SHANGHAI
from xinheng.evidence.intake import returning
from xinheng.evidence.intake import service as intake
from xinheng.evidence.intake import store as kept_rows
from xinheng.evidence.intake.incoming import Incoming
from xinheng.evidence.intake.model import Outcome, RowResult, Way
from xinheng.evidence.intake.store import HELD, Asked, Kept
from xinheng.faces.web.access import AnySession, OwnForm, Sender, oversees, scope, sender, signed_in, who
from xinheng.faces.web.context import House
from xinheng.faces.web.desk.cases_receipt import note_seen
from xinheng.faces.web.desk.exporting import Sheet, Wanted, send
from xinheng.faces.web.desk.receipt_views import (
    WAYS,
    Sent,
    reason_rows,
    reason_sums,
    receipt_line,
    receipt_view,
)
from xinheng.faces.web.desk.views import Choice, DeskView, ReceiptLine, ReturnedView
from xinheng.faces.web.pages import PRIVATE
from xinheng.faces.web.views import PAGE_DEPTH, page_number, pages
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Session

if TYPE_CHECKING:
    from xinheng.law.packs import Pack

router = APIRouter(include_in_schema=False)
SIZE = 50
ROWS = 100
SUMMED = 20_000  # returned rows that are summed up by reason; a file with more has one fault, not many
BEHALF: Final = "behalf"  # among the ways: whatever was entered for a lower agency
HELD_TEXTS: Final = {
    "returned": "退回的行",
    "late": "迟报的行",
    "corrected": "更正的行",
    "review": "待裁定的行",
    "persons": "自然人的行",
}
COLUMNS: Final = (
    *("时间", "单位", "代录单位", "文件", "事项", "报送口径", "方式"),
    *("接收", "更正", "已有", "退回", "迟报", "回执编号"),
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def lines(tx: Transaction, pack: Pack, kept: Iterable[Kept]) -> tuple[ReceiptLine, ...]:
    """Receipts as lines of a table, with the names of agencies and items."""
    kept = list(kept)
    names = agencies.by_ids(tx, {a for k in kept for a in (k.agency, k.behalf) if a})

    def name(agency: UUID | None) -> str:
        found = names.get(agency) if agency else None
        return found.name if found else "—"

    return tuple(
        receipt_line(k, name(k.agency), item_name(pack, k.item), name(k.behalf) if k.behalf else "")
        for k in kept
    )


def item_name(pack: Pack, item: str) -> str:
    """The name of an item; its id where the pack no longer has it."""
    return pack.items[item].name if item in pack.items else item


def own_receipt(tx: Transaction, session: Session, receipt: UUID) -> Kept:
    """A receipt that this account may see. Another agency's is answered as if it did not exist."""
    kept = intake.kept_receipt(tx, receipt)
    mine = scope(session)
    if mine is not None and mine.isdisjoint((kept.agency, kept.behalf)):
        raise intake.receipt_absent(receipt)
    return kept


@dataclass(frozen=True)
class Filters:
    """What was asked for, as typed."""

    item: str = ""
    way: str = ""
    month: str = ""
    held: str = ""

    def asked(self, among: frozenset[UUID] | None) -> Asked:
        """The same as intake takes it; what cannot be read narrows nothing."""
        since, until = month_of(self.month)
        return Asked(
            agencies=among,
            item=self.item or None,
            way=self.way if self.way in set(Way) else None,
            behalf=self.way == BEHALF,
            since=since,
            until=until,
            holding=self.held if self.held in HELD else None,
        )


def month_of(text: str) -> tuple[datetime | None, datetime | None]:
    """The first moment of a month (2026-11) in Shanghai and of the next; None and None for anything else."""
    try:
        start = datetime.strptime(text, "%Y-%m").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None, None
    ends_year = start.month == 12
    return start, start.replace(year=start.year + ends_year, month=1 if ends_year else start.month + 1)


@router.get("/desk/receipts", dependencies=[Depends(signed_in)])
def show_receipts(  # noqa: PLR0913, PLR0917 - a parameter a filter
    web: House,
    session: AnySession,
    wanted: Wanted,
    item: Annotated[str, Query(max_length=60)] = "",
    way: Annotated[str, Query(max_length=10)] = "",
    month: Annotated[str, Query(max_length=7)] = "",
    held: Annotated[str, Query(max_length=10)] = "",
    page: Annotated[str, Query()] = "",
) -> Response:
    """The agency's receipts, newest first; for an office those of its place."""
    number, filters = page_number(page), Filters(item, way, month.strip(), held)
    if wanted.form:
        return send(web, session, wanted, _sheet(web.app.pack, filters.asked(scope(session))))
    with web.transaction() as tx:
        kept = kept_rows.asked_for(tx, filters.asked(scope(session)), SIZE + 1, (number - 1) * SIZE)
        shown = lines(tx, web.app.pack, kept[:SIZE])
    total = (number - 1) * SIZE + len(kept)  # enough to know whether there is a next page
    view = DeskView(
        title="回执",
        receipts=shown,
        with_agency=oversees(session),
        pages=pages(number, total, "/desk/receipts", vars(filters), SIZE),
        filters=receipt_filters(filters, web.app.pack),
        filtered=any(vars(filters).values()),
    )
    return web.render.private("desk/receipts.html", "receipts", desk=view, who=who(session))


def _sheet(pack: Pack, asked: Asked) -> Sheet:
    """The list as it leaves the house."""

    def read(tx: Transaction, limit: int, offset: int) -> list[tuple[str, ...]]:
        return [
            (
                *(line.when, line.agency, line.behalf, line.file_name, line.item_name),
                *(line.profile, line.way, line.accepted, line.corrected, line.known),
                *(line.returned, line.late, str(line.receipt)),
            )
            for line in lines(tx, pack, kept_rows.asked_for(tx, asked, limit, offset))
        ]

    return Sheet("回执", COLUMNS, read)


def receipt_filters(chosen: Filters, pack: Pack) -> tuple[Choice, ...]:
    """The choices above the list."""
    items = tuple((i.id, i.name) for i in pack.items.values())
    ways = (*((way.value, text) for way, text in WAYS.items()), (BEHALF, "代录"))
    return (
        Choice("item", "事项", (("", "全部"), *items), chosen.item),
        Choice("way", "方式", (("", "全部"), *ways), chosen.way),
        Choice("held", "里面有", (("", "不限"), *HELD_TEXTS.items()), chosen.held),
        Choice("month", "月份", (), chosen.month),
    )


@router.get("/desk/receipts/{receipt}", dependencies=[Depends(signed_in)])
def show_receipt(
    web: House, session: AnySession, receipt: UUID, said: Annotated[str | None, Query()] = None
) -> Response:
    """One receipt."""
    with web.transaction() as tx:
        kept = own_receipt(tx, session, receipt)
        names = agencies.by_ids(tx, [kept.agency, *([kept.behalf] if kept.behalf else [])])
        persons = list(_person_lines(tx, kept)) if kept.counts["persons"] else []
    item = web.app.pack.item(kept.item)
    hand_on = not oversees(session) and Incoming(web.app.incoming).persons_file(receipt).is_file()
    behalf = names.get(kept.behalf) if kept.behalf else None
    sender = Sent(names[kept.agency].name, behalf.name if behalf else "")
    view = receipt_view(kept, item, sender, persons, hand_on=hand_on, said=said)
    return web.render.private("desk/receipt.html", "receipts", receipt=view, who=who(session))


def _person_lines(tx: Transaction, kept: Kept) -> Iterator[int]:
    return (row[0] for row in kept_rows.lines(tx, kept.receipt) if row[1] == Outcome.PERSON)


def _returned(tx: Transaction, kept: Kept) -> Iterator[RowResult]:
    for line, _, found, _ in kept_rows.returned(tx, kept.receipt):
        yield RowResult(line, Outcome.RETURNED, None, returning.results(found))


@router.get("/desk/receipts/{receipt}/returned", dependencies=[Depends(signed_in)])
def show_returned(
    web: House, session: AnySession, receipt: UUID, page: Annotated[str, Query()] = ""
) -> Response:
    """The returned rows of a receipt, with reasons."""
    number = page_number(page)
    with web.transaction() as tx:
        kept = own_receipt(tx, session, receipt)
        item = web.app.pack.item(kept.item)
        rows = reason_rows(item, islice(_returned(tx, kept), SUMMED))
        note_seen(web, tx, session, kept)
    count = kept.counts["returned"]
    start = (number - 1) * ROWS
    view = ReturnedView(
        receipt=receipt,
        count=count,
        rows=rows[start : start + ROWS],
        summary=reason_sums(rows),
        pages=pages(number, min(count, ROWS * PAGE_DEPTH), f"/desk/receipts/{receipt}/returned", {}, ROWS),
    )
    return web.render.private("desk/returned.html", "receipts", returned=view, who=who(session))


@router.get("/desk/receipts/{receipt}/returned.xlsx", dependencies=[Depends(signed_in)])
def send_workbook(web: House, session: AnySession, receipt: UUID) -> Response:
    """The returned-rows workbook."""
    with web.transaction() as tx:
        kept = own_receipt(tx, session, receipt)
        content = intake.returned_workbook(tx, web.app.pack, receipt)
        note_seen(web, tx, session, kept)
        audit.note(
            tx,
            web.app.clock,
            session.account.login,
            "receipt.workbook",
            str(receipt),
            session.account.account,
        )
    return _download(content, XLSX, f"退回-{kept.file_name.rsplit('.', 1)[0]}.xlsx")


@router.post("/desk/receipts/{receipt}/hand-on", dependencies=[Depends(sender)])
def send_hand_on(request: Request, web: House, session: Sender, receipt: UUID, _: OwnForm) -> Response:
    """The rows about natural persons, handed back once (decision 11). Raises HandedOnError."""
    with web.transaction() as tx:
        kept = own_receipt(tx, session, receipt)
        audit.note(
            tx, web.app.clock, session.account.login, "receipt.hand_on", str(receipt), session.account.account
        )
        content = Incoming(web.app.incoming).take(
            receipt, web.app.clock
        )  # where it is gone, nothing is noted
    return _download(content, "text/csv; charset=utf-8", f"转交-{kept.file_name.rsplit('.', 1)[0]}.csv")


def _download(content: bytes, media_type: str, name: str) -> Response:
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "cache-control": PRIVATE,
    }
    return Response(content, media_type=media_type, headers=headers)
