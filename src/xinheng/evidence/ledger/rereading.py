"""Current records with what their contents say, page by page: for whoever works everything out anew."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from xinheng.ground.store.transaction import Transaction

PAGE = 20_000


@dataclass(frozen=True)
class Reread:
    """A current record. `fields`: field code -> text of all classes of its version in the log; the other
    columns are what the table of records says."""

    fields: Mapping[str, str]
    record: UUID
    subject: UUID
    document: str | None
    authority: str | None
    decided_on: date | None
    received_on: date
    shown_mark: bool


def groups(tx: Transaction) -> list[tuple[str, str]]:
    """(item, label of the pack) under which current records stand."""
    rows = tx.fetch(
        """select distinct p.item, p.pack from provenances p
           where exists (select from contents c join records r on r.event = c.event
                         where c.provenance = p.provenance and r.state = 'current')
           order by 1, 2"""
    )
    return [(row[0], row[1]) for row in rows]


def pages(tx: Transaction, item: str, pack: str) -> Iterator[list[Reread]]:
    """The current records of one of the `groups`, at most PAGE at a time, by id."""
    after = UUID(int=0)
    while True:
        rows = tx.fetch(
            """select r.record, r.subject, r.document, r.authority, r.decided_on, r.received_on, r.shown_mark,
                      c.public, c.shared, c.authorised
               from records r join contents c on c.event = r.event join provenances p using (provenance)
               where r.record > %(after)s and r.state = 'current'
                 and p.item = %(item)s and p.pack = %(pack)s
               order by r.record limit %(limit)s""",
            {"after": after, "item": item, "pack": pack, "limit": PAGE},
        )
        if rows:
            yield [Reread(_fields(*row[7:]), *row[:7]) for row in rows]
            after = rows[-1][0]
        if len(rows) < PAGE:
            return


def endings(tx: Transaction) -> dict[UUID, list[tuple[str | None, date]]]:
    """What events ended early: record -> (channel, None for all; the first day on which it is not shown)."""
    found: dict[UUID, list[tuple[str | None, date]]] = {}
    for record, on, public in tx.fetch(
        """select c.record, c.valid_from, c.public from events e join contents c using (event)
           where e.kind = 'publicity_ended' and c.erased_on is null order by e.seq"""
    ):
        found.setdefault(record, []).append((json.loads(public or "{}").get("channel"), on))
    return found


def activations(tx: Transaction) -> list[tuple[UUID, datetime, str | None]]:
    """(event, known, digest) of the packs that the log says were activated."""
    rows = tx.fetch(
        """select e.event, e.known, c.public from events e join contents c using (event)
           where e.kind = 'pack_activated' order by e.seq"""
    )
    return [(row[0], row[1], json.loads(row[2] or "{}").get("digest")) for row in rows]


def _fields(*texts: str | None) -> dict[str, str]:
    return {code: value for text in texts if text for code, value in json.loads(text).items()}
