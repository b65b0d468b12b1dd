"""覆盖: which organisations have a record of which item, and since which day.

Kept by `CoverageProjector` in the appending transaction. What an organisation was on that day (division and
kind) is kept with it: a past figure stays when a code is corrected. Nothing is ever taken away: a record that
was withdrawn or erased was there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from xinheng.core.times import Clock, today
from xinheng.evidence.ledger.day_counts import known_on
from xinheng.evidence.ledger.projection import Batch
from xinheng.evidence.subjects import coverage_store as store
from xinheng.evidence.subjects.candidates import COVERAGE_SCHEMA, coverage_rows
from xinheng.evidence.subjects.store import Asked
from xinheng.ground.store.transaction import Transaction

ANY: Final = ""  # the item that stands for any
ENTERPRISE: Final = "企业"  # kind of the organisations whose code begins with 91


class CoverageProjector:
    """A `Projector` of the ledger. Looks up who is new to an item before the head is locked; as a rule nobody
    is, so that nothing is written under the lock. Pieces whose organisations `entry` has covered are done."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Nobody was met yet."""
        self._new: list[tuple[str, UUID]] = []
        self._met: dict[str, set[bytes]] = {}
        self._covered = False

    def compute(self, batch: Batch) -> None:
        """Nothing worth a file: counting is quick."""

    def prepare(self, tx: Transaction, batch: Batch) -> None:
        """Find the organisations that have no record of their item yet: each is asked about once."""
        if batch.covered:
            self._covered = True
            return
        met: dict[str, set[bytes]] = {}
        for part in ("records", "changed"):
            if batch.has(part):
                for piece in batch.reader(part, ["item", "subject"]):
                    _meet(met, piece)
        for item, subjects in met.items():
            before = self._met.setdefault(item, set())
            asked = [UUID(bytes=s) for s in sorted(subjects - before)]
            before |= subjects
            if asked:
                self._new += [(item, subject) for subject in store.absent(tx, item, asked)]

    def finish(self, tx: Transaction) -> None:
        """Enter them under the day of this append."""
        if self._covered:
            store.settle(tx, known_on(tx))
        if self._new:
            store.enter(tx, known_on(tx), self._new)


def cover(tx: Transaction, item: str, asked: Asked, new: pa.Table, held: bool, clock: Clock) -> None:
    """Say of all organisations of a submission that they have a record of `item`, before it is appended.

    Those that are `new` to the register (the columns of `candidates.subject_rows`) are entered at once: until
    this transaction ends nobody else can meet them. Those that were there (`held`: there are such) wait for
    the lock: other writers may be entering them. To be called before the new ones are in the register; the
    append that follows names its pieces `covered`.
    """
    day = today(clock)
    store.prepare(tx, day)
    if held:
        store.note_held(tx, item, asked)
    if len(new):
        rows = coverage_rows(new, item, day)
        store.load_new(tx, pa.RecordBatchReader.from_batches(COVERAGE_SCHEMA, rows))


def _meet(met: dict[str, set[bytes]], piece: pa.RecordBatch) -> None:
    for item in pc.unique(piece.column("item")).to_pylist():
        here = piece.filter(pc.equal(piece.column("item"), item))
        met.setdefault(item, set()).update(pc.unique(here.column("subject")).to_pylist())


@dataclass(frozen=True)
class Covered:
    """How many organisations of one division and kind have a record of an item ('': of any)."""

    item: str
    division: str
    kind: str
    count: int


def covered(tx: Transaction, before: date, items: Collection[str] | None = None) -> tuple[Covered, ...]:
    """Who was covered before a day, by item (None: all of them), division and kind."""
    return tuple(Covered(*row) for row in store.counts(tx, before, None if items is None else list(items)))


def covered_by_any(tx: Transaction, before: date, items: Collection[str]) -> tuple[Covered, ...]:
    """The same for organisations with a record of at least one of these items, each once; `item` is ''."""
    return tuple(Covered(ANY, *row) for row in store.counts_of_any(tx, before, list(items)))
