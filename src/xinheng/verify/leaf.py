"""What a leaf of the log binds: tag, kind, known time, entry hash; and what an entry hash binds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from xinheng.verify.refusal import Refused

KNOWN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
KIND = re.compile(r"[a-z_]{1,40}")
CLASSES = ("public", "shared", "authorised")


def joined(*parts: bytes | str) -> bytes:
    """Each part with its length before it, `<length>:<bytes>,`: no two lists of parts look the same."""
    raw = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(b"%d:%b," % (len(part), part) for part in raw)


@dataclass(frozen=True)
class Leaf:
    """One event's header as the log holds it."""

    kind: str
    known: str
    entry: bytes

    def data(self) -> bytes:
        return joined("xinheng/leaf/1", self.kind, self.known, self.entry)

    @classmethod
    def parse(cls, data: bytes) -> Leaf:
        """Read a leaf. Raises Refused unless writing it again gives the same bytes."""
        parts = _parts(data)
        if parts is None or len(parts) != 4 or parts[0] != b"xinheng/leaf/1" or len(parts[3]) != 32:
            raise Refused("日志条目格式不对", "a log entry is malformed")
        kind, known = parts[1].decode("ascii", "replace"), parts[2].decode("ascii", "replace")
        leaf = cls(kind, known, parts[3])
        if not KIND.fullmatch(kind) or not KNOWN.fullmatch(known) or leaf.data() != data:
            raise Refused("日志条目格式不对", "a log entry is malformed")
        return leaf


def _parts(data: bytes) -> list[bytes] | None:
    found, position = [], 0
    while position < len(data):
        colon = data.find(b":", position, position + 8)
        digits = data[position:colon]
        if colon < 0 or not digits.isdigit():
            return None
        end = colon + 1 + int(digits)
        if data[end : end + 1] != b",":
            return None
        found.append(data[colon + 1 : end])
        position = end + 1
    return found


def commitment(salt: bytes, content: str) -> bytes:
    """What stands in the entry for the content of one disclosure class. `salt` has 16 bytes."""
    return sha256(salt + sha256(content.encode()).digest()).digest()


def entry_hash(header: list[bytes | str], provenance: list[bytes | str], commitments: list[bytes]) -> bytes:
    """`header`: kind, event, record. `provenance`: item, subject, source, pack, valid_from."""
    return sha256(joined("xinheng/entry/1", *header, *provenance, *commitments)).digest()
