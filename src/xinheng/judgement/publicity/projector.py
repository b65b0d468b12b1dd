"""Keeps `publicity` in step with the ledger: what is recorded or corrected is decided anew, what is withdrawn
or erased is gone, what an event ends is ended, all in the appending transaction."""

from __future__ import annotations

import json

from xinheng.evidence.ledger.model import EventKind
from xinheng.evidence.ledger.projection import Batch, Part
from xinheng.ground.engine import Engine
from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity import deciding, store
from xinheng.judgement.publicity.numbers import Words
from xinheng.law.packs import Pack

_RECORDS: Part = "records"
_CHANGED: Part = "changed"
_DECIDED = (_RECORDS, _CHANGED)


class PublicityProjector:
    """A `Projector` of the ledger for one active pack. It decides and loads before the head is locked."""

    def __init__(self, pack: Pack, engine: Engine) -> None:
        self._pack, self._engine = pack, engine
        self._words, self._erased = Words(), False

    def begin(self) -> None:
        """No row refers to any word yet."""
        self._words, self._erased = Words(), False

    def compute(self, batch: Batch) -> None:
        """Decide. Raises EngineFailed and its kin."""
        if deciding.concerned(self._pack, batch):
            for part in _DECIDED:
                if batch.has(part) and not deciding.is_decided(batch, part):
                    deciding.decide(self._engine, self._pack, batch, part)

    def prepare(self, tx: Transaction, batch: Batch) -> None:
        """Load what was decided, or is decided now. Raises EngineFailed and its kin, StatementFailed."""
        self.compute(batch)
        for part, load in ((_RECORDS, store.load), (_CHANGED, store.replace)):
            if batch.has(part) and deciding.concerned(self._pack, batch):
                with deciding.decided(self._pack, batch, part, self._words) as rows:
                    load(tx, rows)
        if batch.has("changed"):
            self._drop_what_no_longer_stands(tx, batch)
        if not batch.has("facts"):
            self._end(tx, batch)

    def finish(self, tx: Transaction) -> None:
        """Enter the few words that the rows refer to; in `prepare`, two writers would wait for each other."""
        if self._words.grounds:
            store.enter_words(tx, self._words)
        if self._erased:
            store.forget_names(tx)

    def _drop_what_no_longer_stands(self, tx: Transaction, batch: Batch) -> None:
        for piece in batch.reader("changed"):
            states = piece.column("state").to_pylist()
            records = piece.column("record").to_pylist()
            gone = [record for record, state in zip(records, states, strict=True) if state != "current"]
            self._erased = self._erased or "erased" in states
            if gone:
                store.drop(tx, gone)

    @staticmethod
    def _end(tx: Transaction, batch: Batch) -> None:
        """Events that end publicity early; they come one by one and bring no facts."""
        if not (batch.has("events") and batch.has("contents")):
            return
        kinds: dict[bytes, str] = {}
        for piece in batch.reader("events"):
            kinds |= zip(piece.column("event").to_pylist(), piece.column("kind").to_pylist(), strict=True)
        for piece in batch.reader("contents"):
            for row in piece.select(["event", "record", "valid_from", "public"]).to_pylist():
                if kinds.get(row["event"]) == EventKind.PUBLICITY_ENDED:
                    said = json.loads(row["public"] or "{}")
                    store.end(tx, row["record"], said.get("channel"), row["valid_from"])
