"""质量公开: a month's counts by unit and class with the rates beside them: anyone can work them out again.

The counts are those of the bulletin. A row a unit and class; the head's sum and each branch's are no rows of
their own: whoever adds up the units has them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xinheng.core import canonical
from xinheng.core.times import SHANGHAI
from xinheng.evidence.intake.model_figures import Sums
from xinheng.law.words import KINDS
from xinheng.outward.reports import model
from xinheng.outward.reports.exports import safe
from xinheng.outward.reports.gathering import Facts
from xinheng.outward.reports.model import SEVEN, Ratio, compliance, lateness, timeliness

COUNTS: Final[Mapping[str, str]] = {
    "month": "报送收到的月份，写作 2026-10",
    "unit_code": "单位代码",
    "unit_name": "单位名称，月末当日",
    "place": "单位所在的县市区或条线，月末当日；本级的为空",
    "class": "行政管理信息的类别",
    "accepted": "接收：新收下的记录，条",
    "corrected": "更正：对已有记录的更正，条",
    "returned": "退回：没有通过校验、退回修改的行",
    "late": "迟报：接收的记录中超过报送期限的，条",
    "undated": "期限无法计算：接收的记录中既不算迟报也不算及时的，条",
}
RATES: Final[Mapping[str, str]] = {
    "month": "同上",
    "unit_code": "单位代码；空的为全平台",
    "unit_name": "单位名称；空的为全平台",
    "rate": "比率的名称，七类合计",
    "part": "分子",
    "whole": "分母；0 时没有比率",
    "percent": "百分数，两位小数；合规率、及时率多余的位数舍去，迟报率进位；没有的为空",
}
FORMULAS: Final[Mapping[str, str]] = {
    "合规率": "(accepted + corrected) / (accepted + corrected + returned)",
    "及时率": "(accepted - late - undated) / (accepted - undated)",
    "迟报率": "late / (accepted - undated)",
}
_OF: Final = {"合规率": compliance, "及时率": timeliness, "迟报率": lateness}


@dataclass(frozen=True)
class UnitRates:
    """One unit's rates over the seven classes; `code` '' for the whole platform."""

    code: str
    name: str
    sums: Sums
    rates: Mapping[str, Ratio]


@dataclass(frozen=True)
class Quality:
    """What is published of one month."""

    month: str
    cutoff: str
    pack: str
    position: int
    counts: tuple[tuple[str, ...], ...]  # in the order of COUNTS
    units: tuple[UnitRates, ...]
    total: UnitRates


def quality(facts: Facts) -> Quality:
    """What is published of a month, from the facts of its bulletin."""
    month = f"{facts.scope.month:%Y-%m}"
    place = {
        span.agency: "" if span.branch == facts.scope.head else facts.scope.by_id[span.branch].name
        for span in sorted(facts.scope.now, key=lambda s: s.from_on)
    }
    seven = model.items_of(facts.pack.items, SEVEN)
    counts, units = [], []
    for unit in facts.units:
        body = unit.line.body
        if body is None:
            continue
        for kind in SEVEN:
            sums = unit.line.sums(model.items_of(facts.pack.items, [kind]))
            if sums.taken or sums.returned:
                where = place[body.agency]
                told = (month, body.code, body.name, "" if where == body.name else where, KINDS[kind])
                counts.append((*told, *(str(n) for n in _numbers(sums))))
        sums = unit.line.sums(seven)
        if sums.taken or sums.returned:
            units.append(_rates(body.code, body.name, sums))
    return Quality(
        month=month,
        cutoff=f"{facts.scope.cutoff.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        pack=facts.pack.label,
        position=facts.position,
        counts=tuple(counts),
        units=tuple(units),
        total=_rates("", "", facts.total.sums(seven)),
    )


def _numbers(sums: Sums) -> tuple[int, ...]:
    return (sums.accepted, sums.corrected, sums.returned, sums.late, sums.undated)


def _rates(code: str, name: str, sums: Sums) -> UnitRates:
    return UnitRates(code, name, sums, {rate: of(sums) for rate, of in _OF.items()})


def counts_csv(told: Quality) -> bytes:
    """The counts: UTF-8 with signature, as spreadsheets want it."""
    return _csv(tuple(COUNTS), told.counts)


def rates_csv(told: Quality) -> bytes:
    """The rates as published, those of the whole platform last."""
    return _csv(tuple(RATES), [row for unit in (*told.units, told.total) for row in _rate_rows(told, unit)])


def _rate_rows(told: Quality, unit: UnitRates) -> list[tuple[str, ...]]:
    return [
        (
            told.month,
            unit.code,
            unit.name,
            name,
            str(ratio.part),
            str(ratio.whole),
            "" if ratio.percent is None else str(ratio.percent),
        )
        for name, ratio in unit.rates.items()
    ]


def _csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_json(told: Quality) -> bytes:
    """Everything in one file, with what each field means."""
    rates = [row for unit in (*told.units, told.total) for row in _rate_rows(told, unit)]
    found: dict[str, Any] = {
        "format": "xinheng-quality/1",
        "month": told.month,
        "cutoff": told.cutoff,
        "pack": told.pack,
        "position": told.position,
        "formulas": dict(FORMULAS),
        "fields": {"counts": dict(COUNTS), "rates": dict(RATES)},
        "counts": [dict(zip(COUNTS, row, strict=True)) for row in told.counts],
        "rates": [dict(zip(RATES, row, strict=True)) for row in rates],
    }
    return canonical.dumps(found).encode()
