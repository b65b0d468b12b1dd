"""What an agency, an office or a whole place handed in over a period: one query for every level.

Every number is a sum of receipts, so that a figure can be walked back to the receipts it is made of. Who is
counted, on which days, says `office.access` (its counting rule); here rows are only added up.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar
from uuid import UUID

from xinheng.evidence.intake import store_figures
from xinheng.evidence.intake.model import Way
from xinheng.evidence.intake.model_figures import Sums
from xinheng.evidence.ledger.flows import Flow, Span, flows
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access.model_tree import Counted

Key = TypeVar("Key", bound=Hashable)

# R011: typed in or filled into a sheet by hand. What a program sends (api, table) is not; what was fetched
# and confirmed (capture) is not typed either.
MANUAL = frozenset({Way.FILE, Way.FORM})


COUNTS = ("accepted", "corrected", "known", "returned", "late", "undated", "persons", "review")


@dataclass(frozen=True)
class Cell:
    """The sums of one part, month, item and way."""

    part: UUID
    month: str  # 2026-11
    item: str
    way: Way
    sums: Sums


@dataclass(frozen=True)
class Figures:
    """A period's figures of one head. `flows` as the ledger tells them (`evidence.ledger.flows`)."""

    from_on: date
    to_on: date  # first day no more
    cells: tuple[Cell, ...]
    flows: Mapping[tuple[UUID | None, str | None], Flow]

    @property
    def total(self) -> Sums:
        """Over all."""
        return sum((cell.sums for cell in self.cells), Sums())

    def by_month(self) -> dict[str, Sums]:
        """Month -> sums; months without receipts are left out."""
        return self._by(lambda cell: cell.month)

    def by_item(self) -> dict[str, Sums]:
        """Item id -> sums."""
        return self._by(lambda cell: cell.item)

    def by_way(self) -> dict[Way, Sums]:
        """Way -> sums."""
        return self._by(lambda cell: cell.way)

    def by_part(self) -> dict[UUID, Sums]:
        """The head's own and each branch's; they add up to the total."""
        return self._by(lambda cell: cell.part)

    def flow(self, part: UUID | None = None, month: str | None = None) -> Flow:
        """Days from decision to recording and withdrawals: of a part, of a month, or of all."""
        return self.flows.get((part, month), Flow(0, None, None, 0))

    def _by(self, key: Callable[[Cell], Key]) -> dict[Key, Sums]:
        found: dict[Key, Sums] = {}
        for cell in self.cells:
            found[key(cell)] = found.get(key(cell), Sums()) + cell.sums
        return found


def figures(tx: Transaction, parts: Mapping[UUID, Sequence[Counted]], from_on: date, to_on: date) -> Figures:
    """The figures of what `office.access.moving.parts` counts, from the first day to before `to_on`."""
    spans = _spans(parts)
    return Figures(from_on, to_on, cells(tx, parts), flows(tx, [Span(*span) for span in spans]))


def cells(
    tx: Transaction, parts: Mapping[UUID, Sequence[Counted]], before: datetime | None = None
) -> tuple[Cell, ...]:
    """The receipts alone, without days; `before`: those written before that instant."""
    found = []
    for part, month, item, way, behalf, reported, files, *counts in store_figures.receipt_sums(
        tx, _spans(parts), before
    ):
        told = dict(zip(COUNTS, counts, strict=True))
        found.append(Cell(part, month, item, Way(way), _sums(files, told, Way(way), behalf, reported)))
    return tuple(found)


@dataclass(frozen=True)
class Failed:
    """How many rows of a part and item one check returned; a row may stand at several checks."""

    part: UUID
    item: str
    check: str
    rows: int


def failed(
    tx: Transaction, parts: Mapping[UUID, Sequence[Counted]], before: datetime | None = None
) -> tuple[Failed, ...]:
    """Which checks returned rows, by part and item."""
    return tuple(Failed(*row) for row in store_figures.failed_checks(tx, _spans(parts), before))


def _spans(parts: Mapping[UUID, Sequence[Counted]]) -> list[tuple[UUID, UUID, date, date]]:
    return [(part, c.agency, c.from_on, c.to_on) for part, counted in parts.items() for c in counted]


def _sums(files: int, told: Mapping[str, int], way: Way, behalf: bool, reported: bool) -> Sums:
    if not reported:
        return Sums(files=files, collected=told["accepted"])
    taken = told["accepted"] + told["corrected"]
    return Sums(
        files=files,
        **told,
        manual=taken if way in MANUAL else 0,
        behalf=taken if behalf else 0,
    )


def share(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in per cent to one place, halves up; None where there is nothing to be a part of."""
    if whole == 0:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
