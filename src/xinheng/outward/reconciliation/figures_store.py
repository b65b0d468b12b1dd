"""Figures of reconciliation: by day as they were counted, and the queue at a cut-off from the versions."""
# ruff: noqa: S608 - SQL of our own constants; values are parameters

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from xinheng.ground.store.transaction import Transaction


@dataclass(frozen=True)
class Figures:
    """One item of one agency. `held` and `shown`: by the partner's newest list."""

    item: str
    agency: UUID
    sent: int
    taken: int
    returned: int
    withdrawn: int
    held: int
    shown: int


@dataclass(frozen=True)
class Day:
    """One day, all items and agencies together."""

    day: date
    sent: int
    taken: int
    returned: int
    withdrawn: int


@dataclass(frozen=True)
class Queue:
    """One item at a cut-off: versions wanted within the month, and those left over then."""

    item: str
    wanted: int
    left: int

    @property
    def empty(self) -> bool:
        return self.left == 0


def figures(
    tx: Transaction, partner: UUID, from_on: date, to_on: date, scope: Sequence[UUID] | None
) -> list[Figures]:
    """By item and agency, items in their order."""
    rows = tx.fetch(
        """
        with counted as (
            select item, agency, sum(sent)::bigint as sent, sum(taken)::bigint as taken,
                   sum(returned)::bigint as returned, sum(withdrawn)::bigint as withdrawn
            from upward_days
            where partner = %(partner)s and day >= %(from_on)s and day < %(to_on)s group by item, agency),
        there as (select item, agency, held, shown from upward_held where partner = %(partner)s)
        select item, agency, coalesce(c.sent, 0), coalesce(c.taken, 0), coalesce(c.returned, 0),
               coalesce(c.withdrawn, 0), coalesce(t.held, 0), coalesce(t.shown, 0)
        from counted c full join there t using (item, agency)
        where %(scope)s::uuid[] is null or agency = any(%(scope)s::uuid[])
        order by item, agency
        """,
        {"partner": partner, "from_on": from_on, "to_on": to_on, "scope": _scope(scope)},
    )
    return [Figures(*row) for row in rows]


def days(
    tx: Transaction, partner: UUID, from_on: date, to_on: date, scope: Sequence[UUID] | None
) -> list[Day]:
    """Days on which anything happened, the latest first."""
    rows = tx.fetch(
        """select day, sum(sent)::bigint, sum(taken)::bigint, sum(returned)::bigint, sum(withdrawn)::bigint
           from upward_days
           where partner = %(partner)s and day >= %(from_on)s and day < %(to_on)s
             and (%(scope)s::uuid[] is null or agency = any(%(scope)s::uuid[]))
           group by day order by day desc""",
        {"partner": partner, "from_on": from_on, "to_on": to_on, "scope": _scope(scope)},
    )
    return [Day(*row) for row in rows]


def queue(tx: Transaction, partner: UUID, start: datetime, at: datetime) -> list[Queue]:
    """By item: wanted from `start` to before `at`; wanted before `at` and not settled by then."""
    rows = tx.fetch(
        """select item, sum(wanted)::bigint, sum(lefts)::bigint from (
               select item, count(*) as wanted, 0 as lefts from upward_versions
               where partner = %(partner)s and known >= %(start)s and known < %(at)s group by item
               union all
               select item, 0, count(*) from upward_versions
               where partner = %(partner)s and known < %(at)s and settled is null group by item
               union all
               select item, 0, count(*) from upward_versions
               where partner = %(partner)s and known < %(at)s and settled > %(at)s group by item
           ) q group by item order by item""",
        {"partner": partner, "start": start, "at": at},
    )
    return [Queue(*row) for row in rows]


def _scope(scope: Sequence[UUID] | None) -> list[str] | None:
    return None if scope is None else [str(agency) for agency in scope]


def count_days(tx: Transaction, partner: UUID, day: date, counted: Counter[tuple[str, UUID, str]]) -> None:
    """Add to a day's figures: (item, agency, one of sent, taken, returned, withdrawn) -> how many."""
    places = sorted({(item, agency) for item, agency, _ in counted}, key=str)
    if not places:
        return
    names = ("sent", "taken", "returned", "withdrawn")
    tx.execute(
        f"""insert into upward_days (partner, day, item, agency, {", ".join(names)})
            select %(partner)s::uuid, %(day)s::date, * from unnest(%(items)s::text[], %(agencies)s::uuid[],
                {", ".join(f"%({name})s::bigint[]" for name in names)})
            on conflict (partner, day, item, agency) do update
            set {", ".join(f"{name} = upward_days.{name} + excluded.{name}" for name in names)}""",
        {
            "partner": partner,
            "day": day,
            "items": [item for item, _ in places],
            "agencies": [str(agency) for _, agency in places],
            **{name: [counted[(*place, name)] for place in places] for name in names},
        },
    )


def set_held(
    tx: Transaction, partner: UUID, held: Counter[tuple[str, UUID]], shown: Counter[tuple[str, UUID]]
) -> None:
    """What the newest list says, by item and agency."""
    tx.execute("delete from upward_held where partner = %(partner)s", {"partner": partner})
    places = list(held)
    tx.execute(
        """insert into upward_held (partner, item, agency, held, shown)
           select %(partner)s::uuid, * from unnest(%(items)s::text[], %(agencies)s::uuid[],
               %(held)s::bigint[], %(shown)s::bigint[])""",
        {
            "partner": partner,
            "items": [item for item, _ in places],
            "agencies": [str(agency) for _, agency in places],
            "held": [held[place] for place in places],
            "shown": [shown[place] for place in places],
        },
    )
