"""From rows to events: payloads, commitments, entries, and the parts of a ledger batch.

The engine writes wide files, `sealed-<n>.parquet`, row by row in log order; the parts of the batch are
columns of them, turned into Arrow piece by piece. Ids and salts come from the operating system's randomness,
made here and joined by line: DuckDB's own generator is not for secrets.
"""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.core.cells import sql_text
from xinheng.core.ids import new_ids
from xinheng.core.times import Clock
from xinheng.evidence.intake.matching import ARRIVING
from xinheng.evidence.intake.record_key import content_text_sql, payload_sql
from xinheng.evidence.intake.split import Split
from xinheng.evidence.ledger import sql as hashes
from xinheng.evidence.ledger.batches import SCHEMAS, write_part
from xinheng.evidence.ledger.model import CLASSES, SALT_BYTES, EventKind
from xinheng.evidence.ledger.projection import Batch, Part

ACTS = "acts.parquet"
DUE = "due.parquet"
ORGANISATIONS = "organisations.parquet"
SEALED = "sealed-{}.parquet"
CHUNK = 50_000  # rows sealed at a time: they are sorted, all their columns with them
GROUP = 20_480  # wide rows that the engine holds per thread before writing
PIECE = 20_000  # rows turned into Arrow at a time

ACT_SCHEMA = pa.schema(
    [
        ("line", pa.int32()),
        ("kind", pa.string()),
        ("event", pa.binary(16)),
        ("record", pa.binary(16)),
        ("previous", pa.binary(16)),
        *((f"salt{i}", pa.binary(SALT_BYTES)) for i in range(len(CLASSES))),
    ]
)


@dataclass(frozen=True)
class Sender:
    """What all events of a submission have in common."""

    source: UUID
    receipt: UUID
    pack: str
    profile: str


def write_acts(
    folder: Path, lines: list[int], corrected: Mapping[int, tuple[bytes, bytes]], clock: Clock
) -> int:
    """Write `acts.parquet`: an event for every line, ascending; a new record unless it corrects one.

    `corrected`: line -> (record, its current event). Returns the number of events.
    """
    with pq.ParquetWriter(folder / ACTS, ACT_SCHEMA, compression="none") as writer:
        for start in range(0, len(lines), PIECE * 10):
            part = lines[start : start + PIECE * 10]
            writer.write_table(_acts(part, corrected, clock))
    return len(lines)


def _acts(lines: list[int], corrected: Mapping[int, tuple[bytes, bytes]], clock: Clock) -> pa.Table:
    count = len(lines)
    events, records = new_ids(clock, count), new_ids(clock, count)
    kinds = [str(EventKind.RECORDED)] * count
    record = [records[i : i + 16] for i in range(0, 16 * count, 16)]
    previous: list[bytes | None] = [None] * count
    if corrected:
        for place, line in enumerate(lines):
            if line in corrected:
                kinds[place] = str(EventKind.CORRECTED)
                record[place], previous[place] = corrected[line]
    columns = [
        pa.array(lines, pa.int32()),
        pa.array(kinds, pa.string()),
        _fixed(events, 16),
        pa.array(record, pa.binary(16)),
        pa.array(previous, pa.binary(16)),
        *(_fixed(secrets.token_bytes(SALT_BYTES * count), SALT_BYTES) for _ in CLASSES),
    ]
    return pa.Table.from_arrays(columns, schema=ACT_SCHEMA)


def _fixed(raw: bytes, width: int) -> pa.Array:
    return pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(width), len(raw) // width, [None, pa.py_buffer(raw)]
    )


def records_of(folder: Path, lines: set[int]) -> dict[int, bytes]:
    """The records that these lines became."""
    acts = pq.read_table(folder / ACTS, columns=["line", "record"])
    found = acts.filter(pc.is_in(acts["line"], value_set=pa.array(sorted(lines), pa.int32())))
    return dict(zip(found["line"].to_pylist(), found["record"].to_pylist(), strict=True))


def write_due(folder: Path, due: Mapping[date, date | None]) -> None:
    """Write the table of last days on time that sealing joins with."""
    days, lasts = list(due), list(due.values())
    table = pa.table({"decided": pa.array(days, pa.date32()), "due_on": pa.array(lasts, pa.date32())})
    pq.write_table(table, folder / DUE)


def write_organisations(folder: Path, subjects: pa.Table) -> None:
    """Write code -> subject, as `subjects.enter` gave it: columns `code`, `subject` (16 bytes)."""
    pq.write_table(subjects, folder / ORGANISATIONS)


def seal_statements(split: Split, sender: Sender, lines: Sequence[int]) -> list[str]:
    """COPYs of the rows that become events (`lines`, ascending), with all that the ledger keeps of them.

    Piece by piece: what is joined to the rows then fits into memory however long the file is.
    """
    return [
        _seal_statement(split, sender, place, (lines[start], lines[min(start + CHUNK, len(lines)) - 1]))
        for place, start in enumerate(range(0, len(lines), CHUNK))
    ]


