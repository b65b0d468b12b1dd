"""From candidates to decisions: what the file says twice, what is held, who sent it."""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.core.cells import sql_text
from xinheng.evidence.intake import held, record_key, senders
from xinheng.evidence.intake.model import Outcome
from xinheng.evidence.intake.split import CANDIDATE, Split
from xinheng.evidence.ledger import comparison
from xinheng.evidence.ledger.model import CLASSES
from xinheng.ground.engine import Engine
from xinheng.ground.store.transaction import Transaction

ARRIVING = "arriving.parquet"
OFTEN, REPEATS = "often.parquet", "repeats.parquet"
MEETING, SAID = "meeting.parquet", "said.parquet"
PIECE = 50_000


@dataclass
class Decisions:
    """What becomes of the candidates. Lines in none of these are new."""

    refused: dict[int, tuple[str, bytes | None]] = field(default_factory=dict)  # line -> (reason, record)
    known: dict[int, bytes] = field(default_factory=dict)  # line -> record
    again: dict[int, int] = field(default_factory=dict)  # line -> earlier line of the file that says the same
    corrected: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)  # line -> (record, its event)
    rekeyed: list[UUID] = field(default_factory=list)  # records whose key a correction may change

    def unsettled(self, lines: pa.Array) -> pa.Array:
        """Those of these lines (int32) that become an event, as far as is decided yet."""
        settled = [*self.refused, *self.known, *self.again]
        if not settled:
            return lines
        return lines.filter(pc.invert(pc.is_in(lines, value_set=pa.array(settled, pa.int32()))))

    def settle_again(self) -> None:
        """A line that says what an earlier one says shares its fate where that one was turned back."""
        for line, first in list(self.again.items()):
            if first in self.refused:
                self.refused[line] = self.refused[first]
                del self.again[line]


def arriving_statements(split: Split, *, sent: bool = True) -> list[str]:
    """COPYs of the candidates with what is compared of them, by line, and of those the file has twice.

    `sent`: join what the sender may do (`senders.write_senders`); without it everybody may send everything.
    """
    item = split.item
    key = record_key.spelled_key_sql(item)
    columns = (
        f"line, {split.macs.sql(key)} AS key_mac, named_record, named_case, "
        f"{record_key.numbered_sql(item)} AS numbered, "
    )
    rows = f"SELECT * FROM ({split.rows_sql()}) WHERE fate = {CANDIDATE}"
    may, source = "may, deciding", senders.joined_sql(split, rows)
    if not sent:
        may, source = "true AS may, true AS deciding", f"({rows})"
    spelled = record_key.spelled_sql(item, split.former.keys)
    arriving = f"{sql_text(str(split.staged.folder / ARRIVING))} (FORMAT parquet)"
    return [
        f"COPY (SELECT {columns}{may} FROM (SELECT *, {spelled} FROM {source})) TO {arriving}",
        *_repeats_statements(split),
    ]


def _repeats_statements(split: Split) -> list[str]:
    """COPYs of the lines whose key or record stands more than once in the file, with what decides about them.

    `differing`: the file says two things of one record, so both go back; else all but the first are known.
    """
    folder = split.staged.folder
    source = f"read_parquet({sql_text(str(folder / ARRIVING))})"
    keys = f"SELECT key_mac FROM {source} GROUP BY key_mac HAVING count(*) > 1"
    named = f"SELECT named_record FROM {source} GROUP BY named_record HAVING count(*) > 1"
    often = (
        f"SELECT line, key_mac, named_record FROM {source} WHERE key_mac IN ({keys}) "
        f"OR (named_record IS NOT NULL AND named_record IN ({named}))"
    )
    lines = sql_text(str(folder / OFTEN))
    said = f"SELECT line, content_mac FROM ({said_sql(split, f'SELECT line FROM read_parquet({lines})')})"
    # a row that names its record has that for a group, and the key it wants for another
    grouped = (
        "SELECT line, same, min(line) OVER w AS first_line, "
        "min(what) OVER w <> max(what) OVER w AS differing FROM ("
        "SELECT line, key_mac AS same, content_mac || encode(coalesce(named_record, '')) AS what FROM o "
        "UNION ALL SELECT line, encode(named_record), content_mac FROM o WHERE named_record IS NOT NULL) "
        "WINDOW w AS (PARTITION BY same)"
    )
    return [
        f"COPY ({often}) TO {lines} (FORMAT parquet)",
        f"COPY (WITH o AS (SELECT * FROM read_parquet({lines}) JOIN ({said}) USING (line)) "
        f"SELECT line, min(first_line) AS first_line, bool_or(differing) AS differing "
        f"FROM ({grouped}) GROUP BY line) TO {sql_text(str(folder / REPEATS))} (FORMAT parquet)",
    ]


