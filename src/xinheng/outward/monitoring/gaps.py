"""Concealment by gap (号段缺口): the series of document numbers held, and what is missing in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from xinheng.core.times import Clock, today
from xinheng.evidence.intake import known_numbers
from xinheng.evidence.intake.due import CHANNEL, due_dates
from xinheng.evidence.ledger import numbered
from xinheng.ground.store.transaction import Transaction
from xinheng.law.model import Item
from xinheng.law.packs import Pack
from xinheng.office.access import service as access
from xinheng.outward.monitoring import store
from xinheng.outward.monitoring.series import (
    Held,
    Key,
    Parsed,
    Series,
    Stretch,
    Verdict,
    parse,
    stretches,
    used_of,
)
from xinheng.outward.monitoring.store import Gap
from xinheng.outward.suspicions import service as suspicions
from xinheng.outward.suspicions.model import NewSuspicion, Source

EARLIER: Final = timedelta(days=90)
YEARS: Final = 2  # whose series are watched: this one and the one before


@dataclass
class _Board:
    """The series of all agencies while they are gathered. Agencies and items stand as small numbers."""

    agencies: list[UUID] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    series: dict[Key, Series] = field(default_factory=dict)


def look(tx: Transaction, pack: Pack, clock: Clock) -> dict[str, int]:
    """Judge every series of this year and the last; keep the gaps, raise the suspected ones."""
    day = today(clock)
    since = date(day.year - YEARS + 1, 1, 1)
    # a number of January may have been decided in December
    board = _gathered(tx, pack, since - EARLIER, since.year)
    _accounted(tx, pack, board, since)
    found = list(_judged(pack, board, day))
    told = _neighbours(tx, board, found)
    kept = store.rewrite_gaps(tx, (_gap(board, s, told) for s in found))
    raised = suspicions.raise_many(tx, _raised(pack, board, found, told), clock, pack)
    return {
        "gap_series": len(board.series),
        "gaps": kept,
        "gap_suspected": sum(s.count for s in found if s.verdict is Verdict.SUSPECTED),
        "gap_raised": raised,
    }


def _gathered(tx: Transaction, pack: Pack, since: date, first: int) -> _Board:
    """All numbers held, by series. One piece of records at a time is in memory beside what is kept."""
    board, owners = _Board(), _owners(tx)
    places: dict[UUID, int] = {}
    source: UUID
    alike: dict[Held, Held] = {}
    for item in numbered.items(tx):
        if item not in pack.items:
            continue
        board.items.append(item)
        for rows in numbered.walked(tx, item, since):
            for _, source, document, decided_on, reported, _ in rows:
                parsed = parse(document)
                if parsed is None or parsed.key.year < first:
                    continue
                owner = owners.get(source, source)
                place = places.setdefault(owner, len(places))
                held = Held(decided_on, place, len(board.items) - 1, reported)
                series = board.series.get(parsed.key)
                if series is None:
                    series = board.series[parsed.key] = Series(parsed.key)
                series.add(parsed.number, alike.setdefault(held, held))
    board.agencies = list(places)
    return board


def _owners(tx: Transaction) -> dict[UUID, UUID]:
    """Who answers for what a body sent: its successor, where there is one alone."""
    found: dict[UUID, UUID] = {}
    shared = set()
    for _, agency in access.tree(tx):
        for source in access.standing(tx, agency).own[1:]:
            if source in found:
                shared.add(source)
            found[source] = agency.agency
    return {source: owner for source, owner in found.items() if source not in shared}


def _accounted(tx: Transaction, pack: Pack, board: _Board, since: date) -> None:
    """Take in what was registered, and what was sent and returned, whoever did it: it accuses nobody."""
    texts = [number for _, _, number, _ in known_numbers.registered(tx)]
    for item in board.items:
        number = pack.items[item].role("document")
        if number:
            texts += [text for _, text in known_numbers.returned(tx, item, number, since)]
    for key, used in used_of(texts, board.series.keys()).items():
        board.series[key].used |= used


def _judged(pack: Pack, board: _Board, day: date) -> Iterator[Stretch]:
    known: dict[tuple[str, date], date | None] = {}
    for key in sorted(board.series):
        series = board.series[key]
        item = pack.items[board.items[_leading(series).item]]

        def due_on(decided: date, item: Item = item) -> date | None:
            if (item.id, decided) not in known:
                known[item.id, decided] = due_dates(item, pack.calendar, [decided])[decided]
            return known[item.id, decided]

        yield from stretches(series, due_on, day)


def _leading(series: Series) -> Held:
    """The record of the lowest number: its item is the series'."""
    return series.held[min(series.held)]


