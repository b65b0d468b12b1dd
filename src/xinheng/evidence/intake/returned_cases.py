"""A returned row is a case: opened with its receipt, found again by what is sent next, closed when accepted.

A corrected row finds its case by the 退回编号 that the returned workbook carries; without it by its natural
key, where the row that went back filled the key's fields. A row returned once more stays in its case.
"""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core import documents
from xinheng.core.cells import sql_text
from xinheng.core.ids import new_ids
from xinheng.core.times import Clock
from xinheng.evidence.intake import held, record_key
from xinheng.evidence.intake.due import CHANNEL, due_dates
from xinheng.evidence.intake.matching import ARRIVING
from xinheng.evidence.intake.normalise import SHEETS
from xinheng.evidence.intake.split import PERSON, RETURNED, Split
from xinheng.ground.engine import Engine
from xinheng.ground.store import UniqueClash
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import PLATFORM, NewCase, OpenCase, State

KIND = "returned_row"
CORRECTED, PERSONAL = "corrected", "person"  # outcomes that a later submission brings about
OUTCOMES = {CORRECTED: "改正后已入库", PERSONAL: "属于自然人，不在本平台报送"}
OPEN, KEYS = "open-cases.parquet", "keys.parquet"
PIECE = 20_000
KEY = 32  # hexadecimal characters of the key's HMAC that a case keeps: 128 bits tell any two rows apart
_OPEN_SCHEMA = pa.schema([("case_id", pa.string()), ("key", pa.string())])

Open = Mapping[UUID, OpenCase]


@dataclass(frozen=True)
class Opening:
    """What the new cases need to know of the submission."""

    pack: Pack
    split: Split
    agency: UUID
    receipt: UUID
    clock: Clock


def dedupe(agency: UUID, key: str) -> str:
    """What makes two returned rows of an agency the same case."""
    return f"returned:{agency.hex}:{key}"


def write_open(tx: Transaction, folder: Path, own: Collection[UUID]) -> Open:
    """Write the open cases of the sender (and of those it succeeds) for the engine, and give them back."""
    found = cases.open_keys(tx, list(own), KIND)
    keys = [there.dedupe[-KEY:] if there.dedupe else None for there in found.values()]
    table = pa.Table.from_arrays(
        [pa.array([str(case) for case in found], pa.string()), pa.array(keys, pa.string())],
        schema=_OPEN_SCHEMA,
    )
    pq.write_table(table, folder / OPEN)
    return found


def _key_sql(mac: str) -> str:
    return f"left(lower(hex({mac})), {KEY})"


def standing_number_sql(split: Split) -> str:
    """The document number of a checked row as a key; NULL where its cells do not stand under their headers:
    there may be a name."""
    number = documents.normalise_sql(split.item.column("document"))
    if split.staged.encoding in SHEETS:
        return number
    return f"CASE WHEN fault IS NULL THEN {number} END"


def keys_statement(split: Split, refused: Path | None, hidden: str) -> str:
    """COPY of what finds the case of every row that goes back: line, place, first, key, met, decided, number.

    `first` is the place of the first row of the file with the same key; `met` the open case it belongs to.
    `hidden` masks what is called `number`.
    """
    item, folder = split.item, split.staged.folder
    number = standing_number_sql(split)
    decided = f"TRY_CAST({item.column('decided')} AS DATE)"
    key = _key_sql(split.macs.sql(record_key.key_text_sql(item, split.former.keys)))
    reviewed = ", ".join(sql_text(reason) for reason in held.REVIEWED)
    back = f"fate = {RETURNED}"
    if refused is not None:
        lines = f"SELECT line FROM read_parquet({sql_text(str(refused))}) WHERE reason NOT IN ({reviewed})"
        back += f" OR line IN ({lines})"
    opened = f"read_parquet({sql_text(str(folder / OPEN))})"
    return (
        f"COPY (WITH back AS (SELECT line, named_case, {decided} AS decided_on, {number} AS number, "
        f"CASE WHEN {record_key.complete_sql(item)} THEN {key} END AS key "
        f"FROM ({split.rows_sql()}) WHERE {back}), "
        f"keyed AS (SELECT key, min(case_id) AS case_id FROM {opened} WHERE key IS NOT NULL GROUP BY key), "
        f"placed AS (SELECT b.*, n.case_id AS named, k.case_id AS keyed, "
        f"row_number() OVER (ORDER BY line) - 1 AS place "
        f"FROM back b LEFT JOIN {opened} n ON n.case_id = b.named_case LEFT JOIN keyed k ON k.key = b.key) "
        f"SELECT line, place, key, decided_on, {hidden} AS number, "
        f"CASE WHEN key IS NULL THEN place ELSE min(place) OVER same END AS first, "
        f"coalesce(named, keyed, CASE WHEN key IS NOT NULL THEN max(named) OVER same END) AS met "
        f"FROM placed WINDOW same AS (PARTITION BY key) ORDER BY line) "
        f"TO {sql_text(str(folder / KEYS))} (FORMAT parquet)"
    )


