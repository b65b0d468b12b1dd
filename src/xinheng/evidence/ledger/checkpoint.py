"""Checkpoints: C2SP tlog-checkpoint, a signed note with origin, size and root of the log.

Only what this home signed itself is read here; whoever trusts nobody uses `xinheng.verify`.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature

from xinheng.ground.keys import LogKey

_NOTE = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n\n((?:— \S+ \S+\n)+)")


@dataclass(frozen=True)
class Checkpoint:
    """What a log was at one size."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note text: three lines, each ended by a newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def signed(checkpoint: Checkpoint, key: LogKey) -> str:
    """The checkpoint as a signed note. Ed25519 is deterministic: the same checkpoint gives the same bytes."""
    signature = base64.b64encode(key.id + key.sign(checkpoint.text.encode())).decode()
    return f"{checkpoint.text}\n— {key.name} {signature}\n"


def opened(note: str, key: LogKey) -> Checkpoint | None:
    """The checkpoint in a note that `key` signed; None for anything else."""
    found = _NOTE.fullmatch(note)
    checkpoint = parsed(note)
    if found is None or checkpoint is None:
        return None
    return checkpoint if any(_signs(line, checkpoint, key) for line in found[4].splitlines()) else None


def parsed(note: str) -> Checkpoint | None:
    """The checkpoint in a note whoever signed it: only to build proofs, which their reader checks."""
    found = _NOTE.fullmatch(note)
    return Checkpoint(found[1], int(found[2]), base64.b64decode(found[3])) if found else None


def _signs(line: str, checkpoint: Checkpoint, key: LogKey) -> bool:
    _, name, encoded = line.split(" ")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return False
    if name != key.name or raw[:4] != key.id:
        return False
    try:
        key.private.public_key().verify(raw[4:], checkpoint.text.encode())
    except InvalidSignature:
        return False
    return True
