"""SHA-256 of a whole column, with what the processor has for it.

DuckDB hashes in software, some 290 MB/s, and a loop of Python pays for every call; DataFusion does neither.
"""

from __future__ import annotations

import hashlib
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from datafusion import SessionContext

HASH = pa.binary(32)
FEW = 500  # values: a loop is quicker than asking, and whoever has no more never loads DataFusion
_AT_ONCE = 1 << 16
_NAMES = count()


def sha256(values: pa.Array) -> pa.Array:
    """The SHA-256 of each value (text in UTF-8, or bytes of any Arrow type), as binary(32).

    Raises ValueError for a column that has nulls: what they stand for is the caller's to say.
    """
    if values.null_count:
        raise ValueError("nothing has no hash")
    if pa.types.is_fixed_size_binary(values.type):
        values = values.cast(pa.binary())
    if len(values) <= FEW:
        texts = values.to_pylist()
        found = [hashlib.sha256(v.encode() if isinstance(v, str) else v).digest() for v in texts]
        return fixed(b"".join(found), 32)
    hashed: list[pa.Array] = []
    for start in range(0, len(values), _AT_ONCE):
        hashed += _asked(values[start : start + _AT_ONCE])
    if sum(map(len, hashed)) != len(values):
        raise RuntimeError(f"{len(values)} values were to be hashed, {sum(map(len, hashed))} were")
    return pa.concat_arrays([each.cast(HASH) for each in hashed])


def fixed(raw: bytes, width: int) -> pa.Array:
    """`raw` as a column of values of `width` bytes, without a copy."""
    return pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(width), len(raw) // width, [None, pa.py_buffer(raw)]
    )


def packed(column: pa.Array) -> bytes:
    """The values of a column of fixed width, without nulls, after each other."""
    width = column.type.byte_width
    start, end = column.offset * width, (column.offset + len(column)) * width
    return bytes(memoryview(column.buffers()[1])[start:end])


def _asked(values: pa.Array) -> list[pa.Array]:
    from datafusion import col
    from datafusion import functions as f

    name = f"said{next(_NAMES)}"  # of this call alone: threads hash side by side
    rows = pa.Table.from_arrays([values], names=["said"])
    try:
        asked = _context().from_arrow(rows, name).select(f.sha256(col("said")).alias("hash"))
        return [piece.column(0) for piece in asked.collect()]
    finally:
        _context().deregister_table(name)  # it would keep the rows


@cache
def _context() -> SessionContext:
    """One partition: the order of the rows is kept, and what hashes beside a bulk load takes one core."""
    from datafusion import SessionConfig, SessionContext

    return SessionContext(SessionConfig().with_target_partitions(1).with_batch_size(_AT_ONCE))
