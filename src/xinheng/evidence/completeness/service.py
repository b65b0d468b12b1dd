"""Feeds and declarations: entering, declaring, and what finding nothing is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from xinheng.core.ids import made_before, new_id
from xinheng.core.times import SHANGHAI, Clock, today
from xinheng.evidence.completeness import model, store
from xinheng.evidence.completeness.errors import DeclarationRefused, FeedRefused, FeedUnknown
from xinheng.evidence.completeness.model import Declaration, Feed, MonthState, NoneFound
from xinheng.evidence.intake.due import due_dates
from xinheng.evidence.ledger import day_counts
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import audit, succession
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency

MOST = 10_000_000  # decisions of one source in one month: more is a slip of the finger


def add_feed(
    tx: Transaction, pack: Pack, agency: Agency, item: str, from_on: date, clock: Clock, actor: str
) -> Feed:
    """Enter that an agency is to send an item from a month on. Raises FeedRefused, UnknownItemError."""
    named = pack.item(item)
    start = model.first_of(from_on)
    for other in store.feeds(tx, agencies=[agency.agency], item=named.id):
        if other.to_on is None or start < other.to_on:
            raise FeedRefused(
                found=f"{agency.name}对“{named.name}”的归集责任已登记，自 {other.from_on:%Y-%m} 起",
                expected="每个单位对每个事项同一时间只有一项",
                todo="不用再登记；要改起始月份的，先终止原来的一项",
                where=agency.code,
            )
    feed = Feed(new_id(clock), agency.agency, named.id, start, None)
    store.insert_feed(tx, feed)
    audit.note(tx, clock, actor, "feed.add", f"{agency.code} {named.id} 自 {start:%Y-%m}")
    return feed


def end_feed(tx: Transaction, feed: UUID, to_on: date, clock: Clock, actor: str) -> Feed:
    """End a feed before the month of `to_on`. Raises FeedUnknown, FeedRefused."""
    found = by_id(tx, feed)
    end = model.first_of(to_on)
    if end <= found.from_on:
        raise FeedRefused(
            found=f"终止月份 {end:%Y-%m} 不晚于起始月份 {found.from_on:%Y-%m}",
            expected="更晚的月份",
            todo="核对月份",
        )
    store.end_feed(tx, feed, end)
    audit.note(tx, clock, actor, "feed.end", f"{found.item} 至 {end:%Y-%m} 前")
    return replace(found, to_on=end)


def by_id(tx: Transaction, feed: UUID) -> Feed:
    """The feed with this id. Raises FeedUnknown."""
    found = store.feed_by_id(tx, feed)
    if found is None:
        raise FeedUnknown(found=f"归集责任 {feed}", expected="已登记的一项", todo="从列表中选择")
    return found


def listed(tx: Transaction, agencies: Iterable[UUID] | None = None, item: str | None = None) -> list[Feed]:
    """Feeds of these agencies, or of all."""
    return store.feeds(tx, agencies=agencies, item=item)


def declare(tx: Transaction, feed: Feed, month: date, count: int, clock: Clock, actor: str) -> Declaration:
    """A source says how many decisions it made in a month; said again, the later one counts.

    Raises DeclarationRefused: the month has not ended, is not the feed's, or the number is none.
    """
    start = model.first_of(month)
    if today(clock) <= model.last_of(start):
        raise _refused(f"{start:%Y-%m} 还没有结束", "已结束的月份", "月份结束后再申报")
    if not feed.expects(start):
        raise _refused(
            f"{start:%Y-%m} 不在归集责任的起止月份之内", f"自 {feed.from_on:%Y-%m} 起的月份", "核对月份"
        )
    if not 0 <= count <= MOST:
        raise _refused(f"数量 {count}", f"0 至 {MOST} 的整数；没有作出决定的填 0（零报送）", "核对数量")
    said = Declaration(feed.feed, start, count, clock.now().at, actor)
    store.insert_declaration(tx, said)
    audit.note(tx, clock, actor, "feed.declare", f"{feed.item} {start:%Y-%m} {count}")
    return said


def _refused(found: str, expected: str, todo: str) -> DeclarationRefused:
    return DeclarationRefused(found=found, expected=expected, todo=todo)


@dataclass(frozen=True)
class Judged:
    """A feed with the states of its months, ascending."""

    feed: Feed
    months: tuple[MonthState, ...]


def judged(tx: Transaction, pack: Pack, feeds: Iterable[Feed], since: date, day: date) -> tuple[Judged, ...]:
    """The months of each feed from `since` to the last one that has ended on `day`."""
    feeds = tuple(feeds)
    start = model.first_of(since)
    said = store.declared(tx, (f.feed for f in feeds), start)
    agencies = access.by_ids(tx, {f.agency for f in feeds})
    own = {a: access.standing(tx, agency).own for a, agency in agencies.items()}
    held = {
        item: store.held(tx, item, {s for f in feeds for s in own.get(f.agency, ())}, start)
        for item in {f.item for f in feeds}
    }
    ended = [month for month in model.months(start, day) if model.last_of(month) < day]
    due = {item: _due(pack, item, ended) for item in held}
    return tuple(
        Judged(
            feed,
            tuple(
                _state(
                    month,
                    said.get((feed.feed, month)),
                    sum(held[feed.item].get((source, month), 0) for source in own.get(feed.agency, ())),
                    (due[feed.item][month], day),
                )
                for month in ended
                if feed.expects(month)
            ),
        )
        for feed in feeds
    )


def month_as_known(
    tx: Transaction, pack: Pack, feeds: Iterable[Feed], month: date, known: datetime
) -> tuple[Judged, ...]:
    """One ended month of each feed as it stood at an instant, whatever came to be known since.

    What was declared and held later does not count, nor do feeds that were entered later, nor successions
    after the month. Feeds that expect nothing for the month are left out.
    """
    start, end = model.first_of(month), model.next_month(month)
    day = known.astimezone(SHANGHAI).date()
    feeds = tuple(f for f in feeds if f.expects(start) and made_before(f.feed, known))
    own = succession.own_of(tx, {f.agency for f in feeds}, model.last_of(start))
    said = store.declared(tx, (f.feed for f in feeds), start, known)
    held = day_counts.held(tx, {s for every in own.values() for s in every}, (start, end), day)
    due = {item: _due(pack, item, [start])[start] for item in {f.item for f in feeds}}
    return tuple(
        Judged(
            feed,
            (
                _state(
                    start,
                    said.get((feed.feed, start)),
                    sum(held.get((source, feed.item), 0) for source in own[feed.agency]),
                    (due[feed.item], day),
                ),
            ),
        )
        for feed in feeds
    )


def held_by_source(tx: Transaction, since: date) -> dict[tuple[UUID, str], dict[date, int]]:
    """(source, item) -> first day of the month of decision -> records held, from a month on."""
    return store.held_by_source(tx, model.first_of(since))


def declared_counts(tx: Transaction, feeds: Iterable[Feed], since: date) -> dict[tuple[UUID, date], int]:
    """(feed, first day of month) -> how many decisions the source last declared, from a month on."""
    return store.declared(tx, (f.feed for f in feeds), model.first_of(since))


def declared_until(pack: Pack, item: str, months: Iterable[date]) -> Mapping[date, date | None]:
    """First day of a month -> the last day on which its last decision is reported in time."""
    return _due(pack, item, months)


def _state(month: date, declared: int | None, held: int, days: tuple[date | None, date]) -> MonthState:
    return MonthState(month, model.judge(declared, held, *days), declared, held, days[0])


def _due(pack: Pack, item: str, months: Iterable[date]) -> Mapping[date, date | None]:
    """Until when a month is to be declared: as long as its last decision may be sent in time."""
    lasts = {model.last_of(month): month for month in months}
    if item not in pack.items:
        return dict.fromkeys(lasts.values())
    due = due_dates(pack.item(item), pack.calendar, lasts)
    return {lasts[last]: until for last, until in due.items()}


def statement(tx: Transaction, pack: Pack, item: str, since: date, day: date) -> NoneFound:
    """What finding nothing about an organisation is worth on `day`, looking back to `since` at most."""
    feeds = store.feeds(tx, item=item)
    found = judged(tx, pack, feeds, since, day)
    return model.none_found(feeds, {each.feed.feed: each.months for each in found})
