"""The partner's list beside what is here: record by record, a page at a time.

A list says how things stood at one moment there. What was answered after that moment is not compared by it,
and of two lists only the newer counts, so that a late or repeated one accuses nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from uuid import UUID

from xinheng.core.times import Clock, today
from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity import service as publicity
from xinheng.outward.reconciliation import figures_store, ways_store
from xinheng.outward.reconciliation.model import Held, Kind, Local, Partner, State, compared, mended
from xinheng.outward.reconciliation.ways_store import Kept

PAGE = 1_000
MOST_UNKNOWN = 10_000  # of which each is named; beyond it the counts say how many there are

Opened = Callable[[], AbstractContextManager[Transaction]]


@dataclass
class Compared:
    """What one list came to."""

    at: datetime
    held: Counter[tuple[str, UUID]] = field(default_factory=Counter)
    shown: Counter[tuple[str, UUID]] = field(default_factory=Counter)
    # current records by item, known here or not; without those on their way or answered since
    there: Counter[str] = field(default_factory=Counter)
    unknown: dict[str, str] = field(default_factory=dict)  # what the partner calls it -> item
    differing: int = 0


def compare(opened: Opened, partner: Partner, at: datetime, rows: Iterator[Held], clock: Clock) -> Compared:
    """Walk the whole list, then those that it should have named. Whatever is noted is noted by page."""
    found = Compared(at)
    day = today(clock)
    while page := tuple(islice(rows, PAGE)):
        with opened() as tx:
            _page(tx, partner, page, found, day, clock)
    after: UUID | None = None
    while True:
        with opened() as tx:
            left = ways_store.unseen(tx, partner.partner, at, after)
            if not left:
                break
            shown = _shown(tx, left, day)
            judged = [_judged(kept, None, shown, found, clock) for kept in left]
            ways_store.save(tx, partner.partner, judged, clock.now().at)
            after = left[-1].way.record
    with opened() as tx:
        figures_store.set_held(tx, partner.partner, found.held, found.shown)
    return found


def _page(
    tx: Transaction, partner: Partner, page: tuple[Held, ...], found: Compared, day: date, clock: Clock
) -> None:
    by_record = ways_store.by_records(tx, partner.partner, {h.record for h in page if h.record})
    by_there = ways_store.by_there(tx, partner.partner, {h.there for h in page if h.record not in by_record})
    met: dict[UUID, tuple[Kept, Held]] = {}
    for held in page:
        kept = by_record.get(held.record) if held.record else None
        kept = kept or by_there.get(held.there)
        settled = kept is None or (kept.way.settled and kept.changed < found.at)
        if held.current and settled:
            found.there[held.item] += 1
        if kept is None:
            if held.current and len(found.unknown) < MOST_UNKNOWN:
                found.unknown[held.there] = held.item
            continue
        met[kept.way.record] = (kept, held)
        if held.current:
            found.held[kept.item, kept.agency] += 1
            found.shown[kept.item, kept.agency] += held.shown
    shown = _shown(tx, [kept for kept, _ in met.values()], day)
    judged = [_judged(kept, held, shown, found, clock) for kept, held in met.values()]
    ways_store.save(tx, partner.partner, judged, clock.now().at)


def _shown(tx: Transaction, kept: list[Kept], day: date) -> set[UUID]:
    """Which of these records are in publicity here today."""
    rows = publicity.publicity_of(tx, [k.way.record for k in kept])
    return {record for record, said in rows.items() if any(publicity.is_shown(row, day) for row in said)}


def _judged(kept: Kept, held: Held | None, shown: set[UUID], found: Compared, clock: Clock) -> Kept:
    """A record after it was compared: what differs, since when, and what is done about it by itself."""
    seen = replace(kept, seen=found.at if held is not None else kept.seen)
    if kept.changed >= found.at:
        return seen  # answered after the list was made
    fault = compared(Local(kept.way, kept.digest, kept.way.record in shown), held)
    if fault is None and kept.way.state in (State.DUE, State.SENT, State.RECEIVED) and kept.fault:
        return seen  # what is done about it is on its way
    now = clock.now().at
    since = (kept.fault_since if fault is kept.fault else now) if fault else None
    found.differing += fault is not None
    after = mended(kept.way, fault, kept.attempts) if fault else kept.way
    return replace(seen.moved(after, now), fault=fault, fault_since=since)


__all__ = ["Compared", "Kind", "compare"]