# -- evidence ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Neighbour:
    """A record beside a gap, with the receipt it came by."""

    record: UUID
    parsed: Parsed
    document: str
    decided_on: date
    receipt: UUID
    line: int

    def said(self) -> str:
        return f"{self.document}（决定日期 {self.decided_on}，回执 {self.receipt} 第 {self.line} 行）"


_Told = Mapping[tuple[Key, int], _Neighbour]


def _neighbours(tx: Transaction, board: _Board, found: Sequence[Stretch]) -> _Told:
    """The records beside every gap, read again: only these are needed in full."""
    wanted: dict[str, dict[date, set[tuple[Key, int]]]] = {}
    for stretch in found:
        for number in (stretch.lower, stretch.upper):
            held = board.series[stretch.key].held.get(number)
            if held is not None:
                days = wanted.setdefault(board.items[held.item], {})
                days.setdefault(held.decided_on, set()).add((stretch.key, number))
    told: dict[tuple[Key, int], _Neighbour] = {}
    for item, days in wanted.items():
        met: dict[UUID, tuple[Key, int]] = {}
        for record, document, decided_on in numbered.on_days(tx, item, list(days)):
            parsed = parse(document)
            place = (parsed.key, parsed.number) if parsed else None
            if place is not None and place in days[decided_on]:
                days[decided_on].discard(place)
                met[record] = place
        for record, (one, receipt, line) in numbered.of_records(tx, list(met)).items():
            parsed = parse(one.document)
            if parsed is not None:
                told[met[record]] = _Neighbour(record, parsed, one.document, one.decided_on, receipt, line)
    return told


def _spelt(stretch: Stretch, told: _Told, number: int) -> str:
    beside = told.get((stretch.key, stretch.lower)) or told.get((stretch.key, stretch.upper))
    return beside.parsed.spelt(number) if beside else f"{stretch.key.prefix}〔{stretch.key.year}〕{number}号"


def _evidence(stretch: Stretch, told: _Told) -> dict[str, str]:
    lower, upper = told.get((stretch.key, stretch.lower)), told.get((stretch.key, stretch.upper))
    first, last = _spelt(stretch, told, stretch.first), _spelt(stretch, told, stretch.last)
    said = {"缺号": first if stretch.first == stretch.last else f"{first} 至 {last}"}
    if lower:
        said["前一号"] = lower.said()
    if upper:
        said["后一号"] = upper.said()
    return said


def _gap(board: _Board, stretch: Stretch, told: _Told) -> Gap:
    held = board.series[stretch.key].held
    owner = held.get(stretch.lower) or held[stretch.upper]
    return Gap(
        agency=board.agencies[owner.source],
        item=board.items[owner.item],
        series=stretch.key.prefix,
        year=stretch.key.year,
        first=stretch.first,
        last=stretch.last,
        missing=stretch.count,
        verdict=stretch.verdict,
        reason=stretch.reason,
        due_on=stretch.due_on,
        evidence=_evidence(stretch, told),
        lower_record=_record(told.get((stretch.key, stretch.lower))),
        upper_record=_record(told.get((stretch.key, stretch.upper))),
    )


def _record(beside: _Neighbour | None) -> UUID | None:
    return beside.record if beside else None


def _raised(pack: Pack, board: _Board, found: Iterable[Stretch], told: _Told) -> Iterator[NewSuspicion]:
    """One suspicion a missing number."""
    for stretch in found:
        if stretch.verdict is not Verdict.SUSPECTED:
            continue
        gap = _gap(board, stretch, told)
        item = pack.items[gap.item]
        held = board.series[stretch.key].held[stretch.upper]
        terms = item.timeliness_on(CHANNEL, held.decided_on)
        said = {
            **gap.evidence,
            "应在何日前报送": str(stretch.due_on),
            "时限": f"{CHANNEL}：作出决定之日起 {terms[0].working_days} 个工作日" if terms else "—",
            "已核对": "号码登记（自然人、作废）、简易程序、退回的行中均无此号",
        }
        for number in stretch.missing:
            text = _spelt(stretch, told, number)
            yield NewSuspicion(
                agency=gap.agency,
                source=Source.GAP,
                item=gap.item,
                number=text,
                party=None,
                decided_on=None,
                evidence={**said, "缺号": text},
                # as a list does that names the same number: it is raised once
                dedupe=f"number:{gap.agency.hex}:{gap.item}:{gap.series}〔{gap.year}〕{number}",
            )
