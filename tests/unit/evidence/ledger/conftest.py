"""Invented records for the ledger's tests."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pyarrow as pa
import pytest

from xinheng.core import canonical
from xinheng.core.ids import new_ids
from xinheng.core.times import Clock
from xinheng.evidence.ledger.batches import (
    CHANGED_SCHEMA,
    CONTENT_SCHEMA,
    EVENT_SCHEMA,
    RECORD_SCHEMA,
    write_part,
)
from xinheng.evidence.ledger.model import (
    CLASSES,
    Provenance,
    commitment,
    entry_hash,
)
from xinheng.evidence.ledger.projection import Batch
from xinheng.evidence.ledger.service import append, open_log
from xinheng.ground.store import Database

SOURCE = UUID(int=0xA)
SUBJECT = UUID(int=0xB)
PACK = "demo@sha256:" + "0" * 64


@dataclass(frozen=True)
class Draft:
    """One invented record, new or corrected."""

    text: str
    record: UUID
    previous: UUID | None = None
    valid_from: date = date(2026, 11, 1)
    event: UUID | None = None


def draft(text: str, **more: object) -> Draft:
    return Draft(text, more.pop("record", None) or uuid4(), **more)  # type: ignore[arg-type]  # a test's shorthand


def mac_of(text: str) -> bytes:
    """Stands for the home's HMAC."""
    return hashlib.sha256(text.encode()).digest()


def batch_of(folder: Path, drafts: Sequence[Draft], clock: Clock) -> Batch:
    """A batch as intake would make it, hashed in Python."""
    folder.mkdir(parents=True)
    ids = new_ids(clock, len(drafts))
    events, contents, rows = [], [], {"records": [], "changed": []}
    for n, each in enumerate(drafts):
        event = each.event or UUID(bytes=ids[16 * n : 16 * n + 16])
        said = [canonical.dumps({"text": each.text}), canonical.dumps({"shared": each.text}), "{}"]
        salts = [secrets.token_bytes(16) for _ in CLASSES]
        closed = [commitment(s, t.encode()) for s, t in zip(salts, said, strict=True)]
        kind = "corrected" if each.previous else "recorded"
        provenance = Provenance(PACK, "penalty", SUBJECT, SOURCE, each.valid_from)
        entry = entry_hash(kind, event, each.record, provenance, tuple(closed))  # type: ignore[arg-type]  # three
        mac = mac_of(each.text)
        events.append({"event": event.bytes, "kind": kind, "entry": entry})
        contents.append(
            {
                "event": event.bytes, "record": each.record.bytes, "item": "penalty",
                "subject": SUBJECT.bytes, "source": SOURCE.bytes, "line": n, "pack": PACK,
                "valid_from": each.valid_from,
                "public": said[0], "shared": said[1], "authorised": said[2], "salts": b"".join(salts),
                "commitments": b"".join(closed), "content_mac": mac,
            }
        )  # fmt: skip
        rows["changed" if each.previous else "records"].append(
            {
                "record": each.record.bytes, "item": "penalty", "key_mac": each.record.bytes * 2,
                "content_mac": mac, "subject": SUBJECT.bytes, "source": SOURCE.bytes, "event": event.bytes,
                "profile": "report", "state": "current", "decided_on": each.valid_from,
                "document": each.text[:40], "authority": "演示市应急管理局",
                "received_on": date(2026, 11, 20), "shown_mark": True,
                "reported_mark": True, "previous": each.previous.bytes if each.previous else None,
            }
        )  # fmt: skip
    batch = Batch(folder, len(drafts), "penalty")
    write_part(batch, "events", pa.Table.from_pylist(events, EVENT_SCHEMA))
    write_part(batch, "contents", pa.Table.from_pylist(contents, CONTENT_SCHEMA))
    for part, schema in (("records", RECORD_SCHEMA), ("changed", CHANGED_SCHEMA)):
        if rows[part]:
            write_part(batch, part, pa.Table.from_pylist(rows[part], schema))  # type: ignore[arg-type]  # a Part
    return batch


Put = Callable[..., UUID]


@pytest.fixture
def ledger(database: Database) -> Database:
    """A database with an empty ledger in it."""
    with database.transaction() as tx:
        open_log(tx, "demo.invalid/xinheng")
    return database


@pytest.fixture
def put(ledger: Database, clock: Clock, tmp_path: Path) -> Put:
    """`put(text, record=…, previous=…)` appends one version and returns its event."""

    def append_one_draft(text: str, **more: object) -> UUID:
        event = UUID(bytes=new_ids(clock, 1))
        batch = batch_of(tmp_path / event.hex, [draft(text, event=event, **more)], clock)
        with ledger.transaction() as tx:
            append(tx, batch, clock, [])
        return event

    return append_one_draft
