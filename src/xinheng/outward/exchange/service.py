"""Registering exchanges and looking at them. The credit office alone does the first (decision 28)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from xinheng.core.ids import new_id
from xinheng.core.times import Clock
from xinheng.ground.store import UniqueClash
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.outward.exchange import address, store, tables
from xinheng.outward.exchange.errors import ExchangeAbsent, ExchangeWrong
from xinheng.outward.exchange.model import BATCH_ROWS, MOST_BATCH_ROWS, NAME, TABLE, Batch, Exchange

PAGE = 50


@dataclass(frozen=True)
class NewExchange:
    """What the office says of an exchange. `address`: the text of the connection address, kept in a file."""

    agency: str  # code
    name: str
    item: str
    address: str
    profile: str = "report"
    outbox: str | None = None
    batch_rows: int = BATCH_ROWS

    def __repr__(self) -> str:
        return f"NewExchange({self.agency!r}, {self.name!r}, {self.item!r})"


def register(tx: Transaction, pack: Pack, keys: Path, new: NewExchange, clock: Clock, actor: str) -> Exchange:
    """Enter an exchange and keep its address. Raises ExchangeWrong, AddressWrong, AgencyUnknown,
    UnknownItemError.

    The address is written before the commit: one without an exchange is a stray file, not a leak.
    """
    where = address.parse(new.address)
    agency = access.by_code(tx, new.agency)
    item = pack.item(new.item)
    outbox = (new.outbox or tables.outbox_name(item.id)).lower()
    _check(new, outbox)
    made = Exchange(
        exchange=new_id(clock),
        agency=agency.agency,
        name=new.name,
        item=item.id,
        profile=new.profile,
        dialect=where.dialect,
        outbox=outbox,
        batch_rows=new.batch_rows,
        created=clock.now().at,
    )
    if store.by_name(tx, new.name) is not None:
        raise _wrong(f"名称 {new.name} 已被使用", "没有用过的名称")
    try:
        store.insert_exchange(tx, made)
    except UniqueClash:
        raise _wrong(f"名称 {new.name} 已被使用", "没有用过的名称") from None
    address.keep(keys, made.exchange, new.address)
    audit.note(tx, clock, actor, "exchange.add", f"{new.name} {agency.code} {item.id} {outbox}")
    return made


def _check(new: NewExchange, outbox: str) -> None:
    if not NAME.fullmatch(new.name):
        raise _wrong("名称不合格式", "2 至 40 个小写字母、数字或连字符，如 sjj-penalty")
    if not TABLE.fullmatch(outbox):
        raise _wrong("待报表名不合格式", "小写字母、数字和下划线，不超过 60 个字符")
    if new.profile not in {"report", "collected"}:
        raise _wrong("没有这种归集口径", "report 或 collected")
    if not 1 <= new.batch_rows <= MOST_BATCH_ROWS:
        raise _wrong(f"每批 {new.batch_rows} 行", f"1 至 {MOST_BATCH_ROWS} 行")


def _wrong(found: str, expected: str) -> ExchangeWrong:
    return ExchangeWrong(found=found, expected=expected, todo="修改后重新登记")


def readdress(tx: Transaction, keys: Path, name: str, text: str, clock: Clock, actor: str) -> None:
    """Keep another address of an exchange: a new password, a moved server.

    Raises ExchangeAbsent, AddressWrong, and ExchangeWrong where it is of the other dialect.
    """
    exchange = by_name(tx, name)
    if address.parse(text).dialect is not exchange.dialect:
        raise _wrong("新地址是另一种数据库", exchange.dialect.value)
    address.keep(keys, exchange.exchange, text)
    audit.note(tx, clock, actor, "exchange.address", name)


def remove(tx: Transaction, keys: Path, name: str, clock: Clock, actor: str) -> None:
    """End an exchange; its batches stay as they are, its address goes. Raises ExchangeAbsent, ExchangeWrong.

    One with an open batch is not removed: its rows are marked as taken and nobody would ever answer them.
    """
    exchange = by_name(tx, name)
    if (batch := store.open_batch(tx, exchange.exchange)) is not None:
        raise ExchangeWrong(
            found=f"第 {batch.number} 批还没有做完",
            expected="没有未完的批次",
            todo=f"先运行 xinheng exchange run {name} --once，做完后再移除",
            where=name,
        )
    store.set_removed(tx, exchange.exchange, clock.now().at)
    address.forget(keys, exchange.exchange)
    audit.note(tx, clock, actor, "exchange.remove", name)


def by_name(tx: Transaction, name: str) -> Exchange:
    """The exchange of this name. Raises ExchangeAbsent."""
    found = store.by_name(tx, name)
    if found is None:
        raise absent(name)
    return found


def absent(name: str) -> ExchangeAbsent:
    """The refusal for an exchange that is not there, or not for this asker."""
    return ExchangeAbsent(
        found=f"没有名为 {name[:60]} 的库表交换",
        expected="已登记的名称",
        todo="用 xinheng exchange list 查看",
    )


def listed(tx: Transaction, among: Collection[UUID] | None = None) -> list[tuple[Exchange, Batch | None]]:
    """Exchanges with their newest batch: of these agencies, or of all."""
    found = store.listed(tx, among)
    newest: Mapping[UUID, Batch] = store.latest(tx, [e.exchange for e in found])
    return [(e, newest.get(e.exchange)) for e in found]


def batches(tx: Transaction, exchange: Exchange, limit: int = PAGE, offset: int = 0) -> list[Batch]:
    """Batches of an exchange, newest first."""
    return store.batches(tx, exchange.exchange, limit, offset)


def seen_by(tx: Transaction, exchange: UUID, among: Collection[UUID] | None) -> Exchange:
    """An exchange as an account sees it: `among` None sees all. Raises ExchangeAbsent."""
    found = store.by_id(tx, exchange)
    if found is None or (among is not None and found.agency not in among):
        raise absent(str(exchange))
    return found
