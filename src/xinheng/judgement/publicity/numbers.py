"""Numbers for what rows of `publicity` have in common: names, and what was decided with the reason.

A number is the first eight bytes of a digest: whoever knows the words knows the number, and two writers give
the same words the same one without asking each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from xinheng.core.encoding import delimited

Kind = Literal["item", "channel", "authority"]
GROUND = ("regime", "class", "earliest_note", "reason")  # columns of a decision that make up its ground


@dataclass(frozen=True)
class Ground:
    """What was decided and why, without days. `reason`: Chinese, with the article; `pack`: its label."""

    regime: str | None
    class_: str | None
    earliest_note: str | None
    reason: str
    pack: str

    @property
    def number(self) -> int:
        """64 bits, signed. What is missing is told apart from what is empty."""
        given = (self.regime, self.class_, self.earliest_note, self.reason, self.pack)
        return _digest("xinheng/ground/2", *("-" if each is None else f"+{each}" for each in given))


def number_of(kind: Kind, name: str) -> int:
    """The number of a name: 64 bits, signed."""
    return _digest("xinheng/publicity-name/1", kind, name)


def _digest(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256(delimited(*parts)).digest()[:8], signed=True)


@dataclass
class Words:
    """Notes the words behind the numbers that it gives out, so that they can be entered with the rows."""

    names: dict[int, tuple[Kind, str]] = field(default_factory=dict)
    grounds: dict[int, Ground] = field(default_factory=dict)

    def numbered(self, kind: Kind, names: pa.Array) -> pa.Array:
        """The number of each name (text or dictionary of text) as int64; null stays null."""
        given = _dictionary(names)
        numbers = []
        for name in given.dictionary.to_pylist():
            number = number_of(kind, name)
            self.names[number] = (kind, name)
            numbers.append(number)
        return pc.take(pa.array(numbers, pa.int64()), given.indices)

    def grounded(self, columns: Sequence[pa.Array], pack: str) -> pa.Array:
        """The number of each row's ground as int64. `columns`: those of GROUND, in that order."""
        given = [_dictionary(column) for column in columns]
        # one whole number for each combination: each column's place in its dictionary, its length for null
        codes = pa.repeat(pa.scalar(0, pa.int64()), len(given[0]))
        for each in given:
            place = pc.fill_null(each.indices.cast(pa.int64()), len(each.dictionary))
            codes = pc.add(pc.multiply(codes, len(each.dictionary) + 1), place)
        met = pc.unique(codes)
        first = pc.index_in(met, value_set=codes)  # a row that has it
        numbers = []
        for row in first.to_pylist():
            regime, class_, note, reason = (each[row].as_py() for each in given)
            ground = Ground(regime, class_, note, reason, pack)
            self.grounds[ground.number] = ground
            numbers.append(ground.number)
        return pc.take(pa.array(numbers, pa.int64()), pc.index_in(codes, value_set=met))


def _dictionary(column: pa.Array) -> pa.DictionaryArray:
    return column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
