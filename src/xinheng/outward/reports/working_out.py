"""How each figure is worked out, from what the rooms below keep. What a name means stands in `measuring`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from xinheng.core.times import SHANGHAI
from xinheng.evidence.completeness import model as months
from xinheng.evidence.completeness import service as completeness
from xinheng.evidence.intake.model_figures import Sums
from xinheng.evidence.ledger import day_counts
from xinheng.evidence.subjects import coverage, inspecting
from xinheng.judgement.publicity import openness
from xinheng.law.kinds import ItemClass
from xinheng.office.access.model import AgencyKind
from xinheng.outward.reports import model
from xinheng.outward.reports.asking import Asked, Figure
from xinheng.outward.reports.model import DOUBLE, SEVEN, Measured, Ratio
from xinheng.outward.suspicions import service as suspicions
from xinheng.outward.suspicions.model import Outcome


def ratio_of(figure: Figure, ratio: Ratio, nothing: str) -> Measured:
    if ratio.whole == 0:
        return Measured(figure.name, None, figure.unit, ratio.part, 0, figure.how, nothing)
    return Measured(figure.name, ratio.percent, figure.unit, ratio.part, ratio.whole, figure.how, None)


def rate_of(
    kinds: Collection[ItemClass], rate: Callable[[Sums], Ratio], nothing: str
) -> Callable[[Asked, Figure], Measured]:
    return lambda asked, figure: ratio_of(figure, rate(asked.sums(kinds)), nothing)


def late(asked: Asked, figure: Figure) -> Measured:
    sums = asked.sums(DOUBLE)
    known = sums.accepted - sums.undated
    if known == 0:
        return nothing(figure, "本期没有能计算期限的新报记录")
    return Measured(figure.name, Decimal(sums.late), figure.unit, sums.late, known, figure.how, None)


def nothing(figure: Figure, reason: str) -> Measured:
    return Measured(figure.name, None, figure.unit, None, None, figure.how, reason)


def concealed(asked: Asked, figure: Figure) -> Measured:
    """Suspicions of the period that ended so; those still open are named in the reason's place, beside it."""
    counts = suspicions.counts(asked.tx, asked.who.bodies, asked.from_on, asked.to_on, asked.known)
    found = counts.by.get(Outcome.CONCEALED, 0)
    return Measured(figure.name, Decimal(found), figure.unit, found, counts.raised, figure.how, None)


def missing(asked: Asked, figure: Figure) -> Measured:
    """Feeds and months that are not whole, of those that had to be declared by then."""
    whole = broken = 0
    for state in states(asked):
        whole += state in months.WHOLE
        broken += state not in months.WHOLE and state is not months.State.OPEN
    if whole + broken == 0:
        return nothing(figure, "没有登记归集责任，或申报期限未到")
    return Measured(figure.name, Decimal(broken), figure.unit, broken, whole + broken, figure.how, None)


def states(asked: Asked) -> list[months.State]:
    """How each month of each feed of those counted stood."""
    known = asked.known or datetime.combine(date.max, time(), SHANGHAI)
    found = []
    feeds = completeness.listed(asked.tx, asked.who.bodies) if asked.who.feeds is None else asked.who.feeds
    for month in months.months(asked.from_on, asked.to_on - timedelta(days=1)):
        judged = completeness.month_as_known(asked.tx, asked.pack, feeds, month, known)
        found += [each.months[0].state for each in judged]
    return found


def codes(asked: Asked, figure: Figure) -> Measured:
    day = asked.before - timedelta(days=1)
    if not asked.who.whole:
        return nothing(figure, "重错码按全域的主体统计，没有分到下级")
    if not inspecting.inspected(asked.tx, day):
        return nothing(figure, f"到 {day} 还没有做过重错码检查")
    rate = inspecting.rate(asked.tx, day)
    if rate.share is None:
        return nothing(figure, "没有登记任何主体")
    return Measured(
        figure.name,
        (rate.share * 100).normalize() + 0,
        figure.unit,
        rate.faulty,
        rate.codes,
        figure.how,
        None,
    )


def organisations(found: Collection[coverage.Covered], division: str | None, kind: str | None = None) -> int:
    """How many of these lie within a division (None: everywhere) and are of a kind (None: any)."""
    prefix = model.division_prefix(division) if division else ""
    return sum(c.count for c in found if c.division.startswith(prefix) and (kind is None or c.kind == kind))


def _division(asked: Asked) -> tuple[str | None, str | None]:
    """(division or None for everywhere, why there is none)."""
    if asked.who.kind not in (None, AgencyKind.OFFICE):
        return None, "覆盖率按地域计，只对信用办计算"
    if asked.who.division is None and not asked.who.whole:
        return None, "该信用办没有登记行政区划代码"
    return asked.who.division, None


def covered(asked: Asked, figure: Figure) -> Measured:
    division, wrong = _division(asked)
    if wrong:
        return nothing(figure, wrong)
    register = organisations(coverage.covered(asked.tx, asked.before, [coverage.ANY]), division)
    items = model.items_of(asked.pack.items, SEVEN)
    part = organisations(coverage.covered_by_any(asked.tx, asked.before, items), division)
    return ratio_of(figure, Ratio(part, register), "没有登记任何主体")


def per_enterprise(item: str) -> Callable[[Asked, Figure], Measured]:
    """Rows of an item ÷ enterprises, as the target's own words say."""

    def of(asked: Asked, figure: Figure) -> Measured:
        division, wrong = _division(asked)
        if wrong:
            return nothing(figure, wrong)
        sources = None if asked.who.whole else sorted(asked.who.bodies)
        rows = day_counts.taken(asked.tx, item, sources, asked.before)
        register = coverage.covered(asked.tx, asked.before, [coverage.ANY])
        whole = organisations(register, division, coverage.ENTERPRISE)
        return ratio_of(figure, Ratio(rows, whole), "没有登记任何企业")

    return of


def unstated(reason: str) -> Callable[[Asked, Figure], Measured]:
    return lambda asked, figure: nothing(figure, reason)


def open_share(asked: Asked, figure: Figure) -> Measured:
    """信用信息公开比例 of what was decided in the period, as it is shown on its last day.

    Publicity keeps no past: whoever asks as of an instant gets no value, since it could not be had again.
    """
    if asked.known is not None:
        return nothing(figure, "公示状态只有现在的，不能按过去的时刻重算")
    items = [item.id for item in asked.pack.items.values() if item.marks.shown]
    last = asked.to_on - timedelta(days=1)
    rows = openness.openness(asked.tx, asked.who.bodies, items, last, (asked.from_on, asked.to_on))
    share = Ratio(sum(r.published for r in rows), sum(r.publishable for r in rows))
    return ratio_of(figure, share, "本期没有应公示的记录")
