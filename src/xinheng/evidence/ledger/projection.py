"""The port through which rooms above the ledger keep their own projections (decision 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.ground.store.transaction import Transaction

Part = Literal["events", "contents", "records", "changed", "facts"]


@dataclass(frozen=True)
class Batch:
    """What is about to be appended, or a piece of it, as Arrow IPC files in a private folder: a million rows
    need no memory.

    `events` (EVENT_SCHEMA) and `contents` (CONTENT_SCHEMA) are in log order; `records` (RECORD_SCHEMA) are
    new records, `changed` (CHANGED_SCHEMA) the new state of records that exist; `facts` has `record`
    (binary 16) and fields as text columns named by their codes, for the rows of `records` and `changed`.
    A part that a batch does not need has no file. All rows of one batch are of one item.

    `covered`: this transaction has said already of every organisation here that it has a record of the item
    (`subjects.entry`), so that nobody need look for those that are new to it.
    """

    folder: Path
    count: int  # events
    item: str | None = None
    covered: bool = field(default=False, kw_only=True)

    @property
    def name(self) -> str:
        """What tells files about this piece from those about others in the same folder."""
        return ""

    def path(self, part: Part) -> Path:
        return self.folder / f"{part}.arrow"

    def has(self, part: Part) -> bool:
        return self.path(part).exists()

    def reader(self, part: Part, columns: Sequence[str] | None = None) -> pa.RecordBatchReader:
        """Record batches of one part, one in memory at a time; of all columns or of those named, in order.

        Raises KeyError for a column that the part has not. Read, not mapped: the pages of a mapped file would
        count as this process's memory.
        """
        source = pa.ipc.open_file(pa.OSFile(str(self.path(part))))
        batches = (source.get_batch(i) for i in range(source.num_record_batches))
        if columns is None:
            return pa.RecordBatchReader.from_batches(source.schema, batches)
        schema = pa.schema([source.schema.field(name) for name in columns])
        return pa.RecordBatchReader.from_batches(schema, (each.select(list(columns)) for each in batches))

    def names(self, part: Part) -> Sequence[str]:
        """The columns of a part."""
        names: Sequence[str] = pa.ipc.open_file(pa.OSFile(str(self.path(part)))).schema.names
        return names

    def parquet(self, part: Part, columns: Sequence[str], target: Path) -> Path:
        """A Parquet file that has the named columns of a part, and maybe more: for SQL of the bulk engine.

        Written to `target` where there is none yet. A column that the part has not is NULL throughout.
        """
        there = [name for name in columns if name in self.names(part)]
        rows = self.reader(part, there)
        kinds = {field.name: field for field in rows.schema}
        schema = pa.schema([kinds.get(name, pa.field(name, pa.string())) for name in columns])
        with pq.ParquetWriter(target, schema, compression="none") as writer:
            for piece in rows:
                given = [
                    piece.column(f.name) if f.name in kinds else pa.nulls(piece.num_rows, f.type)
                    for f in schema
                ]
                writer.write_batch(pa.RecordBatch.from_arrays(given, schema=schema))
        return target


class Projector(Protocol):
    """Keeps one room's projection in step with the ledger.

    `begin` starts an append. `prepare` is told each piece of it before the head is locked (the heavy work:
    computing and loading rows); the pieces before it are loaded by then, it itself is not. `finish` runs
    under the lock and must be quick. All in the appending transaction: what fails takes the append with it.

    Whoever has time before may have a piece computed: it is `prepare` that answers for it being done.
    """

    def compute(self, batch: Batch) -> None:
        """Work out what follows from a piece alone, into files beside it. Another thread may be appending the
        pieces before: nothing that `begin`, `prepare` and `finish` note is touched."""
        ...

    def begin(self) -> None:
        """Forget what was noted of the append before."""
        ...

    def prepare(self, tx: Transaction, batch: Batch) -> None:
        """Load what follows from this piece and needs neither position nor known time."""
        ...

    def finish(self, tx: Transaction) -> None:
        """Whatever must be decided while nobody else can append."""
        ...
