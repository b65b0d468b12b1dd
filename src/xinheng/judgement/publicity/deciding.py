"""Deciding a whole batch: from the facts of a submission to rows of `publicity`, in the bulk engine.

Only the columns that the rulings name are carried over; a million rows pass through files, not memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xinheng.evidence.ledger.projection import Batch, Part
from xinheng.ground.engine import Engine, quoted
from xinheng.judgement.publicity.model import CREDIT_SITE
from xinheng.judgement.publicity.numbers import GROUND, Kind, Words
from xinheng.law.packs import Pack
from xinheng.law.publicity import Ruling
from xinheng.law.publicity_sql import COLUMNS, decision

# Column for column the table `publicity`, without `ended_on`.
SCHEMA = pa.schema(
    [
        ("record", pa.binary(16)),
        ("subject", pa.binary(16)),
        ("channel", pa.int64()),
        ("item", pa.int64()),
        ("authority", pa.int64()),
        ("ground", pa.int64()),
        ("decided_on", pa.date32()),
        ("first_day", pa.date32()),
        ("earliest_end", pa.date32()),
        ("last_day", pa.date32()),
        ("shown", pa.bool_()),
        ("listed", pa.bool_()),
    ]
)
_NAMED: tuple[Kind, ...] = ("channel", "item", "authority")
_STATE = ("record", "item", "subject", "authority", "decided_on", "state", "shown_mark")
_PIECE = 50_000


def decide(engine: Engine, pack: Pack, batch: Batch, part: Part) -> None:
    """Decide the records of one part (`records` or `changed`) that stand and have facts, into a file beside
    the batch. Raises EngineFailed and its kin."""
    rulings = _rulings(pack, batch)
    codes = pack.publicity.fields(batch.item) if batch.item else ()
    facts, standing = (
        batch.folder / f"publicity-{name}{batch.name}.parquet" for name in ("facts", "records")
    )
    try:
        given = _given(
            batch.parquet(part, _STATE, standing), batch.parquet("facts", ("record", *codes), facts), codes
        )
        engine.run(batch.folder, [_statement(rulings, given, pack, _rows(batch, part))])
    finally:
        for made in (facts, standing):
            made.unlink(missing_ok=True)


def is_decided(batch: Batch, part: Part) -> bool:
    """Whether `decide` has been there."""
    return _rows(batch, part).exists()


@contextmanager
def decided(pack: Pack, batch: Batch, part: Part, words: Words) -> Iterator[pa.RecordBatchReader]:
    """Rows of SCHEMA that `decide` found; they are gone when the context ends.

    What their numbers stand for is in `words` once they are drained.
    """
    rows = _rows(batch, part)
    try:
        with pq.ParquetFile(rows, read_dictionary=[*_NAMED, *GROUND]) as file:
            pieces = (_numbered(piece, pack, words) for piece in file.iter_batches(_PIECE))
            yield pa.RecordBatchReader.from_batches(SCHEMA, pieces)
    finally:
        rows.unlink(missing_ok=True)


def _rows(batch: Batch, part: Part) -> Path:
    return batch.folder / f"publicity-{part}-decided{batch.name}.parquet"


def concerned(pack: Pack, batch: Batch) -> bool:
    """Whether the pack has any rule for the batch, and the batch the facts to decide by."""
    return batch.has("facts") and bool(_rulings(pack, batch))


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


def _statement(rulings: Sequence[Ruling], given: str, pack: Pack, target: Path) -> str:
    keys = ("record", "item", "subject", "authority", "decided_on_record")
    rows = " UNION ALL ".join(decision(r, given, pack.cite, keys=keys, mark="shown_mark") for r in rulings)
    return (
        "COPY (SELECT record, subject, item, authority, decided_on_record AS decided_on, "  # noqa: S608
        f"{', '.join(COLUMNS)}, shown AND channel = {quoted(CREDIT_SITE)} AS listed FROM ({rows})) "
        f"TO {quoted(target.resolve())} (FORMAT parquet)"
    )


def _numbered(piece: pa.RecordBatch, pack: Pack, words: Words) -> pa.RecordBatch:
    """The decisions as rows: texts become numbers."""
    given: dict[str, pa.Array] = {name: words.numbered(name, piece.column(name)) for name in _NAMED}
    given["ground"] = words.grounded([piece.column(name) for name in GROUND], pack.label)
    columns = [given[f.name] if f.name in given else piece.column(f.name).cast(f.type) for f in SCHEMA]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
