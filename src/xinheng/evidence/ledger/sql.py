"""The ledger's hashes as DuckDB SQL: one expression each, for bulk work inside a `SELECT`.

Every function takes and returns SQL text; arguments are column names or expressions over columns. Results
are BLOBs of 32 bytes, equal to the Python functions of `model` (held by property tests). Ids and salts are
BLOB columns, contents VARCHAR, dates DATE.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xinheng.core.encoding import delimited

HASH = 32


def blob(value: bytes) -> str:
    """A BLOB literal."""
    return "'" + "".join(f"\\x{byte:02X}" for byte in value) + "'::BLOB"


def digest(content: str) -> str:
    """`model.digest` of a VARCHAR content in UTF-8; NULL: nothing said, so no bytes."""
    return _sha256(f"coalesce({content}, '')")


def commitment(salt: str, digested: str) -> str:
    """`model.commitment` over a BLOB salt of 16 bytes and the `digest` of the content."""
    return _sha256(f"{salt} || {digested}")


@dataclass(frozen=True)
class EntryColumns:
    """The columns that an entry binds; `"NULL"` where the event has no such value."""

    kind: str
    event: str
    record: str
    item: str
    subject: str
    source: str
    pack: str
    valid_from: str
    commitments: tuple[str, str, str]


def entry(columns: EntryColumns) -> str:
    """`model.entry_hash` over the columns named."""
    parts = [
        delimited("xinheng/entry/1"),
        _text_netstring(columns.kind),
        _id_netstring(columns.event),
        _id_netstring(columns.record),
        _text_netstring(columns.item),
        _id_netstring(columns.subject),
        _id_netstring(columns.source),
        _text_netstring(columns.pack),
        _text_netstring(f"CAST({columns.valid_from} AS VARCHAR)"),
        *_hash_netstrings(columns.commitments),
    ]
    return _sha256(_joined(parts))


def mac(message: str, inner: str, outer: str) -> str:
    """HMAC-SHA-256 (RFC 2104) of a BLOB expression.

    `inner` and `outer` are BLOB expressions of the key block XORed with 0x36 and 0x5c, as
    `ground.keys.MacKey.blocks()` gives them; `blob()` writes them as literals. NULL stays NULL.
    """
    return _sha256(f"{outer} || {_sha256(f'{inner} || {message}')}")


def tagged(tag: str, hashed: Sequence[str]) -> str:
    """`core.encoding.delimited(tag, *hashed)` over BLOB expressions of 32 bytes, as a BLOB expression."""
    return _joined([delimited(tag), *_hash_netstrings(hashed)])


def _hash_netstrings(columns: Sequence[str]) -> list[bytes | str]:
    return [piece for column in columns for piece in (b"%d:" % HASH, column, b",")]


def _id_netstring(column: str) -> str:
    """A netstring of a BLOB column of 16 bytes; NULL counts as empty."""
    there = f"{blob(b'16:')} || {column} || {blob(b',')}"
    return f"CASE WHEN {column} IS NULL THEN {blob(b'0:,')} ELSE {there} END"


def _text_netstring(column: str) -> str:
    """A netstring of a VARCHAR column; NULL counts as empty."""
    value = f"coalesce({column}, '')"
    return f"encode(concat(strlen({value}), ':', {value}, ','))"


def _joined(pieces: Sequence[bytes | str]) -> str:
    """The pieces (bytes, or BLOB expressions) after each other; halves first: little is copied twice."""
    merged: list[bytes | str] = []
    for piece in pieces:
        if merged and isinstance(piece, bytes) and isinstance(merged[-1], bytes):
            merged[-1] += piece
        else:
            merged.append(piece)

    def tree(some: list[bytes | str]) -> str:
        if len(some) == 1:
            return blob(some[0]) if isinstance(some[0], bytes) else some[0]
        half = len(some) // 2
        return f"({tree(some[:half])} || {tree(some[half:])})"

    return tree(merged)


def _sha256(message: str) -> str:
    return f"unhex(sha256({message}))"
