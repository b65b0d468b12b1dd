"""The ledger's hashes as DuckDB SQL: one expression each, for bulk work inside a `SELECT`.

Every function takes and returns SQL text; arguments are column names or expressions over columns. Results
are BLOBs of 32 bytes, equal to the Python functions of `model` (held by property tests). Ids and salts are
BLOB columns, contents VARCHAR, dates DATE.
"""

from __future__ import annotations

from dataclasses import dataclass


def _text(part: str) -> str:
    """A netstring of a constant, as an SQL blob."""
    raw = part.encode()
    return blob(b"%d:%b," % (len(raw), raw))


def blob(value: bytes) -> str:
    """A BLOB literal."""
    return "'" + "".join(f"\\x{byte:02X}" for byte in value) + "'::BLOB"


def _netstring(column: str, size: int | None = None) -> str:
    """A netstring of a BLOB column; NULL counts as empty. `size` where every value has the same length."""
    if size is not None:
        return f"({blob(b'%d:' % size)} || {column} || {blob(b',')})"
    value = f"coalesce({column}, ''::BLOB)"
    return f"(encode(octet_length({value}) || ':') || {value} || {blob(b',')})"


def _text_netstring(column: str) -> str:
    value = f"coalesce({column}, '')"
    return f"encode(strlen({value}) || ':' || {value} || ',')"


def _sha256(message: str) -> str:
    return f"unhex(sha256({message}))"


def commitment(disclosure: str, salt: str, content: str) -> str:
    """`model.commitment` over a BLOB salt of 16 bytes and a VARCHAR content (NULL: nothing said)."""
    head = _text("xinheng/commitment/1") + " || " + _text(disclosure)
    return _sha256(f"{head} || {_netstring(salt, 16)} || {_text_netstring(content)}")


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
    parts = (
        _text("xinheng/entry/1"),
        _text_netstring(columns.kind),
        _netstring(columns.event),
        _netstring(columns.record),
        _text_netstring(columns.item),
        _netstring(columns.subject),
        _netstring(columns.source),
        _text_netstring(columns.pack),
        _text_netstring(f"CAST({columns.valid_from} AS VARCHAR)"),
        *(_netstring(c, 32) for c in columns.commitments),
    )
    return _sha256(" || ".join(parts))


def mac(message: str, inner: str, outer: str) -> str:
    """HMAC-SHA-256 (RFC 2104) of a VARCHAR expression in UTF-8.

    `inner` and `outer` are BLOB expressions of the key block XORed with 0x36 and 0x5c, as
    `ground.keys.MacKey.blocks()` gives them; `blob()` writes them as literals. NULL stays NULL.
    """
    return _sha256(f"{outer} || {_sha256(f'{inner} || encode({message})')}")
