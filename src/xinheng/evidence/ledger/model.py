"""Events, commitments and the shape of an append: pure values and functions.

Hashing (decision 4): a *commitment* per disclosure class hides the digest of its content behind a salt; the
*entry* binds kind, event, record, its provenance (item, organisation, source, pack, valid date) and the three
commitments, whose places say which class they are of; the *leaf* binds the entry to kind and known time, and
its position in the RFC 6962 tree is the event's position in its epoch. Without the provenance in the entry an
operator could hand a decision to another agency, date or organisation and every proof would still hold.

`evidence.ledger.columns` says the same over Arrow columns, for bulk; property tests hold them equal.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from xinheng.core.encoding import delimited
from xinheng.core.times import Known

CLASSES = ("public", "shared", "authorised")
SALT_BYTES = 16
HASH_BYTES = 32
LEAF_TAIL = b","  # after the entry, which ends the leaf as a netstring


class EventKind(StrEnum):
    """What an event says happened. Kinds are only ever added."""

    RECORDED = "recorded"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    PUBLICITY_ENDED = "publicity_ended"
    MERGED = "merged"
    CODE_CORRECTED = "code_corrected"  # an organisation's unified code, by its registration authority
    PACK_ACTIVATED = "pack_activated"
    CONTENT_ERASED = "content_erased"
    KEY_ROTATED = "key_rotated"
    EPOCH_OPENED = "epoch_opened"


def commitment(salt: bytes, content: bytes) -> bytes:
    """SHA-256(salt || SHA-256(content)). 32 bytes. No delimiters: a digest always has 32 bytes.

    `content` is canonical JSON in UTF-8; a class in which the event says nothing commits to no bytes.
    """
    return hashlib.sha256(salt + hashlib.sha256(content).digest()).digest()


@dataclass(frozen=True)
class Provenance:
    """Whom an event is about, who sent it, under which item and rules, and since when it holds in law.

    Absent values are hashed as empty parts; no present value is empty.
    """

    pack: str
    item: str | None = None
    subject: UUID | None = None
    source: UUID | None = None
    valid_from: date | None = None

    def parts(self) -> tuple[str | bytes, ...]:
        """What the entry hash binds, in this order."""
        return (
            self.item or "",
            self.subject.bytes if self.subject else b"",
            self.source.bytes if self.source else b"",
            self.pack,
            self.valid_from.isoformat() if self.valid_from else "",
        )


def entry_hash(
    kind: str,
    event: UUID,
    record: UUID | None,
    provenance: Provenance,
    commitments: tuple[bytes, bytes, bytes],
) -> bytes:
    """SHA-256 over (tag, kind, event, record, provenance, three commitments), length-delimited. 32 bytes."""
    ids = (event.bytes, record.bytes if record else b"")
    parts = ("xinheng/entry/1", kind, *ids, *provenance.parts(), *commitments)
    return hashlib.sha256(delimited(*parts)).digest()


def leaf_data(kind: str, known: Known, entry: bytes) -> bytes:
    """The bytes that the Merkle log holds for one event: its header without the position."""
    return leaf_head(kind, known) + entry + LEAF_TAIL


def leaf_head(kind: str, known: Known) -> bytes:
    """The part of the leaf that all events of one kind in one append share; the entry's length ends it."""
    return delimited("xinheng/leaf/1", kind, known.isoformat()) + b"%d:" % HASH_BYTES


@dataclass(frozen=True)
class Appended:
    """Where an append went: `seq` in `[first, first + count)`, all with one `known`."""

    first: int  # in the table `events`, dense over all epochs
    count: int
    known: Known
    epoch: int
    size: int  # of this epoch's log afterwards
    root: bytes  # RFC 6962 root at that size
