"""The tables of the exchange in the platform's own database."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import pyarrow as pa

from xinheng.core import canonical
from xinheng.ground.store.transaction import Row as Fetched
from xinheng.ground.store.transaction import Transaction
from xinheng.outward.exchange.model import Batch, Dialect, Exchange, Row, State

PAGE = 5_000
ROWS_SCHEMA = pa.schema(
    [
        ("batch", pa.binary(16)),
        ("place", pa.int32()),
        ("row_id", pa.string()),
        ("line", pa.int32()),
        ("fault", pa.string()),
    ]
)
_EXCHANGE = (
    "exchange, agency, name, item, profile, dialect, outbox, batch_rows, created, removed, last_run, "
    "last_code, last_said"
)
_BATCH = (
    "batch, exchange, number, state, begun, finished, taken, refused, first_row, last_row, sha256, receipt, "
    "counts"
)


def insert_exchange(tx: Transaction, new: Exchange) -> None:
    """Keep a new exchange. Raises UniqueClash where the name is taken."""
    names = ", ".join(f"%({name.strip()})s" for name in _EXCHANGE.split(","))
    values = {**vars(new), "dialect": new.dialect.value}
    tx.execute(f"insert into exchanges ({_EXCHANGE}) values ({names})", values)


def by_name(tx: Transaction, name: str) -> Exchange | None:
    """The exchange of this name that was not removed."""
    rows = tx.fetch(
        f"select {_EXCHANGE} from exchanges where name = %(name)s and removed is null", {"name": name}
    )
    return _exchange(rows[0]) if rows else None


def by_id(tx: Transaction, exchange: UUID) -> Exchange | None:
    rows = tx.fetch(f"select {_EXCHANGE} from exchanges where exchange = %(id)s", {"id": exchange})
    return _exchange(rows[0]) if rows else None


def listed(tx: Transaction, among: Collection[UUID] | None) -> list[Exchange]:
    """Exchanges that were not removed, by name: of these agencies, or of all."""
    rows = tx.fetch(
        f"""select {_EXCHANGE} from exchanges
            where removed is null and (%(among)s::uuid[] is null or agency = any(%(among)s::uuid[]))
            order by name""",
        {"among": None if among is None else list(among)},
    )
    return [_exchange(row) for row in rows]


def set_ended(tx: Transaction, exchange: UUID, at: datetime, code: str | None, said: str | None) -> None:
    """Note how the last run ended."""
    tx.execute(
        """update exchanges set last_run = %(at)s, last_code = %(code)s, last_said = %(said)s
           where exchange = %(exchange)s""",
        {"at": at, "code": code, "said": said, "exchange": exchange},
    )


def set_removed(tx: Transaction, exchange: UUID, at: datetime) -> None:
    tx.execute(
        "update exchanges set removed = %(at)s where exchange = %(exchange)s",
        {"at": at, "exchange": exchange},
    )


def insert_batch(tx: Transaction, batch: UUID, exchange: UUID, at: datetime) -> Batch:
    """Name the next batch. Raises UniqueClash where another one is open."""
    rows = tx.fetch(
        f"""insert into exchange_batches (batch, exchange, number, state, begun)
            select %(batch)s, %(exchange)s, coalesce(max(number), 0) + 1, 'claiming', %(at)s
            from exchange_batches where exchange = %(exchange)s returning {_BATCH}""",
        {"batch": batch, "exchange": exchange, "at": at},
    )
    return _batch(rows[0])


def drop_batch(tx: Transaction, batch: UUID) -> None:
    """Forget a batch that turned out to have no row."""
    tx.execute("delete from exchange_batches where batch = %(batch)s", {"batch": batch})


def open_batch(tx: Transaction, exchange: UUID) -> Batch | None:
    """The batch that is not done yet; there is at most one."""
    rows = tx.fetch(
        f"select {_BATCH} from exchange_batches where exchange = %(exchange)s and state <> 'done'",
        {"exchange": exchange},
    )
    return _batch(rows[0]) if rows else None


def batch_by_id(tx: Transaction, batch: UUID) -> Batch | None:
    rows = tx.fetch(f"select {_BATCH} from exchange_batches where batch = %(batch)s", {"batch": batch})
    return _batch(rows[0]) if rows else None


def batches(tx: Transaction, exchange: UUID, limit: int, offset: int = 0) -> list[Batch]:
    """Batches, newest first."""
    rows = tx.fetch(
        f"""select {_BATCH} from exchange_batches where exchange = %(exchange)s
            order by number desc limit %(limit)s offset %(offset)s""",
        {"exchange": exchange, "limit": limit, "offset": offset},
    )
    return [_batch(row) for row in rows]


def latest(tx: Transaction, exchanges: Iterable[UUID]) -> dict[UUID, Batch]:
    """The newest batch of each exchange."""
    rows = tx.fetch(
        f"""select distinct on (exchange) {_BATCH} from exchange_batches
            where exchange = any(%(exchanges)s::uuid[]) order by exchange, number desc""",
        {"exchanges": [str(e) for e in exchanges]},
    )
    return {row[1]: _batch(row) for row in rows}


def save(tx: Transaction, batch: Batch) -> None:
    """Note how far a batch is."""
    values: dict[str, Any] = {
        **vars(batch),
        "state": batch.state.value,
        "counts": canonical.dumps(dict(batch.counts)),
    }
    tx.execute(
        """update exchange_batches set state = %(state)s, finished = %(finished)s, taken = %(taken)s,
           refused = %(refused)s, first_row = %(first_row)s, last_row = %(last_row)s, sha256 = %(sha256)s,
           receipt = %(receipt)s, counts = %(counts)s where batch = %(batch)s""",
        values,
    )


def load_rows(tx: Transaction, batch: UUID, given: Iterable[Row]) -> None:
    """Keep the rows of a batch in the place of those it had."""
    drop_rows(tx, batch)
    waiting = iter(given)

    def pieces() -> Iterator[pa.RecordBatch]:
        while part := list(islice(waiting, PAGE)):
            columns = [
                [batch.bytes] * len(part),
                [r.place for r in part],
                [r.row_id for r in part],
                [r.line for r in part],
                [r.fault for r in part],
            ]
            arrays = [pa.array(c, f.type) for c, f in zip(columns, ROWS_SCHEMA, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=ROWS_SCHEMA)

    tx.load("exchange_rows", pa.RecordBatchReader.from_batches(ROWS_SCHEMA, pieces()))


def drop_rows(tx: Transaction, batch: UUID) -> None:
    tx.execute("delete from exchange_rows where batch = %(batch)s", {"batch": batch})


def rows(tx: Transaction, batch: UUID) -> Iterator[Row]:
    """The rows of a batch, in its order."""
    last = 0
    while page := tx.fetch(
        f"""select place, row_id, line, fault from exchange_rows
            where batch = %(batch)s and place > %(last)s order by place limit {PAGE}""",
        {"batch": batch, "last": last},
    ):
        yield from (Row(*row) for row in page)
        last = page[-1][0]


def _exchange(row: Fetched) -> Exchange:
    values = dict(zip(_EXCHANGE.replace(" ", "").split(","), row, strict=True))
    return Exchange(**values | {"dialect": Dialect(row[5])})


def _batch(row: Fetched) -> Batch:
    values = dict(zip(_BATCH.replace(" ", "").split(","), row, strict=True))
    return Batch(**values | {"state": State(row[3]), "counts": json.loads(row[12])})
