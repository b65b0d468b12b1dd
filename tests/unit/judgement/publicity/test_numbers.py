"""Numbers stand for the same words everywhere, and for no other."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from xinheng.judgement.publicity.numbers import Ground, Words, number_of

WORD = st.none() | st.sampled_from(("", "R2026", "R2023", "none", "待核实"))


def test_a_number_fits_its_column_and_tells_kinds_apart() -> None:
    numbers = {number_of("item", "x"), number_of("channel", "x"), number_of("authority", "x")}
    assert len(numbers) == 3
    assert all(-(2**63) <= number < 2**63 for number in numbers)


def test_what_is_missing_is_not_what_is_empty() -> None:
    assert Ground(None, "", "", "r", "p").number != Ground("", None, "", "r", "p").number
    assert Ground("R", None, None, "r", "p").number != Ground("R", None, None, "r", "q").number


@given(st.lists(WORD))
def test_names_come_back_by_their_numbers(names: list[str | None]) -> None:
    words = Words()
    for array in (pa.array(names, pa.string()), pa.array(names, pa.string()).dictionary_encode()):
        numbers = words.numbered("authority", array).to_pylist()
        assert [None if n is None else words.names[n] for n in numbers] == [
            None if name is None else ("authority", name) for name in names
        ]


@given(st.lists(st.tuples(WORD, WORD, WORD, st.sampled_from(("为什么", "因为"))), max_size=60))
def test_grounds_come_back_by_their_numbers(
    rows: list[tuple[str | None, str | None, str | None, str]],
) -> None:
    words = Words()
    columns = [pa.array([row[i] for row in rows], pa.string()) for i in range(4)]
    numbers = words.grounded(columns, "national@1").to_pylist()
    assert [words.grounds[n] for n in numbers] == [Ground(*row, pack="national@1") for row in rows]
    assert len(words.grounds) == len(set(rows))
