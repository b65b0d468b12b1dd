"""The table coverage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import pyarrow as pa

from xinheng.evidence.subjects.store import Asked
from xinheng.ground.store.transaction import Row, Transaction

_DAY: Final = "coverage_day"
_NOTED: Final = "coverage_noted"


def absent(tx: Transaction, item: str, subjects: Sequence[UUID]) -> list[UUID]:
    """Those of them that have no record of the item yet."""
    rows = tx.fetch(
        """select told.subject from unnest(%(subjects)s::uuid[]) as told(subject)
           where (select count(*) from coverage c
                  where c.subject = told.subject and c.item = %(item)s) = 0""",
        {"item": item, "subjects": list(subjects)},
    )
    return [subject for (subject,) in rows]


def enter(tx: Transaction, day: date, new: Sequence[tuple[str, UUID]]) -> None:
    """Enter those (item, subject) that are not in it; another writer may have been first.

    Only under the head's lock, where nobody else enters organisations that were there before: what the
    statement sees of them is what there is.
    """
    tx.execute(
        """insert into coverage (item, subject, known_on, division, kind, first)
           select told.item, told.subject, %(day)s, coalesce(s.division, ''), s.kind,
                  told.item = min(told.item) over (partition by told.subject)
                  and (select count(*) from coverage c where c.subject = told.subject) = 0
           from unnest(%(items)s::text[], %(subjects)s::uuid[]) as told(item, subject)
           join subjects s using (subject)
           on conflict (subject, item) do nothing""",
        {"day": day, "items": [item for item, _ in new], "subjects": [subject for _, subject in new]},
    )


def prepare(tx: Transaction, day: date) -> None:
    """Make room, for the rest of the transaction, for what a submission says before its events are known.

    `day`: under which `load_new` enters; `settle` puts it right where the append falls on another.
    """
    tx.execute(f"drop table if exists {_DAY}, {_NOTED}")
    tx.execute(f"create temporary table {_DAY} on commit drop as select %(day)s::date as day", {"day": day})
    tx.execute(
        f"create temporary table {_NOTED} "
        "(item text, subject uuid, division text, kind text, first boolean) on commit drop"
    )


def note_held(tx: Transaction, item: str, asked: Asked) -> None:
    """Note those that the register has, under this or a former code, and that have no record of the item.

    Counted, so that each is looked up by itself, whatever the server would rather do: with an item that its
    statistics have not met it would compare every organisation with every one.
    """
    tx.execute(
        f"""
        insert into {_NOTED} (item, subject, division, kind, first)
        select %(item)s, found.subject, coalesce(found.division, ''), found.kind, held.items = 0
        from (
            select s.subject, s.division, s.kind from {asked.relation} join subjects s using (code)
            where c.first
            union all
            select s.subject, s.division, s.kind from {asked.relation} join subject_codes k using (code)
            join subjects s on s.subject = k.subject where c.first
        ) as found
        cross join lateral (
            select count(*) as items, count(*) filter (where v.item = %(item)s) as same
            from coverage v where v.subject = found.subject
        ) as held
        where held.same = 0
        """,  # noqa: S608 - a relation and a name of our own
        {**asked.params, "item": item},
    )


def load_new(tx: Transaction, rows: pa.RecordBatchReader) -> None:
    """Enter organisations (COVERAGE_SCHEMA) that this transaction itself has entered in the register."""
    tx.load("coverage", rows)


def settle(tx: Transaction, day: date) -> None:
    """Under the head's lock: enter those that `note_held` noted, and put the day of the new ones right."""
    [(entered_on,)] = tx.fetch(f"select day from {_DAY}")  # noqa: S608 - a name of our own
    if entered_on != day:  # midnight came in between
        tx.execute(
            """update coverage set known_on = %(day)s
               where known_on = %(entered_on)s and xmin = pg_current_xact_id()::xid""",
            {"day": day, "entered_on": entered_on},
        )
    tx.execute(  # what had a record then has one now; what had none is looked up again
        f"""insert into coverage (item, subject, known_on, division, kind, first)
            select n.item, n.subject, %(day)s, n.division, n.kind,
                   n.first and (select count(*) from coverage c where c.subject = n.subject) = 0
            from {_NOTED} n order by n.subject
            on conflict (subject, item) do nothing""",  # noqa: S608 - a name of our own
        {"day": day},
    )


def counts(tx: Transaction, before: date, items: Sequence[str] | None) -> list[Row]:
    """(item, division, kind, organisations); with the item '' those that have a record of any."""
    return tx.fetch(
        """select g.item, v.division, v.kind, sum(v.organisations)::bigint
           from (select item, first, division, kind, count(*) as organisations from coverage
                 where known_on < %(before)s
                   and (%(items)s::text[] is null or item = any(%(items)s::text[])
                        or first and '' = any(%(items)s::text[]))
                 group by 1, 2, 3, 4) as v
           cross join lateral (values (v.item, true), ('', v.first)) as g(item, counts)
           where g.counts and (%(items)s::text[] is null or g.item = any(%(items)s::text[]))
           group by 1, 2, 3 order by 1, 2, 3""",
        {"before": before, "items": None if items is None else list(items)},
    )


def counts_of_any(tx: Transaction, before: date, items: Sequence[str]) -> list[Row]:
    """(division, kind, organisations), each organisation once, as it was when it was first met."""
    return tx.fetch(
        """select c.division, c.kind, count(*) from coverage c
           where c.first and exists (
               select 1 from coverage o where o.subject = c.subject and o.item = any(%(items)s::text[])
                 and o.known_on < %(before)s)
           group by 1, 2 order by 1, 2""",
        {"before": before, "items": list(items)},
    )
