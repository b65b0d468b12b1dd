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
    CHANGED_SCHEMA,
    CLASSES,
    CONTENT_SCHEMA,
    EVENT_SCHEMA,
    RECORD_SCHEMA,
    SALT_BYTES,
    EventKind,
    Provenance,
    commitment,
    entry_hash,
)
from xinheng.evidence.ledger.projection import Batch, Part

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
    closed = [
        commitment(disclosure, salt, (text or "").encode())
        for disclosure, salt, text in zip(CLASSES, salts, said, strict=True)
    ]
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
