"""Comparing a list with what is held (清单比对): for the office to raise from, or an agency itself (自查)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from xinheng.core import documents
from xinheng.core.ids import new_id
from xinheng.core.times import Clock, today
from xinheng.evidence.intake import known_numbers, listing
from xinheng.evidence.intake.due import CHANNEL, due_dates
from xinheng.evidence.intake.listing import Listed
from xinheng.evidence.ledger import numbered
from xinheng.evidence.subjects import identities
from xinheng.evidence.subjects.identities import Identity
from xinheng.ground.engine import Engine
from xinheng.ground.store.transaction import Transaction
from xinheng.law.model import Item
from xinheng.law.packs import Pack
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency
from xinheng.office.cases.model import Actor
from xinheng.outward.monitoring import store_lists as store
from xinheng.outward.monitoring.comparing import Compared, HeldOne, Known, Outcome, compared, ident
from xinheng.outward.monitoring.errors import ListAbsent, ListRefused, RaiseRefused
from xinheng.outward.monitoring.store_lists import WatchList
from xinheng.outward.suspicions import service as suspicions
from xinheng.outward.suspicions.model import NewSuspicion, Source

ROWS: Final = 200_000  # of one list
MANY: Final = 20  # missing lines from which a list that hardly agrees is doubted
EXTRAS: Final = 10_000  # records held and not listed that are written out
BEFORE: Final = timedelta(days=400)  # a list's day may be another than the record's; its number's year is not
ORIGINS: Final = {
    "agency": "单位提供",
    "audit": "审计、检查提供",
    "website": "单位网站",
    "self": "单位自查",
}
EARLIEST: Final = date(1949, 10, 1)


class House(Protocol):
    """What reading a file needs of a home."""

    @property
    def engine(self) -> Engine: ...
    @property
    def pack(self) -> Pack: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def incoming(self) -> Path: ...


@dataclass(frozen=True)
class Given:
    """A list that somebody hands in. `origin`: a key of ORIGINS."""

    agency: Agency
    item: str
    origin: str
    file_name: str
    actor: Actor
    self_check: bool = False


def read(house: House, path: Path, given: Given) -> listing.Read:
    """Read the file; no transaction is open meanwhile. Raises ListRefused and the refusals of reading."""
    item = house.pack.item(given.item)
    if not item.role("document") or not item.role("decided"):
        raise ListRefused(
            found=f"“{item.name}”没有文号或决定日期",
            expected="有决定文书的事项，如行政处罚、行政许可",
            todo="换一个事项",
            where="item",
        )
    found = listing.read(path, item, house.engine, house.incoming, ROWS)
    roles = {item.roles["document"], item.roles["party_name"], item.roles["party_code"]}
    if not roles & set(found.columns.values()) or not found.rows:
        raise ListRefused(
            found="清单里没有认出文号、当事人名称或代码的列" if found.rows else "清单没有数据行",
            expected="表头如 文号、当事人名称、统一社会信用代码、决定日期；文号列最要紧",
            todo="改表头后重新上传",
            where=given.file_name,
        )
    return found


def compare(tx: Transaction, house: House, given: Given, found: listing.Read) -> WatchList:
    """Hold a list against the records and keep the result; nothing is raised yet."""
    item = house.pack.item(given.item)
    known, held = _known(tx, house, given, item, found.rows)
    names = iter(identities.folded([row.party or "" for row in found.rows]))
    folded = [name or None for name in names]
    result = list(compared(found.rows, folded, known))
    extras = _extras(result, held)
    days = [row.decided_on for row in found.rows if row.decided_on]
    counts = Counter(line.outcome for line in result)
    counts[Outcome.EXTRA] = len(extras)
    one = WatchList(
        list_id=new_id(house.clock),
        agency=given.agency.agency,
        item=item.id,
        origin="self" if given.self_check else given.origin,
        file_name=given.file_name,
        file_sha256=found.file_sha256,
        self_check=given.self_check,
        given=house.clock.now().at,
        account=given.actor.account,
        actor=given.actor.name,
        counts={outcome: counts[outcome] for outcome in Outcome if counts[outcome]},
        from_on=min(days, default=None),
        to_on=max(days, default=None),
    )
    store.insert(tx, one, [*result, *extras])
    return one


@dataclass
class _Held:
    """Records of the agency that the list's numbers or days lead to."""

    by_number: dict[str, list[tuple[UUID, UUID, str, date]]]  # ident -> record, subject, document, day
    within: list[tuple[UUID, str, date]]  # decided within the list's days


