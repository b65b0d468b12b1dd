"""Counting piece by piece gives what counting at once gives."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from xinheng.evidence.ledger.grouping import Groups

ROWS = st.lists(st.tuples(st.sampled_from(["a", "b"]), st.none() | st.integers(1, 3)), max_size=20)


@given(st.lists(ROWS, max_size=4))
def test_pieces_add_up(pieces: list[list[tuple[str, int | None]]]) -> None:
    groups = Groups(["name", "number"])
    for rows in pieces:
        names, numbers = [name for name, _ in rows], [number for _, number in rows]
        given = {"number": pa.array(numbers, pa.int32()), "name": pa.array(names, pa.string())}
        groups.add(pa.record_batch({**given, "besides": pa.nulls(len(rows))}))
    found = {(row["name"], row["number"]): n for row, n in groups.summed()}
    assert found == dict(Counter(row for rows in pieces for row in rows))
