"""The recipe of the golden log: everything that is random elsewhere is fixed here."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xinheng.core.times import FixedClock, Known
from xinheng.evidence.ledger.batches import CONTENT_SCHEMA, EVENT_SCHEMA, write_part
from xinheng.evidence.ledger.model import (
    CLASSES,
    Provenance,
    commitment,
    entry_hash,
)
from xinheng.evidence.ledger.projection import Batch
from xinheng.ground.keys import LogKey

FOLDER = Path(__file__).parent
SIZE = 258
PROVED = 7  # the event that proof.json is about
CLOCK = FixedClock(Known(datetime(2026, 1, 2, 3, 4, 5, 6, UTC)))


def fixed(words: str, size: int = 32) -> bytes:
    """Bytes that are the same every time."""
    return hashlib.sha256(words.encode()).digest()[:size]


def key(words: str = "for tests only") -> LogKey:
    """The golden log's key, or with other words a stranger's of the same name. Never a real one."""
    private = Ed25519PrivateKey.from_private_bytes(fixed(f"xinheng golden key, {words}"))
    return LogKey("golden.invalid/for-tests-only", private)


def record(n: int) -> UUID:
    return UUID(bytes=fixed(f"record {n}", 16))


def batch(folder: Path) -> Batch:
    """258 invented events, as intake would hand them over."""
    events, contents = [], []
    for n in range(SIZE):
        event = UUID(bytes=fixed(f"event {n}", 16))
        said = [f'{{"CF_WSH":"演示罚〔2026〕{n}号"}}', "{}", f'{{"CF_FR":"示例{n}"}}']
        salts = [fixed(f"salt {n} {disclosure}", 16) for disclosure in CLASSES]
        one, two, three = (commitment(salt, text.encode()) for salt, text in zip(salts, said, strict=True))
        source, subject = UUID(bytes=fixed("source", 16)), UUID(bytes=fixed(f"subject {n % 10}", 16))
        provenance = Provenance("demo@sha256:" + "0" * 64, "penalty", subject, source, date(2026, 1, 1))
        entry = entry_hash("recorded", event, record(n), provenance, (one, two, three))
        events.append({"event": event.bytes, "kind": "recorded", "entry": entry})
        contents.append(
            {
                "event": event.bytes, "record": record(n).bytes, "item": provenance.item,
                "pack": provenance.pack, "subject": subject.bytes, "source": source.bytes,
                "valid_from": provenance.valid_from,
                "public": said[0], "shared": said[1], "authorised": said[2], "salts": b"".join(salts),
                "commitments": one + two + three,
            }
        )  # fmt: skip
    made = Batch(folder, SIZE, "penalty")
    write_part(made, "events", pa.Table.from_pylist(events, EVENT_SCHEMA))
    write_part(made, "contents", pa.Table.from_pylist(contents, CONTENT_SCHEMA))
    return made
