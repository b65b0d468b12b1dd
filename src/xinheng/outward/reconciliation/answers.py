"""What the partner answered, applied: once, in any order, as often as it comes."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from xinheng.core.identity import mask
from xinheng.core.times import Clock, today
from xinheng.ground.store.transaction import Transaction
from xinheng.outward.reconciliation import figures_store, store, versions_store, ways_store
from xinheng.outward.reconciliation.model import Act, Batch, Outcome, Partner
from xinheng.outward.reconciliation.partner import Said

MOST_REASONS, REASON_LENGTH = 20, 300


def apply(tx: Transaction, partner: Partner, said: list[Said], clock: Clock) -> int:
    """Take answers up; how many changed anything. About versions that are not on their way: none does."""
    at = clock.now().at
    ways = ways_store.by_versions(tx, partner.partner, {s.version for s in said})
    records = {version: kept.way.record for version, kept in ways.items()}
    now = {kept.way.record: kept for kept in ways.values()}
    noted: list[tuple[UUID, Outcome, tuple[str, ...]]] = []
    counted: Counter[tuple[str, UUID, str]] = Counter()
    for one in said:
        kept = now.get(records.get(one.version, UUID(int=0)))
        if kept is None:
            continue
        way = kept.way.answer(one.version, one.outcome, one.there)
        if way == kept.way:
            continue
        noted.append((one.version, one.outcome, _words(one.reasons)))
        now[way.record] = kept.moved(way, at)
        if one.outcome is Outcome.TAKEN:
            name = "taken" if kept.way.sent_act is Act.RECORD else "withdrawn"
            counted[kept.item, kept.agency, name] += 1
        elif one.outcome is Outcome.RETURNED:
            counted[kept.item, kept.agency, "returned"] += 1
    versions_store.answered(tx, partner.partner, noted, at)
    changed = [now[record] for record in dict.fromkeys(records[v] for v, _, _ in noted)]
    ways_store.save(tx, partner.partner, changed, at)
    figures_store.count_days(tx, partner.partner, today(clock), counted)
    store.end_answered(tx, partner.partner, at)
    return len(noted)


def _words(reasons: tuple[str, ...]) -> tuple[str, ...]:
    """Reasons as they are kept: few, short, without identity numbers."""
    return tuple(mask(" ".join(text.split()))[0][:REASON_LENGTH] for text in reasons[:MOST_REASONS])


def refuse(tx: Transaction, partner: Partner, batch: Batch, why: str | None, clock: Clock) -> None:
    """A batch was not taken as a whole, or (`why` None) is not sent as it is: what was in it is due again."""
    at = clock.now().at
    store.refuse(tx, batch.batch, at, why)
    records = [record for _, record, _ in versions_store.of_batch(tx, batch.batch)]
    for page in ways_store.pages(records):
        ways = ways_store.by_records(tx, partner.partner, page).values()
        ways_store.save(tx, partner.partner, [k.moved(k.way.refuse(), at) for k in ways], at)
