"""A batch of many invented records, hashed as intake does it."""

from __future__ import annotations

import secrets
from datetime import date
from pathlib import Path

import pyarrow as pa

from xinheng.core.ids import new_ids
from xinheng.core.times import Clock
from xinheng.evidence.ledger import columns
from xinheng.evidence.ledger.batches import CONTENT_SCHEMA, EVENT_SCHEMA, RECORD_SCHEMA, write_part
from xinheng.evidence.ledger.model import CLASSES
from xinheng.evidence.ledger.projection import Batch
from xinheng.ground.hashing import sha256

PACK = "demo@sha256:" + "0" * 64


def bulk_batch(folder: Path, count: int, clock: Clock) -> Batch:
    """`count` new records, each with an event of its own."""
    folder.mkdir(parents=True)
    events, records = (_fixed(new_ids(clock, count), 16) for _ in range(2))
    said = {
        "public": pa.array([f'{{"CF_WSH":"演示罚〔2026〕{n}号"}}' for n in range(count)]),
        "shared": pa.repeat(pa.scalar("{}"), count),
        "authorised": pa.array([f'{{"CF_FR":"示例{n}"}}' for n in range(count)]),
    }
    salts = [_fixed(secrets.token_bytes(16 * count), 16) for _ in CLASSES]
    closed = [columns.commitments(s, columns.digests(said[c])) for s, c in zip(salts, CLASSES, strict=True)]
    subjects = pa.repeat(pa.scalar(bytes(16), pa.binary(16)), count)
    decided = pa.repeat(pa.scalar(date(2026, 11, 1)), count)
    entries = columns.Entries(
        kind="recorded",
        event=events,
        record=records,
        item="penalty",
        subject=subjects,
        source=bytes(15) + b"!",
        pack=PACK,
        valid_from=decided,
        commitments=closed,
    )
    made = {
        **said, "n": pa.array(range(count), pa.int32()), "event": events, "record": records,
        "subject": subjects, "valid_from": decided, "salts": columns.joined(*salts),
        "commitments": columns.joined(*closed), "entry": entries.hashes(), "mac": sha256(records),
    }  # fmt: skip
    same = {
        "kind": "recorded", "item": "penalty", "source": bytes(15) + b"!", "receipt": None,
        "pack": PACK, "profile": "report",
        "state": "current", "document": None, "authority": "演示市应急管理局", "due_on": None,
        "received_on": date(2026, 11, 20), "shown_mark": True, "reported_mark": True,
    }  # fmt: skip
    names = {"line": "n", "content_mac": "mac", "key_mac": "mac", "decided_on": "valid_from"}
    batch = Batch(folder, count, "penalty")
    for part, schema in (("events", EVENT_SCHEMA), ("contents", CONTENT_SCHEMA), ("records", RECORD_SCHEMA)):
        given = [
            pa.repeat(pa.scalar(same[f.name], f.type), count)
            if f.name in same
            else made[names.get(f.name, f.name)].cast(f.type)
            for f in schema
        ]
        write_part(batch, part, pa.Table.from_arrays(given, schema=schema))
    return batch


def _fixed(raw: bytes, width: int) -> pa.Array:
    return pa.Array.from_buffers(pa.binary(width), len(raw) // width, [None, pa.py_buffer(raw)])
