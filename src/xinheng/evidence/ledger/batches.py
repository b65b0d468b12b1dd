"""Writing the parts of a batch, and the small batch of a single event."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa

from xinheng.core import canonical
from xinheng.evidence.ledger.model import (
    CLASSES,
    SALT_BYTES,
    EventKind,
    Provenance,
    commitment,
    entry_hash,
)
from xinheng.evidence.ledger.projection import Batch, Part

# One row an event. Everything here is made before the head is locked; `append` adds seq and known.
EVENT_SCHEMA = pa.schema(
    [
        ("event", pa.binary(16)),  # in the order in which they are to stand in the log
        ("kind", pa.string()),
        ("entry", pa.binary(32)),
    ]
)

# The erasable part, loaded before the head is locked: the table `contents`, where item, source, receipt and
# pack are kept as one number (`provenances`).
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

# The new state of records that exist. `previous` is the version the caller compared with: where somebody
# else has moved the record on since, the append is refused and the comparison starts anew.
CHANGED_SCHEMA = RECORD_SCHEMA.append(pa.field("previous", pa.binary(16)))

SCHEMAS: Mapping[Part, pa.Schema] = {
    "events": EVENT_SCHEMA,
    "contents": CONTENT_SCHEMA,
    "records": RECORD_SCHEMA,
    "changed": CHANGED_SCHEMA,
}


def write_part(batch: Batch, part: Part, rows: pa.Table | pa.RecordBatchReader) -> None:
    """Write one part of a batch. Raises ValueError where the schema is not the part's own."""
    if part in SCHEMAS and not rows.schema.equals(SCHEMAS[part]):
        raise ValueError(f"the schema of {part} is not the contract's")
    with pa.OSFile(str(batch.path(part)), "wb") as sink, pa.ipc.new_file(sink, rows.schema) as writer:
        if isinstance(rows, pa.Table):
            writer.write_table(rows)
        else:
            for each in rows:
                writer.write_batch(each)


@dataclass(frozen=True)
class Single:
    """One event as a room wants it appended: what it says, by disclosure class, and about what."""

    kind: EventKind
    provenance: Provenance
    record: UUID | None = None
    public: Mapping[str, Any] | None = None
    shared: Mapping[str, Any] | None = None
    authorised: Mapping[str, Any] | None = None


def single_batch(folder: Path, event: UUID, single: Single) -> Batch:
    """The batch of one event, with fresh salts. `event` is a new id."""
    said = [
        None if value is None else canonical.dumps(value)
        for value in (single.public, single.shared, single.authorised)
    ]
    salts = [secrets.token_bytes(SALT_BYTES) for _ in CLASSES]
    closed = [commitment(salt, (text or "").encode()) for salt, text in zip(salts, said, strict=True)]
    source = single.provenance
    entry = entry_hash(single.kind, event, single.record, source, (closed[0], closed[1], closed[2]))
    batch = Batch(folder, 1, source.item)
    write_part(batch, "events", _row(EVENT_SCHEMA, event=event.bytes, kind=str(single.kind), entry=entry))
    content = _row(
        CONTENT_SCHEMA,
        event=event.bytes,
        record=_bytes(single.record),
        item=source.item,
        subject=_bytes(source.subject),
        source=_bytes(source.source),
        pack=source.pack,
        valid_from=source.valid_from,
        public=said[0],
        shared=said[1],
        authorised=said[2],
        salts=b"".join(salts),
        commitments=b"".join(closed),
    )
    write_part(batch, "contents", content)
    return batch


def changed_row(row: tuple[Any, ...], **new: object) -> pa.Table:
    """A record's row as `changed` wants it: as it is, but for `new`. `row` is that of RECORD_SCHEMA."""
    values = {name: _plain(value) for name, value in zip(RECORD_SCHEMA.names, row, strict=True)}
    previous = values["event"]
    return _row(CHANGED_SCHEMA, **{**values, **new, "previous": previous})


def _row(schema: pa.Schema, **values: object) -> pa.Table:
    return pa.Table.from_pylist([values], schema=schema)


def _plain(value: object) -> object:
    return value.bytes if isinstance(value, UUID) else value


def _bytes(value: UUID | None) -> bytes | None:
    return value.bytes if value else None
