"""Appending: the one way a fact gets in (decision 1).

Everything heavy comes before the lock. Whoever appends touches records and projections first and the head
last, in this order always, so that two writers can wait for each other but never both at once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import pyarrow as pa

from xinheng.core.ids import new_id
from xinheng.core.times import Clock
from xinheng.evidence.ledger import merkle, record_keys, store, wording
from xinheng.evidence.ledger.batches import RECORD_SCHEMA, Single, changed_row, single_batch, write_part
from xinheng.evidence.ledger.errors import NotWritable, RecordAbsent, RecordMoved, WrongState
from xinheng.evidence.ledger.model import Appended, EventKind, Provenance
from xinheng.evidence.ledger.projection import Batch, Projector
from xinheng.ground.store.transaction import Row, Transaction


def open_log(tx: Transaction, name: str) -> None:
    """Prepare an empty ledger, once; `name` is the log key's. A ledger that exists is left alone."""
    if not store.has_head(tx):
        store.open_epoch(tx, 0, origin_of(name, 0), 0)


def origin_of(name: str, epoch: int) -> str:
    """First line of an epoch's checkpoints: the key's name and the epoch's number."""
    return f"{name}/log/{epoch}"


def append(tx: Transaction, batch: Batch, clock: Clock, projectors: Sequence[Projector]) -> Appended:
    """Append a batch under one `known`, with every projection that follows from it.

    Nothing is committed here. Raises NotWritable, LogNotOpen, RecordMoved, and UniqueClash of the store where
    another writer was first with a key; whatever it raises, the transaction is lost and the caller compares
    anew. Raises ValueError for a batch that is not what it says.
    """
    return append_pieces(tx, (batch,), clock, projectors)


def append_pieces(
    tx: Transaction, pieces: Iterable[Batch], clock: Clock, projectors: Sequence[Projector]
) -> Appended:
    """`append` of a batch that comes in pieces, in log order: each is loaded while the next is being made.

    The files of every piece must last until this returns.
    """
    _refuse_stopped(store.read_head(tx))
    for projector in projectors:
        projector.begin()
    taken: list[Batch] = []
    for piece in pieces:
        _load(tx, piece, projectors)
        taken.append(piece)
    new = (piece for piece in taken if piece.has("records"))
    record_keys.load(tx, (piece.reader("records", record_keys.COLUMNS) for piece in new))
    return _append_locked(tx, taken, clock, projectors)


def _load(tx: Transaction, piece: Batch, projectors: Sequence[Projector]) -> None:
    for projector in projectors:
        projector.prepare(tx, piece)
    if piece.has("contents"):
        store.load_contents(tx, piece.reader("contents"))
    if piece.has("records"):
        store.load_records(tx, piece.reader("records"))
    if piece.has("changed") and (moved := store.change_records(tx, piece.reader("changed"))):
        raise RecordMoved(moved)


def _append_locked(
    tx: Transaction, pieces: Sequence[Batch], clock: Clock, projectors: Sequence[Projector]
) -> Appended:
    head = store.lock_head(tx)
    _refuse_stopped(head)
    known = clock.now().after(head.known)
    events = (batch for piece in pieces for batch in piece.reader("events"))
    stream = store.EventStream(head, known, events)
    count, said = store.load_events(tx, stream), sum(piece.count for piece in pieces)
    if count != said or count == 0:
        raise ValueError(f"the batch says {said} events and holds {count}")
    for projector in projectors:
        projector.finish(tx)
    store.move_head(tx, stream.size, known, stream.frontier)
    root = merkle.root(stream.frontier)
    return Appended(head.first_seq + head.size, count, known, head.epoch, stream.size, root)


def append_one(
    tx: Transaction,
    single: Single,
    clock: Clock,
    projectors: Sequence[Projector],
    changed: pa.Table | None = None,
) -> tuple[UUID, Appended]:
    """Append one event (a pack activated, a key rotated, publicity ended …) and return its id.

    `changed` (CHANGED_SCHEMA) is the new state of the record it is about. Its `event` stays that of the
    version that stands: a withdrawal says something about a version, it is none.
    """
    event = new_id(clock)
    with tempfile.TemporaryDirectory(prefix="xinheng-") as folder:
        batch = single_batch(Path(folder), event, single)
        if changed is not None:
            write_part(batch, "changed", changed)
        return event, append(tx, batch, clock, projectors)


def _refuse_stopped(head: store.Head) -> None:
    if head.stopped is not None:
        raise NotWritable(head.stopped)


@dataclass(frozen=True)
class Withdrawal:
    """A source takes a record back: it was never so, or must not stand. Who may is the caller's to decide."""

    record: UUID
    source: UUID
    valid_from: date  # the day from which the record no longer stands
    reason: str  # Chinese, public
    pack: str


def withdraw(
    tx: Transaction, withdrawal: Withdrawal, clock: Clock, projectors: Sequence[Projector]
) -> Appended:
    """Append the withdrawal and mark the record. Raises WordsRefused, RecordAbsent, WrongState."""
    reason = wording.require(withdrawal.reason, "理由")
    row = current_row(tx, withdrawal.record)
    single = Single(
        EventKind.WITHDRAWN,
        Provenance(withdrawal.pack, row[ITEM], row[SUBJECT], withdrawal.source, withdrawal.valid_from),
        withdrawal.record,
        public={"reason": reason},
    )
    return append_one(tx, single, clock, projectors, changed_row(row, state="withdrawn"))[1]


def current_row(tx: Transaction, record: UUID) -> Row:
    """The row of a record that stands (columns of RECORD_SCHEMA), held until the transaction ends.

    Raises RecordAbsent, WrongState.
    """
    row = store.record_row(tx, record, held=True)
    if row is None:
        raise RecordAbsent(record)
    if row[STATE] != "current":
        raise WrongState(record, STATES.get(row[STATE], row[STATE]), "现行有效的记录")
    return row


ITEM, SUBJECT, SOURCE, STATE = (
    RECORD_SCHEMA.get_field_index(n) for n in ("item", "subject", "source", "state")
)
STATES = {"current": "现行", "withdrawn": "已撤回", "erased": "内容已依法删除"}
