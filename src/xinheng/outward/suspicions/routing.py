"""To which agency a line belongs, and through which offices it gets there. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from xinheng.office.access.model import DatedName, Standing, fold_name
from xinheng.office.access.model_tree import By, Links


@dataclass
class Names:
    """Which agencies a name or a code means, over time."""

    _codes: dict[str, set[UUID]] = field(default_factory=dict)
    _own: dict[str, list[tuple[DatedName, UUID]]] = field(default_factory=dict)
    _entered: dict[str, list[tuple[DatedName, UUID]]] = field(default_factory=dict)

    @classmethod
    def of(cls, standings: Iterable[Standing]) -> Names:
        """All names and codes of these: their own over time, their predecessors', those they send for."""
        names = cls()
        for standing in standings:
            agency = standing.agency.agency
            for code in standing.codes:
                names._codes.setdefault(fold_name(code).upper(), set()).add(agency)
            for into, given in ((names._own, standing.names), (names._entered, standing.authorities)):
                for name in given:
                    into.setdefault(fold_name(name.name), []).append((name, agency))
        return names

    def meant(self, authority: str | None, code: str | None, on: date | None) -> frozenset[UUID]:
        """The agencies that are meant: by code; else by a name that held that day, else by one that ever did;
        a body's own names before those it sends for. More than one: nobody can tell which."""
        found = self._codes.get(fold_name(code or "").upper(), set()) if code else set()
        if found:
            return frozenset(found)
        folded = fold_name(authority or "")
        for names in (self._own, self._entered):
            given = names.get(folded, []) if folded else []
            for day in (on, None):
                held = frozenset(agency for name, agency in given if name.holds(day))
                if held:
                    return held
        return frozenset()


def path(links: Links, office: UUID, agency: UUID, offices: Collection[UUID], on: date) -> tuple[UUID, ...]:
    """The offices between an office and an agency below it, then the agency; empty where it is not below.

    By place first: that is how offices stand; an agency that is below by line alone is reached directly.
    """
    for by in (By.PLACE, By.LINE):
        above = list(links.above(agency, by, on))
        if office in above:
            between = above[: above.index(office)]
            return (*(body for body in reversed(between) if body in offices), agency)
    return ()
