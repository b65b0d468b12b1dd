"""图表: what a dashboard draws, each as a table; every number is one of the measuring's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from xinheng.evidence.completeness.model import first_of, months
from xinheng.evidence.intake.figures import Cell, cells, failed
from xinheng.evidence.intake.model_figures import Sums
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.law.words import KINDS
from xinheng.office.access import moving
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Tally, yellow_until
from xinheng.outward.documents.model import Column, Table
from xinheng.outward.reports import model
from xinheng.outward.reports.model import SEVEN, Ratio, compliance, timeliness
from xinheng.outward.reports.naming import rule_name

RULES = 10  # that returned most, as the chart names them


@dataclass(frozen=True)
class Board:
    """A head's tables over a period of months, and how its cases stand today."""

    volume: Table
    rates: Table
    units: Table
    returns: Table
    cases: Table


def board(tx: Transaction, pack: Pack, head: Agency | None, from_on: date, today: date) -> Board:
    """From the first day to today; what rules returned: this month and the one before."""
    end = today + timedelta(days=1)
    parts = moving.parts(tx, head, from_on, end)
    found = cells(tx, parts)
    by_month = [(f"{m:%Y-%m}", [c for c in found if c.month == f"{m:%Y-%m}"]) for m in months(from_on, today)]
    names = {a.agency: a.name for a in access.by_ids(tx, parts).values()}
    lately = first_of(first_of(today) - timedelta(days=1))
    scope = moving.scope(tx, head, today)
    waiting = cases.counts(tx, scope, today, yellow_until(today, pack.calendar.add_working_days))
    return Board(
        volume=_volume(pack, by_month),
        rates=_rates(pack, by_month),
        units=_units(pack, found, names, head.agency if head else None),
        returns=_returns(tx, pack, head, (lately, end)),
        cases=_cases(waiting.total),
    )


def _sums(found: Iterable[Cell], items: Collection[str]) -> Sums:
    return sum((c.sums for c in found if c.item in items), Sums())


def _volume(pack: Pack, by_month: Iterable[tuple[str, list[Cell]]]) -> Table:
    kinds = [(KINDS[kind], model.items_of(pack.items, [kind])) for kind in SEVEN]
    rows = [(month, *(str(_sums(found, items).taken) for _, items in kinds)) for month, found in by_month]
    return Table(
        "各月接收、更正条数",
        (Column("月份"), *(Column(name, numeric=True) for name, _ in kinds)),
        tuple(rows),
    )


def _shown(ratio: Ratio) -> str:
    return model.NONE if ratio.percent is None else str(ratio.percent)


def _rates(pack: Pack, by_month: Iterable[tuple[str, list[Cell]]]) -> Table:
    seven = model.items_of(pack.items, SEVEN)
    rows = []
    for month, found in by_month:
        sums = _sums(found, seven)
        rows.append((month, _shown(compliance(sums)), _shown(timeliness(sums))))
    return Table(
        "七类合规率、及时率（%）",
        (Column("月份"), Column("合规率", numeric=True), Column("及时率", numeric=True)),
        tuple(rows),
    )


def _units(pack: Pack, found: Iterable[Cell], names: Mapping[UUID, str], head: UUID | None) -> Table:
    seven = model.items_of(pack.items, SEVEN)
    by_part: dict[UUID, Sums] = {}
    for cell in found:
        if cell.item in seven:
            by_part[cell.part] = by_part.get(cell.part, Sums()) + cell.sums
    rows = []
    for part, sums in by_part.items():
        name = names.get(part, "—")
        shown = (str(sums.taken + sums.returned), str(sums.returned), _shown(compliance(sums)))
        rows.append((f"{name}（本级）" if part == head else name, *shown, _shown(timeliness(sums))))
    rows.sort(key=lambda row: (row[3] == model.NONE, row[3].rjust(6, "0"), row[0]))
    columns = ("报送", "退回", "合规率", "及时率")
    return Table(
        "各单位合规率（%）", (Column("单位"), *(Column(n, numeric=True) for n in columns)), tuple(rows)
    )


def _returns(tx: Transaction, pack: Pack, head: Agency | None, span: tuple[date, date]) -> Table:
    told: dict[tuple[str, str], int] = {}
    for each in failed(tx, moving.parts(tx, head, *span)):
        told[each.item, each.check] = told.get((each.item, each.check), 0) + each.rows
    found = sorted(told.items(), key=lambda each: (-each[1], each[0]))
    day = span[1] - timedelta(days=1)
    rows = [(rule_name(pack.items, *key, day), str(rows)) for key, rows in found[:RULES]]
    if rest := found[RULES:]:
        rows.append((f"其他 {len(rest)} 条规则", str(sum(n for _, n in rest))))
    return Table(
        "本月和上月退回的行，按规则",
        (Column("规则"), Column("行数", numeric=True)),
        tuple(rows),
        "一行违反几条规则的，在每条规则下都计数。",
    )


def _cases(tally: Tally) -> Table:
    calm = tally.open - tally.overdue - tally.soon
    told = (("红：已逾期", tally.overdue), ("黄：将到期", tally.soon), ("其他", calm))
    return Table(
        "没有办结的待办", (Column("情形"), Column("件数", numeric=True)), tuple((n, str(c)) for n, c in told)
    )
