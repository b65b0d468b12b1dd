"""统计说明 of a bulletin: how everything was counted, and by which rules."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from xinheng.core.times import SHANGHAI
from xinheng.evidence.intake.due import CHANNEL
from xinheng.outward.reports import model
from xinheng.outward.reports.gathering import Facts
from xinheng.outward.reports.model import SEVEN


def notes(facts: Facts) -> Iterable[str]:
    """How everything was counted, and by which rules."""
    scope = facts.scope
    cutoff = scope.cutoff.astimezone(SHANGHAI)
    yield (
        f"统计范围：{scope.month} 至 {scope.end - timedelta(days=1)} 平台收到的报送，以收到之日计；"
        f"申报、核实、办结等情况以 {cutoff:%Y-%m-%d %H:%M}（北京时间）以前平台所知为准。"
        "单位名称和隶属按月末当日；移动过的单位，移动前计在原处，同一单位不重复计数。"
    )
    yield (
        "合规率＝（接收＋更正）÷（接收＋更正＋退回）；及时率＝（接收－迟报－期限无法计算）÷（接收－期限无法计算）；"
        "重复报送、自然人、待裁定和补录的行都不计。公式由公开数字推算，未见公文写明。"
        "百分数保留两位小数，从不进位；迟报率、重错码率从不舍去：示数不优于实际。"
    )
    yield (
        "瞒报以核实为准：没有线索不等于没有瞒报。缺失指登记了归集责任而到期不完整的事项。"
        "覆盖率＝至少有一条七类记录的主体÷登记的主体，按主体登记地计。"
    )
    terms = sorted(
        {
            f"{facts.pack.items[item].name}：{term.working_days} 个工作日（{facts.pack.cite(term.basis)}）"
            for item in model.items_of(facts.pack.items, SEVEN)
            for term in facts.pack.items[item].timeliness_on(CHANNEL, scope.month)[:1]
        }
    )
    yield "报送期限：" + ("；".join(terms) if terms else "本月没有现行有效的期限规则") + "。"
