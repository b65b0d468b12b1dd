"""One measuring for every level and every book: what a figure's name means, and its value for a head.

The names are those that `figure:` bears in `policies/*/targets/`. Every number is a sum that can be walked
back: to receipts (rates, lateness), to suspicions, to feeds and their declarations, to organisations and the
first record of each. `head` and days choose who is counted (`office.access`, its counting rule).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Final
from uuid import UUID

from xinheng.core.times import SHANGHAI
from xinheng.evidence.completeness import model as months
from xinheng.evidence.completeness import service as completeness
from xinheng.evidence.intake.figures import Cell, Sums, cells
from xinheng.evidence.ledger import day_counts
from xinheng.evidence.subjects import coverage, inspecting
from xinheng.ground.store.transaction import Transaction
from xinheng.law.duties import Target
from xinheng.law.kinds import ItemClass
from xinheng.law.packs import Pack
from xinheng.office.access import moving
from xinheng.office.access.model import Agency, AgencyKind
from xinheng.office.access.model_tree import By, Counted
from xinheng.outward.reports import model
from xinheng.outward.reports.model import DOUBLE, FIVE, SEVEN, Measured, Ratio, met
from xinheng.outward.suspicions import service as suspicions
from xinheng.outward.suspicions.model import Outcome

PERCENT: Final = "%"
INFERRED: Final = "公式由公开数字推算，未见公文写明"


@dataclass(frozen=True)
class Asked:
    """For whom and which days (half-open), as known at an instant (None: now)."""

    tx: Transaction
    pack: Pack
    head: Agency | None
    from_on: date
    to_on: date
    known: datetime | None

    @cached_property
    def parts(self) -> Mapping[UUID, Sequence[Counted]]:
        """Who is counted, on which days."""
        return moving.parts(self.tx, self.head, self.from_on, self.to_on)

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The receipts, added up."""
        return cells(self.tx, self.parts, self.known)

    @property
    def before(self) -> date:
        """First day that no longer counts for what is counted by whole days."""
        if self.known is None:
            return self.to_on
        return min(self.to_on, self.known.astimezone(SHANGHAI).date())

    @property
    def bodies(self) -> frozenset[UUID]:
        """Everyone who is counted on any of the days."""
        return frozenset(c.agency for counted in self.parts.values() for c in counted)

    def sums(self, kinds: Collection[ItemClass]) -> Sums:
        """The receipts of these classes, added up."""
        items = model.items_of(self.pack.items, kinds)
        return sum((cell.sums for cell in self.cells if cell.item in items), Sums())

    @property
    def whole_place(self) -> bool:
        """Whether the head stands for everything: it has nobody above it."""
        if self.head is None:
            return True
        links = moving.links(self.tx)
        return (
            self.head.kind is AgencyKind.OFFICE
            and links.superiors(By.PLACE, self.to_on - timedelta(days=1)).get(self.head.agency) is None
        )


@dataclass(frozen=True)
class Figure:
    """What a name means. `of` works it out; `how` stands beside every value."""

    name: str
    unit: str
    how: str
    of: Callable[[Asked, Figure], Measured]
    classes: str = ""  # which items it is about, in Chinese


def measured(
    tx: Transaction,
    pack: Pack,
    figure: str,
    head: Agency | None,
    from_on: date,
    to_on: date,
    known: datetime | None = None,
) -> Measured:
    """The figure of this name for a head (None: the whole place), from the first day to before `to_on`.

    `known`: as known before that instant (aware); what came later does not count. A name that is not in
    FIGURES has no value and says so.
    """
    found = FIGURES.get(figure)
    if found is None:
        return Measured(figure, None, "", None, None, "", "平台不掌握这项数字的来源")
    return found.of(Asked(tx, pack, head, from_on, to_on, known), found)


@dataclass(frozen=True)
class Aim:
    """A target of the day beside what was measured; `met` None: cannot be worked out."""

    target: Target
    measured: Measured
    met: bool | None


def aims(asked: Asked) -> tuple[Aim, ...]:
    """The pack's targets in force on the last day, measured; empty: 无目标."""
    last = asked.to_on - timedelta(days=1)
    found = []
    for target in asked.pack.targets.values():
        if target.span.covers(last):
            figure = FIGURES.get(target.figure)
            value = (
                figure.of(asked, figure)
                if figure
                else Measured(target.figure, None, target.unit, None, None, "", "平台不掌握这项数字的来源")
            )
            found.append(Aim(target, value, met(target, value)))
    return tuple(found)


