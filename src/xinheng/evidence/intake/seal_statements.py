"""The statements behind sealing: whom the rows are about, and the rows with their payloads, in log order."""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from xinheng.core.cells import sql_text
from xinheng.evidence.intake.record_key import payload_sql
from xinheng.evidence.intake.split import Split
from xinheng.evidence.ledger.model import CLASSES

LINES = "lines.parquet"
CODES = "codes.parquet"
ACTS = "acts.parquet"
SEALED = "sealed-{}.parquet"
BESIDE = "beside"  # temporary table: record and subject of the rows that are being sealed
GROUP = 20_480  # wide rows that the engine holds per thread before writing


@dataclass(frozen=True)
class Sender:
    """What all events of a submission have in common."""

    source: UUID
    receipt: UUID
    pack: str
    profile: str
    received_on: date
    read: Sequence[str]  # fields that projectors read


def codes_statement(split: Split) -> str:
    """COPY of the party's code of every line that becomes an event, ascending: `line`, `code`."""
    folder = split.staged.folder
    code = f'line, "{split.item.roles["party_code"]}" AS code'
    return (
        f"COPY (SELECT line, code FROM ({split.rows_sql(code)}) "
        f"SEMI JOIN {_parquet(folder / LINES)} USING (line) ORDER BY line) "
        f"TO {sql_text(str(folder / CODES))} (FORMAT parquet)"
    )


def seal_statements(split: Split, sender: Sender, place: int, lines: tuple[int, int]) -> list[str]:
    """What writes the piece `place` of the rows that become events, from the first of `lines` to the last.

    To run one after the other, on one connection.
    """
    item, folder = split.item, split.staged.folder
    fields = "".join(f', "{f.code}"' for f in item.fields if f.code in sender.read and not f.dropped)
    said = ", ".join(f"{payload_sql(item, c)} AS {c}" for c in CLASSES)
    rows = (
        f"SELECT line, a.record, a.subject, shown_mark, reported_mark, {said}, "
        f'TRY_CAST("{item.roles["decided"]}" AS DATE) AS decided_on, '
        f"{item.column('document')} AS document, "
        f'"{item.roles["authority"]}" AS authority{fields} '
        # the planner takes the wide rows for few: from a table it knows better which side to put into memory
        f"FROM ({split.rows_sql(lines=lines)}) JOIN {BESIDE} a USING (line) "
        f"ORDER BY line"
    )
    beside = (
        f"CREATE TEMP TABLE {BESIDE} AS SELECT line, record, subject FROM {_parquet(folder / ACTS)} "
        f"WHERE line BETWEEN {lines[0]} AND {lines[1]}"
    )
    target = sql_text(str(folder / SEALED.format(place)))
    received = f"CAST({sql_text(sender.received_on.isoformat())} AS DATE) AS received_on"
    same = f"{sql_text(item.id)} AS item, 'current' AS state, {received}"
    return [
        beside,
        f"COPY (SELECT *, {same} FROM ({rows})) TO {target} (FORMAT parquet, ROW_GROUP_SIZE {GROUP})",
    ]


def _parquet(path: Path) -> str:
    return f"read_parquet({sql_text(str(path))})"
