"""Scorecards and monitoring tables on a pack's reference page."""

from __future__ import annotations

from xinheng.law.city_monitoring import MonitoringTable
from xinheng.law.packs import Pack
from xinheng.law.reference_tables import cited, section, spanned, table
from xinheng.law.scorecards import Indicator, Reweight, Scorecard, Shape

REWEIGHTED = {
    Reweight.GROUP: "不适用的指标不按零分计：分值按比例分给同组内适用的指标；整组不适用的，分给其他各组",
    Reweight.WHOLE: "不适用的指标不按零分计：分值按比例分给全卡适用的指标",
}
REACHED = {"live": "平台计算", "hand": "人工填报", "out": "平台够不着"}


def appraisal(pack: Pack) -> str:
    """What the pack itself adds."""
    cards = [_card(pack, card) for card in pack.appraisal.scorecards.values() if card.pack == pack.name]
    tables = [_table(pack, one) for one in pack.appraisal.monitoring.values() if one.pack == pack.name]
    return "\n\n".join([*cards, *tables])


def _card(pack: Pack, card: Scorecard) -> str:
    rows = [
        (group.name, i.name, str(i.points), rule(i), i.note or "")
        for group in card.groups
        for i in group.indicators
    ]
    told = (
        f"{spanned(card.span)}。满分 {card.full}，每一步四舍五入到 {card.places} 位小数。"
        f"{REWEIGHTED[card.reweight]}；适用的分值不到满分 {card.least}% 的不计总分、不排名。"
        f"公布后 {card.objection_days} 个工作日内可提异议，"
        f"信用办 {card.decision_days} 个工作日内答复。依据：{cited(pack, card.basis)}"
    )
    shown = table(("一级指标", "指标", "满分", "计分", "说明"), rows)
    return section(f"考核表：{card.name}", f"{told}\n\n{shown}")


def rule(indicator: Indicator) -> str:
    """How an indicator is scored, in words."""
    figure = indicator.figure or "人工录入的数"
    if indicator.shape is Shape.RATIO:
        return (
            f"满分 ×（{figure} − {indicator.floor}）÷（{indicator.target} − {indicator.floor}），"
            "不低于零，不高于满分"
        )
    if indicator.shape is Shape.DEDUCTION:
        most = indicator.cap if indicator.cap is not None else indicator.points
        return f"{figure}每 1 扣 {indicator.each} 分，至多扣 {most} 分"
    if indicator.shape is Shape.BONUS:
        return f"{figure}每 1 加 {indicator.each} 分，至多加 {indicator.points} 分，计在合计之外"
    return "信用办评分，写明理由并附佐证"


def _table(pack: Pack, one: MonitoringTable) -> str:
    rows = [
        (
            f"{group.name} {group.points}",
            i.name,
            str(i.points),
            REACHED[i.reach],
            "、".join(i.figures),
            i.note,
        )
        for group in one.groups
        for i in group.indicators
    ]
    told = f"{spanned(one.span)}。{one.unread}。依据：{cited(pack, one.basis)}"
    head = ("一级指标", "二级指标", "分值", "自查", "平台的数", "说明")
    third = f"读到的三级指标名称：{'、'.join(one.third)}。"
    return section(f"城市监测：{one.name}", f"{told}\n\n{table(head, rows)}\n\n{third}")