def _seal_statement(split: Split, sender: Sender, place: int, lines: tuple[int, int]) -> str:
    item, folder = split.item, split.staged.folder
    within = f"line BETWEEN {lines[0]} AND {lines[1]}"
    fields = ", ".join(f'"{f.code}"' for f in item.fields if not f.dropped)
    said = ", ".join(f"{payload_sql(item, c)} AS {c}" for c in CLASSES)
    constants = (
        f"{hashes.blob(sender.source.bytes)} AS source, {hashes.blob(sender.receipt.bytes)} AS receipt, "
        f"{sql_text(sender.pack)} AS pack, {sql_text(item.id)} AS item, "
        f"{sql_text(sender.profile)} AS profile, "
        f"'current' AS state, DATE '{split.day.isoformat()}' AS received_on"
    )
    decided = f'TRY_CAST("{item.roles["decided"]}" AS DATE)'
    rows = (
        f"SELECT line, a.kind, a.event, a.record, a.previous, a.salt0, a.salt1, a.salt2, o.subject, "
        f"key_mac, shown_mark, reported_mark, {said}, {constants}, w.due_on, "
        f"{decided} AS valid_from, {decided} AS decided_on, {item.column('document')} AS document, "
        f'"{item.roles["authority"]}" AS authority, {fields} '
        f"FROM ({split.rows_sql(lines=lines)}) c "
        f"JOIN (SELECT * FROM {_parquet(folder / ACTS)} WHERE {within}) a USING (line) "
        f"JOIN (SELECT line, key_mac FROM {_parquet(folder / ARRIVING)} WHERE {within}) m "
        f"USING (line) "
        f'JOIN {_parquet(folder / ORGANISATIONS)} o ON o.code = c."{item.roles["party_code"]}" '
        f"LEFT JOIN {_parquet(folder / DUE)} w ON w.decided = {decided}"
    )
    bound = ", ".join(
        f"{hashes.commitment(c, f'salt{i}', c)} AS commitment{i}" for i, c in enumerate(CLASSES)
    )
    entry = hashes.entry(
        hashes.EntryColumns(
            **{n: n for n in ("kind", "event", "record", "item", "subject", "source", "pack", "valid_from")},
            commitments=("commitment0", "commitment1", "commitment2"),
        )
    )
    sealed = (
        f"SELECT * EXCLUDE (salt0, salt1, salt2, commitment0, commitment1, commitment2), "
        f"salt0 || salt1 || salt2 AS salts, commitment0 || commitment1 || commitment2 AS commitments, "
        f"{split.macs.sql(content_text_sql())} AS content_mac, "
        f"{entry} AS entry FROM (SELECT *, {bound} FROM ({rows})) "
        # a join emits a row that collides in its hash table after the others of its vector: lines out of
        # order, and whoever merges a receipt by line would lose them
        f"ORDER BY line"
    )
    target = sql_text(str(folder / SEALED.format(place)))
    return f"COPY ({sealed}) TO {target} (FORMAT parquet, ROW_GROUP_SIZE {GROUP})"


def lateness_query(split: Split) -> str:
    """One row: new records that came after their last day, and new records without one (无法计算)."""
    recorded = f"kind = '{EventKind.RECORDED}'"
    return (
        f"SELECT count(*) FILTER (WHERE {recorded} AND received_on > due_on), "
        f"count(*) FILTER (WHERE {recorded} AND due_on IS NULL), count(*) "
        f"FROM {_parquet(split.staged.folder / SEALED.format('*'))}"
    )


def batch_of(split: Split, count: int, changed: int) -> Batch:
    """The batch for `ledger.append`, its parts written beside what was sealed."""
    folder = split.staged.folder
    batch = Batch(folder, count, split.item.id)
    facts = pa.schema(
        [
            ("record", pa.binary(16)),
            ("item", pa.string()),
            *((f.code, pa.string()) for f in split.item.fields if not f.dropped),
        ]
    )
    wanted: list[tuple[Part, pa.Schema, str | None]] = [
        ("events", SCHEMAS["events"], None),
        ("contents", SCHEMAS["contents"], None),
        ("facts", facts, None),
    ]
    if count > changed:
        wanted.append(("records", SCHEMAS["records"], EventKind.RECORDED))
    if changed:
        wanted.append(("changed", SCHEMAS["changed"], EventKind.CORRECTED))
    for part, schema, kind in wanted:
        pieces = _pieces(folder, schema, kind)
        write_part(batch, part, pa.RecordBatchReader.from_batches(schema, pieces))
    return batch


def _pieces(folder: Path, schema: pa.Schema, kind: str | None) -> Iterator[pa.RecordBatch]:
    columns = (
        schema.names if kind is None else [*schema.names, *(["kind"] if "kind" not in schema.names else [])]
    )
    for place in range(len(list(folder.glob(SEALED.format("*"))))):
        with pq.ParquetFile(folder / SEALED.format(place)) as file:
            for piece in file.iter_batches(PIECE, columns=columns):
                chosen = piece if kind is None else piece.filter(pc.equal(piece.column("kind"), kind))
                if chosen.num_rows:
                    arrays = [chosen.column(f.name).cast(f.type) for f in schema]
                    yield _in_order(pa.RecordBatch.from_arrays(arrays, schema=schema))


def _in_order(piece: pa.RecordBatch) -> pa.RecordBatch:
    """The piece. Receipts rely on the log having the order of the sheet, and joins promise none."""
    if "line" in piece.schema.names:
        lines = piece.column("line")
        if not pc.all(pc.greater(lines[1:], lines[:-1])).as_py() and len(lines) > 1:
            raise RuntimeError("the rows of a submission were sealed out of their order")
    return piece


def _parquet(path: Path) -> str:
    return f"read_parquet({sql_text(str(path))})"
