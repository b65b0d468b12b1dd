"""The SQL hashes equal the Python hashes: one evaluator may stand in for the other."""

from __future__ import annotations

import hashlib
import hmac

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from xinheng.core.encoding import delimited
from xinheng.evidence.ledger import sql

TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=60)
HASHES = st.binary(min_size=32, max_size=32)
COMMITMENTS = st.tuples(HASHES, HASHES, HASHES)


def ask(expression: str, **values: object) -> object:
    columns = ", ".join(f"${name}::{_type(value)} AS {name}" for name, value in values.items())
    with duckdb.connect() as connection:
        row = connection.execute(f"SELECT {expression} FROM (SELECT {columns})", values).fetchone()
    assert row is not None
    return row[0]


def _type(value: object) -> str:
    return "BLOB" if isinstance(value, bytes) else "VARCHAR"


@settings(max_examples=60, deadline=None)
@given(st.none() | TEXT)
def test_a_digest_in_sql_equals_the_one_in_python(content: str | None) -> None:
    assert ask(sql.digest("content"), content=content) == hashlib.sha256((content or "").encode()).digest()


@settings(max_examples=20, deadline=None)
@given(COMMITMENTS)
def test_tagged_hashes_in_sql_equal_the_delimited_ones_in_python(hashed: tuple[bytes, bytes, bytes]) -> None:
    got = ask(sql.tagged("a tag", ["c0", "c1", "c2"]), c0=hashed[0], c1=hashed[1], c2=hashed[2])
    assert got == delimited("a tag", *hashed)


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=32, max_size=32), TEXT)
def test_hmac_in_sql_equals_the_standard_library(key: bytes, message: str) -> None:
    block = key.ljust(64, b"\x00")
    inner, outer = (sql.blob(bytes(b ^ pad for b in block)) for pad in (0x36, 0x5C))
    assert ask(sql.mac("encode(message)", inner, outer), message=message) == hmac.digest(
        key, message.encode(), "sha256"
    )
