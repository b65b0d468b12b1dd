"""The tables of completeness and their SQL: feeds, what was declared, what is held by month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from xinheng.evidence.completeness.model import Declaration, Feed
from xinheng.ground.store.transaction import Row, Transaction

Place = tuple[UUID, str, date]  # source, item, first day of the month of decision


def insert_feed(tx: Transaction, feed: Feed) -> None:
    """Enter a feed. Raises UniqueClash where the agency has an open one of the item."""
    tx.execute(
        """insert into feeds (feed, agency, item, from_on, to_on)
           values (%(feed)s, %(agency)s, %(item)s, %(from_on)s, %(to_on)s)""",
        vars(feed),
    )


def end_feed(tx: Transaction, feed: UUID, to_on: date) -> None:
    tx.execute("update feeds set to_on = %(to_on)s where feed = %(feed)s", {"feed": feed, "to_on": to_on})


def feeds(tx: Transaction, *, agencies: Iterable[UUID] | None = None, item: str | None = None) -> list[Feed]:
    """Feeds of these agencies (None: of all) and this item (None: of all), by item and start."""
    rows = tx.fetch(
        """select feed, agency, item, from_on, to_on from feeds
           where (%(all)s or agency = any(%(agencies)s::uuid[]))
             and (%(item)s::text is null or item = %(item)s::text)
           order by item, from_on, feed""",
        {"all": agencies is None, "agencies": [str(a) for a in agencies or ()], "item": item},
    )
    return [Feed(*row) for row in rows]


def feed_by_id(tx: Transaction, feed: UUID) -> Feed | None:
    rows = tx.fetch(
        "select feed, agency, item, from_on, to_on from feeds where feed = %(feed)s", {"feed": feed}
    )
    return Feed(*rows[0]) if rows else None


def insert_declaration(tx: Transaction, said: Declaration) -> None:
    """Add what a source declares; what it declared before stays."""
    tx.execute(
        """insert into feed_declarations (feed, month, declared, count, actor)
           values (%(feed)s, %(month)s, %(declared)s, %(count)s, %(actor)s)""",
        vars(said),
    )


def declared(
    tx: Transaction, ids: Iterable[UUID], since: date, before: datetime | None = None
) -> dict[tuple[UUID, date], int]:
    """The latest declared count of each feed and month from `since` on; `before`: as said by that instant."""
    rows = tx.fetch(
        """select distinct on (feed, month) feed, month, count from feed_declarations
           where feed = any(%(feeds)s::uuid[]) and month >= %(since)s
             and (%(before)s::timestamptz is null or declared < %(before)s::timestamptz)
           order by feed, month, declaration desc""",
        {"feeds": [str(i) for i in ids], "since": since, "before": before},
    )
    return {(row[0], row[1]): row[2] for row in rows}


def declarations(tx: Transaction, feed: UUID, month: date) -> list[Declaration]:
    """Everything declared for one month, latest first."""
    rows = tx.fetch(
        """select feed, month, count, declared, actor from feed_declarations
           where feed = %(feed)s and month = %(month)s order by declaration desc""",
        {"feed": feed, "month": month},
    )
    return [_declaration(row) for row in rows]


def _declaration(row: Row) -> Declaration:
    at: datetime = row[3]
    return Declaration(row[0], row[1], row[2], at, row[4])


def held(tx: Transaction, item: str, sources: Iterable[UUID], since: date) -> dict[tuple[UUID, date], int]:
    """How many records each source has on an item, by month of decision from `since` on."""
    rows = tx.fetch(
        """select source, month, held from feed_counts
           where item = %(item)s and source = any(%(sources)s::uuid[]) and month >= %(since)s""",
        {"item": item, "sources": [str(s) for s in sources], "since": since},
    )
    return {(row[0], row[1]): row[2] for row in rows}


def held_by_source(tx: Transaction, since: date) -> dict[tuple[UUID, str], dict[date, int]]:
    """(source, item) -> first day of month -> records held, of months from `since` on."""
    rows = tx.fetch(
        "select source, item, month, held from feed_counts where month >= %(since)s", {"since": since}
    )
    found: dict[tuple[UUID, str], dict[date, int]] = {}
    for source, item, month, held in rows:
        found.setdefault((source, item), {})[month] = held
    return found


def newest(tx: Transaction) -> dict[tuple[UUID, str], date]:
    """(source, item) -> first day of the latest month of decision of which records are held."""
    rows = tx.fetch("select source, item, max(month) from feed_counts where held > 0 group by source, item")
    return {(row[0], row[1]): row[2] for row in rows}


def add_held(tx: Transaction, changes: Mapping[Place, int]) -> None:
    """Change the numbers of records held. Few rows: one a source, item and month."""
    for (source, item, month), change in sorted(changes.items(), key=lambda each: str(each[0])):
        tx.execute(
            """insert into feed_counts as c (source, item, month, held)
               values (%(source)s, %(item)s, %(month)s, %(change)s)
               on conflict (source, item, month) do update set held = c.held + excluded.held""",
            {"source": source, "item": item, "month": month, "change": change},
        )
