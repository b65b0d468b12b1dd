"""The tables of letters."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from xinheng.core import canonical
from xinheng.ground.store.transaction import Row, Transaction
from xinheng.outward.documents.attachments import Attachment
from xinheng.outward.documents.canonical import block, table
from xinheng.outward.letters.model import (
    ENDED,
    Act,
    Attached,
    Body,
    Event,
    Filter,
    Letter,
    State,
    Step,
)

_COLUMNS = (
    "letter, chain, previous, withdraws, step, office, agency, state, title, body, due_on, basis, number, "
    "dated, digest, case_id, created, changed, created_by, ended"
)
_FIELDS = tuple(name.removesuffix("_id") for name in _COLUMNS.split(", "))


# -- letters -----------------------------------------------------------------------------------------


def insert(tx: Transaction, new: Letter) -> None:
    names = _COLUMNS.split(", ")
    marks = ", ".join(f"%({name})s" for name in names)
    tx.execute(f"insert into letters ({_COLUMNS}) values ({marks})", _values(new))


def change(tx: Transaction, after: Letter) -> None:
    """State, and what issuing fixes; text only while it is a draft."""
    tx.execute(
        """update letters set state = %(state)s, number = %(number)s, dated = %(dated)s, digest = %(digest)s,
               case_id = %(case_id)s, changed = %(changed)s, ended = %(ended)s, due_on = %(due_on)s
           where letter = %(letter)s""",
        _values(after),
    )


def rewrite(tx: Transaction, after: Letter) -> None:
    """The text of a draft."""
    tx.execute(
        """update letters set title = %(title)s, body = %(body)s, due_on = %(due_on)s, changed = %(changed)s
           where letter = %(letter)s and state = 'draft'""",
        _values(after),
    )


def by_id(tx: Transaction, letter: UUID, *, lock: bool = False) -> Letter | None:
    rows = tx.fetch(
        f"select {_COLUMNS} from letters where letter = %(letter)s" + (" for update" if lock else ""),
        {"letter": letter},
    )
    return _letter(rows[0]) if rows else None


def by_number(tx: Transaction, number: str) -> Letter | None:
    """None also where two offices have used the same one."""
    rows = tx.fetch(f"select {_COLUMNS} from letters where number = %(number)s", {"number": number})
    return _letter(rows[0]) if len(rows) == 1 else None


def of_chain(tx: Transaction, chain: UUID) -> list[Letter]:
    """All letters of a chain, oldest first."""
    rows = tx.fetch(
        f"select {_COLUMNS} from letters where chain = %(chain)s order by created, letter", {"chain": chain}
    )
    # a chain may be walked within one instant: then the steps say the order
    order = list(Step)
    return sorted(map(_letter, rows), key=lambda one: (one.created, order.index(one.step), one.withdraws))


_WHERE = """
(%(scope)s::uuid[] is null or agency = any(%(scope)s::uuid[]) or office = any(%(scope)s::uuid[]))
and (state not in ('draft', 'discarded') or office = %(office)s::uuid)
and (%(step)s::text is null or step = %(step)s::text)
and (%(state)s::text is null or state = %(state)s::text)
and (%(agency)s::uuid is null or agency = %(agency)s::uuid)
and (not %(open_only)s::boolean or ended is null)
"""


def _asked(wanted: Filter) -> dict[str, Any]:
    return {**vars(wanted), "scope": None if wanted.scope is None else list(wanted.scope)}


def listed(tx: Transaction, wanted: Filter, limit: int, offset: int = 0) -> list[Letter]:
    """Newest first."""
    rows = tx.fetch(
        f"""select {_COLUMNS} from letters where {_WHERE}
            order by letter desc limit %(limit)s offset %(offset)s""",
        _asked(wanted) | {"limit": limit, "offset": offset},
    )
    return [_letter(row) for row in rows]


def count(tx: Transaction, wanted: Filter) -> int:
    return int(tx.fetch(f"select count(*) from letters where {_WHERE}", _asked(wanted))[0][0])


def waiting(tx: Transaction, office: UUID, before: date) -> list[Letter]:
    """Letters of an office that are out, and were to be answered before that day."""
    rows = tx.fetch(
        f"""select {_COLUMNS} from letters
            where office = %(office)s and ended is null and state <> 'draft' and due_on < %(before)s
            order by due_on, letter""",
        {"office": office, "before": before},
    )
    return [_letter(row) for row in rows]


# -- numbers -----------------------------------------------------------------------------------------


def take_number(tx: Transaction, office: UUID, word: str, year: int, letter: UUID, at: datetime) -> int:
    """The next number of a series. Others wait until this transaction ends, so none is left out."""
    key = {"office": office, "word": word, "year": year}
    serial = int(
        tx.fetch(
            """insert into letter_series values (%(office)s, %(word)s, %(year)s, 1)
               on conflict (office, word, year) do update set last = letter_series.last + 1
               returning last""",
            key,
        )[0][0]
    )
    tx.execute(
        """insert into letter_numbers (office, word, year, serial, letter, taken)
           values (%(office)s, %(word)s, %(year)s, %(serial)s, %(letter)s, %(at)s)""",
        key | {"serial": serial, "letter": letter, "at": at},
    )
    return serial


def void_number(tx: Transaction, letter: UUID, at: datetime) -> None:
    tx.execute(
        "update letter_numbers set voided = %(at)s where letter = %(letter)s", {"letter": letter, "at": at}
    )


def numbers(tx: Transaction, office: UUID, year: int) -> list[Row]:
    """(word, serial, letter, voided) of an office's year, by word and number."""
    return tx.fetch(
        """select word, serial, letter, voided from letter_numbers
           where office = %(office)s and year = %(year)s order by word, serial""",
        {"office": office, "year": year},
    )


