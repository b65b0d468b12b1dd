"""The table day_counts, and what it is counted from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction


def standing(tx: Transaction, records: Sequence[UUID]) -> dict[UUID, tuple[UUID, str, date | None, str]]:
    """Record -> (source, item, day of decision, state), as it stands now."""
    rows = tx.fetch(
        "select record, source, item, decided_on, state from records where record = any(%(records)s::uuid[])",
        {"records": list(records)},
    )
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}


def last_known(tx: Transaction) -> datetime:
    """When the last event was known: within an append, that of the events just loaded."""
    found: datetime = tx.fetch("select known from events order by seq desc limit 1")[0][0]
    return found


def add(tx: Transaction, day: date, counts: Mapping[tuple[UUID, str, str, date | None], int]) -> None:
    """Add counts of one day, all in one statement."""
    places = sorted(counts.items(), key=lambda each: tuple(map(str, each[0])))
    tx.execute(
        """insert into day_counts as c (source, day, item, kind, decided_on, count)
           select told.source, %(day)s, told.item, told.kind, told.decided_on, told.count
           from unnest(%(sources)s::uuid[], %(items)s::text[], %(kinds)s::text[], %(decided)s::date[],
                       %(counts)s::bigint[]) as told(source, item, kind, decided_on, count)
           on conflict (source, day, item, kind, decided_on)
           do update set count = c.count + excluded.count""",
        {
            "day": day,
            "sources": [place[0] for place, _ in places],
            "items": [place[1] for place, _ in places],
            "kinds": [place[2] for place, _ in places],
            "decided": [place[3] for place, _ in places],
            "counts": [n for _, n in places],
        },
    )


def held(tx: Transaction, sources: Sequence[UUID], month: tuple[date, date], before: date) -> list[Row]:
    """(source, item, count) of decisions from the first day to before the second, known before a day.

    No decision is known before it was made, so nothing before the month need be looked at.
    """
    return tx.fetch(
        """select source, item, sum(count)::bigint from day_counts
           where source = any(%(sources)s::uuid[]) and day >= %(first)s and day < %(before)s
             and kind <> 'withdrawn' and decided_on >= %(first)s and decided_on < %(end)s
           group by 1, 2""",
        {"sources": list(sources), "first": month[0], "end": month[1], "before": before},
    )


def taken(tx: Transaction, item: str, sources: Sequence[UUID] | None, before: date) -> int:
    [(count,)] = tx.fetch(
        """select coalesce(sum(count), 0)::bigint from day_counts
           where item = %(item)s and day < %(before)s and kind in ('recorded', 'collected')
             and (%(sources)s::uuid[] is null or source = any(%(sources)s::uuid[]))""",
        {"item": item, "before": before, "sources": None if sources is None else list(sources)},
    )
    return int(count)


def waited(tx: Transaction, spans: Mapping[str, Sequence[object]]) -> list[Row]:
    """(part, month counted from year 0, days from decision to recording, taken back or not, count).

    `spans`: parts, sources, froms, tos; the days of one source must not overlap.
    """
    return tx.fetch(
        """select s.part, (extract(year from c.day) * 12 + extract(month from c.day))::integer - 1 as month,
                  c.day - c.decided_on as days, c.kind = 'withdrawn' as gone, sum(c.count)::bigint
           from unnest(%(parts)s::uuid[], %(sources)s::uuid[], %(froms)s::date[], %(tos)s::date[])
                as s(part, source, from_on, to_on)
           join day_counts c on c.source = s.source and c.day >= s.from_on and c.day < s.to_on
           where c.kind in ('recorded', 'withdrawn')
           group by 1, 2, 3, 4""",
        spans,
    )


def position(tx: Transaction, known: datetime) -> int:
    """The first `seq` not known before that instant. Both ascend, so that a few looks find it."""
    [(top,)] = tx.fetch("select coalesce(max(seq), -1) + 1 from events")
    low, high = 0, int(top)
    while low < high:
        middle = (low + high) // 2
        earlier = tx.fetch(
            "select known < %(known)s from events where seq >= %(seq)s order by seq limit 1",
            {"known": known, "seq": middle},
        )
        low, high = (middle + 1, high) if earlier and earlier[0][0] else (low, middle)
    return low
