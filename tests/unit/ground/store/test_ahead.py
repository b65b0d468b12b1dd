"""Rows made ahead are the rows; what goes wrong while they are made is met where they are read."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pyarrow as pa
import pytest

from xinheng.ground.store.ahead import ahead

SCHEMA = pa.schema([("n", pa.int64())])


def reader(batches: Iterator[pa.RecordBatch]) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(SCHEMA, batches)


def numbers(*rows: int) -> pa.RecordBatch:
    return pa.record_batch([pa.array(rows, pa.int64())], schema=SCHEMA)


def makers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "rows-ahead"]


def test_all_rows_in_their_order() -> None:
    with ahead(reader(numbers(n, n + 1) for n in range(0, 40, 2))) as rows:
        assert rows.read_all()["n"].to_pylist() == list(range(40))
    assert not makers()


def test_none_at_all() -> None:
    with ahead(reader(iter(()))) as rows:
        assert rows.read_all().num_rows == 0


def test_what_fails_is_met_by_the_reader() -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield numbers(1)
        raise ValueError("out of their order")

    with ahead(reader(failing())) as rows:
        assert rows.read_next_batch().num_rows == 1
        with pytest.raises(ValueError, match="out of their order"):
            rows.read_all()
    assert not makers()


def test_nothing_more_is_made_once_nobody_reads() -> None:
    made: list[int] = []

    def endless() -> Iterator[pa.RecordBatch]:
        while True:
            made.append(len(made))
            yield numbers(len(made))

    with pytest.raises(RuntimeError, match="no room"), ahead(reader(endless())) as rows:
        rows.read_next_batch()
        raise RuntimeError("no room")
    assert not makers()
    assert len(made) <= 4, "one is read, one waits, one is made, and one may be begun"
