"""Rows of a JSON body come out as they were written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.faces.web.api.rows import body_of, lines_of, texts_of
from xinheng.faces.web.errors import ParameterError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
ROWS = st.lists(st.dictionaries(st.text(max_size=6), VALUES, max_size=5), min_size=1, max_size=4)


@given(ROWS)
def test_every_row_becomes_its_line(rows: list[dict[str, Any]]) -> None:
    found = lines_of(body_of(json.dumps({"rows": rows}).encode())["rows"])
    assert [json.loads(line) for line in found.decode("utf-8", "surrogatepass").split("\n")[:-1]] == rows


@pytest.mark.parametrize("number", ["0.10", "1e400", "-0", "123456789012345678901234567890", "4.80", "NaN"])
def test_a_number_keeps_its_digits(number: str) -> None:
    found = lines_of(body_of(f'{{"rows":[{{"a":{number},"b":[{number}]}}]}}'.encode())["rows"])
    assert found.decode() == f'{{"a":{number},"b":[{number}]}}\n'


def test_a_name_given_twice_stays_twice_in_a_row_and_is_refused_outside() -> None:
    assert lines_of(body_of(b'{"rows":[{"a":"1","a":"2"}]}')["rows"]) == b'{"a":"1","a":"2"}\n'
    with pytest.raises(ParameterError):
        body_of(b'{"rows":[],"rows":[]}')


@pytest.mark.parametrize("wrong", [b"", b"[]", b"1", b"{", b"\xff", b'{"rows":[' + b"[" * 50_000])
def test_what_is_no_body_is_refused(wrong: bytes) -> None:
    with pytest.raises(ParameterError):
        body_of(wrong)


@pytest.mark.parametrize("wrong", ["3", '"x"', "[]", '{"a":1}', '{"a":null}', '{"a":{"b":"c"}}'])
def test_what_is_no_object_of_texts_is_refused(wrong: str) -> None:
    with pytest.raises(ParameterError):
        texts_of(body_of(f'{{"set":{wrong}}}'.encode())["set"], "set")
