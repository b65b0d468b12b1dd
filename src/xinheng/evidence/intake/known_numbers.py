"""What an agency accounted for: numbers that no record bears (registered, or sent and returned), backlog.

Whoever looks for gaps must not accuse an agency that said why there is no record, nor one whose row came and
went back: that row is a case of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction

RETURNED: Final = "returned"  # beside `model_numbers.Why`


def registered(tx: Transaction, sources: Collection[UUID] | None = None) -> list[Row]:
    """(agency, item, number, why) of the number register: persons and voided ones."""
    return tx.fetch(
        """select agency, item, number, why from number_register
           where %(sources)s::uuid[] is null or agency = any(%(sources)s::uuid[])""",
        {"sources": None if sources is None else list(sources)},
    )


def returned(
    tx: Transaction, item: str, field: str, since: date, sources: Collection[UUID] | None = None
) -> list[Row]:
    """(agency, number as received) of rows returned since a day; `field`: the item's field of the number."""
    return tx.fetch(
        """select k.agency, x.number
           from receipts k
           cross join lateral json_each_text(k.columns::json) as h(header, target)
           join returned_rows r on r.receipt = k.receipt
           cross join lateral (select r.cells::json ->> h.header as number) x
           where k.item = %(item)s and k.known >= %(since)s and h.target = %(field)s
             and (%(sources)s::uuid[] is null or k.agency = any(%(sources)s::uuid[]))
             and x.number <> ''""",
        {
            "item": item,
            "field": field,
            "since": since,
            "sources": None if sources is None else list(sources),
        },
    )


def backlog(tx: Transaction, days: tuple[date, date]) -> list[UUID]:
    """Receipts of what was entered later (补录) within `days` (half-open): it counts in no rate."""
    rows = tx.fetch(
        """select receipt from receipts
           where profile <> 'report'
             and known >= %(from_on)s::timestamp at time zone interval '8 hours'
             and known < %(to_on)s::timestamp at time zone interval '8 hours'""",
        {"from_on": days[0], "to_on": days[1]},
    )
    return [row[0] for row in rows]
