"""What the contents of a submission have in common: the table `provenances` and its SQL.

Item, source, receipt and pack are the same in every event of a submission, and a label of a pack alone has
eighty characters. So they stand once, and every content has their number: the first eight bytes of a digest
of them, so that rows can be made before anybody has asked the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from xinheng.core import encoding
from xinheng.evidence.ledger.batches import CONTENT_SCHEMA
from xinheng.ground.store.transaction import Transaction

COLUMNS: Final = ("item", "source", "receipt", "pack")
LOADED: Final = pa.schema(
    [*(each for each in CONTENT_SCHEMA if each.name not in COLUMNS), ("provenance", pa.int64())]
)

Common = tuple[str | None, bytes | None, bytes | None, str]
"""Item, source, receipt and pack; ids as 16 bytes."""


def number_of(common: Common) -> int:
    """64 bits, signed. What is missing is told apart from what is empty."""
    return encoding.number("xinheng/provenance/1", *map(encoding.told, common))


@dataclass
class Numbering:
    """Gives contents (CONTENT_SCHEMA) the numbers of what they have in common, and notes it to be entered."""

    _met: dict[int, Common] = field(default_factory=dict)

    def reader(self, rows: pa.RecordBatchReader) -> pa.RecordBatchReader:
        """The rows as the table `contents` has them (LOADED). `enter` is to follow once they are read."""
        return pa.RecordBatchReader.from_batches(LOADED, self._numbered(rows))

    def _numbered(self, rows: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        for batch in rows:
            columns = [batch.column(name) for name in LOADED.names[:-1]]
            yield pa.RecordBatch.from_arrays([*columns, self._numbers(batch)], schema=LOADED)

    def _numbers(self, batch: pa.RecordBatch) -> pa.Array:
        given = batch.select(list(COLUMNS))
        if all(_is_one(column) for column in given.columns):  # of a submission: always
            given = given.slice(0, 1)
        numbers = pa.array(self._noted(given), pa.int64())
        return numbers if len(numbers) == batch.num_rows else pa.repeat(numbers[0], batch.num_rows)

    def _noted(self, given: pa.RecordBatch) -> list[int]:
        numbers = []
        for common in zip(*(column.to_pylist() for column in given.columns), strict=True):
            numbers.append(number_of(common))
            self._met[numbers[-1]] = common
        return numbers

    def enter(self, tx: Transaction) -> None:
        """Enter what the rows had in common, where it is not there yet. Raises RuntimeError where a number
        stands for something else already."""
        there = {
            row[0]: (row[1], *(each and each.bytes for each in row[2:4]), row[4])
            for row in tx.fetch(
                """select provenance, item, source, receipt, pack from provenances
                   where provenance = any(%(numbers)s::bigint[])""",
                {"numbers": list(self._met)},
            )
        }
        for number, common in self._met.items():
            if number not in there:
                item, source, receipt, pack = common
                tx.execute(
                    """insert into provenances (provenance, item, source, receipt, pack)
                       values (%(number)s, %(item)s, %(source)s::uuid, %(receipt)s::uuid, %(pack)s)
                       on conflict do nothing""",
                    {
                        "number": number,
                        "item": item,
                        "source": source and str(UUID(bytes=source)),
                        "receipt": receipt and str(UUID(bytes=receipt)),
                        "pack": pack,
                    },
                )
            elif there[number] != common:
                raise RuntimeError(f"{there[number]} and {common} have the same number")


def _is_one(column: pa.Array) -> bool:
    """Whether all values are the same, or all missing."""
    if column.null_count:
        return bool(column.null_count == len(column))
    return not len(column) or bool(pc.all(pc.equal(column, column[0])).as_py())
