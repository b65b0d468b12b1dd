"""What came in and went out over a period: how long after its decision, and how much was taken back."""

from __future__ import annotations

from collections.abc import Sequence
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

    Percentiles do not add up: each is worked out over all its rows, by the one query that all levels use.
    """
    rows = tx.fetch(
        """
        with told as (
            select s.part, to_char(e.known at time zone interval '8 hours', 'YYYY-MM') as month, e.kind,
                   case when e.kind = 'recorded' and r.profile = 'report'
                        then (e.known at time zone interval '8 hours')::date - c.valid_from end as days
            from unnest(%(parts)s::uuid[], %(sources)s::uuid[], %(froms)s::date[], %(tos)s::date[])
                 as s(part, source, from_on, to_on)
            join contents c on c.source = s.source
            join events e using (event)
            left join records r on r.record = c.record
            where e.kind in ('recorded', 'withdrawn')
              and e.known >= s.from_on::timestamp at time zone interval '8 hours'
              and e.known < s.to_on::timestamp at time zone interval '8 hours'
        )
        select part, month, count(days),
               percentile_disc(0.5) within group (order by days),
               percentile_disc(0.95) within group (order by days),
               count(*) filter (where kind = 'withdrawn')
        from told group by grouping sets ((part), (month), ())
        """,
        {
            "parts": [s.part for s in spans],
            "sources": [s.source for s in spans],
            "froms": [s.from_on for s in spans],
            "tos": [s.to_on for s in spans],
        },
    )
    return {(row[0], row[1]): Flow(*row[2:]) for row in rows}
