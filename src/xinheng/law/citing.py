"""Dates, places, instruments, and the bases that cite them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xinheng.law.kinds import BasisKind, Verified


@dataclass(frozen=True)
class Span:
    """Dates on which a value holds: from the first day to before `to` (half-open)."""

    start: date
    to: date | None = None

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.to is None or day < self.to)

    def within(self, outer: Span) -> bool:
        """No day of this span lies outside `outer`."""
        if self.start < outer.start:
            return False
        return outer.to is None or (self.to is not None and self.to <= outer.to)


@dataclass(frozen=True)
class Place:
    """File and line of a value in its pack, for messages."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Instrument:
    """A law, regulation or document that rules cite. `effective` is None where its first day is not known:
    such an instrument is named, but grounds nothing."""

    id: str
    title: str
    number: str | None
    issuer: str
    issued: date | None
    effective: Span | None
    repealed_by: str | None
    verified: Verified
    note: str | None = None
    informal: bool = False  # the title is how it is called, not the official one, which was not read
    pack: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Basis:
    """Where a value comes from. `instrument` and `article` only where `kind` is law.

    `verified` is never better than the instrument's own.
    """

    kind: BasisKind
    instrument: str | None = None
    article: str | None = None
    note: str | None = None
    verified: Verified = Verified.TEXT

    @property
    def grounds_adverse(self) -> bool:
        """May this ground something against an organisation: law only, and only law that was read."""
        return self.kind is BasisKind.LAW and self.verified is not Verified.NONE
