"""The tree as values: who stood under whom on which day, and who is counted in whose figure.

Every body stands in two orders. By *place* it belongs to the seat of government where it works: a county's
tax bureau to that county. By *line* (条线, 垂直管理) it belongs to the body that runs it: the same bureau to
the tax bureau of the city. Most bodies have no line of their own; theirs is that of their place.

**The counting rule.** A figure is a sum along one order, never along both:

- an office (信用办) counts by place: all that works within its area, whoever runs it;
- any other body counts by line: itself and all that it runs, wherever that works.

In either order every body has one superior a day. So the bodies under a head on a day are a set, each counted
once; a head's figure is its own and those of its branches, with no overlap between branches; and a county's
bureau counts at its county and at its city by place, under its line by line, and twice in no sum. The reason:
the documents set targets for places (a city answers for the area), while who can mend a line's figure is the
line. No law on counting is known to us; this is a choice of the house, and pages say which order they show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from xinheng.office.access.model import Account, AgencyKind, Level, Role


class By(StrEnum):
    """Along which order."""

    PLACE = "place"  # 按地域
    LINE = "line"  # 按条线


@dataclass(frozen=True)
class Under:
    """From a day on, until before another: who stood above a body in one order (None: nobody)."""

    agency: UUID
    by: By
    superior: UUID | None
    from_on: date
    to_on: date | None

    def holds(self, on: date) -> bool:
        """Whether it held on that day (half-open)."""
        return self.from_on <= on and (self.to_on is None or on < self.to_on)


@dataclass(frozen=True)
class Counted:
    """A body and the days on which it is counted in a figure (half-open)."""

    agency: UUID
    from_on: date
    to_on: date


@dataclass(frozen=True)
class Links:
    """All that was ever entered about who stands under whom."""

    all: tuple[Under, ...]
    _days: dict[date, Mapping[By, Mapping[UUID, UUID | None]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def superiors(self, by: By, on: date) -> Mapping[UUID, UUID | None]:
        """Every body that was entered by that day -> its one superior in this order."""
        if on not in self._days:
            place = {u.agency: u.superior for u in self.all if u.by is By.PLACE and u.holds(on)}
            line = {u.agency: u.superior for u in self.all if u.by is By.LINE and u.holds(on)}
            ran = {agency: above for agency, above in line.items() if above is not None}
            self._days[on] = {By.PLACE: place, By.LINE: place | ran}
        return self._days[on][by]

    def above(self, agency: UUID, by: By, on: date) -> Iterator[UUID]:
        """Those above a body in this order, nearest first; never itself, and no circle is walked twice."""
        superiors, passed = self.superiors(by, on), {agency}
        upper = superiors.get(agency)
        while upper is not None and upper not in passed:
            yield upper
            passed.add(upper)
            upper = superiors.get(upper)

    def branches(self, head: UUID | None, by: By, on: date) -> list[UUID]:
        """Those directly under a head in this order; with None, those under nobody."""
        return [agency for agency, upper in self.superiors(by, on).items() if upper == head]

    def changes(self, after: date, before: date) -> list[date]:
        """The days strictly between on which anything changed, ascending."""
        days = {u.from_on for u in self.all} | {u.to_on for u in self.all if u.to_on is not None}
        return sorted(day for day in days if after < day < before)


def order_of(kind: AgencyKind) -> By:
    """Along which order a body's own figure is summed (see the counting rule above)."""
    return By.PLACE if kind is AgencyKind.OFFICE else By.LINE


def scope(links: Links, head: UUID | None, by: By, on: date) -> frozenset[UUID]:
    """Who is counted in a head's figure on a day: itself and all below it in one order; None: everyone."""
    superiors = links.superiors(by, on)
    if head is None:
        return frozenset(superiors)
    below: dict[UUID | None, list[UUID]] = {}
    for agency, upper in superiors.items():
        below.setdefault(upper, []).append(agency)
    found, waiting = {head}, [head]
    while waiting:
        for agency in below.get(waiting.pop(), ()):
            if agency not in found:
                found.add(agency)
                waiting.append(agency)
    return frozenset(found)


