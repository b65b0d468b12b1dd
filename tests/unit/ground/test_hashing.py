"""SHA-256 of columns: the same as one by one, however many there are and whatever holds them."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinheng.ground import hashing

MANY = hashing.FEW + 1


def expected(values: list[bytes]) -> list[bytes]:
    return [hashlib.sha256(value).digest() for value in values]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=6), st.sampled_from([1, MANY]))
def test_few_and_many_are_hashed_alike(values: list[bytes], times: int) -> None:
    values = values * times
    for kind in (pa.binary(), pa.large_binary()):
        found = hashing.sha256(pa.array(values, kind))
        assert found.type == hashing.HASH
        assert found.to_pylist() == expected(values)


@pytest.mark.parametrize("times", [1, MANY])
def test_text_is_hashed_as_utf8_and_slices_as_what_they_show(times: int) -> None:
    texts = ["", "甲", "乙" * 50, "\U00020000"] * times
    found = hashing.sha256(pa.array(texts)[1:])
    assert found.to_pylist() == expected([text.encode() for text in texts[1:]])
    wide = pa.array([bytes([n % 256]) * 16 for n in range(4 * times)], pa.binary(16))[2:]
    assert hashing.sha256(wide).to_pylist() == expected(wide.to_pylist())


def test_more_than_are_asked_at_once_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_AT_ONCE", MANY)
    values = [b"%d" % n for n in range(3 * MANY + 7)]
    assert hashing.sha256(pa.array(values)).to_pylist() == expected(values)


def test_nothing_has_no_hash() -> None:
    with pytest.raises(ValueError, match="no hash"):
        hashing.sha256(pa.array([b"a", None]))


def test_what_was_hashed_is_not_kept() -> None:
    values = pa.array([b"x" * 100] * MANY)
    hashing.sha256(values)
    before = pa.total_allocated_bytes()
    for _ in range(20):
        hashing.sha256(values)
    assert pa.total_allocated_bytes() - before < values.nbytes


def test_threads_hash_side_by_side() -> None:
    sheets = [[b"%d %d" % (thread, n) for n in range(MANY)] for thread in range(8)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda values: hashing.sha256(pa.array(values)).to_pylist(), sheets))
    assert found == [expected(values) for values in sheets]


def test_fixed_and_packed_are_each_others_way_back() -> None:
    raw = bytes(range(96))
    column = hashing.fixed(raw, 32)
    assert (len(column), hashing.packed(column), hashing.packed(column[1:])) == (3, raw, raw[32:])