def assign(tx: Transaction, opening: Opening, there: Open) -> tuple[pa.Array, set[UUID]]:
    """Open a case for every returned row that has none, note the others' return; (case of each row in the
    order of the file, open cases that came back once more).

    Raises UniqueClash where another submission of the agency was first with a row.
    """
    folder = opening.split.staged.folder
    with pq.ParquetFile(folder / KEYS) as file:
        rows = file.metadata.num_rows
    ids = new_ids(opening.clock, rows)
    taken = bytearray(16 * rows)
    again: set[UUID] = set()
    expected = 0

    def news() -> Iterator[NewCase]:
        nonlocal expected
        due = _due(opening)
        for row in _rows(folder):
            place, first = row["place"], row["first"]
            if row["met"] is not None:
                case = UUID(row["met"])
                again.add(case)
            else:
                case = UUID(bytes=ids[16 * first : 16 * first + 16])
            taken[16 * place : 16 * place + 16] = case.bytes
            if row["met"] is None and place == first:
                expected += 1
                yield _new(opening, row, case, due)

    opened = cases.open_many(tx, news(), opening.clock)
    if opened != expected:
        raise UniqueClash("cases_dedupe")
    _again(tx, opening, there, again)
    return pa.Array.from_buffers(pa.binary(16), rows, [None, pa.py_buffer(bytes(taken))]), again


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    with pq.ParquetFile(folder / KEYS) as file:
        for piece in file.iter_batches(PIECE):
            yield from piece.to_pylist()


def _due(opening: Opening) -> Mapping[date, date | None]:
    with pq.ParquetFile(opening.split.staged.folder / KEYS) as file:
        days = {
            day
            for piece in file.iter_batches(PIECE, columns=["decided_on"])
            for day in piece.column(0).unique().to_pylist()
            if day is not None
        }
    return due_dates(opening.split.item, opening.pack.calendar, days)


def _new(opening: Opening, row: Mapping[str, Any], case: UUID, due: Mapping[date, date | None]) -> NewCase:
    item = opening.split.item
    decided, key = row["decided_on"], row["key"]
    due_on = due.get(decided) if isinstance(decided, date) else None
    terms = item.timeliness_on(CHANNEL, decided) if due_on and isinstance(decided, date) else ()
    return NewCase(
        kind=KIND,
        title=f"{item.name}退回：{row['number'] or '无文号'}",
        owner=opening.agency,
        ref=f"receipt:{opening.receipt}/{row['line']}",
        due_on=due_on,
        basis=f"{CHANNEL}报送时限：{terms[0].working_days}个工作日" if terms else None,
        detail={"item": item.id},
        dedupe=dedupe(opening.agency, key) if isinstance(key, str) else None,
        case=case,
    )


def _again(tx: Transaction, opening: Opening, there: Open, again: Collection[UUID]) -> None:
    """Note in their cases that rows came back once more; what is contested stays so until it is answered."""
    note = f"再次报送后仍被退回，见回执 {opening.receipt}"
    contested = [case for case in again if there[case].state is State.CONTESTED]
    others = [case for case in again if there[case].state is not State.CONTESTED]
    for ids, state in ((contested, State.CONTESTED), (others, State.OPEN)):
        cases.step_many(tx, ids, "returned_again", PLATFORM, note, opening.clock, state)


def answered_query(split: Split) -> str:
    """What meets an open case and does not go back: (line, case, is it about a person)."""
    opened = f"read_parquet({sql_text(str(split.staged.folder / OPEN))})"
    arriving = f"read_parquet({sql_text(str(split.staged.folder / ARRIVING))})"
    return (
        f"SELECT a.line, o.case_id, false FROM {arriving} a JOIN {opened} o ON o.case_id = a.named_case "
        f"UNION SELECT a.line, o.case_id, false FROM {arriving} a "
        f"JOIN {opened} o ON o.key = {_key_sql('a.key_mac')} "
        f"UNION SELECT r.line, o.case_id, true FROM ({split.rows_sql('line, named_case, fate')}) r "
        f"JOIN {opened} o ON o.case_id = r.named_case WHERE r.fate = {PERSON}"
    )


def settle(
    tx: Transaction,
    engine: Engine,
    opening: Opening,
    refused: Mapping[int, tuple[str, bytes | None]],
    again: Collection[UUID],
) -> int:
    """Close the open cases that this submission answers; how many.

    Accepted, corrected or already held: corrected. About a person after all: not reported here. A row that
    waits for the credit office leaves its case answered. What came back once more in the same file stays.
    """
    split = opening.split
    met = engine.run(split.staged.folder, [], [answered_query(split)])[0]
    right, persons, waiting = set(), set(), set()
    for line, text, person in met:
        case = UUID(text)
        if case in again:
            continue
        if person:
            persons.add(case)
        elif line not in refused:
            right.add(case)
        elif refused[line][0] in held.REVIEWED:
            waiting.add(case)
    note = f"见回执 {opening.receipt}"
    done = 0
    for ids, outcome in ((right, CORRECTED), (persons - right, PERSONAL)):
        done += cases.step_many(
            tx, sorted(ids), outcome, PLATFORM, note, opening.clock, State.CLOSED, outcome
        )
    left = sorted(waiting - right - persons)
    cases.step_many(tx, left, "in_review", PLATFORM, note, opening.clock, State.ANSWERED)
    return done
