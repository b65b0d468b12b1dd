"""Hashes that the bulk engine compares by, as DuckDB SQL: one expression each, inside a `SELECT`.

Every function takes and returns SQL text; arguments are column names or expressions over columns. Results
are BLOBs, equal to the functions of `model` and `columns` (held by property tests). Contents are VARCHAR.
What is hashed of every row goes through `columns`, which is several times as quick.
"""

from __future__ import annotations

from collections.abc import Sequence

from xinheng.core.encoding import delimited

HASH = 32


def blob(value: bytes) -> str:
    """A BLOB literal."""
    return "'" + "".join(f"\\x{byte:02X}" for byte in value) + "'::BLOB"


def digest(content: str) -> str:
    """`model.digest` of a VARCHAR content in UTF-8; NULL: nothing said, so no bytes."""
    return _sha256(f"coalesce({content}, '')")


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
