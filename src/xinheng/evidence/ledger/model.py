"""Events, commitments and the shape of an append: pure values and functions.

Hashing (decision 4): a *commitment* per disclosure class hides its content behind a salt; the *entry*
binds kind, event, record and the three commitments; the *leaf* binds the entry to kind and known time,
and its position in the RFC 6962 tree is the event's `seq`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import pyarrow as pa

from xinheng.core.encoding import delimited
from xinheng.core.times import Known

CLASSES = ("public", "shared", "authorised")
SALT_BYTES = 16


class EventKind(StrEnum):
    """What an event says happened. Kinds are only ever added."""

    RECORDED = "recorded"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    PUBLICITY_ENDED = "publicity_ended"
    MERGED = "merged"
    PACK_ACTIVATED = "pack_activated"
    CONTENT_ERASED = "content_erased"
    KEY_ROTATED = "key_rotated"
    EPOCH_OPENED = "epoch_opened"


def commitment(disclosure: str, salt: bytes, content: bytes) -> bytes:
    """SHA-256 over (tag, class, salt, content), length-delimited. 32 bytes."""
    return hashlib.sha256(delimited("xinheng/commitment/1", disclosure, salt, content)).digest()


def entry_hash(kind: str, event: UUID, record: UUID | None, commitments: tuple[bytes, bytes, bytes]) -> bytes:
    """SHA-256 over (tag, kind, event, record, three commitments), length-delimited. 32 bytes."""
    ids = (event.bytes, record.bytes if record else b"")
    return hashlib.sha256(delimited("xinheng/entry/1", kind, *ids, *commitments)).digest()


def leaf_data(kind: str, known: Known, entry: bytes) -> bytes:
    """The bytes that the Merkle log holds for one event: its header without the position."""
    return delimited("xinheng/leaf/1", kind, known.isoformat(), entry)


# One row an event. Everything here is made before the head is locked; `append` adds seq and known.
EVENT_SCHEMA = pa.schema(
    [
        ("event", pa.binary(16)),  # in the order in which they are to stand in the log
        ("kind", pa.string()),
        ("entry", pa.binary(32)),
    ]
)

# The erasable part, loaded before the head is locked. Column for column the table `contents`.
CONTENT_SCHEMA = pa.schema(
    [
        ("event", pa.binary(16)),
        ("record", pa.binary(16)),
        ("item", pa.string()),
        ("subject", pa.binary(16)),
        ("source", pa.binary(16)),
        ("receipt", pa.binary(16)),
        ("line", pa.int32()),
        ("pack", pa.string()),
        ("valid_from", pa.date32()),
        ("public", pa.string()),
        ("shared", pa.string()),
        ("authorised", pa.string()),
        ("salts", pa.binary(48)),
        ("commitments", pa.binary(96)),
        ("content_mac", pa.binary(32)),
    ]
)

# Current state of records as an append leaves them. Column for column the table `records`.
RECORD_SCHEMA = pa.schema(
    [
        ("record", pa.binary(16)),
        ("item", pa.string()),
        ("key_mac", pa.binary(32)),
        ("content_mac", pa.binary(32)),
        ("subject", pa.binary(16)),
        ("source", pa.binary(16)),
        ("event", pa.binary(16)),
        ("profile", pa.string()),
        ("state", pa.string()),
        ("decided_on", pa.date32()),
        ("document", pa.string()),
        ("authority", pa.string()),
        ("due_on", pa.date32()),
        ("received_on", pa.date32()),
        ("shown_mark", pa.bool_()),
        ("reported_mark", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Appended:
    """Where an append went: positions `[first, first + count)`, all with one `known`."""

    first: int
    count: int
    known: Known
    size: int  # of the log afterwards
    root: bytes  # RFC 6962 root at that size
