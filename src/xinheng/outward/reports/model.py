"""What a figure is: ratios of whole numbers, targets met or not, units ranked. Pure.

Rounding never flatters: what is good when high is cut off, what is good when low is rounded up. Whether a
target is met is decided by the whole numbers, not by what is shown.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from xinheng.evidence.intake.model_figures import Sums
from xinheng.law.duties import Target
from xinheng.law.kinds import ADMINISTRATIVE, ItemClass
from xinheng.law.model import Item

PLACES: Final = Decimal("0.01")
DOUBLE: Final = (ItemClass.PERMIT, ItemClass.PENALTY)  # 双公示
SEVEN: Final = ADMINISTRATIVE  # 七类
FIVE: Final = tuple(kind for kind in SEVEN if kind not in DOUBLE)
NONE: Final = "—"
_COMPARED: Final[Mapping[str, Callable[[Fraction, Fraction], bool]]] = {
    "=": operator.eq,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True)
class Ratio:
    """`part` of `whole`; without a whole there is no ratio. `up`: good when low, so rounded up."""

    part: int
    whole: int
    up: bool = False

    @property
    def percent(self) -> Decimal | None:
        """In per cent, to two places, never better than it is."""
        if self.whole == 0:
            return None
        # by whole numbers: a decimal division would be rounded before it is
        hundredths, rest = divmod(self.part * 10_000, self.whole)
        return Decimal(hundredths + (1 if self.up and rest else 0)).scaleb(-2).quantize(PLACES)

    @property
    def shown(self) -> str:
        """`99.50%`, or a dash."""
        found = self.percent
        return NONE if found is None else f"{found}%"


def compliance(sums: Sums) -> Ratio:
    """合规率: rows that pass ÷ rows reported. Passed are those taken in as new or as a correction."""
    return Ratio(sums.taken, sums.taken + sums.returned)


def timeliness(sums: Sums) -> Ratio:
    """及时率: new records in time ÷ new records whose term can be worked out."""
    return Ratio(sums.accepted - sums.late - sums.undated, sums.accepted - sums.undated)


def lateness(sums: Sums) -> Ratio:
    """迟报率: new records that came late ÷ new records whose term can be worked out."""
    return Ratio(sums.late, sums.accepted - sums.undated, up=True)


@dataclass(frozen=True)
class Measured:
    """One figure of one head and period.

    `value` is None where it cannot be worked out, and `reason` says why, in Chinese. A rate has `part` and
    `whole`, from which it can be worked out again. `how`: in Chinese, with what is inferred named so.
    """

    figure: str
    value: Decimal | None
    unit: str
    part: int | None
    whole: int | None
    how: str
    reason: str | None

    @property
    def shown(self) -> str:
        """The value with its unit, or a dash."""
        if self.value is None:
            return NONE
        return f"{self.value}{self.unit}" if self.unit == "%" else f"{self.value} {self.unit}"

    @property
    def exact(self) -> Fraction | None:
        """The value before rounding."""
        if self.value is None:
            return None
        if self.unit == "%" and self.part is not None and self.whole:
            return Fraction(self.part * 100, self.whole)
        return Fraction(self.value)


def met(target: Target, measured: Measured) -> bool | None:
    """Whether a target is reached; None where the figure cannot be worked out."""
    exact = measured.exact
    if exact is None:
        return None
    return _COMPARED[target.comparison](exact, Fraction(target.value))


def items_of(items: Mapping[str, Item], kinds: Collection[ItemClass]) -> frozenset[str]:
    """The ids of the items of these classes."""
    return frozenset(item.id for item in items.values() if item.kind in kinds)


def division_prefix(division: str) -> str:
    """The digits that the codes of all places within a division begin with: 431100 -> 4311."""
    digits = division[:6]
    while len(digits) > 2 and digits.endswith("00"):
        digits = digits[:-2]
    return digits


def change(now: Ratio, before: Ratio) -> str:
    """环比 in percentage points, of what is shown: `+1.20`; a dash where either is not there."""
    if now.percent is None or before.percent is None:
        return NONE
    return f"{now.percent - before.percent:+}"


def places(sums: Sequence[Sums]) -> list[int | None]:
    """名次 of each, from 1 on; None where nothing was reported: such a one is listed apart, not last.

    The higher compliance first, exactly; where that is equal, the smaller share of late records (where no
    term can be worked out, none is late); where both are equal, the same place, and the next one is left out.
    """
    keys = [_standing(each) for each in sums]
    order = sorted(key for key in keys if key is not None)
    return [None if key is None else order.index(key) + 1 for key in keys]


def _standing(sums: Sums) -> tuple[Fraction, Fraction] | None:
    passed, late = compliance(sums), lateness(sums)
    if passed.whole == 0:
        return None
    return -Fraction(passed.part, passed.whole), Fraction(late.part, late.whole) if late.whole else Fraction()
