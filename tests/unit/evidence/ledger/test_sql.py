"""The SQL hashes equal the Python hashes: one evaluator may stand in for the other."""

from __future__ import annotations

import hmac
from datetime import date
from uuid import UUID

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from xinheng.core.encoding import delimited
from xinheng.evidence.ledger import sql
from xinheng.evidence.ledger.model import Provenance, commitment, entry_hash

TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=60)
IDS = st.uuids()
SALTS = st.binary(min_size=16, max_size=16)
HASHES = st.binary(min_size=32, max_size=32)
COMMITMENTS = st.tuples(HASHES, HASHES, HASHES)
PROVENANCES = st.builds(
    Provenance,
    pack=TEXT.filter(bool),
    item=st.none() | TEXT.filter(bool),
    subject=st.none() | IDS,
    source=st.none() | IDS,
    valid_from=st.none() | st.dates(date(1900, 1, 1), date(2999, 12, 31)),
)


def ask(expression: str, **values: object) -> object:
    columns = ", ".join(f"${name}::{_type(value)} AS {name}" for name, value in values.items())
    with duckdb.connect() as connection:
        row = connection.execute(f"SELECT {expression} FROM (SELECT {columns})", values).fetchone()
    assert row is not None
    return row[0]


def _type(value: object) -> str:
    return "BLOB" if isinstance(value, bytes) else "DATE" if isinstance(value, date) else "VARCHAR"


@settings(max_examples=60, deadline=None)
@given(SALTS, st.none() | TEXT)
def test_a_commitment_in_sql_equals_the_one_in_python(salt: bytes, content: str | None) -> None:
    expected = commitment(salt, (content or "").encode())
    assert ask(sql.commitment("salt", sql.digest("content")), salt=salt, content=content) == expected


@settings(max_examples=20, deadline=None)
@given(COMMITMENTS)
def test_tagged_hashes_in_sql_equal_the_delimited_ones_in_python(hashed: tuple[bytes, bytes, bytes]) -> None:
    got = ask(sql.tagged("a tag", ["c0", "c1", "c2"]), c0=hashed[0], c1=hashed[1], c2=hashed[2])
    assert got == delimited("a tag", *hashed)


@settings(max_examples=60, deadline=None)
@given(TEXT, IDS, st.none() | IDS, PROVENANCES, COMMITMENTS)
def test_an_entry_hash_in_sql_equals_the_one_in_python(
    kind: str,
    event: UUID,
    record: UUID | None,
    provenance: Provenance,
    commitments: tuple[bytes, bytes, bytes],
) -> None:
    columns = sql.EntryColumns(
        "kind",
        "event",
        "record::BLOB",
        "item",
        "subject::BLOB",
        "source::BLOB",
        "pack",
        "valid_from",
        ("c0", "c1", "c2"),
    )
    got = ask(
        sql.entry(columns),
        kind=kind,
        event=event.bytes,
        record=record.bytes if record else None,
        item=provenance.item,
        subject=provenance.subject.bytes if provenance.subject else None,
        source=provenance.source.bytes if provenance.source else None,
        pack=provenance.pack,
        valid_from=provenance.valid_from,
        c0=commitments[0],
        c1=commitments[1],
        c2=commitments[2],
    )
    assert got == entry_hash(kind, event, record, provenance, commitments)


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=32, max_size=32), TEXT)
def test_hmac_in_sql_equals_the_standard_library(key: bytes, message: str) -> None:
    block = key.ljust(64, b"\x00")
    inner, outer = (sql.blob(bytes(b ^ pad for b in block)) for pad in (0x36, 0x5C))
    assert ask(sql.mac("encode(message)", inner, outer), message=message) == hmac.digest(
        key, message.encode(), "sha256"
    )


def test_provenance_that_moves_a_value_to_the_next_column_changes_the_entry() -> None:
    event, blank = UUID(int=1), (b"\0" * 32,) * 3
    one = entry_hash("recorded", event, None, Provenance(pack="p", item="ab"), blank)
    other = entry_hash("recorded", event, None, Provenance(pack="p", valid_from=None, item="a"), blank)
    third = entry_hash("recorded", event, UUID(int=2), Provenance(pack="p", item="ab"), blank)
    assert len({one, other, third}) == 3
