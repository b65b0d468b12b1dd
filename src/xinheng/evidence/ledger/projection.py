"""The port through which rooms above the ledger keep their own projections (decision 5)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa

from xinheng.ground.store.transaction import Transaction

Part = Literal["events", "contents", "records", "changed", "facts"]


@dataclass(frozen=True)
class Batch:
    """What is about to be appended, as Arrow IPC files in a private folder: a million rows need no memory.

    `events` (EVENT_SCHEMA) and `contents` (CONTENT_SCHEMA) are in log order; `records` (RECORD_SCHEMA) are
    new records, `changed` (CHANGED_SCHEMA) the new state of records that exist; `facts` has `record`
    (binary 16), `item` and the fields as text columns named by their codes, for the rows of `records` and
    `changed`. A part that a batch does not need has no file. All rows of one batch are of one item.
    """

    folder: Path
    count: int  # events
    item: str | None = None

    def path(self, part: Part) -> Path:
        return self.folder / f"{part}.arrow"

    def has(self, part: Part) -> bool:
        return self.path(part).exists()

    def reader(self, part: Part) -> pa.RecordBatchReader:
        """Record batches of one part, one in memory at a time.

        Read, not mapped: the pages of a mapped file would count as this process's memory.
        """
        source = pa.ipc.open_file(pa.OSFile(str(self.path(part))))
        batches = (source.get_batch(i) for i in range(source.num_record_batches))
        return pa.RecordBatchReader.from_batches(source.schema, batches)


class Projector(Protocol):
    """Keeps one room's projection in step with the ledger.

    `prepare` runs before the head is locked (the heavy work: computing and loading rows); `finish` runs under
    the lock and must be quick. Both run in the appending transaction: what fails takes the append with it.
    """

    def prepare(self, tx: Transaction, batch: Batch) -> None:
        """Load what follows from the batch and needs neither position nor known time."""
        ...

    def finish(self, tx: Transaction, batch: Batch) -> None:
        """Whatever must be decided while nobody else can append."""
        ...
