"""Ids, canonical text, length-delimited bytes, the two clocks."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.canonical import dumps
from xinheng.core.encoding import delimited
from xinheng.core.errors import XinhengError
from xinheng.core.ids import new_id, new_ids
from xinheng.core.times import SHANGHAI, FixedClock, Known, today

CLOCK = FixedClock(Known(datetime(2026, 11, 20, 2, 3, 4, 567891, tzinfo=UTC)))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
instants = st.timedeltas(timedelta(0), timedelta(days=300_000)).map(EPOCH.__add__)
parts = st.lists(st.one_of(st.binary(max_size=8), st.text(max_size=4)), max_size=4)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.integers(0, 2000))
def test_ids_of_one_call_ascend_and_differ(n: int) -> None:
    raw = new_ids(CLOCK, n)
    made = [raw[i : i + 16] for i in range(0, len(raw), 16)]
    assert len(made) == n
    assert all(a < b for a, b in itertools.pairwise(made))


@pytest.mark.parametrize("start", [0, 250, (1 << 16) - 3, (1 << 22) - 3, (1 << 33) - 3])
def test_ids_ascend_over_every_carry_of_their_counter(start: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xinheng.core.ids.secrets.randbits", lambda bits: start % (1 << bits))
    raw = new_ids(CLOCK, 70_000)
    made = [UUID(bytes=raw[i : i + 16]) for i in range(0, len(raw), 16)]
    assert all(a < b for a, b in itertools.pairwise(made))
    assert {(each.version, each.variant) for each in made} == {(7, RFC_4122)}
    counted = [((each.int >> 64 & 0xFFF) << 22) | (each.int >> 40 & 0x3FFFFF) for each in made]
    assert counted == list(range(counted[0], counted[0] + 70_000))
    assert len({each.int & 0xFFFFFFFFFF for each in made}) > 69_900, "the end is random in each"


def test_an_id_begins_with_the_clock_in_milliseconds() -> None:
    made = new_id(CLOCK)
    assert made.version == 7
    assert made.variant == UUID("0190a000-0000-7000-8000-000000000000").variant
    assert made.int >> 80 == int(datetime(2026, 11, 20, 2, 3, 4, tzinfo=UTC).timestamp()) * 1000 + 567


def test_ids_of_two_calls_do_not_collide() -> None:
    assert len({new_ids(CLOCK, 1) for _ in range(5000)}) == 5000


def test_a_negative_number_of_ids_is_refused() -> None:
    with pytest.raises(ValueError, match="ids"):
        new_ids(CLOCK, -1)


@given(parts, parts)
def test_different_parts_never_share_their_bytes(one: list[bytes | str], other: list[bytes | str]) -> None:
    def raw(given: list[bytes | str]) -> list[bytes]:
        return [p.encode() if isinstance(p, str) else p for p in given]

    assert (delimited(*one) == delimited(*other)) == (raw(one) == raw(other))


def test_the_delimited_form_is_the_netstring() -> None:
    assert delimited("衡", b"") == b"3:\xe8\xa1\xa1,0:,"


@given(plain)
def test_canonical_text_reads_back_and_does_not_depend_on_order(value: object) -> None:
    text = dumps(value)
    assert json.loads(text) == value
    assert dumps(json.loads(text)) == text


def test_canonical_text_is_this_text() -> None:
    assert dumps({"b": [1, None, True], "a": "衡\n"}) == '{"a":"衡\\n","b":[1,null,true]}'


@pytest.mark.parametrize("value", [1.5, {"a": float("nan")}, [{1: 2}], {1, 2}, b"x", date(2026, 1, 1)])
def test_what_has_no_one_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="canonical"):
        dumps(value)


def test_text_that_utf8_cannot_hold_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        dumps("\ud800")


@given(instants, instants)
def test_text_order_of_known_is_time_order(a: datetime, b: datetime) -> None:
    assert (Known(a) < Known(b)) == (Known(a).isoformat() < Known(b).isoformat())
    assert Known.parse(Known(a).isoformat()) == Known(a)


@given(instants, instants)
def test_after_is_always_later_and_never_earlier_than_the_clock(a: datetime, last: datetime) -> None:
    got = Known(a).after(Known(last))
    assert got > Known(last)
    assert got in (Known(a), Known(last + timedelta(microseconds=1)))
    assert Known(a).after(None) == Known(a)


@pytest.mark.parametrize(
    "at",
    [datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=SHANGHAI)],  # noqa: DTZ001 - a naive time is what is refused
)
def test_known_is_utc_and_aware(at: datetime) -> None:
    with pytest.raises(ValueError, match="UTC"):
        Known(at)


def test_a_zone_of_offset_zero_is_utc() -> None:
    assert (
        Known(datetime(2026, 1, 1, tzinfo=timezone(timedelta(0)))).isoformat()
        == "2026-01-01T00:00:00.000000Z"
    )


def test_the_day_changes_at_midnight_in_shanghai() -> None:
    assert today(FixedClock(Known(datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC)))) == date(2026, 3, 31)
    assert today(FixedClock(Known(datetime(2026, 3, 31, 16, tzinfo=UTC)))) == date(2026, 4, 1)


def test_an_error_says_what_was_found_what_is_expected_and_what_to_do() -> None:
    error = XinhengError(found="甲", expected="乙", todo="丙", where="第3行")
    assert str(error) == "[XH000] 无法完成（第3行）：甲。应为：乙。请：丙"
    assert error.as_dict()["todo"] == "丙"
