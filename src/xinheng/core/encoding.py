"""Length-delimited encoding for everything that is hashed: no two different tuples share their bytes."""

from __future__ import annotations


def netstring(part: bytes) -> bytes:
    """`<length in decimal>:<bytes>,` (the netstring form): self-delimiting, easy to write in SQL too."""
    return b"%d:%b," % (len(part), part)


def delimited(*parts: bytes | str) -> bytes:
    """The concatenated netstrings of `parts`; text is encoded as UTF-8."""
    return b"".join(netstring(p.encode() if isinstance(p, str) else p) for p in parts)
