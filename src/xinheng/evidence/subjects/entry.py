"""Entering: from the codes and names of a submission to subjects, set by set."""

from __future__ import annotations

from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from xinheng.core.ids import new_ids
from xinheng.core.times import Clock
from xinheng.evidence.subjects import store
from xinheng.evidence.subjects.candidates import SUBJECT_SCHEMA, paired, subject_rows
from xinheng.evidence.subjects.folding import grams
from xinheng.evidence.subjects.model import ENTERED_SCHEMA
from xinheng.ground.store.transaction import Transaction


def enter(tx: Transaction, candidates: pa.Table, clock: Clock, source: UUID | None = None) -> pa.Table:
    """Make sure that every code has a subject; the subject of each distinct code (ENTERED_SCHEMA).

    `candidates` (CANDIDATE_SCHEMA) are the valid codes and names of a submission, as often as they occur.
    `source` is the agency that sends them. Codes new to the register enter it as 未经登记核实 under the first
    name given; a former code stands for the subject that bears it now. A second name under one code, and a
    name that another code bears, open a review; the name shown stays.

    Call it before the head is locked. UniqueClash means that another writer entered one of the codes
    meanwhile: roll back and begin anew. Raises CandidateIncomplete for an empty code or name.
    """
    pairs = paired(candidates)
    if len(pairs) == 0:
        return ENTERED_SCHEMA.empty_table()
    known = clock.now()
    asked = store.Asked(tx, pairs)
    codes = pairs.filter(pairs["first"])
    held_at, held_ids = store.held(tx, asked)
    new = codes.filter(pc.invert(pc.is_in(codes["ordinal"], value_set=held_at)))
    new_subjects = _ids(clock, len(new))
    if len(new):
        rows = subject_rows(new, new_subjects, known)
        store.load_subjects(tx, pa.RecordBatchReader.from_batches(SUBJECT_SCHEMA, rows), len(new))
    if len(held_at) or len(pairs) > len(codes):
        _note_names(tx, asked, pairs, clock, source)
    if len(new):
        doubles = store.same_names(tx, asked, known)
        if doubles:
            store.open_reviews(tx, doubles, _uuids(clock, len(doubles)), known, source)
    order = pa.concat_arrays([held_at, new["ordinal"].combine_chunks()])
    found = pa.concat_arrays([held_ids, new_subjects])
    return pa.table(
        {"code": codes["code"], "subject": found.take(pc.sort_indices(order))}, schema=ENTERED_SCHEMA
    )


def _note_names(
    tx: Transaction, asked: store.Asked, pairs: pa.Table, clock: Clock, source: UUID | None
) -> None:
    differing = store.differing(tx, asked)
    if not differing:
        return
    rows = pairs.take(pa.array([ordinal for ordinal, _ in differing], pa.int32()))
    seen = zip(
        [subject for _, subject in differing],
        rows["folded"].to_pylist(),
        rows["name"].to_pylist(),
        _uuids(clock, len(differing)),
        rows["code"].to_pylist(),
        strict=True,
    )
    refresh(tx, store.add_seen(tx, list(seen), clock.now(), source))


def refresh(tx: Transaction, subjects: list[UUID]) -> None:
    """Let these subjects be found by exactly the names that are not wrong."""
    if not subjects:
        return
    names = store.findable_names(tx, subjects)
    texts = [folded if former is None else f"{folded}\n{former}" for _, folded, former in names]
    found = grams(pa.array(texts, pa.string())).to_pylist()
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
