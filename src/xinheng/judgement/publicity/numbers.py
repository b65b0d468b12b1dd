"""Numbers for what rows of `publicity` have in common: names, and what was decided with the reason.

See `core.encoding.number`: whoever knows the words knows the number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from xinheng.core import encoding

Kind = Literal["item", "authority"]


@dataclass(frozen=True)
class Ground:
    """What was decided and why, without days. `shown`: at all, on some day; `reason`: Chinese, with the
    article; `pack`: its label."""

    channel: str
    regime: str | None
    class_: str | None
    shown: bool
    earliest_note: str | None
    reason: str
    pack: str

    @property
    def number(self) -> int:
        """64 bits, signed. What is missing is told apart from what is empty."""
        shown = "shown" if self.shown else "not shown"
        given = (self.channel, self.regime, self.class_, shown, self.earliest_note, self.reason, self.pack)
        return encoding.number("xinheng/ground/3", *map(encoding.told, given))


def number_of(kind: Kind, name: str) -> int:
    """The number of a name: 64 bits, signed."""
    return encoding.number("xinheng/publicity-name/1", kind, name)


@dataclass
class Words:
    """Notes the words behind the numbers that it gives out, so that they can be entered with the rows."""

    names: dict[int, tuple[Kind, str]] = field(default_factory=dict)
    grounds: dict[int, Ground] = field(default_factory=dict)

    def named(self, kind: Kind, name: str) -> int:
        """The number of a name."""
        number = number_of(kind, name)
        self.names[number] = (kind, name)
        return number

    def numbered(self, kind: Kind, names: pa.Array) -> pa.Array:
        """The number of each name (text or dictionary of text) as int64; null stays null."""
        given = names if isinstance(names, pa.DictionaryArray) else names.dictionary_encode()
        numbers = [self.named(kind, name) for name in given.dictionary.to_pylist()]
        return pc.take(pa.array(numbers, pa.int64()), given.indices)

    def grounded(self, places: pa.Array, grounds: Sequence[Ground]) -> pa.Array:
        """The number of each row's ground as int64. `places`: of a row's ground in `grounds`; null stays
        null."""
        numbers = [ground.number for ground in grounds]
        for place in pc.unique(places).to_pylist():
            if place is not None:
                self.grounds[numbers[place]] = grounds[place]
        return pc.take(pa.array(numbers, pa.int64()), places)
