"""For whom a book is made, fixed: the bodies with the names they had, who was counted where on which days.

A bulletin that was issued keeps its scope. Recomputing it asks the tree nothing: a later renaming, move or
succession, also one that is entered for a day long past, changes nothing in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from xinheng.core import canonical
from xinheng.core.times import SHANGHAI
from xinheng.evidence.completeness import service as completeness
from xinheng.evidence.completeness.model import Feed, first_of, next_month
from xinheng.ground.store.transaction import Transaction
from xinheng.law.errors import UnknownYearError
from xinheng.law.packs import Pack
from xinheng.office.access import moving
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency, AgencyKind
from xinheng.office.access.model_tree import By, Counted
from xinheng.outward.reports.errors import NoCutoff
from xinheng.outward.suspicions import service as suspicions
from xinheng.outward.suspicions.model import Outcome

CUTOFF_DAYS: Final = 7  # working days: a decision of the month's last day may be reported in time until then
MENDING_DAYS: Final = 10  # working days that the issuer gives for corrections; no law names a term


@dataclass(frozen=True)
class Body:
    """An office or agency as it was called and stood on the month's last day."""

    agency: UUID
    code: str
    name: str
    kind: AgencyKind
    division: str | None


@dataclass(frozen=True)
class Span:
    """A body counted under a branch, on days from the first to before `to_on`."""

    branch: UUID
    agency: UUID
    from_on: date
    to_on: date


@dataclass(frozen=True)
class Suspected:
    """Suspicions of concealment raised in the month, of a branch (None: of all), as known before the cut-off.

    Kept with the scope: a suspicion that is handed on later stands with another body from then on.
    """

    branch: UUID | None
    raised: int
    open: int
    confirmed: int


@dataclass(frozen=True)
class Scope:
    """What a bulletin is made for. `head` None: the whole place; `whole`: nobody stands above the head."""

    issuer: str
    head: UUID | None
    whole: bool
    month: date
    cutoff: datetime
    mend_until: date | None
    bodies: tuple[Body, ...]
    now: tuple[Span, ...]
    before: tuple[Span, ...]  # of the month before
    feeds: tuple[Feed, ...]
    suspected: tuple[Suspected, ...]

    @property
    def end(self) -> date:
        """The first day after the month."""
        return next_month(self.month)

    @property
    def by_id(self) -> Mapping[UUID, Body]:
        return {body.agency: body for body in self.bodies}

    @property
    def head_code(self) -> str:
        """The head's code; '' for the whole place."""
        return self.by_id[self.head].code if self.head else ""

    @property
    def branches(self) -> tuple[Body, ...]:
        """The head's own and its branches, by code."""
        there = {span.branch for span in self.now}
        return tuple(sorted((b for b in self.bodies if b.agency in there), key=lambda b: b.code))


def counted(spans: Sequence[Span]) -> dict[UUID, list[Counted]]:
    """Each span as a part of its own, named by its place: one query then serves branches and bodies."""
    return {UUID(int=n): [Counted(s.agency, s.from_on, s.to_on)] for n, s in enumerate(spans)}


def cutoff_of(pack: Pack, month: date) -> datetime:
    """The first instant that no longer counts: after CUTOFF_DAYS working days. Raises NoCutoff."""
    return starts(_working(pack, next_month(month) - timedelta(days=1), CUTOFF_DAYS) + timedelta(days=1))


def starts(day: date) -> datetime:
    """The first instant of a civil day."""
    return datetime.combine(day, time(), SHANGHAI)


def _working(pack: Pack, day: date, days: int) -> date:
    try:
        return pack.calendar.add_working_days(day, days)
    except UnknownYearError as unknown:
        raise NoCutoff(day.year if day.month < 12 else day.year + 1) from unknown


