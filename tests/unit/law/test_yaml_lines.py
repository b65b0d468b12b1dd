"""Pack files keep their lines and are read strictly."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.law.errors import PackError, PackSyntaxError, PackValueError
from xinheng.law.model import Place
from xinheng.law.yaml_lines import from_plain, parse


def test_every_value_knows_its_line() -> None:
    root = parse(b"a: 1\nb:\n  - x\n  - {c: 2020-01-01}\n", "p/f.yaml")
    entries = root.mapping(("a", "b"))
    assert entries["a"].place == Place("p/f.yaml", 1)
    listed = entries["b"].items()
    assert str(listed[1].entries()["c"].place) == "p/f.yaml:4"
    assert listed[1].entries()["c"].date() == date(2020, 1, 1)


@pytest.mark.parametrize("text", ["on", "no", "yes", "off", "~x", "12:30", "0x10", "1_000", "Null", "TRUE"])
def test_words_that_other_readers_take_for_something_else_are_text(text: str) -> None:
    assert parse(f"a: {text}\n".encode(), "f").entries()["a"].text() == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"a: &x [1]\nb: *x\n", 1),
        (b"a: 1\nb: *x\n", 2),
        (b"a: 1\nb: !!python/object:os.system x\n", 2),
        (b"a: 1\n<<: {b: 2}\nb: 1\na: 2\n", 4),
        (b"a: 1\na: 2\n", 2),
        (b"a: {b: 1, b: 2}\n", 1),
        (b"1: a\n", 1),
        (b"? [a]\n: b\n", 1),
        (b"a: 1.5\n", 1),
        (b"a: .inf\n", 1),
        (b"a: 1\nb: [\n", 3),
        (b"a: 1\n---\nb: 1\n", 2),
        (b"a: 1\nb: \xff\n", 2),
        (b"a: 1\nb: \x00\n", 2),
        (b"", 1),
        (b"[" * 40 + b"]" * 40, 1),
        (b"a: [" + b"x," * 70_000 + b"]", 1),
        (b"x" * ((1 << 20) + 1), 1),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_packs_do_not_use_is_refused(text: bytes, line: int) -> None:
    with pytest.raises(PackSyntaxError) as refused:
        parse(text, "f")
    assert refused.value.where == f"f:{line}"


@pytest.mark.parametrize("text", ["1976-06-40", "2023-02-29", "2020-13-01", "0000-01-01"])
def test_an_impossible_date_is_refused_even_where_no_date_is_asked_for(text: str) -> None:
    with pytest.raises(PackValueError):
        parse(f"a: {text}\n".encode(), "f")


@pytest.mark.parametrize(
    "text", ["2020-1-5", "2020/01/05", "20200105", "'2020-02-30'", "1", "true", "[2020-01-01]"]
)
def test_a_date_is_written_in_one_way(text: str) -> None:
    with pytest.raises(PackValueError):
        parse(f"a: {text}\n".encode(), "f").entries()["a"].date()


@pytest.mark.parametrize("text", ["2018", "true", "null", "''", "' '", "[x]", "{x: y}", "2020-01-01"])
def test_text_is_text(text: str) -> None:
    with pytest.raises(PackValueError):
        parse(f"a: {text}\n".encode(), "f").entries()["a"].text()


@pytest.mark.parametrize("text", ["x", "-1", "11", "'5'", "5.0", "05"])
def test_a_number_is_whole_and_in_its_range(text: str) -> None:
    with pytest.raises(PackError):
        parse(f"a: {text}\n".encode(), "f").entries()["a"].integer(0, 10)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_file_or_a_refusal(data: bytes) -> None:
    with contextlib.suppress(PackError):
        assert parse(data, "f").place.file == "f"


@given(
    st.recursive(
        st.one_of(st.integers(0, 9999), st.booleans(), st.text(st.characters(codec="utf-8"), max_size=9)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(st.text("abc", min_size=1), inner)
        ),
    )
)
def test_an_archived_value_comes_back_the_same(value: object) -> None:
    assert from_plain(value, Place("f", 0)).plain() == value