def counted(links: Links, head: UUID | None, by: By, from_on: date, to_on: date) -> list[Counted]:
    """Who is counted in a head's figure, on which days from the first to before `to_on`.

    A body that moved within the period counts here for the days it was here, and elsewhere for the others: so
    a past figure stays what it was, and the figures of all heads of a level add up to that of the one above.
    """
    return [c for part in parts(links, head, by, from_on, to_on).values() for c in part]


def parts(links: Links, head: UUID | None, by: By, from_on: date, to_on: date) -> dict[UUID, list[Counted]]:
    """The same, apart: under the head's own id what is its own, under each branch's id what is that one's.

    No body is in two parts on one day, so the parts add up to the whole.
    """
    edges = [from_on, *links.changes(from_on, to_on), to_on]
    open_since: dict[tuple[UUID, UUID], date] = {}
    found: dict[UUID, list[Counted]] = {}

    def close(part: UUID, agency: UUID, day: date) -> None:
        found.setdefault(part, []).append(Counted(agency, open_since.pop((part, agency)), day))

    for day, _ in pairwise(edges):
        present = {(b, a) for b in links.branches(head, by, day) for a in scope(links, b, by, day)}
        if head is not None and head in links.superiors(by, day):
            present.add((head, head))
        for part, agency in [key for key in open_since if key not in present]:
            close(part, agency, day)
        for key in present:
            open_since.setdefault(key, day)
    for part, agency in list(open_since):
        close(part, agency, to_on)
    return found


def circle_on(links: Links, new: Under) -> date | None:
    """The first day on which `new` would put a body under itself; None where it never does.

    `links` are those that would stand beside it: the span it replaces is cut already.
    """
    with_new = Links((*links.all, new))
    horizon = new.to_on or date.max
    for day in [new.from_on, *with_new.changes(new.from_on, horizon)]:
        for by in By:
            superiors, passed = with_new.superiors(by, day), {new.agency}
            upper = superiors.get(new.agency)
            while upper is not None:
                if upper in passed:
                    return day
                passed.add(upper)
                upper = superiors.get(upper)
    return None


RANKS = {Level.PROVINCE: 0, Level.CITY: 1, Level.COUNTY: 2, Level.TOWNSHIP: 3, Level.UNIT: 4}


def level_fits(upper: Level, lower: Level) -> bool:
    """Whether a body of one level may stand under one of the other.

    A functional zone may stand anywhere: some run whole districts, others lie within a county.
    """
    return Level.ZONE in (upper, lower) or RANKS[upper] <= RANKS[lower]


# -- accounts administered one level down ------------------------------------------------------------

DELEGABLE = frozenset({Role.CLERK, Role.REVIEWER, Role.ADMIN})


def administers(admin: Account, agency: UUID, links: Links, on: date) -> bool:
    """Whether an account opens, closes and resets accounts of that agency on that day.

    An administrator of an agency does so for it and for those directly below it, by place or by line; not
    two levels down, not above, not beside.
    """
    if admin.disabled is not None or admin.agency is None or not admin.holds(Role.ADMIN):
        return False
    return admin.agency == agency or any(links.superiors(by, on).get(agency) == admin.agency for by in By)


def may_be_given(roles: Iterable[Role]) -> bool:
    """Whether an administrator gives, closes or resets accounts with these roles.

    Those of the credit office and the auditor are given at the command line alone: who could reset their
    passwords could become them.
    """
    given = frozenset(roles)
    return bool(given) and given <= DELEGABLE


# -- entry on behalf ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Permission:
    """代录许可: the office allowed `upper` to enter for `lower`, from a day to before another."""

    upper: UUID
    lower: UUID
    from_on: date
    to_on: date | None

    def holds(self, on: date) -> bool:
        """Whether it held on that day (half-open)."""
        return self.from_on <= on and (self.to_on is None or on < self.to_on)


def may_enter_for(
    upper: UUID, lower: UUID, links: Links, permissions: Collection[Permission], on: date
) -> bool:
    """Whether `upper` enters for `lower` on that day: it stands above, and the office has allowed it."""
    stands_above = any(upper in links.above(lower, by, on) for by in By)
    return stands_above and any(p.upper == upper and p.lower == lower and p.holds(on) for p in permissions)
