"""Receipts added up over spans of agencies and days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction

Spans = Sequence[tuple[UUID, UUID, date, date]]  # part, agency, first day, first day no more


def _columns(spans: Spans) -> dict[str, list[object]]:
    return {
        "parts": [s[0] for s in spans],
        "agencies": [s[1] for s in spans],
        "froms": [s[2] for s in spans],
        "tos": [s[3] for s in spans],
    }


def receipt_sums(tx: Transaction, spans: Spans, before: datetime | None = None) -> list[Row]:
    """(part, month, item, way, on behalf, reported, files, then the counts in the order of `figures.COUNTS`).

    The spans of one agency must not overlap: each receipt then stands in one row. `before`: only receipts
    written before that instant.
    """
    return tx.fetch(
        """
        select s.part, to_char(r.known at time zone interval '8 hours', 'YYYY-MM'), r.item, r.way,
               r.behalf is not null, r.profile = 'report', count(*),
               sum(c.accepted)::bigint, sum(c.corrected)::bigint, coalesce(sum(c.known), 0)::bigint,
               sum(c.returned)::bigint, sum(c.late)::bigint, sum(c.undated)::bigint,
               sum(c.persons)::bigint, sum(c.review)::bigint
        from unnest(%(parts)s::uuid[], %(agencies)s::uuid[], %(froms)s::date[], %(tos)s::date[])
             as s(part, agency, from_on, to_on)
        join receipts r on r.agency = s.agency
         and r.known >= s.from_on::timestamp at time zone interval '8 hours'
         and r.known < s.to_on::timestamp at time zone interval '8 hours'
         and (%(before)s::timestamptz is null or r.known < %(before)s::timestamptz)
        cross join lateral json_to_record(r.counts::json) as c(
             accepted bigint, corrected bigint, known bigint, returned bigint, late bigint, undated bigint,
             persons bigint, review bigint)
        group by 1, 2, 3, 4, 5, 6
        """,
        {**_columns(spans), "before": before},
    )


def failed_checks(tx: Transaction, spans: Spans, before: datetime | None = None) -> list[Row]:
    """(part, item, check, rows that it returned) under the profile `report`.

    A row that several checks returned counts at each of them.
    """
    return tx.fetch(
        """
        select s.part, r.item, told.check_id, sum(told.failed)::bigint
        from unnest(%(parts)s::uuid[], %(agencies)s::uuid[], %(froms)s::date[], %(tos)s::date[])
             as s(part, agency, from_on, to_on)
        join receipts r on r.agency = s.agency and r.profile = 'report'
         and r.known >= s.from_on::timestamp at time zone interval '8 hours'
         and r.known < s.to_on::timestamp at time zone interval '8 hours'
         and (%(before)s::timestamptz is null or r.known < %(before)s::timestamptz)
         and r.counts not like '%%"returned":0,%%'
        cross join lateral (
            select c->>'id' as check_id, (c->>'failed')::bigint as failed
            from json_array_elements(r.checks::json) as c
            where c->>'severity' = 'return' and (c->>'failed')::bigint > 0) as told
        group by 1, 2, 3 order by 1, 2, 3
        """,
        {**_columns(spans), "before": before},
    )
