"""库表交换: how every exchange stands. The office sees all, an agency its own; nobody sees addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from xinheng.core.times import Known
from xinheng.faces.web.access import AnySession, oversees, scope, signed_in, who
from xinheng.faces.web.context import House
from xinheng.faces.web.views import Pages, Pair, Tag, grouped, moment, page_number, pages
from xinheng.law.packs import Pack
from xinheng.office.access import service as agencies
from xinheng.outward.exchange import service
from xinheng.outward.exchange.model import NEXT, Batch, Exchange, State

router = APIRouter(include_in_schema=False)
PATH: Final = "/desk/exchange"
SIZE: Final = 50

STATES: Final = {
    State.CLAIMING: Tag("取行", "warn"),
    State.WRITTEN: Tag("待入账", "warn"),
    State.ENTERED: Tag("待写回", "warn"),
    State.DONE: Tag("完成", "good"),
}
DATABASES: Final = {"postgresql": "PostgreSQL", "mariadb": "MariaDB / MySQL"}


@dataclass(frozen=True)
class BatchLine:
    number: str
    tag: Tag
    begun: str
    taken: str
    span: str
    accepted: str
    corrected: str
    known: str
    returned: str
    persons: str
    receipt: UUID | None


@dataclass(frozen=True)
class ExchangeLine:
    exchange: UUID
    name: str
    agency: str
    item: str
    outbox: str
    last_run: str | None
    tag: Tag
    said: str | None
    next: str
    batch: BatchLine | None


@dataclass(frozen=True)
class ExchangesView:
    lines: tuple[ExchangeLine, ...]
    with_agency: bool


@dataclass(frozen=True)
class ExchangeView:
    line: ExchangeLine
    pairs: tuple[Pair, ...]
    batches: tuple[BatchLine, ...]
    pages: Pages | None = None


def batch_line(batch: Batch) -> BatchLine:
    """One batch in a table. Rows that were too long for the intake count as returned."""
    counts = {name: batch.counts.get(name, 0) for name in ("accepted", "corrected", "known", "persons")}
    span = f"{batch.first_row} – {batch.last_row}" if batch.first_row else "—"
    return BatchLine(
        number=grouped(batch.number),
        tag=STATES[batch.state],
        begun=moment(Known(batch.begun)),
        taken=grouped(batch.taken),
        span=span,
        returned=grouped(batch.counts.get("returned", 0) + batch.refused),
        receipt=batch.receipt,
        **{name: grouped(count) for name, count in counts.items()},
    )


def exchange_line(exchange: Exchange, batch: Batch | None, agency: str, item: str) -> ExchangeLine:
    """One exchange in a table, with what happens next."""
    if exchange.last_code:
        tag = Tag(f"未完成 {exchange.last_code}", "bad")
    elif exchange.last_run:
        tag = Tag("正常", "good")
    else:
        tag = Tag("尚未运行", "warn")
    return ExchangeLine(
        exchange=exchange.exchange,
        name=exchange.name,
        agency=agency,
        item=item,
        outbox=exchange.outbox,
        last_run=moment(Known(exchange.last_run)) if exchange.last_run else None,
        tag=tag,
        said=exchange.last_said,
        next=_next(exchange, batch.state if batch else State.DONE),
        batch=batch_line(batch) if batch else None,
    )


def _next(exchange: Exchange, state: State) -> str:
    """What comes next; before anything comes where the last run stopped, somebody has to see to it."""
    return f"排除原因后再运行：{NEXT[state]}" if exchange.last_code else NEXT[state]


@router.get(PATH, dependencies=[Depends(signed_in)])
def show_exchanges(web: House, session: AnySession) -> Response:
    """Every exchange: last run, last batch, what went wrong, what comes next."""
    with web.transaction() as tx:
        found = service.listed(tx, scope(session))
        names = agencies.by_ids(tx, {e.agency for e, _ in found})
    lines = tuple(
        exchange_line(e, b, names[e.agency].name, item_name(web.app.pack, e.item)) for e, b in found
    )
    view = ExchangesView(lines, oversees(session))
    return web.render.private("desk/exchanges.html", "exchange", view=view, who=who(session))


@router.get(PATH + "/{exchange}", dependencies=[Depends(signed_in)])
def show_exchange(
    web: House, session: AnySession, exchange: UUID, page: Annotated[str, Query()] = ""
) -> Response:
    """One exchange with its batches. Another agency's is answered as if it did not exist."""
    number = page_number(page)
    with web.transaction() as tx:
        found = service.seen_by(tx, exchange, scope(session))
        shown = service.batches(tx, found, SIZE + 1, (number - 1) * SIZE)
        newest = service.batches(tx, found, 1)
        agency = agencies.by_ids(tx, [found.agency])[found.agency].name
    line = exchange_line(found, newest[0] if newest else None, agency, item_name(web.app.pack, found.item))
    view = ExchangeView(
        line=line,
        pairs=pairs(found, line),
        batches=_lines(shown[:SIZE]),
        pages=pages(number, (number - 1) * SIZE + len(shown), f"{PATH}/{exchange}", {}, SIZE),
    )
    return web.render.private("desk/exchange.html", "exchange", view=view, who=who(session))


def pairs(exchange: Exchange, line: ExchangeLine) -> tuple[Pair, ...]:
    """What is known of an exchange. The address is not: it stands in a file that no page opens."""
    return (
        Pair("信源单位", line.agency),
        Pair("目录事项", line.item),
        Pair("数据库", DATABASES[exchange.dialect.value]),
        Pair("待报表", exchange.outbox, mono=True),
        Pair("口径", "标准报送" if exchange.profile == "report" else "补录"),
        Pair("每批至多", f"{grouped(exchange.batch_rows)} 行"),
        Pair("最近运行", line.last_run, otherwise="尚未运行", tag=line.tag),
        Pair("下一步", line.next),
    )


def _lines(batches: Sequence[Batch]) -> tuple[BatchLine, ...]:
    return tuple(batch_line(b) for b in batches)


def item_name(pack: Pack, item: str) -> str:
    """The item's Chinese name; its id where the pack at hand has it no more."""
    return pack.items[item].name if item in pack.items else item
