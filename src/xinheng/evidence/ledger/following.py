"""Following the ledger by position, for rooms that hand on what happened; and what a source's records are.

Events are dense: a page is a range of positions, and whoever has read up to one goes on from there. Nothing
is looked for over whole tables.
"""
# ruff: noqa: S608 - SQL of our own constants; values are parameters

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from xinheng.ground.store.transaction import Transaction


@dataclass(frozen=True)
class Happened:
    """An event about a record."""

    seq: int
    event: UUID
    kind: str
    known: datetime
    record: UUID


@dataclass(frozen=True)
class Standing:
    """A record as it stands."""

    record: UUID
    item: str
    source: UUID
    event: UUID  # current version
    state: str  # current, withdrawn, erased
    reported: bool  # the mark 上报
    document: str | None
    decided_on: date | None


@dataclass(frozen=True)
class Content:
    """What an event says, all disclosure classes together; empty where it was erased."""

    event: UUID
    kind: str
    seq: int
    valid_from: date | None
    fields: dict[str, str]
    public: dict[str, str]


def happened(tx: Transaction, first: int, limit: int) -> tuple[list[Happened], int]:
    """What happened to records at the positions from `first` on, at most `limit` of them, and the position to
    go on from."""
    rows = tx.fetch(
        """select e.seq, e.event, e.kind, e.known, c.record from events e left join contents c using (event)
           where e.seq >= %(first)s and e.seq < %(end)s order by e.seq""",
        {"first": first, "end": first + limit},
    )
    found = [Happened(*row) for row in rows if row[4] is not None]
    return found, rows[-1][0] + 1 if rows else first


def standing(tx: Transaction, records: Sequence[UUID]) -> dict[UUID, Standing]:
    """How each of these records stands now."""
    rows = tx.fetch(
        f"select {_STANDING} from records where record = any(%(records)s::uuid[])",
        {"records": [str(r) for r in records]},
    )
    return {row[0]: Standing(*row) for row in rows}


def held(
    tx: Transaction, sources: Sequence[UUID], after: UUID | None, limit: int, item: str | None = None
) -> list[Standing]:
    """Records of these sources in the order of their ids, from those after one: to go through all of them."""
    rows = tx.fetch(
        f"""select {_STANDING} from unnest(%(sources)s::uuid[]) as s(of)
            cross join lateral (
                select {_STANDING} from records
                where source = s.of and record > %(after)s
                  and (%(item)s::text is null or item = %(item)s::text)
                order by record limit %(limit)s) r
            order by record limit %(limit)s""",
        {
            "after": after or UUID(int=0),
            "sources": [str(s) for s in sources],
            "item": item,
            "limit": limit,
        },
    )
    return [Standing(*row) for row in rows]


_STANDING = "record, item, source, event, state, reported_mark, document, decided_on"


def contents(tx: Transaction, events: Sequence[UUID]) -> dict[UUID, Content]:
    """What each of these events says."""
    rows = tx.fetch(
        """select c.event, e.kind, e.seq, c.valid_from, c.public, c.shared, c.authorised
           from contents c join events e using (event) where c.event = any(%(events)s::uuid[])""",
        {"events": [str(e) for e in events]},
    )
    found = {}
    for event, kind, seq, valid_from, *texts in rows:
        said = [json.loads(text) if text else {} for text in texts]
        fields = {code: text for part in said for code, text in part.items()}
        found[event] = Content(event, kind, seq, valid_from, fields, said[0])
    return found
