"""How cases stood at an instant that has passed: for books that come out the same whenever they are made."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from xinheng.ground.store.transaction import Transaction


def standing(
    tx: Transaction, owners: Collection[UUID] | None, span: tuple[datetime, datetime], at: datetime
) -> dict[str, tuple[int, int, int]]:
    """Kind -> how many were opened in a span (half-open), closed in it, and open at an instant.

    Of those whom they belonged to at that instant (None: everybody), whatever was done about them since.
    """
    rows = tx.fetch(
        """select kind,
                  count(*) filter (where opened >= %(from_at)s and opened < %(to_at)s),
                  count(*) filter (where closed >= %(from_at)s and closed < %(to_at)s),
                  count(*) filter (where closed is null or closed >= %(at)s)
           from cases c
           where opened < %(at)s and (closed is null or closed >= %(from_at)s)
             and (%(owners)s::uuid[] is null or case when opened_for is null then owner else coalesce(
                   (select s.owner from case_steps s where s.case_id = c.case_id and s.at < %(at)s
                    order by s.step desc limit 1), opened_for) end = any(%(owners)s::uuid[]))
           group by 1 order by 1""",
        {
            "owners": None if owners is None else list(owners),
            "from_at": span[0],
            "to_at": span[1],
            "at": at,
        },
    )
    return {kind: (opened, closed, still) for kind, opened, closed, still in rows}
