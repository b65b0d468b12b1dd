"""Grams that search has no use for, kept out of the index over names before they get in.

有, 限, 公司 and the name of the city stand in most names. Search never asks the index for what more than one
name of twenty holds (`search_sql.TOO_FREQUENT`), and yet those were six in ten of its entries.

A gram left out stays so. Search may then only scan for it, and that is quick for good: at least a thousand
names held it among those that were there when it was left out, and a scan meets these first and stops.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from xinheng.core.times import Known
from xinheng.evidence.subjects import frequent_store as store
from xinheng.evidence.subjects.folding import counted
from xinheng.ground.store.transaction import Transaction

LOOKED_AT = 20_000  # names, evenly drawn: one in twenty is then told to within three in a thousand
NEARLY = (
    50  # what fewer than one of these holds, the batch does not make too frequent: not worth asking about
)


def left_out(tx: Transaction) -> pa.Array:
    """The grams (int32) that the index does not hold."""
    return store.read(tx)


def look(tx: Transaction, folded: pa.Array, known: Known) -> None:
    """Before many names enter: leave out what they, and those that are there, hold too often."""
    drawn = folded.take(pa.array(range(0, len(folded), max(1, len(folded) // LOOKED_AT)), pa.int64()))
    found = counted(drawn)
    frequent = found.filter(pc.greater(found["texts"], len(drawn) // NEARLY))
    store.add(tx, frequent, len(drawn), len(folded), known)