def fixed(
    tx: Transaction, pack: Pack, head: Agency | None, month: date, cutoff: datetime, issuer: str
) -> Scope:
    """The scope of a month as the tree says now. `issuer`: what signs where there is no head."""
    month, end = first_of(month), next_month(month)
    last = first_of(month - timedelta(days=1))
    parts = moving.parts(tx, head, month, end)
    now, before = _spans(parts), _spans(moving.parts(tx, head, last, month))
    ids = {s.agency for s in (*now, *before)} | {s.branch for s in (*now, *before)}
    names = access.names_on(tx, end - timedelta(days=1))
    bodies = tuple(
        Body(a.agency, a.code, names.get(a.agency, a.name), a.kind, a.division)
        for a in sorted(access.by_ids(tx, ids).values(), key=lambda a: a.code)
    )
    above = moving.links(tx).superiors(By.PLACE, end - timedelta(days=1))
    feeds = completeness.listed(tx, {s.agency for s in now})
    of_branch: dict[UUID | None, set[UUID]] = {None: {s.agency for s in now}}
    for span in now:
        of_branch.setdefault(span.branch, set()).add(span.agency)
    return Scope(
        issuer=names.get(head.agency, head.name) if head else issuer,
        head=head.agency if head else None,
        whole=head is None or above.get(head.agency) is None,
        month=month,
        cutoff=cutoff,
        mend_until=_mend_until(pack, cutoff),
        bodies=bodies,
        now=now,
        before=before,
        feeds=tuple(sorted(feeds, key=lambda f: f.feed)),
        suspected=tuple(
            _suspected(tx, branch, bodies_of, (month, end), cutoff) for branch, bodies_of in of_branch.items()
        ),
    )


def _suspected(
    tx: Transaction, branch: UUID | None, bodies: set[UUID], span: tuple[date, date], cutoff: datetime
) -> Suspected:
    found = suspicions.counts(tx, bodies, *span, cutoff)
    return Suspected(branch, found.raised, found.open, found.by.get(Outcome.CONCEALED, 0))


def _mend_until(pack: Pack, cutoff: datetime) -> date | None:
    try:
        return _working(pack, cutoff.astimezone(SHANGHAI).date(), MENDING_DAYS)
    except NoCutoff:
        return None


def _spans(parts: Mapping[UUID, Sequence[Counted]]) -> tuple[Span, ...]:
    found = [Span(part, c.agency, c.from_on, c.to_on) for part, every in parts.items() for c in every]
    return tuple(sorted(found, key=lambda s: (str(s.branch), str(s.agency), s.from_on)))


# -- as it is kept --------------------------------------------------------------------------------------


def as_json(scope: Scope) -> str:
    """The canonical text of a scope."""
    return canonical.dumps(
        {
            "issuer": scope.issuer,
            "head": str(scope.head) if scope.head else None,
            "whole": scope.whole,
            "month": scope.month.isoformat(),
            "cutoff": scope.cutoff.astimezone(SHANGHAI).isoformat(),
            "mend_until": _day(scope.mend_until),
            "bodies": [[str(b.agency), b.code, b.name, b.kind.value, b.division] for b in scope.bodies],
            "now": [_span(s) for s in scope.now],
            "before": [_span(s) for s in scope.before],
            "suspected": [
                [str(s.branch) if s.branch else None, s.raised, s.open, s.confirmed] for s in scope.suspected
            ],
            "feeds": [
                [str(f.feed), str(f.agency), f.item, _day(f.from_on), _day(f.to_on)] for f in scope.feeds
            ],
        }
    )


def from_json(text: str) -> Scope:
    """The scope that `as_json` wrote."""
    told = json.loads(text)
    return Scope(
        issuer=told["issuer"],
        head=UUID(told["head"]) if told["head"] else None,
        whole=told["whole"],
        month=date.fromisoformat(told["month"]),
        cutoff=datetime.fromisoformat(told["cutoff"]),
        mend_until=_read(told["mend_until"]),
        bodies=tuple(Body(UUID(a), c, n, AgencyKind(k), d) for a, c, n, k, d in told["bodies"]),
        now=tuple(_read_span(row) for row in told["now"]),
        before=tuple(_read_span(row) for row in told["before"]),
        feeds=tuple(
            Feed(UUID(f), UUID(a), item, date.fromisoformat(start), _read(end))
            for f, a, item, start, end in told["feeds"]
        ),
        suspected=tuple(
            Suspected(UUID(branch) if branch else None, *counts) for branch, *counts in told["suspected"]
        ),
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _read(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _span(span: Span) -> list[str]:
    return [str(span.branch), str(span.agency), span.from_on.isoformat(), span.to_on.isoformat()]


def _read_span(row: Sequence[Any]) -> Span:
    return Span(UUID(row[0]), UUID(row[1]), date.fromisoformat(row[2]), date.fromisoformat(row[3]))
