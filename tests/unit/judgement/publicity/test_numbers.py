"""Numbers stand for the same words everywhere, and for no other."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from xinheng.judgement.publicity.numbers import Ground, Words, number_of

WORD = st.none() | st.sampled_from(("", "R2026", "R2023", "none", "待核实"))


def test_a_number_fits_its_column_and_tells_kinds_apart() -> None:
    numbers = {number_of("item", "x"), number_of("authority", "x"), number_of("item", "")}
    assert len(numbers) == 3
    assert all(-(2**63) <= number < 2**63 for number in numbers)


def test_what_is_missing_is_not_what_is_empty() -> None:
    ground = Ground("信用网站", "R", None, False, None, "r", "p")
    others = (
        {"channel": "公示系统"}, {"regime": None}, {"regime": ""}, {"class_": ""}, {"shown": True},
        {"earliest_note": ""}, {"earliest_note": "none"}, {"reason": "q"}, {"pack": "q"},
    )  # fmt: skip
    numbers = {replace(ground, **other).number for other in others}  # type: ignore[arg-type]  # any field
    assert len(numbers | {ground.number}) == len(others) + 1


@given(st.lists(WORD))
def test_names_come_back_by_their_numbers(names: list[str | None]) -> None:
    words = Words()
    for array in (pa.array(names, pa.string()), pa.array(names, pa.string()).dictionary_encode()):
        numbers = words.numbered("authority", array).to_pylist()
        assert [None if n is None else words.names[n] for n in numbers] == [
            None if name is None else ("authority", name) for name in names
        ]


@given(st.lists(st.none() | st.integers(0, 3), max_size=60))
def test_grounds_come_back_by_their_numbers(places: list[int | None]) -> None:
    grounds = [
        Ground("信用网站", "R", None, shown, None, why, "p") for shown in (True, False) for why in "因果"
    ]
    words = Words()
    numbers = words.grounded(pa.array(places, pa.uint16()), grounds).to_pylist()
    expected = [None if place is None else grounds[place] for place in places]
    assert [None if n is None else words.grounds[n] for n in numbers] == expected
    assert set(words.grounds.values()) == set(expected) - {None}  # those that nobody has are not entered