# -- files, history ----------------------------------------------------------------------------------


def keep_file(tx: Transaction, letter: UUID, kind: str, content: bytes) -> None:
    tx.execute(
        "insert into letter_files values (%(letter)s, %(kind)s, %(content)s, %(digest)s)",
        {"letter": letter, "kind": kind, "content": content, "digest": hashlib.sha256(content).hexdigest()},
    )


def file(tx: Transaction, letter: UUID, kind: str) -> bytes | None:
    rows = tx.fetch(
        "select content from letter_files where letter = %(letter)s and kind = %(kind)s",
        {"letter": letter, "kind": kind},
    )
    return bytes(rows[0][0]) if rows else None


def scrub(tx: Transaction, after: Letter) -> None:
    """Other text, also of an issued letter, and without its files: only an erasure does this."""
    values = _values(after)
    tx.execute("update letters set title = %(title)s, body = %(body)s where letter = %(letter)s", values)
    tx.execute("delete from letter_files where letter = %(letter)s", values)


def add_event(tx: Transaction, event: Event) -> int:
    """Note what was done; the event's number."""
    rows = tx.fetch(
        """insert into letter_events (letter, at, action, said, account, agency, actor)
           values (%(letter)s, %(at)s, %(act)s, %(said)s, %(account)s, %(agency)s, %(actor)s)
           returning event""",
        {**vars(event), "act": event.act.value},
    )
    return int(rows[0][0])


def attach(tx: Transaction, event: int, kept: Attachment) -> None:
    tx.execute(
        """insert into letter_attachments values (%(event)s, %(digest)s, %(name)s, %(kind)s, %(size)s)
           on conflict do nothing""",
        {**vars(kept), "event": event, "kind": kept.kind.value},
    )


def history(tx: Transaction, letter: UUID) -> list[Event]:
    """What was done, oldest first, with attachments."""
    rows = tx.fetch(
        """select event, letter, at, action, said, account, agency, actor from letter_events
           where letter = %(letter)s order by event""",
        {"letter": letter},
    )
    files: dict[int, list[Attached]] = {}
    for row in tx.fetch(
        """select event, digest, name, kind, size from letter_attachments
           where event = any(%(events)s::bigint[]) order by event, name""",
        {"events": [row[0] for row in rows]},
    ):
        files.setdefault(row[0], []).append(Attached(*row))
    return [
        Event(
            row[0], row[1], row[2], Act(row[3]), row[4], row[5], row[6], row[7], tuple(files.get(row[0], ()))
        )
        for row in rows
    ]


# -- rows --------------------------------------------------------------------------------------------


def _values(letter: Letter) -> dict[str, Any]:
    body = {
        "paragraphs": list(letter.body.paragraphs),
        "table": block(letter.body.table) if letter.body.table else None,
        "note": letter.body.note,
    }
    return {
        **vars(letter),
        "step": letter.step.value,
        "state": letter.state.value,
        "body": canonical.dumps(body),
        "case_id": letter.case,
        "ended": letter.changed if letter.state in ENDED and letter.ended is None else letter.ended,
    }


def _letter(row: Row) -> Letter:
    said = json.loads(row[9])
    body = Body(tuple(said["paragraphs"]), table(said["table"]) if said["table"] else None, said["note"])
    known = dict(zip(_FIELDS, row, strict=True))
    return Letter(**known | {"step": Step(row[4]), "state": State(row[7]), "body": body})
