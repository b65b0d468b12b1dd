"""What a question to the measuring is made of: for whom, which days, which figure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID

from xinheng.core.times import SHANGHAI
from xinheng.evidence.completeness.model import Feed
from xinheng.evidence.intake.figures import Cell, cells
from xinheng.evidence.intake.model_figures import Sums
from xinheng.ground.store.transaction import Transaction
from xinheng.law.duties import Target
from xinheng.law.kinds import ItemClass
from xinheng.law.packs import Pack
from xinheng.office.access import moving
from xinheng.office.access.model import Agency, AgencyKind
from xinheng.office.access.model_tree import By, Counted
from xinheng.outward.reports import model
from xinheng.outward.reports.model import Measured


@dataclass(frozen=True)
class Who:
    """For whom: the head's kind and place, who is counted on which days, and whether that is everybody.

    `feeds`: what they were to send; None: as it is entered now.
    """

    kind: AgencyKind | None
    division: str | None
    parts: Mapping[UUID, Sequence[Counted]]
    whole: bool
    feeds: tuple[Feed, ...] | None = None

    @property
    def bodies(self) -> frozenset[UUID]:
        """Everyone who is counted on any of the days."""
        return frozenset(c.agency for counted in self.parts.values() for c in counted)


def who(tx: Transaction, head: Agency | None, from_on: date, to_on: date) -> Who:
    """For a head (None: the whole place), as the tree says now."""
    parts = moving.parts(tx, head, from_on, to_on)
    if head is None:
        return Who(None, None, parts, whole=True)
    above = moving.links(tx).superiors(By.PLACE, to_on - timedelta(days=1)).get(head.agency)
    return Who(head.kind, head.division, parts, head.kind is AgencyKind.OFFICE and above is None)


@dataclass(frozen=True)
class Asked:
    """For whom and which days (half-open), as known before an instant (None: now)."""

    tx: Transaction
    pack: Pack
    who: Who
    from_on: date
    to_on: date
    known: datetime | None

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The receipts, added up."""
        return cells(self.tx, self.who.parts, self.known)

    @property
    def before(self) -> date:
        """First day that no longer counts for what is counted by whole days."""
        if self.known is None:
            return self.to_on
        return min(self.to_on, self.known.astimezone(SHANGHAI).date())

    def sums(self, kinds: Collection[ItemClass]) -> Sums:
        """The receipts of these classes, added up."""
        items = model.items_of(self.pack.items, kinds)
        return sum((cell.sums for cell in self.cells if cell.item in items), Sums())


@dataclass(frozen=True)
class Figure:
    """What a name means. `of` works it out; `how` stands beside every value."""

    name: str
    unit: str
    how: str
    of: Callable[[Asked, Figure], Measured]
    classes: str = ""  # which items it is about, in Chinese


@dataclass(frozen=True)
class Aim:
    """A target of the day beside what was measured; `met` None: cannot be worked out."""

    target: Target
    measured: Measured
    met: bool | None
