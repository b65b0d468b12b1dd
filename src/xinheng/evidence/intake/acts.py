"""What every row that becomes an event gets before it is sealed: ids, its organisation, its key.

Ids come from the operating system's randomness, as salts do (`sealed`): DuckDB's own generator is not for
secrets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.core.ids import new_ids
from xinheng.core.times import Clock
from xinheng.evidence.intake.matching import ARRIVING
from xinheng.evidence.intake.seal_statements import ACTS, CODES, LINES
from xinheng.evidence.ledger.model import EventKind
from xinheng.ground.hashing import fixed

CHUNK = 50_000  # rows of a piece that is sealed at a time, and of a row group here

SCHEMA = pa.schema(
    [
        ("line", pa.int32()),
        ("kind", pa.string()),
        ("event", pa.binary(16)),
        ("record", pa.binary(16)),
        ("previous", pa.binary(16)),
        ("subject", pa.binary(16)),
        ("key_mac", pa.binary(32)),
    ]
)


def write_lines(folder: Path, lines: pa.Array) -> None:
    """Write the lines (int32) that become events, for statements to join with."""
    pq.write_table(pa.table({"line": lines}), folder / LINES, compression="none")


def write_acts(
    folder: Path,
    lines: pa.Array,
    subjects: pa.Table,
    corrected: Mapping[int, tuple[bytes, bytes]],
    clock: Clock,
) -> None:
    """Write `acts.parquet`: an event for every line (int32, ascending); a new record unless it corrects one.

    `subjects`: `code` -> `subject` (16 bytes), as `subjects.entry.decide` gave it; `corrected`: line ->
    (record, its current event). Reads what `codes_statement` and the comparison wrote, and raises
    RuntimeError where that is not about the same lines.
    """
    count = len(lines)
    codes = pq.read_table(folder / CODES)
    if not codes["line"].combine_chunks().cast(pa.int32()).equals(lines):
        raise RuntimeError(f"{count} lines were to have an organisation, {len(codes)} have a code")
    whose = pc.index_in(codes["code"].combine_chunks(), value_set=subjects["code"].combine_chunks())
    del codes
    keys = pq.read_table(folder / ARRIVING, columns=["line", "key_mac"])
    which = pc.index_in(lines, value_set=keys["line"].combine_chunks().cast(pa.int32()))
    if whose.null_count or which.null_count:
        raise RuntimeError("a line that becomes an event has no organisation or no key")
    # one call: ids ascend over the whole file, so that every piece goes to the end of their indexes
    events = memoryview(new_ids(clock, count))
    # ids never repeat; a row group for every piece that is sealed, found by its lines
    kept = {"compression": "none", "use_dictionary": ["kind"], "write_statistics": ["line"]}
    with pq.ParquetWriter(folder / ACTS, SCHEMA, **kept) as writer:
        for start in range(0, count, CHUNK):
            ids, part = slice(16 * start, 16 * (start + CHUNK)), slice(start, start + CHUNK)
            own = {
                "subject": subjects["subject"].take(whose[part]),
                "key_mac": keys["key_mac"].take(which[part]),
            }
            writer.write_table(_acts(lines[part], corrected, bytes(events[ids]), own))


def _acts(
    lines: pa.Array,
    corrected: Mapping[int, tuple[bytes, bytes]],
    events: bytes,
    own: Mapping[str, pa.ChunkedArray],
) -> pa.Table:
    count = len(lines)
    kinds = pa.repeat(pa.scalar(str(EventKind.RECORDED)), count)
    previous = pa.nulls(count, pa.binary(16))
    records = bytearray(events)  # a new record has the id of the event by which it came
    if corrected:
        said = [corrected.get(line) for line in lines.to_pylist()]
        for place, met in enumerate(said):
            if met is not None:
                records[16 * place : 16 * place + 16] = met[0]
        previous = pa.array([met and met[1] for met in said], pa.binary(16))
        kinds = pc.if_else(pc.is_valid(previous), str(EventKind.CORRECTED), str(EventKind.RECORDED))
    columns = [lines, kinds, fixed(events, 16), fixed(bytes(records), 16), previous]
    columns += [own[name].cast(SCHEMA.field(name).type) for name in ("subject", "key_mac")]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def of_piece(folder: Path, place: int) -> pa.RecordBatch:
    """The acts of the piece `place`, in order."""
    with pq.ParquetFile(folder / ACTS) as file:
        return file.read_row_group(place).combine_chunks().to_batches()[0]


def records_of(folder: Path, lines: set[int]) -> dict[int, bytes]:
    """The records that these lines became."""
    found: dict[int, bytes] = {}
    wanted = pa.array(sorted(lines), pa.int32())
    for piece in _pieces(folder):
        met = piece.filter(pc.is_in(piece.column("line"), value_set=wanted))
        found |= zip(met.column("line").to_pylist(), met.column("record").to_pylist(), strict=True)
    return found


def _pieces(folder: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(folder / ACTS) as file:
        yield from file.iter_batches(CHUNK, columns=["line", "record"])
