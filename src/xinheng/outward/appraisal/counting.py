"""Where figures come from: the one measuring of the house, over a scope that is kept with the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from xinheng.evidence.completeness import service as completeness
from xinheng.evidence.completeness.model import Feed
from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity import openness
from xinheng.law.packs import Pack
from xinheng.law.scorecards import Reading
from xinheng.office.access.model import Agency, AgencyKind
from xinheng.office.access.model_tree import Counted as Span
from xinheng.outward.appraisal.model import Counted, Frame
from xinheng.outward.appraisal.model_monitoring import Figure
from xinheng.outward.reports import measuring
from xinheng.outward.reports.asking import Asked, Who, who
from xinheng.outward.reports.model import Measured

OUT_OF_REACH = "平台不掌握这项数字的来源"


@dataclass(frozen=True)
class Counting:
    """Counts for runs in one transaction (`service.Counter`)."""

    tx: Transaction

    def scope(self, agency: Agency, frame: Frame) -> Mapping[str, Any]:
        """Who is counted, as the tree and the feeds are entered now."""
        found = who(self.tx, agency, frame.from_on, frame.to_on)
        return told(replace(found, feeds=tuple(completeness.listed(self.tx, found.bodies))))

    def count(self, figure: str, scope: Mapping[str, Any], pack: Pack, frame: Frame) -> Counted:
        """The openness ratio speaks of the present and is kept: publicity as it stood on a past day cannot be
        asked for again once a record was corrected."""
        kept = figure == openness.FIGURE
        known = None if kept else frame.known
        asked = Asked(self.tx, pack, read(scope), frame.from_on, frame.to_on, known)
        return Counted(reading(_measured(figure, asked)), kept)


def _measured(name: str, asked: Asked) -> Measured:
    figure = measuring.FIGURES.get(name)
    if figure is None:
        return Measured(name, None, "", None, None, "", OUT_OF_REACH)
    return figure.of(asked, figure)


def reading(found: Measured) -> Reading:
    """A measured figure as a scorecard reads it."""
    return Reading(found.value, found.part, found.whole, found.unit, found.reason)


def told(found: Who) -> dict[str, Any]:
    """A scope as canonical JSON can hold it, always in one order."""
    spans = [
        (str(part), str(s.agency), s.from_on, s.to_on) for part, all_ in found.parts.items() for s in all_
    ]
    return {
        "kind": found.kind.value if found.kind else None,
        "division": found.division,
        "whole": found.whole,
        "parts": [[part, agency, str(start), str(end)] for part, agency, start, end in sorted(spans)],
        "feeds": [
            [str(f.feed), str(f.agency), f.item, str(f.from_on), str(f.to_on) if f.to_on else None]
            for f in sorted(found.feeds or (), key=lambda f: str(f.feed))
        ],
    }


def read(scope: Mapping[str, Any]) -> Who:
    """The scope that `told` wrote."""
    parts: dict[UUID, list[Span]] = {}
    for part, agency, start, end in scope["parts"]:
        span = Span(UUID(agency), date.fromisoformat(start), date.fromisoformat(end))
        parts.setdefault(UUID(part), []).append(span)
    feeds = tuple(
        Feed(UUID(f), UUID(a), item, date.fromisoformat(start), date.fromisoformat(end) if end else None)
        for f, a, item, start, end in scope["feeds"]
    )
    kind = AgencyKind(scope["kind"]) if scope["kind"] else None
    return Who(kind, scope["division"], parts, scope["whole"], feeds)


def how(figure: str) -> str:
    """How a figure is computed, in Chinese; empty where the platform does not have it."""
    found = measuring.FIGURES.get(figure)
    return found.how if found else ""


def place_figure(
    tx: Transaction, pack: Pack, head: Agency | None, window: tuple[date, date], known: datetime
) -> Callable[[str], Figure]:
    """How the self-check of the city monitoring reads the platform's figures: for the place, over a window
    (half-open), as known at an instant."""

    def figure(name: str) -> Figure:
        until = None if name == openness.FIGURE else known
        return Figure(name, reading(measuring.measured(tx, pack, name, head, *window, until)), how(name))

    return figure
