"""A batch of many invented records, hashed in SQL as intake does it."""

from __future__ import annotations

import secrets
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from xinheng.core.ids import new_ids
from xinheng.core.times import Clock
from xinheng.evidence.ledger import sql
from xinheng.evidence.ledger.batches import CONTENT_SCHEMA, EVENT_SCHEMA, RECORD_SCHEMA, write_part
from xinheng.evidence.ledger.model import CLASSES
from xinheng.evidence.ledger.projection import Batch

PACK = "demo@sha256:" + "0" * 64
COLUMNS = sql.EntryColumns(
    kind="'recorded'",
    event="event",
    record="record",
    item="'penalty'",
    subject="subject",
    source="source",
    pack=f"'{PACK}'",
    valid_from="valid_from",
    commitments=("c0", "c1", "c2"),
)


def bulk_batch(folder: Path, count: int, clock: Clock) -> Batch:
    """`count` new records, each with an event of its own."""
    folder.mkdir(parents=True)
    given = pa.table(
        {
            "n": pa.array(range(count), pa.int32()),
            "event": _fixed(new_ids(clock, count), 16),
            "record": _fixed(new_ids(clock, count), 16),
            "salts": _fixed(secrets.token_bytes(48 * count), 48),
        }
    )
    commitments = ", ".join(
        f"{sql.commitment(f's{n}', sql.digest(c))} AS c{n}" for n, c in enumerate(CLASSES)
    )
    query = f"""
        WITH said AS (
            SELECT *, '{{"CF_WSH":"演示罚〔2026〕' || n || '号"}}' AS public, '{{}}' AS shared,
                   '{{"CF_FR":"示例' || n || '"}}' AS authorised,
                   unhex(substr(hex(salts), 1, 32)) AS s0, unhex(substr(hex(salts), 33, 32)) AS s1,
                   unhex(substr(hex(salts), 65, 32)) AS s2, {sql.blob(bytes(16))} AS subject,
                   {sql.blob(bytes(15) + b"!")} AS source, DATE '2026-11-01' AS valid_from
            FROM given),
        closed AS (SELECT *, {commitments} FROM said)
        SELECT *, {sql.entry(COLUMNS)} AS entry, c0 || c1 || c2 AS commitments,
               unhex(sha256(record)) AS mac FROM closed ORDER BY n
    """
    with duckdb.connect() as connection:
        connection.register("given", given)
        made = connection.sql(query).to_arrow_table()
    same = {
        "kind": "recorded", "item": "penalty", "receipt": None, "pack": PACK, "profile": "report",
        "state": "current", "document": None, "authority": "演示市应急管理局", "due_on": None,
        "received_on": date(2026, 11, 20), "shown_mark": True, "reported_mark": True,
    }  # fmt: skip
    names = {"line": "n", "content_mac": "mac", "key_mac": "mac", "decided_on": "valid_from"}
    batch = Batch(folder, count, "penalty")
    for part, schema in (("events", EVENT_SCHEMA), ("contents", CONTENT_SCHEMA), ("records", RECORD_SCHEMA)):
        columns = [
            pa.repeat(pa.scalar(same[f.name], f.type), count)
            if f.name in same
            else made.column(names.get(f.name, f.name)).cast(f.type)
            for f in schema
        ]
        write_part(batch, part, pa.Table.from_arrays(columns, schema=schema))
    return batch


def _fixed(raw: bytes, width: int) -> pa.Array:
    return pa.Array.from_buffers(pa.binary(width), len(raw) // width, [None, pa.py_buffer(raw)])
