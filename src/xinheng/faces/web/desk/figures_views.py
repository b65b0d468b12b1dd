"""A period's figures as lines of a page or of a file. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from xinheng.evidence.intake.figures import Figures, share
from xinheng.evidence.intake.model import Way
from xinheng.evidence.intake.model_figures import Sums
from xinheng.evidence.intake.model_numbers import NAMES, Why
from xinheng.evidence.ledger.flows import Flow
from xinheng.faces.web.views import Figure, FormError, Pair, grouped
from xinheng.office.access.model import Agency

WAYS: Final = {
    Way.FILE: "文件",
    Way.FORM: "表单填报",
    Way.API: "接口",
    Way.TABLE: "库表交换",
    Way.CAPTURE: "抓取后确认",
}
NOTHING: Final = "—"


@dataclass(frozen=True)
class Measure:
    """One row of the tables: its name, and how it reads in sums and flow."""

    name: str
    of: Callable[[Sums, Flow], str]
    note: str = ""
    flow: bool = False  # told by the ledger, for months and bodies alone


def _percent(part: int, whole: int) -> str:
    found = share(part, whole)
    return NOTHING if found is None else f"{found}%"


def _days(days: int | None) -> str:
    return NOTHING if days is None else str(days)


MEASURES: Final = (
    Measure("报送次数", lambda s, _: str(s.files)),
    Measure("接收", lambda s, _: str(s.accepted)),
    Measure("更正", lambda s, _: str(s.corrected)),
    Measure("已有", lambda s, _: str(s.known), "再次报送、内容相同的"),
    Measure("退回", lambda s, _: str(s.returned)),
    Measure("迟报", lambda s, _: str(s.late), "新接收的记录中超过期限的"),
    Measure("期限无法计算", lambda s, _: str(s.undated), "缺当年工作日历或依据待核实，不算迟报也不算及时"),
    Measure("自然人行", lambda s, _: str(s.persons), "只计数，内容不入库"),
    Measure("待裁定", lambda s, _: str(s.review)),
    Measure("补录", lambda s, _: str(s.collected), "不计入任何比例"),
    Measure("人工填报占比", lambda s, _: _percent(s.manual, s.taken), "文件和表单占接收、更正的比例"),
    Measure("代录占比", lambda s, _: _percent(s.behalf, s.taken), "由上级单位代为录入的比例"),
    Measure("决定至接收天数，中位", lambda _, f: _days(f.p50), "首次接收，不含补录", flow=True),
    Measure("决定至接收天数，95 分位", lambda _, f: _days(f.p95), flow=True),
    Measure("撤回", lambda _, f: str(f.withdrawn), "按撤回之日", flow=True),
)


@dataclass(frozen=True)
class Line:
    """One column of the months' table, or one row of the others. `cells` in the order of MEASURES."""

    name: str
    cells: tuple[str, ...]
    href: str | None = None


@dataclass(frozen=True)
class FiguresView:
    name: str
    code: str | None
    order: str
    order_note: str
    orders: tuple[tuple[str, str, bool], ...]  # value, text, chosen
    from_month: str
    to_month: str
    figures: tuple[Figure, ...]
    measures: tuple[Measure, ...]
    months: tuple[Line, ...]
    total: Line
    items: tuple[Line, ...]
    ways: tuple[Line, ...]
    parts: tuple[Line, ...]
    csv: str
    numbers: tuple[Pair, ...] = ()
    above: tuple[tuple[str, str], ...] = ()
    errors: tuple[FormError, ...] = ()


def line(name: str, sums: Sums, flow: Flow | None, href: str | None = None) -> Line:
    """A line; without a flow, what comes from it is left open."""
    told = flow or Flow(0, None, None, 0)
    cells = tuple(
        NOTHING if flow is None and measure.flow else measure.of(sums, told) for measure in MEASURES
    )
    return Line(name, cells, href)


def months_of(found: Figures, months: Sequence[str]) -> tuple[Line, ...]:
    """A line a month, quiet ones among them."""
    by_month = found.by_month()
    return tuple(line(m, by_month.get(m, Sums()), found.flow(month=m)) for m in months)


def items_of(found: Figures, names: Mapping[str, str]) -> tuple[Line, ...]:
    """A line an item that anything was sent for, by name."""
    lines = [line(names.get(item, item), sums, None) for item, sums in found.by_item().items()]
    return tuple(sorted(lines, key=lambda each: each.name))


def ways_of(found: Figures) -> tuple[Line, ...]:
    """A line a way that was used."""
    by_way = found.by_way()
    return tuple(line(WAYS[way], by_way[way], None) for way in Way if way in by_way)


def parts_of(
    found: Figures, head: Agency | None, agencies: Mapping[UUID, Agency], href: Callable[[Agency], str]
) -> tuple[Line, ...]:
    """The head's own and each branch's that sent anything or stands there; they add up to the total."""
    by_part = found.by_part()
    lines = []
    for agency in sorted(agencies.values(), key=lambda a: (a != head, a.code)):
        sums = by_part.get(agency.agency, Sums())
        own = agency == head
        name = f"{agency.name}（本级）" if own else agency.name
        lines.append(line(name, sums, found.flow(part=agency.agency), None if own else href(agency)))
    return tuple(lines)


def numbers_of(register: Mapping[Why, int]) -> tuple[Pair, ...]:
    """The number register: how many numbers have no record that is shown, and why."""
    return tuple(Pair(NAMES[why], grouped(register.get(why, 0))) for why in Why)


def opening(total: Sums) -> tuple[Figure, ...]:
    """What the page opens with."""
    return (
        Figure("报送次数", grouped(total.files)),
        Figure("接收", grouped(total.accepted)),
        Figure("更正", grouped(total.corrected)),
        Figure("退回", grouped(total.returned), "bad" if total.returned else ""),
        Figure("迟报", grouped(total.late), "bad" if total.late else ""),
        Figure("人工填报占比", _percent(total.manual, total.taken)),
    )


def months_between(first: date, last: date) -> list[str]:
    """`2026-01` … both included; days are the first of their months."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [
        f"{first.year + (first.month - 1 + n) // 12}-{(first.month - 1 + n) % 12 + 1:02d}"
        for n in range(count)
    ]


def after(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
