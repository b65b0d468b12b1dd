"""Length-delimited encoding for everything that is hashed: no two different tuples share their bytes."""

from __future__ import annotations

import hashlib


def netstring(part: bytes) -> bytes:
    """`<length in decimal>:<bytes>,` (the netstring form): self-delimiting, easy to write in SQL too."""
    return b"%d:%b," % (len(part), part)


def delimited(*parts: bytes | str) -> bytes:
    """The concatenated netstrings of `parts`; text is encoded as UTF-8."""
    return b"".join(netstring(p.encode() if isinstance(p, str) else p) for p in parts)


def number(*parts: bytes | str) -> int:
    """64 bits, signed: the first eight bytes of the SHA-256 of the `delimited` parts.

    Whoever knows the parts knows the number, and two writers give the same ones the same without asking.
    """
    return int.from_bytes(hashlib.sha256(delimited(*parts)).digest()[:8], signed=True)


def told(part: bytes | str | None) -> bytes:
    """A part that may be missing, told apart from one that is empty."""
    if part is None:
        return b"-"
    return b"+" + (part.encode() if isinstance(part, str) else part)
