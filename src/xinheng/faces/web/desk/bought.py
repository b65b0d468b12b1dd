"""外购数据: what was bought or exchanged, under which licence, for how much, until when (R021).

The day after its licence a record says nothing more here: number, licence and last day stay, so that whoever
pays for it knows; whose data it was and what it said does not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from xinheng.evidence.ledger import own_records, receipt_rows
from xinheng.evidence.ledger.errors import RecordAbsent
from xinheng.faces.web.access import AnySession, oversees, signed_in, who
from xinheng.faces.web.context import House, Web
from xinheng.faces.web.desk.cases_reach import in_scope
from xinheng.faces.web.views import Pages, Pair, Tag, grouped, page_number, pages, wan_yuan_note
from xinheng.ground.store.transaction import Transaction
from xinheng.law.kinds import SourceClass
from xinheng.law.model import Item
from xinheng.law.packs import Pack
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Session

router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/bought"
SIZE: Final = 50
SOON: Final = 30  # days before its end from which a licence is pointed out; a hint, not a rule
PARTY: Final = ("party_name", "party_code")
GONE: Final = "许可已到期，不再显示"
Fields = Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """One record. `party` and `about` are None once nobody may see them."""

    record: UUID
    item: str
    party: str | None
    about: str | None
    seller: str
    licence: str
    price: str
    until: str
    tag: Tag


@dataclass(frozen=True)
class BoughtView:
    lines: tuple[Line, ...]
    items: tuple[tuple[str, str], ...]
    item: str
    pages: Pages


@dataclass(frozen=True)
class BoughtRecordView:
    line: Line
    pairs: tuple[Pair, ...]
    said: tuple[Pair, ...]


def commercial(pack: Pack) -> dict[str, Item]:
    """The items of a pack whose records are bought, exchanged, or ratings of the market, by id."""
    return {i.id: i for i in pack.items.values() if i.source is SourceClass.COMMERCIAL and not i.secret}


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_bought(
    web: House,
    session: AnySession,
    item: Annotated[str, Query(max_length=60)] = "",
    page: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Bought data of an item, latest first: the agency's own, the office's whole place."""
    items, number = commercial(web.app.pack), page_number(page)
    lines: list[Line] = []
    chosen = items.get(item)
    with web.transaction() as tx:
        sources = _sources(web, tx, session)
        for each in (chosen,) if chosen else items.values():  # without one named, the first that has any
            found = own_records.found(tx, each.id, sources, "", None, number * SIZE + 1)
            there = [one.record for one in found[(number - 1) * SIZE :]]
            said = {record: _fields(texts) for record, texts in receipt_rows.current(tx, there).items()}
            lines = [line(each, r, said.get(r, {}), web.today()) for r in there]
            if lines:
                chosen = each
                break
    view = BoughtView(
        lines=tuple(lines[:SIZE]),
        items=tuple((i.id, i.name) for i in items.values()),
        item=chosen.id if chosen else "",
        pages=pages(number, (number - 1) * SIZE + len(lines), PATH, {"item": item}, SIZE),
    )
    return web.render.private("desk/bought.html", "bought", view=view, who=who(session))


@router.get(PATH + "/{item}/{record}", dependencies=[Depends(signed_in)])
def show_bought_record(web: House, session: AnySession, item: str, record: UUID) -> Response:
    """One record with what it says, until its licence ends; who looked is noted. Raises RecordAbsent."""
    chosen = commercial(web.app.pack).get(item)
    if chosen is None:
        raise RecordAbsent(record)
    with web.transaction() as tx:
        if not own_records.found(tx, chosen.id, _sources(web, tx, session), "", record, 1):
            raise RecordAbsent(record)
        fields = _fields(receipt_rows.current(tx, [record]).get(record, ()))
        hidden = chosen.hidden_on(fields, web.today())
        if not hidden:
            audit.note(tx, web.app.clock, session.account.login, "bought.read", f"{chosen.id} {record}")
    one = line(chosen, record, fields, web.today())
    view = BoughtRecordView(one, licence(one), () if hidden else said_by(chosen, fields))
    return web.render.private("desk/bought_record.html", "bought", view=view, who=who(session))


def _sources(web: Web, tx: Transaction, session: Session) -> Sequence[UUID]:
    """Whose records the account sees: its agency's and those that it succeeds; an office's, all below it."""
    if not oversees(session) and session.agency is not None:
        return agencies.standing(tx, session.agency).own
    mine = in_scope(web, tx, session)
    return [a.agency for _, a in agencies.tree(tx)] if mine is None else list(mine)


def _fields(texts: Sequence[str | None]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        said = json.loads(text) if text else {}
        found |= {code: value for code, value in said.items() if isinstance(value, str)}
    return found


def line(item: Item, record: UUID, fields: Fields, day: date) -> Line:
    """A record as the list has it on `day`."""

    def said(role: str) -> str:
        return fields.get(item.roles.get(role, ""), "")

    hidden = item.hidden_on(fields, day)
    about = [said(role) for role in ("category", "period", "grade")]
    return Line(
        record=record,
        item=item.id,
        party=None if hidden else "　".join(filter(None, (said(role) for role in PARTY))),
        about=None if hidden else "，".join(filter(None, about)) or "—",
        seller=said("authority") or "—",
        licence=said("licence_terms") or "—",
        price=f"{said('price')} 万元" if said("price") else "—",
        until=said("expires") or "—",
        tag=standing(item, fields, day),
    )


def standing(item: Item, fields: Fields, day: date) -> Tag:
    """How a licence stands: the last day counts."""
    if item.hidden_on(fields, day):
        return Tag(GONE, "bad")
    left = (date.fromisoformat(fields[item.roles["expires"]]) - day).days
    text = f"还有 {grouped(left)} 天" if left else "今日到期"
    return Tag(text, "warn" if left <= SOON else "good")


def licence(one: Line) -> tuple[Pair, ...]:
    """What stays after the end."""
    price = one.price.removesuffix(" 万元")
    return (
        Pair("信衡编号", str(one.record), mono=True, wide=True),
        Pair("供应单位", one.seller),
        Pair("使用许可", one.licence),
        Pair("价格", one.price, note=wan_yuan_note(price)),
        Pair("使用到期日", one.until, tag=one.tag),
    )


def said_by(item: Item, fields: Fields) -> tuple[Pair, ...]:
    """Everything else that a record says, by the names of its fields."""
    shown = {item.roles.get(role) for role in ("authority", "licence_terms", "price", "expires")}
    return tuple(
        Pair(f.name, fields[f.code], code=f.code, wide=f.type.value == "long_text")
        for f in item.fields
        if f.code in fields and f.code not in shown
    )