def _known(
    tx: Transaction, house: House, given: Given, item: Item, rows: Sequence[Listed]
) -> tuple[Known, _Held]:
    own = access.standing(tx, given.agency).own
    wanted = {ident(row.number) for row in rows if row.number}
    held = _walked(tx, item, own, wanted, [row.decided_on for row in rows if row.decided_on])
    subjects = {subject for found in held.by_number.values() for _, subject, _, _ in found}
    who = identities.of(tx, subjects)
    by_day = _by_day(tx, item, own, rows)
    today_ = today(house.clock)
    days = {row.decided_on for row in rows if row.decided_on}
    due = due_dates(item, house.pack.calendar, days)
    by_number = {
        number: [_one(record, document, day, who[s]) for record, s, document, day in found if s in who]
        for number, found in held.by_number.items()
    }
    used = _used(tx, item, own, wanted, today_)
    return Known(by_number, by_day, used, due.get, today_), held


def _walked(
    tx: Transaction, item: Item, own: Collection[UUID], wanted: Collection[str], days: Sequence[date]
) -> _Held:
    """One walk over the agency's records from the list's days on."""
    first, last = min(days, default=None), max(days, default=None)
    held = _Held({}, [])
    for piece in numbered.walked(tx, item.id, first - BEFORE if first else EARLIEST, own):
        for record, _, document, day, _, subject in piece:
            number = ident(document)
            if number in wanted:
                held.by_number.setdefault(number, []).append((record, subject, document, day))
            elif first and last and first <= day <= last and len(held.within) < EXTRAS:
                held.within.append((record, document, day))
    return held


def _by_day(
    tx: Transaction, item: Item, own: Collection[UUID], rows: Sequence[Listed]
) -> dict[date, list[HeldOne]]:
    """Records of the list's parties on its days."""
    days = {row.decided_on for row in rows if row.decided_on}
    names = set(identities.folded(sorted({row.party for row in rows if row.party})))
    subjects = identities.bearing(tx, {row.code for row in rows if row.code}, names)
    who = identities.of(tx, subjects)
    found: dict[date, list[HeldOne]] = {}
    for one in numbered.of_subjects(tx, item.id, own, subjects, days):
        told = _one(one.record, one.document, one.decided_on, who[one.subject])
        found.setdefault(one.decided_on, []).append(told)
    return found


def _one(record: UUID, document: str, day: date, who: Identity) -> HeldOne:
    return HeldOne(record, document, day, who.name, who.codes, who.folded)


def _used(
    tx: Transaction, item: Item, own: Collection[UUID], wanted: Collection[str], day: date
) -> dict[str, str]:
    """Numbers of the list that the agency registered, or sent and got back."""
    found = {}
    number = item.role("document")
    if number:
        for _, text in known_numbers.returned(tx, item.id, number, day - 3 * BEFORE, own):
            found[ident(text)] = known_numbers.RETURNED
    for _, _, text, why in known_numbers.registered(tx, own):
        found[ident(text)] = why
    return {key: why for key, why in found.items() if key in wanted}


def _extras(result: Sequence[Compared], held: _Held) -> list[Compared]:
    """Held within the list's days and not on it; lines count down from -1."""
    near = {line.record for line in result if line.record}
    rest = [one for one in held.within if one[0] not in near]
    rest.sort(key=lambda one: (one[2], one[1], str(one[0])))
    return [
        Compared(-n, Outcome.EXTRA, document, decided_on=day, record=record)
        for n, (record, document, day) in enumerate(rest, 1)
    ]


