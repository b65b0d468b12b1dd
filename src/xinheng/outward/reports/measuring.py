"""One measuring for every level and every book: what a figure's name means, and its value for a head.

The names are those that `figure:` bears in `policies/*/targets/`. Every number is a sum that can be walked
back: to receipts (rates, lateness), to suspicions, to feeds and their declarations, to organisations and the
first record of each. `head` and days choose who is counted (`office.access`, its counting rule).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity import openness
from xinheng.law.packs import Pack
from xinheng.office.access.model import Agency
from xinheng.outward.reports import model, working_out
from xinheng.outward.reports.asking import Aim, Asked, Figure, who
from xinheng.outward.reports.model import DOUBLE, FIVE, SEVEN, Measured, met

PERCENT: Final = "%"
INFERRED: Final = "公式由公开数字推算，未见公文写明"


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
    return found.of(Asked(tx, pack, who(tx, head, from_on, to_on), from_on, to_on, known), found)


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


_PASSED: Final = (
    "本期接收和更正的行数 ÷（接收、更正、退回的行数之和）；重复报送、自然人、待裁定和补录的行不计"
)
_TERM: Final = "期限无法计算的，不算迟报也不算及时"
_ROWS: Final = (
    "到期末累计接收的条数 ÷ 登记的企业数（统一社会信用代码以 91 开头的主体）。"
    "口径依目标的名称，公文未写明计数方法"
)
_ALL: Final = (
    Figure(
        "合规率",
        PERCENT,
        f"双公示（行政许可、行政处罚）：{_PASSED}。{INFERRED}",
        working_out.rate_of(DOUBLE, model.compliance, "本期没有报送双公示数据"),
        "双公示",
    ),
    Figure(
        "五类合规率",
        PERCENT,
        f"行政强制、确认、奖励、裁决、监督检查：{_PASSED}。{INFERRED}",
        working_out.rate_of(FIVE, model.compliance, "本期没有报送这五类数据"),
        "五类",
    ),
    Figure(
        "七类合规率",
        PERCENT,
        f"七类行政管理信息：{_PASSED}。{INFERRED}",
        working_out.rate_of(SEVEN, model.compliance, "本期没有报送七类数据"),
        "七类",
    ),
    Figure(
        "及时率",
        PERCENT,
        f"双公示：本期新接收的记录中期限内报送的 ÷ 能计算期限的；{_TERM}。{INFERRED}",
        working_out.rate_of(DOUBLE, model.timeliness, "本期没有能计算期限的新报记录"),
        "双公示",
    ),
    Figure(
        "七类及时率",
        PERCENT,
        f"七类：本期新接收的记录中期限内报送的 ÷ 能计算期限的；{_TERM}。{INFERRED}",
        working_out.rate_of(SEVEN, model.timeliness, "本期没有能计算期限的新报记录"),
        "七类",
    ),
    Figure(
        "迟报率",
        PERCENT,
        f"双公示：本期新接收的记录中超过期限的 ÷ 能计算期限的；{_TERM}。{INFERRED}",
        working_out.rate_of(DOUBLE, model.lateness, "本期没有能计算期限的新报记录"),
        "双公示",
    ),
    Figure("迟报", "条", f"双公示：本期新接收的记录中超过期限的条数；{_TERM}", working_out.late, "双公示"),
    Figure(
        "瞒报",
        "条",
        "本期发现的瞒报线索中，期末已确认瞒报的条数；仍在核实的不计，没有线索不等于没有瞒报",
        working_out.concealed,
        "各事项",
    ),
    Figure(
        "缺失",
        "项",
        "登记了归集责任的单位、事项和月份中，期末不完整（不全、不符、逾期未申报）的项数",
        working_out.missing,
        "各事项",
    ),
    Figure(
        "覆盖率",
        PERCENT,
        f"到期末至少有一条七类记录的主体 ÷ 登记的主体，按主体所在地计。{INFERRED}",
        working_out.covered,
        "七类",
    ),
    Figure(
        "重错码率",
        PERCENT,
        "期末有重复或错误赋码的代码 ÷ 全部登记的代码。口径未见公文写明，待核实",
        working_out.codes,
        "代码",
    ),
    *(
        Figure(
            name, PERCENT, f"{_ROWS}。口径依目标的名称，公文未写明计数方法", working_out.per_enterprise(item)
        )
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
        working_out.unstated("公文没有写明应归集多少，分母不明"),
    ),
    Figure(openness.FIGURE, PERCENT, openness.HOW, working_out.open_share, "列为公示的事项"),
)
FIGURES: Final[Mapping[str, Figure]] = {figure.name: figure for figure in _ALL}
