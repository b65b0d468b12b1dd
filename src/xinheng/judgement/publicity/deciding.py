"""Deciding a whole batch: from the facts of a submission to rows of `publicity`, in the bulk engine.

Only the columns that the rulings name are carried over; a million rows pass through files, not memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.core.encoding import delimited
from xinheng.evidence.ledger.projection import Batch, Part
from xinheng.ground.engine import Engine, quoted
from xinheng.law.packs import Pack
from xinheng.law.publicity import Ruling
from xinheng.law.publicity_sql import COLUMNS, decision, reasons

# Column for column the table `publicity`, without `ended_on`.
SCHEMA = pa.schema(
    [
        ("record", pa.binary(16)),
        ("item", pa.string()),
        ("subject", pa.binary(16)),
        ("authority", pa.string()),
        ("decided_on", pa.date32()),
        ("channel", pa.string()),
        ("regime", pa.string()),
        ("class", pa.string()),
        ("shown", pa.bool_()),
        ("first_day", pa.date32()),
        ("earliest_end", pa.date32()),
        ("earliest_note", pa.string()),
        ("last_day", pa.date32()),
        ("ground", pa.int64()),
    ]
)
_STATE = ("record", "item", "subject", "authority", "decided_on", "state", "shown_mark")
_FACTS, _STANDING = "publicity-facts.parquet", "publicity-records.parquet"
_ROWS = "publicity-rows.parquet"
_PIECE = 50_000


@contextmanager
def decided(engine: Engine, pack: Pack, batch: Batch, part: Part) -> Iterator[pa.RecordBatchReader]:
    """Rows of SCHEMA for the records of one part (`records` or `changed`) that stand and have facts.

    The files made on the way are gone when the context ends. Raises EngineFailed and its kin.
    """
    rulings = _rulings(pack, batch)
    codes = sorted({code for ruling in rulings for code in ruling.columns.values()})
    try:
        facts = batch.parquet("facts", ("record", *codes), batch.folder / _FACTS)
        standing = batch.parquet(part, _STATE, batch.folder / _STANDING)
        given = _given(standing, facts, codes)
        engine.run(batch.folder, [_statement(rulings, given, pack, batch)])
        with pq.ParquetFile(batch.folder / _ROWS) as file:
            pieces = (_typed(piece) for piece in file.iter_batches(_PIECE))
            yield pa.RecordBatchReader.from_batches(SCHEMA, pieces)
    finally:
        for name in (_FACTS, _STANDING, _ROWS):
            (batch.folder / name).unlink(missing_ok=True)


def concerned(pack: Pack, batch: Batch) -> bool:
    """Whether the pack has any rule for the batch, and the batch the facts to decide by."""
    return batch.has("facts") and bool(_rulings(pack, batch))


def grounds(pack: Pack, batch: Batch) -> dict[int, str]:
    """Every ground that rows of the batch may have, by its number: a digest of pack and reason."""
    texts = {text for ruling in _rulings(pack, batch) for text in reasons(ruling, pack.cite)}
    return {_number(pack, text): text for text in sorted(texts)}


def _number(pack: Pack, reason: str) -> int:
    digest = hashlib.sha256(delimited("xinheng/ground/1", pack.label, reason)).digest()
    return int.from_bytes(digest[:8], signed=True)


def _rulings(pack: Pack, batch: Batch) -> Sequence[Ruling]:
    if batch.item is None:
        return ()
    return pack.publicity.for_item(batch.item)


def _given(standing: Path, facts: Path, codes: Sequence[str]) -> str:
    """The records that stand with the fields that the rulings name, as a subquery."""
    state = "s.record, s.item, s.subject, s.authority, s.decided_on AS decided_on_record, s.shown_mark"
    alone = standing == facts
    fields = ", ".join(f'{"s" if alone else "f"}."{code}"' for code in codes)
    # S608 here and below: column codes and rules come from the pack, confined when it was loaded
    joined = "" if alone else f" JOIN read_parquet({quoted(facts.resolve())}) f USING (record)"
    source = f"read_parquet({quoted(standing.resolve())}) s{joined}"
    return f"(SELECT {state}, {fields} FROM {source} WHERE s.state = 'current')"  # noqa: S608


def _statement(rulings: Sequence[Ruling], given: str, pack: Pack, batch: Batch) -> str:
    path = batch.folder.resolve()
    keys = ("record", "item", "subject", "authority", "decided_on_record")
    rows = " UNION ALL ".join(decision(r, given, pack.cite, keys=keys, mark="shown_mark") for r in rulings)
    listed = ", ".join(name for name in COLUMNS if name != "reason")
    known = ", ".join(f"({quoted(text)}, {number})" for number, text in grounds(pack, batch).items())
    return (
        f"COPY (SELECT record, item, subject, authority, decided_on_record AS decided_on, {listed}, "  # noqa: S608
        f"CAST(ground AS BIGINT) AS ground FROM ({rows}) "
        f"JOIN (VALUES {known}) AS known(reason, ground) USING (reason)) "
        f"TO {quoted(path / _ROWS)} (FORMAT parquet)"
    )


def _typed(piece: pa.RecordBatch) -> pa.RecordBatch:
    columns = [piece.column(f.name).cast(f.type) for f in SCHEMA]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
