"""What came in on which day, counted by source, item and day of decision: months are added up from here.

Kept by `DayProjector` in the appending transaction and only ever added to: what is summed up to a day is the
same whenever it is summed. Erasing a content changes no count, as counts say nothing about anybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import pyarrow as pa

from xinheng.core.times import SHANGHAI
from xinheng.evidence.ledger import day_store as store
from xinheng.evidence.ledger.grouping import Groups
from xinheng.evidence.ledger.projection import Batch
from xinheng.ground.store.transaction import Transaction

RECORDED, COLLECTED, MOVED, WITHDRAWN = "recorded", "collected", "moved", "withdrawn"
Place = tuple[UUID, str, str, date | None]  # source, item, kind, day of decision
_KEYS: Final = ["source", "item", "profile", "decided_on"]


class DayProjector:
    """A `Projector` of the ledger. Counts before the head is locked; one statement under the lock."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Nothing is counted yet."""
        self._counts: Counter[Place] = Counter()
        self._new = Groups(_KEYS)

    def compute(self, batch: Batch) -> None:
        """Nothing worth a file: counting is quick."""

    def prepare(self, tx: Transaction, batch: Batch) -> None:
        """Count what is new, what is taken back, and what another day of decision is given."""
        if batch.has("records"):
            for piece in batch.reader("records", _KEYS):
                self._new.add(piece)
        if batch.has("changed"):
            for piece in batch.reader("changed", ["record", "source", "item", "state", "decided_on"]):
                self._changed(tx, piece)

    def _changed(self, tx: Transaction, piece: pa.RecordBatch) -> None:
        rows = piece.to_pylist()
        before = store.standing(tx, [UUID(bytes=row["record"]) for row in rows])
        for row in rows:
            source, item, day, state = before[UUID(bytes=row["record"])]
            after = (UUID(bytes=row["source"]), row["item"], row["decided_on"])
            if row["state"] == "withdrawn" and state != "withdrawn":
                self._counts[after[0], after[1], WITHDRAWN, None] += 1
            if after != (source, item, day):
                self._counts[source, item, MOVED, day] -= 1
                self._counts[after[0], after[1], MOVED, after[2]] += 1

    def finish(self, tx: Transaction) -> None:
        """Add up under the day of this append."""
        for row, n in self._new.summed():
            kind = COLLECTED if row["profile"] == "collected" else RECORDED
            self._counts[UUID(bytes=row["source"]), row["item"], kind, row["decided_on"]] += n
        counts = {place: n for place, n in self._counts.items() if n}
        if counts:
            store.add(tx, known_on(tx), counts)


def known_on(tx: Transaction) -> date:
    """The civil day of the events that this transaction has just appended: for projectors that finish."""
    return store.last_known(tx).astimezone(SHANGHAI).date()


def held(
    tx: Transaction, sources: Collection[UUID], month: tuple[date, date], before: date
) -> Mapping[tuple[UUID, str], int]:
    """How many decisions of a span of days each source had on record, by item, before a day.

    `month`: first day of decision, first day no more. A withdrawn record counts: the decision was made.
    """
    return {(s, i): n for s, i, n in store.held(tx, list(sources), month, before)}


def taken(tx: Transaction, item: str, sources: Sequence[UUID] | None, before: date) -> int:
    """Records of an item that came in before a day, withdrawn ones among them; of all sources with None."""
    return store.taken(tx, item, sources, before)


def position(tx: Transaction, known: datetime) -> int:
    """How many events the ledger held before an instant, over all epochs."""
    return store.position(tx, known)