def said_sql(split: Split, lines: str) -> str:
    """`line` and `content_mac` of the rows whose line is among those of the query `lines`."""
    item = split.item
    payloads = ", ".join(f"{record_key.payload_sql(item, c)} AS {c}" for c in CLASSES)
    rows = f"SELECT line, {payloads} FROM ({split.rows_sql()}) WHERE line IN ({lines})"
    digests = f"SELECT line, {record_key.digests_sql()} FROM ({rows})"
    return f"SELECT line, {record_key.content_mac_sql(split.macs)} AS content_mac FROM ({digests})"


def within_file(folder: Path, decisions: Decisions) -> None:
    """Decide the lines whose record stands more than once in the file."""
    for row in pq.read_table(folder / REPEATS).to_pylist():
        if row["differing"]:
            decisions.refused[row["line"]] = (held.SAME_KEY, None)
        elif row["line"] != row["first_line"]:
            decisions.again[row["line"]] = row["first_line"]


def by_sender(folder: Path) -> list[int]:
    """Lines whose deciding authority the sender may not send for."""
    found: list[int] = []
    for piece in _pieces(folder, ["line", "may"]):
        found.extend(piece.filter(pc.invert(piece.column("may"))).column("line").to_pylist())
    return found


def new_lines(folder: Path, decisions: Decisions) -> pa.Array:
    """The lines (int32) of the candidates that become events, ascending."""
    found = pq.read_table(folder / ARRIVING, columns=["line"]).column(0).cast(pa.int32()).combine_chunks()
    left = decisions.unsettled(found)
    return left.take(pc.sort_indices(left))


def with_held(
    tx: Transaction, engine: Engine, split: Split, decisions: Decisions, own: tuple[UUID, ...]
) -> None:
    """Compare the undecided candidates with what is held, and decide them by the correction table.

    `own`: the sender and those it succeeds.
    """
    folder = split.staged.folder
    arriving = pa.RecordBatchReader.from_batches(comparison.ARRIVING_SCHEMA, _arriving(folder, decisions))
    meeting = comparison.meet(tx, arriving)
    if not meeting:
        return
    comparison.compare(tx, _said(engine, split, meeting), own)
    for page in comparison.met(tx):
        for line, record, event, bits in page:
            situation = held.Situation.of(bits)
            decision = held.decide(situation)
            if decision.outcome is Outcome.KNOWN:
                decisions.known[line] = record.bytes
            elif decision.outcome is Outcome.CORRECTED:
                decisions.corrected[line] = (record.bytes, event.bytes)
                if situation.named:
                    decisions.rekeyed.append(record)
            elif decision.reason is not None:
                decisions.refused[line] = (decision.reason, record.bytes if record else None)


def _said(engine: Engine, split: Split, lines: list[int]) -> pa.RecordBatchReader:
    """What these lines say, worked out in the engine."""
    folder, schema = split.staged.folder, comparison.CONTENT_SCHEMA
    pq.write_table(pa.table({"line": pa.array(lines, pa.int32())}), folder / MEETING)
    wanted = f"SELECT line FROM read_parquet({sql_text(str(folder / MEETING))})"
    target = sql_text(str(folder / SAID))
    engine.run(folder, [f"COPY ({said_sql(split, wanted)}) TO {target} (FORMAT parquet)"])

    def pieces() -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(folder / SAID) as file:
            for piece in file.iter_batches(PIECE):
                arrays = [piece.column(f.name).cast(f.type) for f in schema]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, pieces())


def _arriving(folder: Path, decisions: Decisions) -> Iterator[pa.RecordBatch]:
    for piece in _pieces(folder, None):
        lines = piece.column("line").cast(pa.int32())
        left = decisions.unsettled(lines)
        rows = piece if left is lines else piece.filter(pc.is_in(lines, value_set=left))
        if not rows.num_rows:
            continue
        columns = [
            left,
            rows.column("key_mac").cast(pa.binary(32)),
            _named(rows.column("named_record")),
            rows.column("numbered"),
            rows.column("deciding"),
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=comparison.ARRIVING_SCHEMA)


def _named(records: pa.Array) -> pa.Array:
    """The records that rows name, as bytes; most files name none."""
    if records.null_count == len(records):
        return pa.nulls(len(records), pa.binary(16))
    return pa.array([UUID(n).bytes if n else None for n in records.to_pylist()], pa.binary(16))


def _pieces(folder: Path, columns: list[str] | None) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(folder / ARRIVING) as file:
        yield from file.iter_batches(PIECE, columns=columns)
