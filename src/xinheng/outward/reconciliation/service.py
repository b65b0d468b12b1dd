"""Registering upper platforms and looking at what became of records there. The credit office alone does the
first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from xinheng.core.ids import new_id
from xinheng.core.times import SHANGHAI, Clock
from xinheng.evidence.ledger import following
from xinheng.ground.store import UniqueClash
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.office.access.model import AgencyKind
from xinheng.office.cases.model import Actor
from xinheng.outward.reconciliation import (
    connection,
    differences_store,
    figures_store,
    heard_store,
    store,
    versions_store,
    ways_store,
)
from xinheng.outward.reconciliation.differences_store import Difference, Wanted
from xinheng.outward.reconciliation.errors import PartnerAbsent, PartnerWrong, WayAbsent
from xinheng.outward.reconciliation.figures_store import Figures, Queue
from xinheng.outward.reconciliation.model import Batch, Kind, Partner, State
from xinheng.outward.reconciliation.versions_store import Version
from xinheng.outward.reconciliation.ways_store import Kept

HOURS: Final = 24  # without an answer until it is a difference
MOST_HOURS: Final = 240
NAME: Final = re.compile(r"[^\s/]{1,40}")


@dataclass(frozen=True)
class NewPartner:
    """What the office says of an upper platform. `connection`: the text of the private file."""

    name: str
    office: str  # code of the agency that owns what differs
    connection: str
    items: tuple[str, ...] = ()
    hours: int = HOURS

    def __repr__(self) -> str:
        return f"NewPartner({self.name!r}, {self.office!r})"


def register(tx: Transaction, pack: Pack, keys: Path, new: NewPartner, clock: Clock, actor: str) -> Partner:
    """Enter an upper platform and keep how it is reached. Raises PartnerWrong, AgencyUnknown,
    UnknownItemError."""
    where = connection.parse(new.connection)
    office = access.by_code(tx, new.office)
    items = tuple(pack.item(name).id for name in new.items)
    if not NAME.fullmatch(new.name):
        raise _wrong("名称为空、过长或含空白", "1 至 40 个字，如 省平台")
    if office.kind is not AgencyKind.OFFICE:
        raise _wrong(f"{office.name}不是信用办", "负责对账的信用办（office）的代码")
    if not 1 <= new.hours <= MOST_HOURS:
        raise _wrong(f"等待回执 {new.hours} 小时", f"1 至 {MOST_HOURS} 小时")
    if silent := [pack.item(i).name for i in items if not pack.item(i).marks.reported]:
        raise _wrong(f"规则包不上报：{'、'.join(silent)}", "规则包标记为上报的事项")
    made = Partner(
        partner=new_id(clock),
        name=new.name,
        way=where.way,
        office=office.agency,
        items=items,
        position=0,
        hours=new.hours,
        created=clock.now().at,
    )
    if store.by_name(tx, new.name) is not None:
        raise _wrong(f"名称 {new.name} 已被使用", "没有用过的名称")
    try:
        store.insert_partner(tx, made)
    except UniqueClash:
        raise _wrong(f"名称 {new.name} 已被使用", "没有用过的名称") from None
    connection.keep(keys, made.partner, new.connection)
    audit.note(tx, clock, actor, "upward.add", f"{new.name} {office.code} {where.way}")
    return made


def _wrong(found: str, expected: str) -> PartnerWrong:
    return PartnerWrong(found=found, expected=expected, todo="修改后重新登记")


def reconnect(tx: Transaction, keys: Path, name: str, text: str, clock: Clock, actor: str) -> None:
    """Keep another connection: a new secret, a moved server, another way. Raises PartnerAbsent,
    PartnerWrong."""
    partner = by_name(tx, name)
    where = connection.parse(text)
    if store.open_batches(tx, partner.partner) and where.way != partner.way:
        raise _wrong("还有没有回执的批次，不能换另一种方式", "同一种方式，或全部批次都有回执")
    connection.keep(keys, partner.partner, text)
    store.set_partner(tx, partner.partner, way=where.way)
    audit.note(tx, clock, actor, "upward.connect", name)


def remove(tx: Transaction, keys: Path, name: str, clock: Clock, actor: str) -> None:
    """End the reconciliation with a partner; what was sent stays on record. Raises PartnerAbsent."""
    partner = by_name(tx, name)
    store.set_partner(tx, partner.partner, removed=clock.now().at)
    connection.forget(keys, partner.partner)
    audit.note(tx, clock, actor, "upward.remove", name)


def by_name(tx: Transaction, name: str) -> Partner:
    """The partner of this name. Raises PartnerAbsent."""
    found = store.by_name(tx, name)
    if found is None:
        raise _absent(name)
    return found


def by_id(tx: Transaction, partner: UUID) -> Partner:
    """The partner with this id. Raises PartnerAbsent."""
    found = store.by_id(tx, partner)
    if found is None:
        raise _absent(str(partner))
    return found


def _absent(name: str) -> PartnerAbsent:
    return PartnerAbsent(
        found=f"没有名为 {name[:60]} 的上级平台",
        expected="已登记的名称",
        todo="用 xinheng upward status 查看",
    )


def listed(tx: Transaction) -> list[Partner]:
    """All upper platforms, by name."""
    return store.partners(tx)


def batches(tx: Transaction, partner: UUID, limit: int = 50, offset: int = 0) -> list[Batch]:
    """Batches, the newest first."""
    return store.batches(tx, partner, limit, offset)


def differences(tx: Transaction, wanted: Wanted, limit: int = 50, offset: int = 0) -> list[Difference]:
    """Open differences, the oldest first."""
    return differences_store.listed(tx, wanted, limit, offset)


def documents(tx: Transaction, about: Sequence[str]) -> dict[str, str]:
    """The document numbers of the records that differences are about, by the record's id as text."""
    records = [UUID(text.removeprefix("record:")) for text in about if text.startswith("record:")]
    rows = following.standing(tx, records) if records else {}
    return {str(record): row.document for record, row in rows.items() if row.document}


