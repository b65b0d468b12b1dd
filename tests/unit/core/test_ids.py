"""Ids ascend within a call, carry their time, and are of version 7, however many are made at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinheng.core import ids
from xinheng.core.times import FixedClock, Known

AT = datetime(2026, 11, 20, 8, 30, 15, 123456, tzinfo=UTC)
CLOCK = FixedClock(Known(AT))


def made(count: int) -> list[UUID]:
    raw = ids.new_ids(CLOCK, count)
    assert len(raw) == 16 * count
    return [UUID(bytes=raw[at : at + 16]) for at in range(0, len(raw), 16)]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2000))
def test_ids_of_a_call_ascend(count: int) -> None:
    found = made(count)
    assert found == sorted(set(found))
    assert {(each.version, each.variant) for each in found} <= {(7, "specified in RFC 4122")}


@pytest.mark.parametrize("start", [0, 200, 65_400, (1 << 22) - 300])
def test_counts_go_on_where_a_byte_is_full(start: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids.secrets, "randbits", lambda bits: start)
    found = made(700)
    counts = [(each.int >> 64 & 0xFFF) << 22 | each.int >> 40 & 0x3FFFFF for each in found]
    assert counts == list(range(start, start + 700))


def test_an_id_tells_when_it_was_made() -> None:
    found = ids.new_id(CLOCK)
    assert not ids.made_before(found, AT)
    assert ids.made_before(found, AT + timedelta(milliseconds=1))


def test_absurd_numbers_are_refused() -> None:
    for count in (-1, (1 << 31) + 1):
        with pytest.raises(ValueError, match="ids"):
            ids.new_ids(CLOCK, count)
