"""Entering: from the codes and names of a submission to subjects, set by set.

In two steps, because filling the register takes longer than deciding what to fill it with: whoever needs only
the subject of each code goes on after the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from xinheng.core.ids import new_ids
from xinheng.core.times import Clock, Known
from xinheng.evidence.subjects import frequent, store
from xinheng.evidence.subjects.candidates import SUBJECT_SCHEMA, paired, same_names, subject_rows
from xinheng.evidence.subjects.coverage import cover
from xinheng.evidence.subjects.folding import grams
from xinheng.evidence.subjects.model import ENTERED_SCHEMA
from xinheng.ground.store.transaction import Transaction


@dataclass(frozen=True)
class Entering:
    """What entering a submission's organisations comes to, decided and not yet written.

    `subjects` (ENTERED_SCHEMA) is final: whatever needs only the subject of a code may use it before `load`.
    """

    subjects: pa.Table
    pairs: pa.Table  # as `paired` makes them
    new: pa.Table  # the pairs whose code is new to the register, with their `subject`
    asked: store.Asked
    clock: Clock
    known: Known
    source: UUID | None
    item: str | None  # of which every one of them gets a record

    @property
    def covers(self) -> bool:
        """Whether `load` says so of them all; of few whoever appends finds out, cheaper than with tables."""
        return self.item is not None and len(self.pairs) > store.FEW


def enter(tx: Transaction, candidates: pa.Table, clock: Clock, source: UUID | None = None) -> pa.Table:
    """Make sure that every code has a subject; the subject of each distinct code (ENTERED_SCHEMA).

    `decide` and `load` in one; raises what they raise.
    """
    entering = decide(tx, candidates, clock, source)
    load(tx, entering)
    return entering.subjects


def decide(
    tx: Transaction, candidates: pa.Table, clock: Clock, source: UUID | None = None, item: str | None = None
) -> Entering:
    """Compare candidates with the register and choose the subject of each code; writes nothing.

    `candidates` (CANDIDATE_SCHEMA) are the valid codes and names of a submission, as often as they occur; by
    code is quickest.
    `source` is the agency that sends them, `item` that of which this transaction is to append a record for
    each of them, if it is. A former code stands for the subject that bears it now. Raises
    CandidateIncomplete for an empty code or name. One submission is decided and loaded at a time in a
    transaction: candidates may wait in a temporary table.
    """
    known = clock.now()
    pairs = paired(candidates)
    asked = store.Asked(tx, pairs)
    codes = _only(pairs, pairs["first"])
    held_at, held_ids = store.held(tx, asked)
    new = _only(codes, pc.invert(pc.is_in(codes["ordinal"], value_set=held_at)))
    ids = _ids(clock, len(new))
    order = pa.concat_arrays([held_at, new["ordinal"].combine_chunks()])
    subjects = pa.concat_arrays([held_ids, ids]).take(pc.sort_indices(order))
    entered = pa.table({"code": codes["code"], "subject": subjects}, schema=ENTERED_SCHEMA)
    pa.default_memory_pool().release_unused()  # telling a million names apart takes more than is kept
    return Entering(entered, pairs, new.append_column("subject", ids), asked, clock, known, source, item)


def _only(rows: pa.Table, wanted: pa.ChunkedArray) -> pa.Table:
    """The wanted rows; no copy where they are all wanted."""
    return rows if pc.all(wanted).as_py() else rows.filter(wanted)


def load(tx: Transaction, entering: Entering) -> None:
    """Write what `decide` decided, in the transaction that decided it.

    Codes new to the register enter it as 未经登记核实 under the first name given. A second name under one
    code, and a name that another code bears, open a review; the name shown stays.

    Call it before the head is locked. UniqueClash means that another writer entered one of the codes since
    `decide` looked: roll back and begin anew with `decide`.
    """
    new, asked, known = entering.new, entering.asked, entering.known
    if entering.covers and entering.item is not None:
        held = len(new) < len(entering.subjects)
        cover(tx, entering.item, asked, new, held, entering.clock)
    if len(new):
        bearers = store.bearers(tx, asked)
        if len(new) >= store.BULK:
            frequent.look(tx, new["folded"].combine_chunks(), known)
        without = frequent.left_out(tx)
        rows = pa.RecordBatchReader.from_batches(SUBJECT_SCHEMA, subject_rows(new, known, without))
        store.load_subjects(tx, rows, len(new))
    if len(new) < len(entering.pairs):  # a code that was there, or a second name
        _note_names(tx, entering)
    if len(new):
        doubles = same_names(new, [*bearers, *store.former_bearers(tx, asked)])
        if doubles:
            reviews = _uuids(entering.clock, len(doubles))
            store.open_reviews(tx, doubles, reviews, known, entering.source)


def _note_names(tx: Transaction, entering: Entering) -> None:
    differing = store.differing(tx, entering.asked)
    if not differing:
        return
    rows = entering.pairs.take(pa.array([ordinal for ordinal, _ in differing], pa.int32()))
    seen = zip(
        [subject for _, subject in differing],
        rows["folded"].to_pylist(),
        rows["name"].to_pylist(),
        _uuids(entering.clock, len(differing)),
        rows["code"].to_pylist(),
        strict=True,
    )
    refresh(tx, store.add_seen(tx, list(seen), entering.known, entering.source))


def refresh(tx: Transaction, subjects: list[UUID]) -> None:
    """Let these subjects be found by exactly the names that are not wrong."""
    if not subjects:
        return
    names = store.findable_names(tx, subjects)
    texts = [folded if former is None else f"{folded}\n{former}" for _, folded, former in names]
    found = grams(pa.array(texts, pa.string()), frequent.left_out(tx)).to_pylist()
    store.set_findable(
        tx,
        [
            (subject, former, "{" + ",".join(map(str, keys)) + "}")
            for (subject, _, former), keys in zip(names, found, strict=True)
        ],
    )


def _ids(clock: Clock, count: int) -> pa.Array:
    return pa.Array.from_buffers(pa.binary(16), count, [None, pa.py_buffer(new_ids(clock, count))])


def _uuids(clock: Clock, count: int) -> list[UUID]:
    made = new_ids(clock, count)
    return [UUID(bytes=made[i : i + 16]) for i in range(0, len(made), 16)]
