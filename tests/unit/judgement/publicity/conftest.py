"""Invented penalties, appended as a submission would append them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pyarrow as pa
import pytest

from xinheng.core import canonical
from xinheng.core.ids import new_id, new_ids
from xinheng.core.times import Clock
from xinheng.evidence.ledger.batches import SCHEMAS, write_part
from xinheng.evidence.ledger.model import CLASSES, Provenance, commitment, entry_hash
from xinheng.evidence.ledger.projection import Batch
from xinheng.evidence.ledger.service import append, open_log
from xinheng.ground.engine import Engine
from xinheng.ground.store import Database
from xinheng.judgement.publicity.projector import PublicityProjector
from xinheng.law import packs

SOURCE = UUID(int=0xA)
SUBJECT = UUID(int=0xB)
AUTHORITY = "演示市应急管理局"


@dataclass(frozen=True)
class Penalty:
    """One invented penalty: what an agency filled in, and the record it becomes."""

    decided: str
    fields: dict[str, str | None]
    authority: str = AUTHORITY
    subject: UUID = SUBJECT
    record: UUID = field(default_factory=uuid4)
    previous: UUID | None = None
    event: UUID = field(default_factory=uuid4)
    marked: bool = True


def penalty(decided: str, **more: object) -> Penalty:
    """`penalty("2026-04-01", CF_CFLB="罚款")`; lower-case names are those of `Penalty`."""
    fields = {name: value for name, value in more.items() if name.isupper() or name[0] == "X"}
    others = {name: value for name, value in more.items() if name not in fields}
    return Penalty(decided, fields, **others)  # type: ignore[arg-type]  # a test's shorthand


def batch_of(folder: Path, penalties: Sequence[Penalty], clock: Clock, item: str = "penalty") -> Batch:
    """A batch with all its parts, as intake writes it."""
    folder.mkdir(parents=True)
    parts: dict[str, list[dict[str, object]]] = {
        name: [] for name in ("events", "contents", "records", "changed")
    }
    facts: list[dict[str, str | bytes | None]] = []
    ids = new_ids(clock, len(penalties))
    for n, each in enumerate(penalties):
        event = UUID(bytes=ids[16 * n : 16 * n + 16]) if len(penalties) > 1 else each.event
        kind = "corrected" if each.previous else "recorded"
        decided = date.fromisoformat(each.decided)
        salts = [secrets.token_bytes(16) for _ in CLASSES]
        said = canonical.dumps({k: v for k, v in each.fields.items() if v})
        closed = [commitment(s, said.encode()) for s in salts]
        provenance = Provenance("demo", item, each.subject, SOURCE, decided)
        entry = entry_hash(kind, event, each.record, provenance, (closed[0], closed[1], closed[2]))
        mac = secrets.token_bytes(32)
        parts["events"].append({"event": event.bytes, "kind": kind, "entry": entry})
        state = {
            "record": each.record.bytes, "item": item, "subject": each.subject.bytes,
            "source": SOURCE.bytes, "event": event.bytes,
        }  # fmt: skip
        parts["contents"].append(
            {**state, "pack": "demo", "valid_from": decided, "public": said, "shared": "{}",
             "authorised": "{}", "salts": b"".join(salts), "commitments": b"".join(closed),
             "content_mac": mac}
        )  # fmt: skip
        row = {
            **state, "key_mac": each.record.bytes * 2, "content_mac": mac, "profile": "report",
            "state": "current", "decided_on": decided, "document": "演罚〔2026〕1号",
            "authority": each.authority, "received_on": date(2026, 11, 20), "shown_mark": each.marked,
            "reported_mark": True, "previous": each.previous.bytes if each.previous else None,
        }  # fmt: skip
        parts["changed" if each.previous else "records"].append(row)
        facts.append(
            {"record": each.record.bytes, "item": item, "CF_CFJG": each.authority, "CF_JDRQ": each.decided,
             "XK_JDRQ": each.decided, **each.fields}
        )  # fmt: skip
    batch = Batch(folder, len(penalties), item)
    for name, rows in parts.items():
        if rows:
            write_part(batch, name, pa.Table.from_pylist(rows, SCHEMAS[name]))  # type: ignore[arg-type,index]  # a Part
    names = sorted({name for row in facts for name in row} - {"record"})
    schema = pa.schema([("record", pa.binary(16)), *((name, pa.string()) for name in names)])
    write_part(batch, "facts", pa.Table.from_pylist(facts, schema))
    return batch


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with Engine(memory_mb=300, threads=1) as running:
        yield running


@pytest.fixture(scope="session")
def national() -> packs.Pack:
    return packs.load("national", [packs.shipped()])


@pytest.fixture
def projector(national: packs.Pack, engine: Engine) -> PublicityProjector:
    return PublicityProjector(national, engine)


Put = Callable[..., Sequence[Penalty]]


@pytest.fixture
def ledger(database: Database) -> Database:
    with database.transaction() as tx:
        open_log(tx, "demo.invalid/xinheng")
    return database


@pytest.fixture
def put(ledger: Database, clock: Clock, tmp_path: Path, projector: PublicityProjector) -> Put:
    """`put(penalty, …)` appends them in one batch, decided by the projector."""

    def append_all(*penalties: Penalty, item: str = "penalty") -> Sequence[Penalty]:
        batch = batch_of(tmp_path / new_id(clock).hex, penalties, clock, item)
        with ledger.transaction() as tx:
            append(tx, batch, clock, [projector])
        return penalties

    return append_all
