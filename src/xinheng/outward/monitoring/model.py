"""Silence (无数据预警): how many records an agency was to be expected to send, and how odd fewer are.

The expectation is the agency's own history of one item, counted by month of decision. January and February
are one period, as the statistics bureau counts them: the Spring Festival falls into either. A period weighs
as many working days as it has. Two things must both hold before an alert is raised:

* no stretch of the same length in the history had so few; and
* were the agency deciding as before, so few would come with a probability of at most `ALPHA`.

The probability is that of a Poisson process whose rate is known from the history alone (Gamma posterior,
hence negative binomial), the counts thinned by how much more they vary than a Poisson process would
(Pearson's dispersion). All in `Decimal`; the same input gives the same digits. docs/watching.md has the
false-alarm rate, tests/unit/outward/monitoring/test_silence.py the simulation that it comes from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, localcontext
from enum import StrEnum
from itertools import groupby
from typing import Final

from xinheng.evidence.completeness.model import first_of, last_of, months
from xinheng.law.calendar import Calendar
from xinheng.law.errors import UnknownYearError

ALPHA: Final = Decimal("0.0002")
HISTORY: Final = 22  # periods that are looked back to: two years
MINIMUM: Final = 11  # periods of history without which nothing is said: a year
LONGEST: Final = 11  # periods of silence that are weighed together: rare deciders are silent for long
NEVER: Final = 3  # whole months after which a source that never sent anything is asked
SMALLEST: Final = Decimal("1E-12")  # a probability is not said more finely than this
QUIET: Final = 3  # months that an explained silence must last longer before it is raised anew
_EXACT: Final = Context(prec=28)
_FEBRUARY: Final = 2


class How(StrEnum):
    """What an alert rests on."""

    FEWER = "fewer"  # fewer than the history lets expect
    NEVER = "never"  # nothing ever came, nothing was declared


class Ended(StrEnum):
    """How an alert ended."""

    ARRIVED = "arrived"  # 数据已到
    DECLARED = "declared"  # 已申报，与平台已有一致（含零报送）
    EXPLAINED = "explained"  # 信用办认可说明
    FEED_ENDED = "ended"  # 归集责任已终止，或单位已撤销


@dataclass(frozen=True)
class Period:
    """One month, or January and February together; `days`: its working days."""

    first: date  # first day of its first month
    last: date  # first day of its last month
    days: int


@dataclass(frozen=True)
class Counted:
    """A period with the records held of it, by day of decision."""

    period: Period
    held: int


@dataclass(frozen=True)
class Silence:
    """Too few came from `first` to `last` (first days of months, both included)."""

    first: date
    last: date
    held: int
    expected: Decimal  # to one place
    chance: Decimal  # of so few or fewer, to two significant digits
    periods: int  # of history that it rests on
    least: int  # the fewest of any stretch of the same length in the history


def periods(calendar: Calendar, since: date, until: date) -> list[Period]:
    """The whole periods from the one that begins in `since`'s month to the last that ends by `until`.

    Only years that the calendar knows: what lies before an unknown one is left out.
    """
    found: list[Period] = []
    firsts = [m for m in months(since, until) if last_of(m) <= until]
    for _, group in groupby(firsts, key=lambda m: (m.year, max(m.month, _FEBRUARY))):
        together = list(group)
        if together[-1].month == 1:  # February is not over
            continue
        days = _working_days(calendar, together[0], last_of(together[-1]))
        if days is None:
            found.clear()
            continue
        found.append(Period(together[0], together[-1], days))
    return found


def _working_days(calendar: Calendar, first: date, last: date) -> int | None:
    try:
        return sum(calendar.is_workday(first + timedelta(days=i)) for i in range((last - first).days + 1))
    except UnknownYearError:
        return None


def counted(found: Iterable[Period], held: Mapping[date, int]) -> list[Counted]:
    """Each period with its records; `held`: first day of month -> records."""
    return [Counted(p, sum(held.get(m, 0) for m in months(p.first, p.last))) for p in found]


def silence(series: Sequence[Counted]) -> Silence | None:
    """Whether the last periods of a series are too few; the shortest stretch that shows it.

    `series`: whole periods, ascending, up to the last one whose reports are due. Those before the first
    record are no history.
    """
    start = next((i for i, each in enumerate(series) if each.held), len(series))
    known = series[start:]
    for length in range(1, LONGEST + 1):
        history = known[max(0, len(known) - length - HISTORY) : len(known) - length]
        if len(history) < max(MINIMUM, length):
            return None
        found = judged(history, known[-length:])
        if found is not None:
            return found
    return None


def judged(history: Sequence[Counted], recent: Sequence[Counted]) -> Silence | None:
    """One stretch against one history."""
    held = sum(each.held for each in recent)
    least = _least(history, len(recent))
    if held >= least:
        return None
    with localcontext(_EXACT):
        total, exposure = _sums(history)
        days = sum(each.period.days for each in recent)
        chance = so_few(total, exposure, dispersion(history), held, days)
        if chance > ALPHA:
            return None
        return Silence(
            first=recent[0].period.first,
            last=recent[-1].period.last,
            held=held,
            expected=(Decimal(total) * days / exposure).quantize(Decimal("0.1")),
            chance=Context(prec=2).plus(max(chance, SMALLEST)),
            periods=len(history),
            least=least,
        )


def _sums(history: Sequence[Counted]) -> tuple[int, int]:
    return sum(h.held for h in history), max(1, sum(h.period.days for h in history))


def _least(history: Sequence[Counted], length: int) -> int:
    """The fewest records of any `length` periods one after the other."""
    return min(sum(h.held for h in history[i : i + length]) for i in range(len(history) - length + 1))


def dispersion(history: Sequence[Counted]) -> Decimal:
    """How many times more the counts vary than those of a Poisson process; 1 where they vary less."""
    total, exposure = _sums(history)
    if not total or len(history) < 2:
        return Decimal(1)
    with localcontext(_EXACT):
        expected = [Decimal(total) * h.period.days / exposure for h in history]
        off = sum(((h.held - e) ** 2 / e for h, e in zip(history, expected, strict=True) if e), Decimal(0))
        return max(Decimal(1), off / (len(history) - 1))


def so_few(total: int, exposure: int, spread: Decimal, held: int, days: int) -> Decimal:
    """The probability of `held` or fewer in `days`, after `total` in `exposure` working days.

    Negative binomial with shape `total / spread` (rounded down) and at most `held / spread` (rounded up):
    both roundings make it larger, so that less is raised.
    """
    with localcontext(_EXACT):
        shape = max(1, int((total / spread).to_integral_value(ROUND_FLOOR)))
        most = int((held / spread).to_integral_value(ROUND_CEILING))
        whole = Decimal(exposure + days)
        stay, come = exposure / whole, days / whole
        term = stay**shape
        summed = term
        for i in range(most):
            term *= (shape + i) * come / (i + 1)
            summed += term
        return summed


def ready_until(day: date, due: Mapping[date, date | None]) -> date | None:
    """The last day of the latest month whose reports are all due before `day`; None where there is none.

    `due`: last day of a month -> last day on which a decision of it is in time.
    """
    ended = [last for last, until in due.items() if until is not None and until < day]
    return max(ended, default=None)


def never_sent(
    began: date, until: date | None, held: Mapping[date, int], declared: Mapping[date, int]
) -> tuple[date, date] | None:
    """The months in which a source that has begun, and never sent or declared anything, ought to have."""
    if until is None or any(held.values()) or declared:
        return None
    due = [m for m in months(began, until) if last_of(m) <= until]
    return (due[0], first_of(due[-1])) if len(due) >= NEVER else None