def counts(tx: Transaction, wanted: Wanted) -> dict[Kind, int]:
    """Open differences by kind."""
    return differences_store.counts(tx, wanted)


def figures(
    tx: Transaction, partner: UUID, from_on: date, to_on: date, scope: Sequence[UUID] | None = None
) -> list[Figures]:
    """By item and agency: sent, taken, returned, withdrawn in the days from the first to before `to_on`, and
    what the partner's newest list holds and shows."""
    return figures_store.figures(tx, partner, from_on, to_on, scope)


def days(
    tx: Transaction, partner: UUID, from_on: date, to_on: date, scope: Sequence[UUID] | None = None
) -> list[figures_store.Day]:
    """The same by day, over all items and agencies of the scope."""
    return figures_store.days(tx, partner, from_on, to_on, scope)


def cut_off(month: date) -> datetime:
    """The end of a month in Shanghai, as an instant: the moment at which the up-link queue must be empty."""
    first = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime(first.year, first.month, 1, tzinfo=SHANGHAI)


def queue(tx: Transaction, partner: UUID, month: date, clock: Clock) -> list[Queue]:
    """By item: versions that were wanted above before the month's cut-off and had not been taken by then (by
    now, where it is still to come), and how many were wanted within the month (R025)."""
    at = min(cut_off(month), clock.now().at)
    start = datetime(month.year, month.month, 1, tzinfo=SHANGHAI)
    return figures_store.queue(tx, partner, start, at)


@dataclass(frozen=True)
class RecordWay:
    """One record's way to one partner: where it stands, every version, every difference."""

    partner: Partner
    kept: Kept
    versions: tuple[Version, ...]
    differences: tuple[Difference, ...]


def ways(tx: Transaction, record: UUID, scope: Sequence[UUID] | None = None) -> list[RecordWay]:
    """A record's way to each partner that it goes to. Raises WayAbsent, also where its source is outside the
    scope."""
    found = []
    for partner in store.partners(tx):
        kept = ways_store.by_records(tx, partner.partner, [record]).get(record)
        if kept is not None and (scope is None or kept.agency in scope):
            found.append(
                RecordWay(
                    partner,
                    kept,
                    tuple(versions_store.versions(tx, partner.partner, record)),
                    tuple(differences_store.of_record(tx, partner.partner, record)),
                )
            )
    if not found:
        raise WayAbsent(
            found="这条记录没有上报过程，或不是本单位的",
            expected="须上报且已入账的记录",
            todo="核对信衡编号；刚入账的，下一次对账后再看",
            where=str(record),
        )
    return found


def send_again(tx: Transaction, partner: UUID, record: UUID, actor: Actor, clock: Clock) -> State:
    """Have a record's newest version go once more, under its id, by hand. Raises WayAbsent."""
    kept = ways_store.by_records(tx, partner, [record]).get(record)
    if kept is None:
        raise WayAbsent(
            found="这条记录没有上报过程", expected="须上报的记录", todo="核对信衡编号", where=str(record)
        )
    after = kept.way.refuse() if kept.way.state is State.RECEIVED else kept.way.again()
    at = clock.now().at
    ways_store.save(tx, partner, [kept.moved(after, at)], at)
    audit.note(tx, clock, actor.name, "upward.again", f"{record}", actor.account)
    return after.state


def forget(tx: Transaction, record: UUID) -> None:
    """The record's content is erased by law: digest, reasons and words about it go too."""
    ways_store.forget(tx, record)
    differences_store.forget(tx, record)
    heard_store.forget(tx, record)