# -- afterwards --------------------------------------------------------------------------------------


def by_id(tx: Transaction, list_id: UUID, agencies: Collection[UUID] | None, own: UUID | None) -> WatchList:
    """A list about one of these agencies (None: any); a self-check for its own agency. Raises ListAbsent."""
    there = store.by_id(tx, list_id)
    if there is None or (agencies is not None and there.agency not in agencies):
        raise ListAbsent(list_id)
    if there.self_check and there.agency != own:
        raise ListAbsent(list_id)
    return there


def is_doubtful(there: WatchList) -> bool:
    """Whether so many lines are missing that it rather looks like the wrong agency, item or column."""
    missing, held = there.counts.get(Outcome.MISSING, 0), there.counts.get(Outcome.HELD, 0)
    return missing >= MANY and missing > held


def raise_from(
    tx: Transaction, pack: Pack, list_id: UUID, actor: Actor, clock: Clock, *, sure: bool = False
) -> int:
    """Raise a suspicion for every line not held; how many are new. Raises RaiseRefused, ListAbsent."""
    there = store.by_id(tx, list_id, lock=True)
    if there is None:
        raise ListAbsent(list_id)
    if there.self_check or there.raised is not None:
        raise RaiseRefused(
            found="这是单位自查" if there.self_check else f"已于 {there.raised:%Y-%m-%d} 提出过",
            expected="信用办上传、还没有提出过的清单",
            todo="到“疑似瞒报”看已提出的",
            where=str(list_id),
        )
    if is_doubtful(there) and not sure:
        raise RaiseRefused(
            found=f"未报送 {there.counts[Outcome.MISSING]} 行，已有 {there.counts.get(Outcome.HELD, 0)} 行",
            expected="大半能对上的清单",
            todo="核对单位、事项和列选得对不对；确认无误的，勾选“已核对”（命令行加 --sure）再提出",
            where=str(list_id),
        )
    lines = store.lines(tx, list_id, Outcome.MISSING, ROWS)
    raised = suspicions.raise_many(tx, _raised(pack, there, lines, actor), clock, pack)
    store.note_raised(tx, list_id, clock.now().at, raised)
    return raised


def _raised(pack: Pack, there: WatchList, lines: Sequence[Compared], actor: Actor) -> Iterator[NewSuspicion]:
    item = pack.item(there.item)
    for line in lines:
        yield NewSuspicion(
            agency=there.agency,
            source=Source.COMPARED,
            item=there.item,
            number=line.number,
            party=line.party,
            decided_on=line.decided_on,
            evidence=_evidence(item, there, line, actor),
            dedupe=_dedupe(there, line),
            line=line.line,
        )


def _evidence(item: Item, there: WatchList, line: Compared, actor: Actor) -> Mapping[str, str]:
    terms = item.timeliness_on(CHANNEL, line.decided_on) if line.decided_on else ()
    said = {
        "清单": there.file_name,
        "文件摘要": f"SHA-256 {there.file_sha256}",
        "行": f"第 {line.line} 行",
        "来源": ORIGINS[there.origin],
        "比对": f"{there.given:%Y-%m-%d}，{actor.name}",
        "时限": f"{CHANNEL}：作出决定之日起 {terms[0].working_days} 个工作日" if terms else "",
        "代码": line.code or "",
        "说明": line.near or "",
    }
    return {name: text for name, text in said.items() if text}


def _dedupe(there: WatchList, line: Compared) -> str:
    """The same as that of a gap, so that a missing number is raised once; a further party has its own."""
    party = line.code or documents.normalise(line.party or "")
    place = f"{there.agency.hex}:{there.item}"
    if line.number and not line.near:
        return f"number:{place}:{ident(line.number)}"
    return f"number:{place}:{ident(line.number or '')}:{party}:{line.decided_on or ''}"