# -- how each is worked out ---------------------------------------------------------------------------


def _ratio(figure: Figure, ratio: Ratio, nothing: str) -> Measured:
    if ratio.whole == 0:
        return Measured(figure.name, None, figure.unit, ratio.part, 0, figure.how, nothing)
    return Measured(figure.name, ratio.percent, figure.unit, ratio.part, ratio.whole, figure.how, None)


def _rate(
    kinds: Collection[ItemClass], rate: Callable[[Sums], Ratio], nothing: str
) -> Callable[[Asked, Figure], Measured]:
    return lambda asked, figure: _ratio(figure, rate(asked.sums(kinds)), nothing)


def _late(asked: Asked, figure: Figure) -> Measured:
    sums = asked.sums(DOUBLE)
    known = sums.accepted - sums.undated
    if known == 0:
        return _none(figure, "本期没有能计算期限的新报记录")
    return Measured(figure.name, Decimal(sums.late), figure.unit, sums.late, known, figure.how, None)


def _none(figure: Figure, reason: str) -> Measured:
    return Measured(figure.name, None, figure.unit, None, None, figure.how, reason)


def _concealed(asked: Asked, figure: Figure) -> Measured:
    """Suspicions of the period that ended so; those still open are named in the reason's place, beside it."""
    counts = suspicions.counts(asked.tx, asked.bodies, asked.from_on, asked.to_on, asked.known)
    found = counts.by.get(Outcome.CONCEALED, 0)
    return Measured(figure.name, Decimal(found), figure.unit, found, counts.raised, figure.how, None)


def _missing(asked: Asked, figure: Figure) -> Measured:
    """Feeds and months that are not whole, of those that had to be declared by then."""
    whole = broken = 0
    for state in states(asked):
        whole += state in months.WHOLE
        broken += state not in months.WHOLE and state is not months.State.OPEN
    if whole + broken == 0:
        return _none(figure, "没有登记归集责任，或申报期限未到")
    return Measured(figure.name, Decimal(broken), figure.unit, broken, whole + broken, figure.how, None)


def states(asked: Asked) -> list[months.State]:
    """How each month of each feed of those counted stood."""
    known = asked.known or datetime.combine(date.max, time(), SHANGHAI)
    found = []
    feeds = completeness.listed(asked.tx, asked.bodies)
    for month in months.months(asked.from_on, asked.to_on - timedelta(days=1)):
        judged = completeness.month_as_known(asked.tx, asked.pack, feeds, month, known)
        found += [each.months[0].state for each in judged]
    return found


def _codes(asked: Asked, figure: Figure) -> Measured:
    day = asked.before - timedelta(days=1)
    if not asked.whole_place:
        return _none(figure, "重错码按全域的主体统计，没有分到下级")
    if not inspecting.inspected(asked.tx, day):
        return _none(figure, f"到 {day} 还没有做过重错码检查")
    rate = inspecting.rate(asked.tx, day)
    if rate.share is None:
        return _none(figure, "没有登记任何主体")
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
    if asked.head is None:
        return None, None
    if asked.head.kind is not AgencyKind.OFFICE:
        return None, "覆盖率按地域计，只对信用办计算"
    if asked.head.division is None:
        return (None, None) if asked.whole_place else (None, "该信用办没有登记行政区划代码")
    return asked.head.division, None


def _coverage(asked: Asked, figure: Figure) -> Measured:
    division, wrong = _division(asked)
    if wrong:
        return _none(figure, wrong)
    register = organisations(coverage.covered(asked.tx, asked.before, [coverage.ANY]), division)
    items = model.items_of(asked.pack.items, SEVEN)
    part = organisations(coverage.covered_by_any(asked.tx, asked.before, items), division)
    return _ratio(figure, Ratio(part, register), "没有登记任何主体")


