"""The ledger's tables and their SQL; nobody else touches them.

`events` only grows. `contents` loses what the law erases. `records` is a projection and follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pyarrow as pa

from xinheng.core.times import Known
from xinheng.evidence.ledger import merkle, record_keys
from xinheng.evidence.ledger.about import about
from xinheng.evidence.ledger.errors import LogNotOpen
from xinheng.evidence.ledger.model import LEAF_TAIL, leaf_head
from xinheng.evidence.ledger.provenances import Numbering
from xinheng.ground.store.transaction import Row, Transaction

HASH = 32

_EVENTS = pa.schema(
    [
        ("seq", pa.int64()),
        ("event", pa.binary(16)),
        ("kind", pa.string()),
        ("known", pa.timestamp("us", "UTC")),
        ("entry", pa.binary(32)),
    ]
)


@dataclass(frozen=True)
class Head:
    """Where the log stands."""

    epoch: int
    origin: str
    size: int  # events of this epoch
    known: Known | None
    frontier: tuple[bytes, ...]
    stopped: str | None
    first_seq: int  # of this epoch

    @property
    def root(self) -> bytes:
        return merkle.root(self.frontier)


@dataclass(frozen=True)
class Epoch:
    """One log: its origin and the events that belong to it."""

    epoch: int
    origin: str
    first_seq: int
    closed_size: int | None


def open_epoch(tx: Transaction, epoch: int, origin: str, first_seq: int) -> None:
    """Start a log at position 0, with the head before it."""
    tx.execute(
        "insert into epochs (epoch, origin, first_seq) values (%(epoch)s, %(origin)s, %(first)s)",
        {"epoch": epoch, "origin": origin, "first": first_seq},
    )
    tx.execute(
        """insert into ledger_head (epoch, origin, size, known) values (%(epoch)s, %(origin)s, 0, null)
           on conflict (one) do update
           set epoch = excluded.epoch, origin = excluded.origin, size = 0, frontier = '', stopped = null""",
        {"epoch": epoch, "origin": origin},
    )


def close_epoch(tx: Transaction, epoch: int, size: int) -> None:
    """Note how many events of an epoch the database holds."""
    tx.execute(
        "update epochs set closed_size = %(size)s where epoch = %(epoch)s", {"epoch": epoch, "size": size}
    )


def has_head(tx: Transaction) -> bool:
    return bool(tx.fetch("select 1 from ledger_head"))


def read_head(tx: Transaction) -> Head:
    """The head as it is. Raises LogNotOpen."""
    return _head(tx, tx.fetch(f"select {_HEAD} from ledger_head"))


def lock_head(tx: Transaction) -> Head:
    """The head, held until the transaction ends: from here on nobody else can append. Raises LogNotOpen."""
    return _head(tx, tx.fetch(f"select {_HEAD} from ledger_head for update"))


_HEAD = "epoch, origin, size, known, frontier, stopped"


def _head(tx: Transaction, rows: list[Row]) -> Head:
    if not rows:
        raise LogNotOpen
    epoch, origin, size, known, frontier, stopped = rows[0]
    # a statement of its own: while it waited for the lock, the epoch may have changed
    first = tx.fetch("select first_seq from epochs where epoch = %(epoch)s", {"epoch": epoch})[0][0]
    hashes = tuple(frontier[i : i + HASH] for i in range(0, len(frontier), HASH))
    return Head(epoch, origin, size, Known(known) if known else None, hashes, stopped, first)


def move_head(tx: Transaction, size: int, known: Known, frontier: list[bytes]) -> None:
    """The head after an append."""
    tx.execute(
        "update ledger_head set size = %(size)s, known = %(known)s, frontier = %(frontier)s",
        {"size": size, "known": known.at, "frontier": b"".join(frontier)},
    )


def stop(tx: Transaction, reason: str | None) -> None:
    """Refuse appends from now on, or (None) allow them."""
    tx.execute("update ledger_head set stopped = %(reason)s", {"reason": reason})


def epoch_of(tx: Transaction, seq: int) -> Epoch:
    """The epoch to whose log an event belongs."""
    rows = tx.fetch(
        """select epoch, origin, first_seq, closed_size from epochs
           where first_seq <= %(seq)s order by epoch desc limit 1""",
        {"seq": seq},
    )
    return Epoch(*rows[0])


def epochs(tx: Transaction) -> list[Epoch]:
    """Every epoch, oldest first."""
    rows = tx.fetch("select epoch, origin, first_seq, closed_size from epochs order by epoch")
    return [Epoch(*row) for row in rows]


class EventStream:
    """Events on their way into the table: gets `seq` and `known`, and carries the frontier along."""

    def __init__(self, head: Head, known: Known, rows: Iterable[pa.RecordBatch]) -> None:
        self.size, self.frontier = head.size, list(head.frontier)
        self._first, self._known, self._rows = head.first_seq, known, rows

    def reader(self) -> pa.RecordBatchReader:
        """What `Transaction.load` takes; `size` and `frontier` are final once it is drained."""
        return pa.RecordBatchReader.from_batches(_EVENTS, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        known = pa.scalar(self._known.at, pa.timestamp("us", "UTC"))
        for batch in self._rows:
            start = self._first + self.size
            self.size, self.frontier = merkle.extended(self.size, self.frontier, self._leaf_hashes(batch))
            columns = [
                pa.array(range(start, start + batch.num_rows), pa.int64()),
                batch.column("event"),
                batch.column("kind"),
                pa.repeat(known, batch.num_rows),
                batch.column("entry"),
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=_EVENTS)

    def _leaf_hashes(self, batch: pa.RecordBatch) -> list[bytes]:
        """The leaf hashes of the batch, in order: of all at once where they are of one kind."""
        entries, kinds = batch.column("entry"), batch.column("kind").dictionary_encode()
        heads = [leaf_head(kind, self._known) for kind in kinds.dictionary.to_pylist()]
        if len(heads) == 1:
            return [merkle.leaf_hashes(heads[0], entries, LEAF_TAIL)]
        which = zip(kinds.indices.to_pylist(), entries.to_pylist(), strict=True)
        return [merkle.leaf_hash(heads[n] + entry + LEAF_TAIL) for n, entry in which]


def load_events(tx: Transaction, stream: EventStream) -> int:
    """Load the headers; how many there were."""
    before = stream.size
    tx.load("events", stream.reader())
    return stream.size - before


def load_contents(tx: Transaction, rows: pa.RecordBatchReader) -> None:
    numbering = Numbering()
    tx.load("contents", numbering.reader(rows))
    numbering.enter(tx)


def load_records(tx: Transaction, rows: pa.RecordBatchReader) -> None:
    tx.load("records", rows)


def change_records(tx: Transaction, rows: pa.RecordBatchReader) -> int:
    """Bring records to the state in `rows` (CHANGED_SCHEMA), all at once; how many had moved on meanwhile."""
    tx.execute("create temporary table changed_records (like records, previous uuid not null) on commit drop")
    given = tx.load("changed_records", rows)
    record_keys.leave(tx)
    found = tx.fetch(
        """with moved as (
               update records r
               set item = c.item, key_mac = c.key_mac, content_mac = c.content_mac, subject = c.subject,
                   source = c.source, event = c.event, profile = c.profile, state = c.state,
                   decided_on = c.decided_on, document = c.document, authority = c.authority,
                   due_on = c.due_on, received_on = c.received_on, shown_mark = c.shown_mark,
                   reported_mark = c.reported_mark
               from changed_records c
               where r.record = c.record and r.event = c.previous
               returning 1)
           select count(*) from moved"""
    )
    record_keys.take(tx)
    tx.execute("drop table changed_records")
    return int(given - found[0][0])


def leaves(tx: Transaction, first: int, count: int) -> list[Row]:
    """(kind, known, entry) of `count` events from `seq` `first` on, in order."""
    return tx.fetch(
        """select kind, known, entry from events
           where seq >= %(first)s and seq < %(end)s order by seq""",
        {"first": first, "end": first + count},
    )


def full_events(tx: Transaction, first: int, count: int) -> list[Row]:
    """Headers with their contents, `count` from `seq` `first` on, in order."""
    return tx.fetch(
        """select e.seq, e.event, e.kind, e.known, e.entry, c.event, c.record, p.item, c.subject, p.source,
                  p.pack, c.valid_from, c.public, c.shared, c.authorised, c.salts, c.commitments, c.erased_on
           from events e left join contents c using (event) left join provenances p using (provenance)
           where e.seq >= %(first)s and e.seq < %(end)s order by e.seq""",
        {"first": first, "end": first + count},
    )


def record_row(tx: Transaction, record: UUID, *, held: bool = False) -> Row | None:
    """The row of `records`, column for column RECORD_SCHEMA, or None.

    `held`: nobody else changes it until the transaction ends.
    """
    rows = tx.fetch(
        """select record, item, key_mac, content_mac, subject, source, event, profile, state, decided_on,
                  document, authority, due_on, received_on, shown_mark, reported_mark
           from records where record = %(record)s"""
        + (" for update" if held else ""),
        {"record": record},
    )
    return rows[0] if rows else None


def places(tx: Transaction, records: Sequence[UUID]) -> list[tuple[UUID, str, date | None]]:
    """(source, item, day of decision) of each of these records."""
    rows = tx.fetch(
        "select source, item, decided_on from records where record = any(%(records)s::uuid[])",
        {"records": [str(r) for r in records]},
    )
    return [(row[0], row[1], row[2]) for row in rows]


def versions(tx: Transaction, record: UUID) -> list[Row]:
    """Every event about a record, in log order, with what is left of its content."""
    return tx.fetch(
        f"""select e.seq, e.event, e.kind, e.known, e.entry, p.item, c.subject, p.source, p.receipt, c.line,
                  p.pack, c.valid_from, c.public, c.shared, c.authorised, c.salts, c.commitments,
                  c.erased_on, c.erased_by
           from contents c join events e using (event) join provenances p using (provenance)
           where {about("%(record)s::uuid")} order by e.seq""",
        {"record": record},
    )


def erase_contents(tx: Transaction, record: UUID, on: date, law: str) -> None:
    """Empty every content of a record; its headers, commitments and place in the log stay."""
    tx.execute(
        f"""update contents c
           set public = null, shared = null, authorised = null, salts = null, content_mac = null,
               subject = null, valid_from = null, erased_on = %(on)s, erased_by = %(law)s
           where {about("%(record)s::uuid")} and erased_on is null""",
        {"record": record, "on": on, "law": law},
    )


def bury(tx: Transaction, record: UUID, reason: str) -> None:
    """Leave the HMACs of everything a record said, under every key it had: a re-send finds them."""
    tx.execute(
        f"""insert into tombstones (key_mac, record, content_macs, reason)
           select r.key_mac, r.record, array_append(
                      array(select c.content_mac from contents c
                            where {about("r.record")} and c.content_mac is not null
                              and c.content_mac <> r.content_mac), r.content_mac),
                  %(reason)s
           from records r where r.record = %(record)s
           on conflict (key_mac) do update
           set record = excluded.record, reason = excluded.reason,
               content_macs = tombstones.content_macs || excluded.content_macs""",
        {"record": record, "reason": reason},
    )
    tx.execute(
        "update tombstones set reason = %(reason)s where record = %(record)s",
        {"record": record, "reason": reason},
    )
