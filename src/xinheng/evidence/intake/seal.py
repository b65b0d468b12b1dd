"""From rows to events: payloads, commitments, entries, and the parts of a ledger batch.

The engine writes wide files, `sealed-<n>.parquet`, row by row in log order, each while the one before it is
loaded; the parts of a batch are columns of them, turned into Arrow piece by piece. Ids and salts come from
the operating system's randomness, made here and joined by line: DuckDB's own generator is not for secrets.
"""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.core.cells import sql_text
from xinheng.core.ids import new_ids
from xinheng.core.times import Clock
from xinheng.evidence.intake.seal_statements import (
    ACTS,
    DUE,
    ORGANISATIONS,
    SEALED,
    Sender,
    seal_statements,
)
from xinheng.evidence.intake.split import Split
from xinheng.evidence.ledger.batches import SCHEMAS
from xinheng.evidence.ledger.model import CLASSES, SALT_BYTES, EventKind
from xinheng.evidence.ledger.projection import Batch, Part
from xinheng.ground.engine import Engine

CHUNK = 50_000  # rows sealed at a time: they are sorted, all their columns with them
PIECE = 20_000  # rows turned into Arrow at a time
FACT_TYPES = {"record": pa.binary(16)}  # the fields are texts

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


def write_acts(
    folder: Path, lines: pa.Array, corrected: Mapping[int, tuple[bytes, bytes]], clock: Clock
) -> None:
    """Write `acts.parquet`: an event for every line (int32, ascending); a new record unless it corrects one.

    `corrected`: line -> (record, its current event).
    """
    count = len(lines)
    # one call each: ids ascend over the whole file, so that every piece goes to the end of their indexes
    events, records = (memoryview(new_ids(clock, count)) for _ in range(2))
    # ids and salts never repeat; a row group for every piece that is sealed, found by its lines
    kept = {"compression": "none", "use_dictionary": ["kind"], "write_statistics": ["line"]}
    with pq.ParquetWriter(folder / ACTS, ACT_SCHEMA, **kept) as writer:
        for start in range(0, count, CHUNK):
            ids = slice(16 * start, 16 * (start + CHUNK))
            part = lines[start : start + CHUNK]
            writer.write_table(_acts(part, corrected, bytes(events[ids]), bytearray(records[ids])))


