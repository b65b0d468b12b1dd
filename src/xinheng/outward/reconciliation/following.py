"""What is wanted above, from the ledger's events: a page at a time, from where the last one ended.

Whether a version is reported stands in the record's mark, which the intake set by the pack: a record in the
profile 补录, one of an item that is not reported and one under 简易程序 have it not. A correction that takes
the mark away has the record withdrawn above.
"""

from __future__ import annotations

from uuid import UUID

from xinheng.core.times import Clock
from xinheng.evidence.ledger import following
from xinheng.evidence.ledger.following import Happened, Standing
from xinheng.ground.store.transaction import Transaction
from xinheng.outward.reconciliation import store, versions_store, ways_store
from xinheng.outward.reconciliation.model import Act, Partner, Way
from xinheng.outward.reconciliation.versions_store import Wanted
from xinheng.outward.reconciliation.ways_store import Kept

PAGE = 5_000
SAID = ("recorded", "corrected")
GONE = ("withdrawn", "content_erased")


def follow(tx: Transaction, partner: Partner, clock: Clock) -> int:
    """Take up one page of events, and note where it ended, in the same transaction; how far it went."""
    happened, position = following.happened(tx, partner.position, PAGE)
    if position == partner.position:
        return 0
    events = [h for h in happened if h.kind in (*SAID, *GONE)]
    records = list({h.record for h in events})
    standing = following.standing(tx, records)
    kept = ways_store.by_records(tx, partner.partner, records)
    wanted: list[Wanted] = []
    for event in events:
        if (row := standing.get(event.record)) is not None:
            _take(partner, event, row, kept, wanted, clock)
    versions_store.want(tx, partner.partner, wanted)
    ways_store.save(tx, partner.partner, list(kept.values()), clock.now().at)
    store.set_partner(tx, partner.partner, position=position)
    return position - partner.position


def _take(
    partner: Partner,
    event: Happened,
    row: Standing,
    kept: dict[UUID, Kept],
    wanted: list[Wanted],
    clock: Clock,
) -> None:
    """One event: what it wants above, if anything."""
    there = kept.get(event.record)
    if partner.items and row.item not in partner.items and there is None:
        return
    newest = event.kind in GONE or row.event == event.event
    # of an older version nobody knows any more whether it was reported: the newest one decides
    act = Act.RECORD if event.kind in SAID and (row.reported or not newest) else Act.WITHDRAW
    if there is None and (act is Act.WITHDRAW or not (row.reported and newest)):
        return
    wanted.append(Wanted(event.event, event.record, row.item, row.source, act, event.seq, event.known))
    if not newest:
        return
    at = clock.now().at
    if there is None:
        way = Way(event.record, event.event, act)
        kept[event.record] = Kept(way, row.item, row.source, None, None, None, 0, at, None)
    elif there.way.wanted != event.event:
        kept[event.record] = there.moved(there.way.want(event.event, act), at)
