"""Which record a natural key leads to: the table `record_keys` and its SQL.

An index over HMACs is filled in no order, and was a third of what PostgreSQL did for new records. So keys
have a table of their own, which an append fills once, when all its records are loaded, in the order of the
keys: then every page of the index is looked for once.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from xinheng.ground.store.transaction import Transaction

COLUMNS = ("key_mac", "record")
STEP = 20_000  # rows encoded at a time
AT_ONCE = 2_000_000  # keys ordered at a time, some 100 MB


def load(tx: Transaction, readers: Iterable[pa.RecordBatchReader]) -> None:
    """Enter the keys of new records. `readers`: COLUMNS of RECORD_SCHEMA. Raises UniqueClash where another
    record has one of the keys."""
    given: list[pa.RecordBatch] = []
    waiting = 0
    for batch in chain.from_iterable(readers):
        given.append(batch)
        waiting += batch.num_rows
        if waiting >= AT_ONCE:
            _load_ordered(tx, given)
            given, waiting = [], 0
    if given:
        _load_ordered(tx, given)


def _load_ordered(tx: Transaction, given: list[pa.RecordBatch]) -> None:
    keys = pa.Table.from_batches(given).combine_chunks()
    tx.load("record_keys", keys.take(_order(keys["key_mac"].chunk(0))).to_reader(STEP))


def _order(keys: pa.FixedSizeBinaryArray) -> pa.Array:
    """The order of keys by their first two bytes, which Arrow counts out instead of comparing: of an index
    over ten million records one such beginning takes up a page or two, where order is of no more use."""
    width = keys.type.byte_width
    raw = pa.py_buffer(memoryview(keys.buffers()[1])[width * keys.offset :])
    flat = pa.UInt8Array.from_buffers(pa.uint8(), width * len(keys), [None, raw])
    bytewise = pa.FixedSizeListArray.from_arrays(flat, width)
    first, second = (pc.list_element(bytewise, place).cast(pa.int32()) for place in range(2))
    return pc.sort_indices(pc.add(pc.multiply(first, 256), second))


def leave(tx: Transaction) -> None:
    """Let go of the keys of `changed_records` (ledger.store) that get another; before the records change."""
    tx.execute(
        """delete from record_keys k using changed_records c, records r
           where r.record = c.record and r.key_mac <> c.key_mac and r.event = c.previous
             and k.key_mac = r.key_mac"""
    )


def take(tx: Transaction) -> None:
    """Enter the keys that `changed_records` have now; after the records changed. Raises UniqueClash."""
    tx.execute(
        """insert into record_keys (key_mac, record)
           select r.key_mac, r.record from changed_records c join records r using (record)
           where not exists (select from record_keys k where k.key_mac = r.key_mac and k.record = r.record)"""
    )
