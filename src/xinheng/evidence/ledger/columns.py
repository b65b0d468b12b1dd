"""The ledger's hashes over Arrow columns, for bulk work; `model` says the same of one event.

Contents are text, ids binary(16), salts binary(16), hashes binary(32), dates date32; results are binary(32).
Property tests hold them equal to the functions of `model`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from xinheng.core.encoding import delimited, netstring
from xinheng.ground.hashing import sha256

HASH = 32
ID = 16


def digests(contents: pa.Array) -> pa.Array:
    """The SHA-256 of each content; null: nothing said, so no bytes."""
    return sha256(pc.fill_null(contents, "") if contents.null_count else contents)


def commitments(salts: pa.Array, digested: pa.Array) -> pa.Array:
    """`model.commitment` over the `digests` of the contents."""
    return sha256(joined(salts, digested))


def mac(messages: pa.Array, inner: bytes, outer: bytes) -> pa.Array:
    """HMAC-SHA-256 (RFC 2104) of each message.

    `inner` and `outer`: the key block XORed with 0x36 and 0x5c, as `ground.keys.MacKey.blocks()` gives them.
    """
    return sha256(joined(outer, sha256(joined(inner, messages))))


def tagged(tag: str, hashed: Sequence[pa.Array]) -> pa.Array:
    """`core.encoding.delimited(tag, *hashed)` of each row, over columns of 32 bytes."""
    return joined(delimited(tag), *(piece for column in hashed for piece in (b"%d:" % HASH, column, b",")))


@dataclass(frozen=True)
class Entries:
    """What the entries of some events bind. Columns may have nulls (no such value), but for `event` and the
    commitments; what all events have in common is given as it is."""

    kind: pa.Array | str
    event: pa.Array
    record: pa.Array
    item: str
    subject: pa.Array
    source: bytes
    pack: str
    valid_from: pa.Array
    commitments: Sequence[pa.Array]

    def hashes(self) -> pa.Array:
        """`model.entry_hash` of each event."""
        kind = netstring(self.kind.encode()) if isinstance(self.kind, str) else _netstrings(self.kind)
        parts = [
            delimited("xinheng/entry/1"),
            kind,
            *_ids(self.event),
            *_ids(self.record),
            delimited(self.item),
            *_ids(self.subject),
            delimited(self.source, self.pack),
            _netstrings(self.valid_from),
        ]
        for column in self.commitments:
            parts += [b"%d:" % HASH, column, b","]
        return sha256(joined(*parts))


def joined(*parts: pa.Array | bytes) -> pa.Array:
    """The parts after each other, row by row, as binary. At least one is a column; none has nulls."""
    merged: list[pa.Array | bytes] = []
    for part in parts:
        if merged and isinstance(part, bytes) and isinstance(merged[-1], bytes):
            merged[-1] += part
        else:
            merged.append(part)
    kind = pa.binary()
    given = [pa.scalar(p, kind) if isinstance(p, bytes) else p.cast(kind) for p in merged]
    return pc.binary_join_element_wise(*given, pa.scalar(b"", kind))


def _ids(column: pa.Array) -> list[pa.Array | bytes]:
    """Netstrings of ids; null counts as empty."""
    if column.null_count == len(column):
        return [netstring(b"")]
    if not column.null_count:
        return [b"%d:" % ID, column, b","]
    there = joined(b"%d:" % ID, pc.fill_null(column, bytes(ID)), b",")
    return [pc.if_else(pc.is_valid(column), there, pa.scalar(netstring(b""), pa.binary()))]


def _netstrings(column: pa.Array) -> pa.Array:
    """Netstrings of texts or dates; null counts as empty."""
    said = pc.fill_null(column.cast(pa.string()), "").cast(pa.binary())
    return joined(pc.binary_length(said).cast(pa.string()), b":", said, b",")
