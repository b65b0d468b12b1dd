"""The table coverage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import pyarrow as pa

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


FEW: Final = 500
"""Up to here organisations travel as parameters; a temporary table costs too much for a single row."""
_ASKED: Final = "coverage_asked"
_NEW: Final = "coverage_new"


def prepare_many(tx: Transaction) -> None:
    """Make room, for the rest of the transaction, for those that `note_absent` finds."""
    tx.execute(f"drop table if exists {_ASKED}, {_NEW}")
    tx.execute(f"create temporary table {_ASKED} (subject uuid) on commit drop")
    tx.execute(
        f"create temporary table {_NEW} (item text, subject uuid, division text, kind text) on commit drop"
    )


def note_absent(tx: Transaction, item: str, subjects: pa.Array) -> None:
    """The same as `absent`, of many (binary 16, ascending), and with what they are now; kept in the server.

    They are looked up one after the other, whatever the server would rather do: it would read all of a large
    register for every piece of a submission.
    """
    tx.execute(f"truncate {_ASKED}")
    tx.load(_ASKED, pa.table({"subject": subjects}))
    for way in ("hashjoin", "mergejoin"):
        tx.execute(f"set local enable_{way} = off")
    for each in ("", item):
        tx.execute(
            f"""insert into {_NEW} (item, subject, division, kind)
                select %(item)s, s.subject, coalesce(s.division, ''), s.kind
                from {_ASKED} as a join subjects s using (subject)
                where not exists (
                    select from coverage c where c.item = %(item)s and c.subject = a.subject)""",  # noqa: S608
            {"item": each},
        )
    for way in ("hashjoin", "mergejoin"):
        tx.execute(f"set local enable_{way} = default")


def enter_noted(tx: Transaction, day: date) -> None:
    """Enter those that `note_absent` found; another writer may have been first."""
    tx.execute(
        f"""insert into coverage (item, subject, known_on, division, kind)
            select item, subject, %(day)s, division, kind from {_NEW}
            on conflict (item, subject) do nothing""",  # noqa: S608 - a name of our own
        {"day": day},
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
