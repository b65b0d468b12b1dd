"""The files of the folder exchange: read as they were written; torn ones, or ones leading out, refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.outward.reconciliation import formats
from xinheng.outward.reconciliation.formats import Unreadable
from xinheng.outward.reconciliation.model import Act, Held, Outcome
from xinheng.outward.reconciliation.partner import Line, Outgoing, Said

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
LINES = st.builds(
    Line,
    st.uuids(),
    st.uuids(),
    st.integers(0, 2**40),
    st.none() | TEXTS,
    st.dictionaries(TEXTS.filter(bool), TEXTS, max_size=4),
)


@given(st.lists(LINES, max_size=5))
def test_a_batch_is_read_as_it_was_written(lines: list[Line]) -> None:
    out = Outgoing(UUID(int=1), 7, "penalty", Act.RECORD, AT, tuple(lines))
    content, rows = formats.written(formats.outgoing_rows(out))
    of = formats.described("records", "7.jsonl", content, rows, AT, (out.batch, 7, "penalty"))
    assert formats.manifest(of.as_json()) == of
    assert [formats.line_of(row) for row in formats.lines(content, of)] == lines


@given(
    st.lists(st.builds(Said, st.uuids(), st.sampled_from(Outcome), st.none() | TEXTS), max_size=5), st.data()
)
def test_a_torn_file_is_never_read_as_less(said: list[Said], data: st.DataObject) -> None:
    content, rows = formats.written(formats.said_row(s) for s in said)
    of = formats.described("receipt", "a.receipt.jsonl", content, rows, AT)
    assert [formats.said_of(row) for row in formats.lines(content, of)] == said
    if content:
        torn = content[: data.draw(st.integers(0, len(content) - 1))]
        with pytest.raises(Unreadable):
            formats.lines(torn, of)


def test_withdrawals_and_lists_are_read_as_they_were_written() -> None:
    line = Line(UUID(int=1), UUID(int=2), 3, "U", {}, date(2026, 11, 18), "复议决定撤销")
    out = Outgoing(UUID(int=1), 7, "penalty", Act.WITHDRAW, AT, (line,))
    assert [formats.line_of(row) for row in formats.outgoing_rows(out)] == [line]
    held = Held("U1", "penalty", False, False, "d", UUID(int=2))
    assert formats.held_of(formats.held_row(held)) == held


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/b", "a\\b", ".hidden", ""])
def test_a_manifest_that_leads_out_of_the_folder_is_refused(name: str) -> None:
    of = formats.described("receipt", "x", b"", 0, AT).as_json()
    said = json.loads(of) | {"file": name}
    with pytest.raises(Unreadable):
        formats.manifest(json.dumps(said).encode())


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": "x"},
        {"outcome": "gone"},
        {"reasons": 3},
        {"outcome": None},
    ],
)
def test_a_row_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    good = formats.said_row(Said(UUID(int=1), Outcome.TAKEN))
    with pytest.raises(Unreadable):
        formats.said_of(good | wrong)
    with pytest.raises(Unreadable):
        formats.held_of({"there": "x"})
    with pytest.raises(Unreadable):
        formats.line_of(
            {"version": str(UUID(int=1)), "record": str(UUID(int=1)), "seq": 1, "fields": {"a": 1}}
        )
    with pytest.raises(Unreadable):
        formats.manifest(b'{"format": "other/1"}')
