"""Keeps the numbers of records held by source, item and month of decision in step with the ledger.

A withdrawn record still counts: the decision was made. One whose day is corrected moves to its month.
"""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from xinheng.evidence.completeness import store
from xinheng.evidence.completeness.model import first_of
from xinheng.evidence.completeness.store import Place
from xinheng.evidence.ledger import counting
from xinheng.evidence.ledger.grouping import Groups
from xinheng.evidence.ledger.projection import Batch
from xinheng.ground.store.transaction import Transaction

_PLACE = ["source", "item", "decided_on"]


class HeldProjector:
    """A `Projector` of the ledger. Counts before the head is locked, adds up under the lock."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Nothing is counted yet."""
        self._changes: Counter[Place] = Counter()
        self._come = Groups(_PLACE)

    def compute(self, batch: Batch) -> None:
        """Nothing worth a file: counting is quick."""

    def prepare(self, tx: Transaction, batch: Batch) -> None:
        """Count what is new, and what moves from one month to another."""
        if batch.has("records"):
            for piece in batch.reader("records", _PLACE):
                self._come.add(piece)
        if batch.has("changed"):
            for piece in batch.reader("changed", [*_PLACE, "record"]):
                self._come.add(piece)
                records = [UUID(bytes=r) for r in piece.column("record").to_pylist()]
                self._changes.subtract(
                    (source, item, first_of(day))
                    for source, item, day in counting.placed(tx, records)
                    if day is not None
                )

    def finish(self, tx: Transaction) -> None:
        """Add the changes up; nobody else can at this moment."""
        for row, n in self._come.summed():
            if row["decided_on"] is not None:  # without a day of decision there is no month
                self._changes[UUID(bytes=row["source"]), row["item"], first_of(row["decided_on"])] += n
        store.add_held(tx, {place: n for place, n in self._changes.items() if n})