def _per_enterprise(item: str) -> Callable[[Asked, Figure], Measured]:
    """Rows of an item ÷ enterprises, as the target's own words say."""

    def of(asked: Asked, figure: Figure) -> Measured:
        division, wrong = _division(asked)
        if wrong:
            return _none(figure, wrong)
        sources = None if asked.whole_place else sorted(asked.bodies)
        rows = day_counts.taken(asked.tx, item, sources, asked.before)
        register = coverage.covered(asked.tx, asked.before, [coverage.ANY])
        whole = organisations(register, division, coverage.ENTERPRISE)
        return _ratio(figure, Ratio(rows, whole), "没有登记任何企业")

    return of


def _unstated(reason: str) -> Callable[[Asked, Figure], Measured]:
    return lambda asked, figure: _none(figure, reason)


_PASSED: Final = (
    "本期接收和更正的行数 ÷（接收、更正、退回的行数之和）；重复报送、自然人、待裁定和补录的行不计"
)
_TERM: Final = "期限无法计算的，不算迟报也不算及时"
_ROWS: Final = "到期末累计接收的条数 ÷ 登记的企业数（统一社会信用代码以 91 开头的主体）"
_ALL: Final = (
    Figure(
        "合规率",
        PERCENT,
        f"双公示（行政许可、行政处罚）：{_PASSED}。{INFERRED}",
        _rate(DOUBLE, model.compliance, "本期没有报送双公示数据"),
        "双公示",
    ),
    Figure(
        "五类合规率",
        PERCENT,
        f"行政强制、确认、奖励、裁决、监督检查：{_PASSED}。{INFERRED}",
        _rate(FIVE, model.compliance, "本期没有报送这五类数据"),
        "五类",
    ),
    Figure(
        "七类合规率",
        PERCENT,
        f"七类行政管理信息：{_PASSED}。{INFERRED}",
        _rate(SEVEN, model.compliance, "本期没有报送七类数据"),
        "七类",
    ),
    Figure(
        "及时率",
        PERCENT,
        f"双公示：本期新接收的记录中期限内报送的 ÷ 能计算期限的；{_TERM}。{INFERRED}",
        _rate(DOUBLE, model.timeliness, "本期没有能计算期限的新报记录"),
        "双公示",
    ),
    Figure(
        "七类及时率",
        PERCENT,
        f"七类：本期新接收的记录中期限内报送的 ÷ 能计算期限的；{_TERM}。{INFERRED}",
        _rate(SEVEN, model.timeliness, "本期没有能计算期限的新报记录"),
        "七类",
    ),
    Figure(
        "迟报率",
        PERCENT,
        f"双公示：本期新接收的记录中超过期限的 ÷ 能计算期限的；{_TERM}。{INFERRED}",
        _rate(DOUBLE, model.lateness, "本期没有能计算期限的新报记录"),
        "双公示",
    ),
    Figure("迟报", "条", f"双公示：本期新接收的记录中超过期限的条数；{_TERM}", _late, "双公示"),
    Figure(
        "瞒报",
        "条",
        "本期发现的瞒报线索中，期末已确认瞒报的条数；仍在核实的不计，没有线索不等于没有瞒报",
        _concealed,
        "各事项",
    ),
    Figure(
        "缺失",
        "项",
        "登记了归集责任的单位、事项和月份中，期末不完整（不全、不符、逾期未申报）的项数",
        _missing,
        "各事项",
    ),
    Figure(
        "覆盖率",
        PERCENT,
        f"到期末至少有一条七类记录的主体 ÷ 登记的主体，按主体所在地计。{INFERRED}",
        _coverage,
        "七类",
    ),
    Figure(
        "重错码率",
        PERCENT,
        "期末有重复或错误赋码的代码 ÷ 全部登记的代码。口径未见公文写明，待核实",
        _codes,
        "代码",
    ),
    *(
        Figure(name, PERCENT, f"{_ROWS}。口径依目标的名称，公文未写明计数方法", _per_enterprise(item))
        for name, item in (
            ("纳税信息覆盖", "tax-payment"),
            ("水费信息覆盖", "water"),
            ("不动产信息覆盖", "property"),
            ("燃气费信息覆盖", "gas"),
            ("履约践诺覆盖", "performance"),
        )
    ),
    Figure(
        "科技研发信息归集",
        PERCENT,
        "已归集的 ÷ 应归集的",
        _unstated("公文没有写明应归集多少，分母不明"),
    ),
)
FIGURES: Final[Mapping[str, Figure]] = {figure.name: figure for figure in _ALL}
