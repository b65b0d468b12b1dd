"""Where a run's figures come from: the one measuring of the house, and the openness ratio of the day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from xinheng.core.times import SHANGHAI
from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity import openness
from xinheng.law.packs import Pack
from xinheng.law.scorecards import Reading
from xinheng.office.access import moving
from xinheng.office.access.model import Agency
from xinheng.outward.appraisal.model import Counted, Frame
from xinheng.outward.appraisal.model_monitoring import Figure
from xinheng.outward.appraisal.service import Count
from xinheng.outward.reports import measuring

PERCENT = "%"


def counter(tx: Transaction, pack: Pack, frame: Frame) -> Count:
    """How figures are counted for a run: over its period, as of its cut-off.

    The openness ratio speaks of the day of the cut-off and is kept: publicity of a past day cannot be asked
    for again once a record was corrected.
    """

    def count(figure: str, agency: Agency) -> Counted:
        if figure == openness.FIGURE:
            return Counted(open_ratio(tx, pack, agency, frame), kept=True)
        found = measuring.measured(tx, pack, figure, agency, frame.from_on, frame.to_on, frame.known)
        return Counted(Reading(found.value, found.part, found.whole, found.unit, found.reason))

    return count


def open_ratio(tx: Transaction, pack: Pack, agency: Agency | None, frame: Frame) -> Reading:
    """信用信息公开比例 of an agency with those counted in its figure, on the day of the cut-off, over what
    was decided in the period."""
    day = frame.known.astimezone(SHANGHAI).date()
    sources = moving.scope(tx, agency, frame.to_on - timedelta(days=1))
    items = [item.id for item in pack.items.values() if item.marks.shown]
    rows = openness.openness(tx, sources, items, day, (frame.from_on, frame.to_on))
    part, whole = sum(r.published for r in rows), sum(r.publishable for r in rows)
    if not whole:
        return Reading(None, part, whole, PERCENT, "本期没有应公示的记录")
    return Reading(Decimal(part * 10_000 // whole).scaleb(-2), part, whole, PERCENT)


def how(figure: str) -> str:
    """How a figure is computed, in Chinese; empty where the platform does not have it."""
    if figure == openness.FIGURE:
        return openness.HOW
    found = measuring.FIGURES.get(figure)
    return found.how if found else ""


def place_figure(
    tx: Transaction, pack: Pack, head: Agency | None, window: tuple[date, date], known: datetime
) -> Callable[[str], Figure]:
    """How the self-check of the city monitoring reads the platform's figures: for the place, over a window
    (half-open), as known now."""
    frame = Frame("", pack.label, head.code if head else None, *window, known, 0)

    def figure(name: str) -> Figure:
        if name == openness.FIGURE:
            return Figure(name, open_ratio(tx, pack, head, frame), openness.HOW)
        found = measuring.measured(tx, pack, name, head, *window, known)
        return Figure(
            name, Reading(found.value, found.part, found.whole, found.unit, found.reason), found.how
        )

    return figure
