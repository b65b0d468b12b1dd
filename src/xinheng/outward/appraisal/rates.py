"""Rates of a sample with their intervals. Pure; exact but for one square root, whose digits are stated.

Interval of a stratum: Wilson's score interval at 95 % without continuity correction (Wilson 1927), with
z = 1.959963984540054, worked out with 50 digits, the lower end rounded down and the upper end rounded up. No
correction for a finite population, which makes it too wide rather than too narrow; a stratum of which every
record was judged has no sampling error, and its interval is its rate. Over several strata: the rates weighted
by the strata's sizes in the frame, and the same weighted sum of the ends, which is too wide rather than too
narrow as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from fractions import Fraction
from typing import Final

from xinheng.law.scorecards import rounded

Z: Final = Decimal("1.959963984540054")
PLACES: Final = 2  # of a percentage
METHOD: Final = (
    "95% Wilson 区间（不作连续性和有限总体修正，全数核对的层没有抽样误差），"
    "多层按各层在抽样框中的条数加权，区间端点同样加权，偏宽不偏窄"
)


@dataclass(frozen=True)
class Stratum:
    """A stratum's size in the frame, and what was found in its sample. `unclear`: could not be checked."""

    agency: str
    item: str
    size: int
    right: int
    wrong: int
    unclear: int = 0

    @property
    def judged(self) -> int:
        """Lines that count: right or wrong."""
        return self.right + self.wrong


@dataclass(frozen=True)
class Rate:
    """A percentage with its interval; all None where nothing was judged."""

    value: Decimal | None
    low: Decimal | None
    high: Decimal | None


def wilson(right: int, judged: int) -> tuple[Decimal, Decimal]:
    """The ends of the interval in per cent, unrounded to 50 digits. Raises ValueError for an impossible
    count."""
    if not 0 <= right <= judged or judged == 0:
        raise ValueError("0 <= right <= judged, judged > 0")
    with localcontext() as context:
        context.prec = 50
        n, p, z2 = Decimal(judged), Decimal(right) / Decimal(judged), Z * Z
        middle = p + z2 / (2 * n)
        spread = Z * (p * (1 - p) / n + z2 / (4 * n * n)).sqrt()
        scale = 1 + z2 / n
        low = Decimal(0) if right == 0 else 100 * (middle - spread) / scale
        high = Decimal(100) if right == judged else 100 * (middle + spread) / scale
        return max(Decimal(0), low), min(Decimal(100), high)


def rate(strata: Iterable[Stratum]) -> Rate:
    """The rate over one or more strata; those of which nothing was judged do not count."""
    there = [s for s in strata if s.judged]
    weight = sum(s.size for s in there)
    if not weight:
        return Rate(None, None, None)
    value = sum((Fraction(100 * s.right * s.size, s.judged * weight) for s in there), Fraction())
    with localcontext() as context:
        context.prec = 50
        low, high = Decimal(), Decimal()
        for s in there:
            ends = _exact(s) if s.judged == s.size else wilson(s.right, s.judged)
            low += ends[0] * s.size / weight
            high += ends[1] * s.size / weight
        step = Decimal(1).scaleb(-PLACES)
        # what was divided to 50 digits may lie a hair beyond an exact value
        low, high = (+end.quantize(Decimal(1).scaleb(-30)) for end in (low, high))
        return Rate(
            rounded(value, PLACES),
            low.quantize(step, ROUND_FLOOR),
            high.quantize(step, ROUND_CEILING),
        )


def _exact(s: Stratum) -> tuple[Decimal, Decimal]:
    found = Decimal(100 * s.right) / Decimal(s.judged)
    return found, found
