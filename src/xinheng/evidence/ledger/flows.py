"""What came in and went out over a period: how long after its decision, and how much was taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xinheng.ground.store.transaction import Transaction


@dataclass(frozen=True)
class Span:
    """Records of one source in the days from the first to before `to_on`, told under the name `part`."""

    part: UUID
    source: UUID
    from_on: date
    to_on: date


@dataclass(frozen=True)
class Flow:
    """Days from decision to recording (half came within `p50`, 95 of 100 within `p95`); withdrawals.

    Days are those of the first version under the profile `report`; what was erased no longer tells its day.
    """

    recorded: int  # of which the days are known
    p50: int | None
    p95: int | None
    withdrawn: int


def flows(tx: Transaction, spans: Sequence[Span]) -> dict[tuple[UUID | None, str | None], Flow]:
    """By (part, None), by (None, month `2026-11`), and over all (None, None).

    Percentiles do not add up: each is worked out over all its rows. The database counts rows by days, which
    it can do without sorting a year of them; from these counts the percentiles are exact.
    """
    rows = tx.fetch(
        """
        with told as (
            select s.part, e.kind, (e.known at time zone interval '8 hours')::date as day,
                   case when e.kind = 'recorded' and r.profile = 'report' then c.valid_from end as decided
            from unnest(%(parts)s::uuid[], %(sources)s::uuid[], %(froms)s::date[], %(tos)s::date[])
                 as s(part, source, from_on, to_on)
            join contents c on c.source = s.source
            join events e using (event)
            left join records r on r.record = c.record
            where e.kind in ('recorded', 'withdrawn')
              and e.known >= %(first)s::date::timestamp at time zone interval '8 hours'
              and e.known < %(last)s::date::timestamp at time zone interval '8 hours'
              and e.known >= s.from_on::timestamp at time zone interval '8 hours'
              and e.known < s.to_on::timestamp at time zone interval '8 hours'
        )
        select part, (extract(year from day) * 12 + extract(month from day))::integer - 1 as month,
               day - decided as days, kind = 'withdrawn' as gone, count(*)
        from told group by 1, 2, 3, 4
        """,
        {
            "parts": [s.part for s in spans],
            "sources": [s.source for s in spans],
            "froms": [s.from_on for s in spans],
            "tos": [s.to_on for s in spans],
            "first": min((s.from_on for s in spans), default=None),
            "last": max((s.to_on for s in spans), default=None),
        },
    )
    days: dict[tuple[UUID | None, str | None], Counter[int]] = {}
    gone: Counter[tuple[UUID | None, str | None]] = Counter()
    for part, month, waited, withdrawn, count in rows:
        for key in ((part, None), (None, f"{month // 12}-{month % 12 + 1:02d}"), (None, None)):
            counted = days.setdefault(key, Counter())
            if withdrawn:
                gone[key] += count
            elif waited is not None:
                counted[waited] += count
    return {key: _flow(counted, gone[key]) for key, counted in days.items()}


def _flow(days: Counter[int], withdrawn: int) -> Flow:
    return Flow(days.total(), percentile(days, 50), percentile(days, 95), withdrawn)


def percentile(counts: Mapping[int, int], percent: int) -> int | None:
    """The least value at or below which `percent` of 100 lie, from value -> how often; None of nothing."""
    whole, below = sum(counts.values()), 0
    for value in sorted(counts):
        below += counts[value]
        if below * 100 >= percent * whole:
            return value
    return None
