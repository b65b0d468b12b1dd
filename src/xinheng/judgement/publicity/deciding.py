"""Deciding a whole batch: from the facts of a submission to rows of `publicity`, in the bulk engine.

Only the columns that the rulings name are carried over; a million rows pass through files, not memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xinheng.evidence.ledger.projection import Batch, Part
from xinheng.ground.engine import Engine, quoted
from xinheng.judgement.publicity.numbers import Ground, Words
from xinheng.law.kinds import CREDIT_SITE, ENTERPRISE_SYSTEM
from xinheng.law.packs import Pack
from xinheng.law.publicity import Ruling
from xinheng.law.publicity_sql import columns_at, decision, outcomes

# With what the columns of a channel begin.
STEMS = {CREDIT_SITE: "site", ENTERPRISE_SYSTEM: "system"}
_OF_CHANNEL = ("ground", "first_day", "earliest_end", "last_day")
# Column for column the table `publicity`, without what an event ended.
SCHEMA = pa.schema(
    [
        ("record", pa.binary(16)),
        ("subject", pa.binary(16)),
        ("item", pa.int64()),
        ("authority", pa.int64()),
        ("decided_on", pa.date32()),
        *((f"{stem}_ground", pa.int64()) for stem in STEMS.values()),
        *((f"{stem}_{day}", pa.date32()) for stem in STEMS.values() for day in _OF_CHANNEL[1:]),
        ("listed", pa.bool_()),
    ]
)
_KEYS = ("record", "subject", "authority", "decided_on")
_STATE = (*_KEYS, "received_on", "state", "shown_mark")
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
        engine.run(batch.folder, [_statement(rulings, given, part, _rows(batch, part))], threads=1)
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
    grounds = [_grounds(ruling, pack) for ruling in _rulings(pack, batch)]
    try:
        with pq.ParquetFile(rows, read_dictionary=["authority"]) as file:
            item = words.named("item", batch.item or "")
            pieces = (_numbered(piece, item, grounds, words) for piece in file.iter_batches(_PIECE))
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
    state = ", ".join(f"s.{name}" for name in _STATE)
    alone = standing == facts
    fields = ", ".join(f'{"s" if alone else "f"}."{code}"' for code in codes)
    # S608 here and below: column codes and rules come from the pack, confined when it was loaded
    joined = "" if alone else f" JOIN read_parquet({quoted(facts.resolve())}) f USING (record)"
    source = f"read_parquet({quoted(standing.resolve())}) s{joined}"
    return f"(SELECT {state}, {fields} FROM {source} WHERE s.state = 'current')"  # noqa: S608


def _statement(rulings: Sequence[Ruling], given: str, part: Part, target: Path) -> str:
    """Rows as `decision` says, and whether this site's term was over when the record came in.

    New records that no channel concerns get no row; a changed one may have had one, which must go.
    """
    rows = decision(rulings, given, keys=(*_KEYS, "received_on"), mark="shown_mark")
    last = next((columns_at(i)[-1] for i, r in enumerate(rulings) if r.channel == CREDIT_SITE), "NULL")
    over = f"coalesce({last} < received_on, false) AS over"
    where = ""
    if part == "records" and all(ruling.applies for ruling in rulings):
        where = " WHERE " + " OR ".join(f"{columns_at(i)[0]} IS NOT NULL" for i in range(len(rulings)))
    return (
        f"COPY (SELECT * EXCLUDE (received_on), {over} FROM ({rows}){where}) "  # noqa: S608
        f"TO {quoted(target.resolve())} (FORMAT parquet, COMPRESSION uncompressed)"
    )


def _grounds(ruling: Ruling, pack: Pack) -> Sequence[Ground]:
    """The ground of each outcome of a ruling."""
    return [
        Ground(ruling.channel, o.regime, o.class_, o.shown, o.earliest_note, o.reason, pack.label)
        for o in outcomes(ruling, pack.cite)
    ]


def _numbered(
    piece: pa.RecordBatch, item: int, grounds: Sequence[Sequence[Ground]], words: Words
) -> pa.RecordBatch:
    """The decisions as rows: texts and places of outcomes become numbers. `grounds`: of each ruling.

    By day of decision, as the index of lists has them: rows that jump about in it cost a fifth more to load.
    """
    piece = piece.take(pc.sort_indices(piece, sort_keys=[("decided_on", "ascending")]))
    given = {name: piece.column(name) for name in ("record", "subject", "decided_on")}
    given["item"] = pa.repeat(pa.scalar(item, pa.int64()), piece.num_rows)
    given["authority"] = words.numbered("authority", piece.column("authority"))
    given["listed"] = pa.repeat(False, piece.num_rows)
    for i, known in enumerate(grounds):
        outcome, *days = (piece.column(name) for name in columns_at(i))
        of_channel = (words.grounded(outcome, known), *days)
        stem = STEMS[known[0].channel]
        given |= {f"{stem}_{name}": column for name, column in zip(_OF_CHANNEL, of_channel, strict=True)}
        if known[0].channel == CREDIT_SITE:
            shown = pc.take(pa.array([ground.shown for ground in known]), outcome)
            given["listed"] = pc.and_not(pc.fill_null(shown, False), piece.column("over"))
    columns = [
        given[f.name].cast(f.type) if f.name in given else pa.nulls(piece.num_rows, f.type) for f in SCHEMA
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
