"""Candidates made ready for the register: distinct codes and names, folded, in the order they were met."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from xinheng.core.times import Known
from xinheng.evidence.subjects.errors import CandidateIncomplete
from xinheng.evidence.subjects.folding import fold, grams
from xinheng.evidence.subjects.model import UNKNOWN_STATUS, Kinds

# The columns of the table `subjects` that an entry fills.
SUBJECT_SCHEMA = pa.schema(
    [
        ("subject", pa.binary(16)),
        ("code", pa.string()),
        ("name", pa.string()),
        ("folded", pa.string()),
        ("grams", pa.list_(pa.int32())),
        ("kind", pa.string()),
        ("division", pa.string()),
        ("status", pa.string()),
        ("registered", pa.bool_()),
        ("representative", pa.string()),
        ("since", pa.timestamp("us", "UTC")),
        ("named", pa.timestamp("us", "UTC")),
    ]
)
# Those of the table `coverage`.
COVERAGE_SCHEMA = pa.schema(
    [
        ("item", pa.string()),
        ("subject", pa.binary(16)),
        ("known_on", pa.date32()),
        ("division", pa.string()),
        ("kind", pa.string()),
        ("first", pa.bool_()),
    ]
)
CHUNK = 20_000  # rows made at a time: what grams need on the way stays in the cache


def paired(candidates: pa.Table) -> pa.Table:
    """One row for each distinct (code, folded name), by code; names of a code in the order of their mention.

    So whatever follows, ids too, goes to the end of what is kept by code. Columns: `ordinal` int32 (dense
    from 0), `code`, `name`, `folded`, `representative`, `first` (true on the first row of its code). Raises
    CandidateIncomplete for an empty code or name.
    """
    told = candidates
    if "representative" not in told.column_names:
        told = told.append_column("representative", pa.nulls(len(told), pa.string()))
    code, folded = told["code"], fold(told["name"])
    empty = pc.or_kleene(pc.equal(pc.fill_null(code, ""), ""), pc.equal(pc.fill_null(folded, ""), ""))
    if missing := pc.sum(empty).as_py():
        raise CandidateIncomplete(missing)
    told = told.select(["code", "name", "representative"]).append_column("folded", folded).combine_chunks()
    if not pc.all(_beside(pc.greater_equal, told)).as_py():
        told = told.take(pc.sort_indices(told["code"]))  # which keeps the order of equal ones
    first = pa.chunked_array([[True][: len(told)], *_beside(pc.not_equal, told).chunks], pa.bool_())
    if not pc.all(first).as_py():
        once = _once(told, first)
        told, first = told.filter(once), first.filter(once)
    ordinals = pa.array(range(len(told)), pa.int32())
    return told.append_column("first", first).append_column("ordinal", ordinals).combine_chunks()


def _beside(compare: Callable[[pa.Array, pa.Array], pa.ChunkedArray], rows: pa.Table) -> pa.ChunkedArray:
    """Each code compared with the one before it; none for the first row."""
    return compare(rows["code"].slice(1), rows["code"].slice(0, max(0, len(rows) - 1)))


def _once(rows: pa.Table, first: pa.ChunkedArray) -> pa.ChunkedArray:
    """Of rows by code, whether each is the first of its code and name."""
    several = rows["code"].filter(pc.invert(first)).unique()
    numbered = rows.append_column("row", pa.array(range(len(rows)), pa.int32()))
    doubtful = numbered.filter(pc.is_in(rows["code"], value_set=several))
    kept = doubtful.group_by(["code", "folded"]).aggregate([("row", "min")])["row_min"]
    return pc.or_(first, pc.is_in(numbered["row"], value_set=kept.combine_chunks()))


def same_names(
    new: pa.Table, bearers: Iterable[tuple[int, UUID, str, str]]
) -> list[tuple[str, str, str, str]]:
    """(code, name, other code, other name) of what is new under a name that was there or comes twice.

    `bearers`: (ordinal, subject, code, name) of who bears a candidate's name under another code. Compared is
    with the oldest bearer alone: k bearers make k-1 reviews and not k². Ids ascend with the time of entry.
    """
    names = new["folded"].combine_chunks().dictionary_encode().indices
    highest = pc.cumulative_max(names)  # names are numbered as they are met
    first = pc.greater(names, pa.concat_arrays([pa.array([-1], names.type), highest]).slice(0, len(names)))
    again = pc.indices_nonzero(pc.invert(first))
    oldest = pc.indices_nonzero(first).take(names.take(again))
    columns = ("subject", "code", "name")
    there = zip(*(new.take(oldest)[column].to_pylist() for column in columns), strict=True)
    found = dict(zip(again.to_pylist(), there, strict=True))
    met = list(bearers)
    rows = pc.index_in(pa.array([b[0] for b in met], pa.int32()), value_set=new["ordinal"].combine_chunks())
    for row, (_, subject, *shown) in zip(rows.to_pylist(), met, strict=True):
        if row is not None and (row not in found or subject.bytes < found[row][0]):
            found[row] = (subject.bytes, *shown)
    at = sorted(found)
    mine = new.take(pa.array(at, pa.int64()))
    others = [found[row][1:] for row in at]
    return [
        (code, name, *other)
        for code, name, other in zip(mine["code"].to_pylist(), mine["name"].to_pylist(), others, strict=True)
    ]


def subject_rows(new: pa.Table, known: Known, without: pa.Array) -> Iterator[pa.RecordBatch]:
    """Rows of the table `subjects` for codes that are new, with their `subject`; a chunk at a time.

    The index will not hold the grams in `without`.
    """
    kinds = Kinds()
    for chunk in new.to_batches(max_chunksize=CHUNK):
        count = len(chunk)
        at = pa.array([known.at] * count, pa.timestamp("us", "UTC"))
        yield pa.RecordBatch.from_pydict(
            {
                "subject": chunk["subject"],
                "code": chunk["code"],
                "name": chunk["name"],
                "folded": chunk["folded"],
                "grams": grams(chunk["folded"], without),
                "kind": _looked_up(chunk["code"], 0, 2, kinds.kind),
                "division": _looked_up(chunk["code"], 2, 8, kinds.division),
                "status": pa.array([UNKNOWN_STATUS] * count),
                "registered": pa.array([False] * count),
                "representative": chunk["representative"],
                "since": at,
                "named": at,
            },
            schema=SUBJECT_SCHEMA,
        )


def coverage_rows(new: pa.Table, item: str, day: date) -> Iterator[pa.RecordBatch]:
    """Rows of the table `coverage` for codes that are new: each has its first record of any item."""
    kinds = Kinds()
    for chunk in new.to_batches(max_chunksize=CHUNK):
        count = len(chunk)
        yield pa.RecordBatch.from_pydict(
            {
                "item": pa.repeat(pa.scalar(item), count),
                "subject": chunk["subject"],
                "known_on": pa.repeat(pa.scalar(day, pa.date32()), count),
                "division": pc.fill_null(_looked_up(chunk["code"], 2, 8, kinds.division), ""),
                "kind": _looked_up(chunk["code"], 0, 2, kinds.kind),
                "first": pa.repeat(pa.scalar(True), count),
            },
            schema=COVERAGE_SCHEMA,
        )


def _looked_up(codes: pa.Array, start: int, stop: int, look: Callable[[str], str | None]) -> pa.Array:
    """`look(part of the code)` for each code, called once for each distinct part."""
    parts = pc.utf8_slice_codeunits(codes, start, stop).dictionary_encode()
    meanings = pa.array([look(part) for part in parts.dictionary.to_pylist()], pa.string())
    return meanings.take(parts.indices)
