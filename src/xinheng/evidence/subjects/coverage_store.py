"""The table coverage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from xinheng.ground.store.transaction import Row, Transaction


def absent(tx: Transaction, item: str, subjects: Sequence[UUID]) -> list[tuple[str, UUID]]:
    """(item, subject) of those that are not in it yet; with '' those that have no record at all."""
    rows = tx.fetch(
        """select told.item, told.subject from (
               select i.item, s.subject from unnest(%(subjects)s::uuid[]) as s(subject),
                      unnest(array['', %(item)s::text]) as i(item)) as told
           left join coverage c on c.item = told.item and c.subject = told.subject
           where c.subject is null""",
        {"item": item, "subjects": list(subjects)},
    )
    return [(found, subject) for found, subject in rows]


def enter(tx: Transaction, day: date, new: Sequence[tuple[str, UUID]]) -> None:
    """Enter those that are not in it; another writer may have been first."""
    tx.execute(
        """insert into coverage (item, subject, known_on, division, kind)
           select told.item, told.subject, %(day)s, coalesce(s.division, ''), s.kind
           from unnest(%(items)s::text[], %(subjects)s::uuid[]) as told(item, subject)
           join subjects s using (subject)
           on conflict (item, subject) do nothing""",
        {"day": day, "items": [item for item, _ in new], "subjects": [subject for _, subject in new]},
    )


def counts(tx: Transaction, before: date, items: Sequence[str] | None) -> list[Row]:
    """(item, division, kind, organisations)."""
    return tx.fetch(
        """select item, division, kind, count(*) from coverage
           where known_on < %(before)s and (%(items)s::text[] is null or item = any(%(items)s::text[]))
           group by 1, 2, 3 order by 1, 2, 3""",
        {"before": before, "items": None if items is None else list(items)},
    )


def counts_of_any(tx: Transaction, before: date, items: Sequence[str]) -> list[Row]:
    """(division, kind, organisations), each organisation once, as it was when it was first met."""
    return tx.fetch(
        """select c.division, c.kind, count(*) from coverage c
           where c.item = '' and exists (
               select 1 from coverage o where o.subject = c.subject and o.item = any(%(items)s::text[])
                 and o.known_on < %(before)s)
           group by 1, 2 order by 1, 2""",
        {"before": before, "items": list(items)},
    )