def _acts(
    lines: pa.Array, corrected: Mapping[int, tuple[bytes, bytes]], events: bytes, records: bytearray
) -> pa.Table:
    count = len(lines)
    kinds = pa.repeat(pa.scalar(str(EventKind.RECORDED)), count)
    previous = pa.nulls(count, pa.binary(16))
    if corrected:
        said = [corrected.get(line) for line in lines.to_pylist()]
        for place, met in enumerate(said):
            if met is not None:
                records[16 * place : 16 * place + 16] = met[0]
        previous = pa.array([met and met[1] for met in said], pa.binary(16))
        kinds = pc.if_else(pc.is_valid(previous), str(EventKind.CORRECTED), str(EventKind.RECORDED))
    columns = [
        lines,
        kinds,
        _fixed(events, 16),
        _fixed(bytes(records), 16),
        previous,
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
    """Write code -> subject, as `subjects.entry.decide` gave it: columns `code`, `subject` (16 bytes)."""
    pq.write_table(subjects, folder / ORGANISATIONS)


@dataclass(frozen=True)
class Sealed(Batch):
    """A piece of a submission, sealed: one wide Parquet file that all parts are read from."""

    place: int = 0
    corrected: int = 0  # events that correct; the others record
    late: int = 0  # new records that came after their last day
    undated: int = 0  # new records without one (无法计算)
    left_out: frozenset[str] = frozenset()  # fields of the item that `facts` has not

    @property
    def name(self) -> str:
        return f"-{self.place}"

    @property
    def file(self) -> Path:
        return self.folder / SEALED.format(self.place)

    def has(self, part: Part) -> bool:
        if part == "records":
            return self.count > self.corrected
        return self.corrected > 0 if part == "changed" else True

    def names(self, part: Part) -> Sequence[str]:
        return SCHEMAS[part].names if part in SCHEMAS else self._columns()

    def reader(self, part: Part, columns: Sequence[str] | None = None) -> pa.RecordBatchReader:
        names = self.names(part) if columns is None else columns
        kinds = {f.name: f.type for f in SCHEMAS[part]} if part in SCHEMAS else FACT_TYPES
        schema = pa.schema([(name, kinds.get(name, pa.string())) for name in names])
        return pa.RecordBatchReader.from_batches(schema, self._pieces(schema, self._kind(part)))

    def parquet(self, part: Part, columns: Sequence[str], target: Path) -> Path:
        if missed := self.left_out.intersection(columns):
            raise ValueError(f"the rows were sealed without {sorted(missed)}")
        if self._kind(part) is None and set(columns) <= set(self._columns()):
            return self.file
        return super().parquet(part, columns, target)

    def _columns(self) -> Sequence[str]:
        names: Sequence[str] = pq.read_schema(self.file).names
        return names

    def _kind(self, part: Part) -> EventKind | None:
        """The only kind of event that the part has rows of, where the file has others too."""
        if part == "records" and self.corrected:
            return EventKind.RECORDED
        return EventKind.CORRECTED if part == "changed" and self.corrected < self.count else None

    def _pieces(self, schema: pa.Schema, kind: EventKind | None) -> Iterator[pa.RecordBatch]:
        columns = schema.names if kind is None else list(dict.fromkeys([*schema.names, "kind"]))
        with pq.ParquetFile(self.file) as file:
            for piece in file.iter_batches(PIECE, columns=columns):
                chosen = piece if kind is None else piece.filter(pc.equal(piece.column("kind"), kind))
                if chosen.num_rows:
                    arrays = [chosen.column(f.name).cast(f.type) for f in schema]
                    yield _in_order(pa.RecordBatch.from_arrays(arrays, schema=schema))


@contextmanager
def sealing(
    engine: Engine,
    split: Split,
    sender: Sender,
    lines: pa.Array,
    besides: Sequence[str] = (),
    then: Callable[[Sealed], None] = lambda piece: None,
) -> Iterator[Iterator[Sealed]]:
    """The rows that become events (`lines`, ascending), in pieces: the next is sealed while one is loaded.

    `besides`: statements that have run when this yields; `then`: done with each piece of several once it
    is sealed, in the thread that seals. Where the context is left early, nothing more is sealed. Raises
    EngineFailed and its kin, and so does taking a piece.
    """
    folder = split.staged.folder
    if len(lines) <= CHUNK:  # nothing to work ahead of
        if len(lines):
            yield iter([_sealed(engine, split, sender, 0, lines, besides)])
        else:
            engine.run(folder, besides)
            yield iter(())
        return
    engine.run(folder, besides)

    def made(place: int, these: pa.Array) -> Sealed:
        piece = _sealed(engine, split, sender, place, these)
        then(piece)
        return piece

    with ThreadPoolExecutor(1, "sealing") as ahead:
        pieces = [
            ahead.submit(made, place, lines[start : start + CHUNK])
            for place, start in enumerate(range(0, len(lines), CHUNK))
        ]
        try:
            yield (piece.result() for piece in pieces)
        finally:
            for each in pieces:
                each.cancel()


def _sealed(
    engine: Engine,
    split: Split,
    sender: Sender,
    place: int,
    lines: pa.Array,
    besides: Sequence[str] = (),
) -> Sealed:
    folder = split.staged.folder
    statements = seal_statements(split, sender, place, (lines[0].as_py(), lines[-1].as_py()))
    asked = _sums_query(folder / SEALED.format(place))
    ((count, corrected, late, undated),) = engine.run(folder, [*besides, *statements], [asked])[0]
    if count != len(lines):
        raise RuntimeError(f"{len(lines)} rows were to become events, {count} did")
    left_out = frozenset(f.code for f in split.item.fields if not f.dropped and f.code not in sender.read)
    return Sealed(folder, count, split.item.id, place, corrected, late, undated, left_out)


def _sums_query(sealed: Path) -> str:
    """One row: events, corrections among them, new records that came late, and those nobody can tell of."""
    recorded = f"kind = '{EventKind.RECORDED}'"
    return (
        f"SELECT count(*), count(*) FILTER (kind = '{EventKind.CORRECTED}'), "
        f"count(*) FILTER ({recorded} AND received_on > due_on), "
        f"count(*) FILTER ({recorded} AND due_on IS NULL) FROM {_parquet(sealed)}"
    )


def _in_order(piece: pa.RecordBatch) -> pa.RecordBatch:
    """The piece. Receipts rely on the log having the order of the sheet, and joins promise none."""
    if "line" in piece.schema.names:
        lines = piece.column("line")
        if not pc.all(pc.greater(lines[1:], lines[:-1])).as_py() and len(lines) > 1:
            raise RuntimeError("the rows of a submission were sealed out of their order")
    return piece


def _parquet(path: Path) -> str:
    return f"read_parquet({sql_text(str(path))})"
