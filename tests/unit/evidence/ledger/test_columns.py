"""Hashes over columns equal those of one event: one evaluator may stand in for the other."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date
from uuid import UUID

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinheng.core.encoding import delimited
from xinheng.evidence.ledger import columns
from xinheng.evidence.ledger.model import Provenance, commitment, entry_hash

TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=60)
IDS = st.uuids()
SALTS = st.binary(min_size=16, max_size=16)
HASHES = st.binary(min_size=32, max_size=32)
DAYS = st.dates(date(1900, 1, 1), date(2999, 12, 31))
ROWS = st.lists(
    st.tuples(
        TEXT, IDS, st.none() | IDS, st.none() | IDS, st.none() | DAYS, st.tuples(HASHES, HASHES, HASHES)
    ),
    min_size=1,
    max_size=5,
)


def ids(values: list[UUID | None]) -> pa.Array:
    return pa.array([v and v.bytes for v in values], pa.binary(16))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(SALTS, st.none() | TEXT), min_size=1, max_size=4))
def test_commitments(rows: list[tuple[bytes, str | None]]) -> None:
    salts, said = zip(*rows, strict=True)
    digests = columns.digests(pa.array(said, pa.string()))
    got = columns.commitments(pa.array(salts, pa.binary(16)), digests).to_pylist()
    assert got == [commitment(salt, (content or "").encode()) for salt, content in rows]


@settings(max_examples=80, deadline=None)
@given(ROWS, TEXT.filter(bool), SALTS, TEXT.filter(bool), st.booleans())
def test_entries(
    rows: list[tuple[str, UUID, UUID | None, UUID | None, date | None, tuple[bytes, bytes, bytes]]],
    item: str,
    source: bytes,
    pack: str,
    one_kind: bool,
) -> None:
    kinds, events, records, subjects, days, closed = (list(each) for each in zip(*rows, strict=True))
    if one_kind:
        kinds = [kinds[0]] * len(kinds)
    entries = columns.Entries(
        kind=kinds[0] if one_kind else pa.array(kinds, pa.string()),
        event=ids(events),
        record=ids(records),
        item=item,
        subject=ids(subjects),
        source=source,
        pack=pack,
        valid_from=pa.array(days, pa.date32()),
        commitments=[pa.array(each, pa.binary(32)) for each in zip(*closed, strict=True)],
    )
    expected = [
        entry_hash(kind, event, record, Provenance(pack, item, subject, UUID(bytes=source), day), given)
        for kind, event, record, subject, day, given in zip(
            kinds, events, records, subjects, days, closed, strict=True
        )
    ]
    assert entries.hashes().to_pylist() == expected


@settings(max_examples=40, deadline=None)
@given(HASHES, st.lists(st.tuples(HASHES, HASHES), min_size=1, max_size=3))
def test_hmac_of_tagged_hashes(key: bytes, rows: list[tuple[bytes, bytes]]) -> None:
    block = key.ljust(64, b"\x00")
    inner, outer = (bytes(b ^ pad for b in block) for pad in (0x36, 0x5C))
    said = columns.tagged("a tag", [pa.array(each, pa.binary(32)) for each in zip(*rows, strict=True)])
    assert said.to_pylist() == [delimited("a tag", *row) for row in rows]
    expected = [hmac.digest(key, delimited("a tag", *row), "sha256") for row in rows]
    assert columns.mac(said, inner, outer).to_pylist() == expected


def test_a_slice_is_hashed_not_what_stands_before_it() -> None:
    given = pa.array([b"a" * 32, b"b" * 32, b"c" * 32], pa.binary(32))[1:]
    assert columns.tagged("t", [given]).to_pylist() == [delimited("t", b"b" * 32), delimited("t", b"c" * 32)]
    assert columns.digests(pa.array(["x", None, "y"])[1:]).to_pylist() == [
        hashlib.sha256(said).digest() for said in (b"", b"y")
    ]


def test_commitments_are_needed_for_every_event() -> None:
    with pytest.raises(ValueError, match="no hash"):
        columns.commitments(pa.array([None], pa.binary(16)), pa.array([bytes(32)], pa.binary(32)))


def test_provenance_that_moves_a_value_to_the_next_column_changes_the_entry() -> None:
    event, blank = UUID(int=1), (b"\0" * 32,) * 3
    one = entry_hash("recorded", event, None, Provenance(pack="p", item="ab"), blank)
    other = entry_hash("recorded", event, None, Provenance(pack="p", valid_from=None, item="a"), blank)
    third = entry_hash("recorded", event, UUID(int=2), Provenance(pack="p", item="ab"), blank)
    assert len({one, other, third}) == 3
