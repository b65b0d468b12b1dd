"""A piece of a submission, sealed: what the engine wrote of its rows, and their hashes beside it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.evidence.intake import acts
from xinheng.evidence.intake.record_key import MacBlocks
from xinheng.evidence.intake.seal_statements import SEALED, Sender
from xinheng.evidence.ledger import columns as hashes
from xinheng.evidence.ledger.batches import SCHEMAS
from xinheng.evidence.ledger.model import CLASSES, SALT_BYTES, EventKind
from xinheng.evidence.ledger.projection import Batch, Part
from xinheng.ground.hashing import fixed

PIECE = 20_000  # rows turned into Arrow at a time
HASHED = "hashed-{}.arrow"
FACT_TYPES = {"record": pa.binary(16)}  # the fields are texts
VALID_FROM = "valid_from"  # of contents: the day of decision

HASHED_SCHEMA = pa.schema(
    [
        ("kind", pa.string()),
        ("event", pa.binary(16)),
        ("previous", pa.binary(16)),
        ("key_mac", pa.binary(32)),
        ("due_on", pa.date32()),
        ("salts", pa.binary(SALT_BYTES * len(CLASSES))),
        ("commitments", pa.binary(hashes.HASH * len(CLASSES))),
        ("content_mac", pa.binary(32)),
        ("entry", pa.binary(32)),
    ]
)


@dataclass(frozen=True)
class Sealed(Batch):
    """One wide Parquet file by the engine and one Arrow file of hashes, row by row the same events."""

    place: int = 0
    corrected: int = 0  # events that correct; the others record
    late: int = 0  # new records that came after their last day
    undated: int = 0  # new records without one (无法计算)
    left_out: frozenset[str] = frozenset()  # fields of the item that `facts` has not
    same: Mapping[str, Any] = field(default_factory=dict)  # columns of which every row has the same value

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
        own = {"decided_on" if n == VALID_FROM else n for n in schema.names} - set(HASHED_SCHEMA.names)
        there = [name for name in self._columns() if name in own]
        for said, hashed in zip(
            _said(self.file, there, self.count), _hashed(self.folder, self.place), strict=True
        ):
            arrays = [self._column(f, said, hashed) for f in schema]
            piece = pa.RecordBatch.from_arrays(arrays, schema=schema)
            if kind is not None:
                piece = piece.filter(pc.equal(hashed.column("kind"), kind))
            if piece.num_rows:
                yield piece

    def _column(self, wanted: pa.Field, said: pa.RecordBatch, own: pa.RecordBatch) -> pa.Array:
        name = "decided_on" if wanted.name == VALID_FROM else wanted.name
        if name in own.schema.names:
            return own.column(name)
        if name in said.schema.names:
            return said.column(name).cast(wanted.type)
        return pa.repeat(pa.scalar(self.same[name], wanted.type), own.num_rows)


def _said(file: Path, columns: Sequence[str], count: int) -> Iterator[pa.RecordBatch]:
    """The columns that the engine wrote, a few thousand rows at a time."""
    if columns:
        with pq.ParquetFile(file) as rows:
            yield from rows.iter_batches(PIECE, columns=columns)
    else:
        for start in range(0, count, PIECE):
            yield pa.record_batch({"": pa.nulls(min(PIECE, count - start))})


def _hashed(folder: Path, place: int) -> Iterator[pa.RecordBatch]:
    """What stands beside, in the same steps as the rows."""
    # read, not mapped: the pages of a mapped file would count as this process's memory
    with pa.ipc.open_file(pa.OSFile(str(folder / HASHED.format(place)))) as file:
        for step in range(file.num_record_batches):
            yield file.get_batch(step)


def hashed(
    folder: Path, item: str, sender: Sender, place: int, macs: MacBlocks, due: Mapping[date, date | None]
) -> Sealed:
    """Salts, commitments and entries of the piece `place` that the engine has written, into a file beside.

    `due`: day of decision -> last day on time. Raises RuntimeError where the rows are not those whose acts
    were written, or not in the order of the sheet, which receipts rely on.
    """
    own = acts.of_piece(folder, place)
    corrected = late = undated = start = 0
    target = pa.OSFile(str(folder / HASHED.format(place)), "wb")
    names = ["line", "decided_on", *CLASSES]
    with target as sink, pa.ipc.new_file(sink, HASHED_SCHEMA) as writer:
        for said in _said(folder / SEALED.format(place), names, own.num_rows):
            act = own.slice(start, said.num_rows)
            if not said.column("line").cast(pa.int32()).equals(act.column("line")):
                raise RuntimeError("the rows of a submission were sealed out of their order")
            start += said.num_rows
            made = _of_rows(said, act, item, sender, macs, due)
            writer.write_batch(made)
            lasts = made.column("due_on").filter(pc.equal(made.column("kind"), str(EventKind.RECORDED)))
            corrected += made.num_rows - len(lasts)
            late += pc.sum(pc.less(lasts, pa.scalar(sender.received_on))).as_py() or 0
            undated += lasts.null_count
    if start != own.num_rows:
        raise RuntimeError(f"{own.num_rows} rows were to become events, {start} did")
    same = {name: getattr(sender, name) for name in ("pack", "profile", "received_on")}
    same |= {"source": sender.source.bytes, "receipt": sender.receipt.bytes}
    return Sealed(folder, start, item, place, corrected, late, undated, same=same)


def _of_rows(
    said: pa.RecordBatch,
    act: pa.RecordBatch,
    item: str,
    sender: Sender,
    macs: MacBlocks,
    due: Mapping[date, date | None],
) -> pa.RecordBatch:
    count, decided = said.num_rows, said.column("decided_on")
    salts = [fixed(secrets.token_bytes(SALT_BYTES * count), SALT_BYTES) for _ in CLASSES]
    digests = [hashes.digests(said.column(name)) for name in CLASSES]
    closed = [hashes.commitments(s, d) for s, d in zip(salts, digests, strict=True)]
    mac = hashes.mac(hashes.tagged("xinheng/content/1", digests), macs.inner, macs.outer)
    entries = hashes.Entries(
        kind=act.column("kind"),
        event=act.column("event"),
        record=act.column("record"),
        item=item,
        subject=act.column("subject"),
        source=sender.source.bytes,
        pack=sender.pack,
        valid_from=decided,
        commitments=closed,
    )
    lasts = pa.array(list(due.values()), pa.date32())
    given = {
        **{name: act.column(name) for name in ("kind", "event", "previous", "key_mac")},
        "due_on": lasts.take(pc.index_in(decided, value_set=pa.array(list(due), pa.date32()))),
        "salts": hashes.joined(*salts).cast(HASHED_SCHEMA.field("salts").type),
        "commitments": hashes.joined(*closed).cast(HASHED_SCHEMA.field("commitments").type),
        "content_mac": mac,
        "entry": entries.hashes(),
    }
    return pa.RecordBatch.from_arrays([given[f.name] for f in HASHED_SCHEMA], schema=HASHED_SCHEMA)
