"""A run's ranks as an official paper: who has how many points, what was adjusted and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from xinheng.office.access.model import Agency
from xinheng.outward.appraisal.model import OUTCOMES, Card, Outcome
from xinheng.outward.appraisal.service import Opened
from xinheng.outward.documents.model import Column, Document, Paragraph, Table

NONE = "—"


def columns(found: Opened) -> tuple[str, ...]:
    """The heads of the list of ranks."""
    return ("单位代码", "单位", "名次", "合计", *(g.name for g in found.card.groups), "加分", "异议调整")


def row(found: Opened, card: Card, names: Mapping[UUID, Agency]) -> tuple[str, ...]:
    """One body's line of it."""
    granted = sum(o.agency == card.agency and o.outcome is Outcome.CHANGED for o in found.objections)
    return (
        card.code,
        names[card.agency].name if card.agency in names else card.code,
        str(card.rank or NONE),
        shown(card.total.total),
        *(shown(g.points) for g in card.total.groups),
        shown(card.total.bonus),
        str(granted),
    )


def shown(value: Decimal | None) -> str:
    """A number, or a dash."""
    return NONE if value is None else f"{value:f}"


def document(
    found: Opened, names: Mapping[UUID, Agency], issuer: str, dated: date, citation: str
) -> Document:
    """The paper. It says from what it can be made again: pack, cut-off, digest."""
    run, heads = found.run, columns(found)
    period = f"{run.frame.from_on} 至 {run.frame.to_on - timedelta(days=1)}"
    indicators = {i.id: i.name for i in found.card.indicators}
    decided = tuple(
        (
            names[o.agency].name if o.agency in names else str(o.agency),
            indicators.get(o.indicator, o.indicator),
            o.reason,
            OUTCOMES[o.outcome] if o.outcome else "待答复",
            o.note or NONE,
        )
        for o in found.objections
    )
    numeric = (False, False, *(True for _ in heads[2:]))
    blocks: list[Paragraph | Table] = [
        Paragraph(f"考核期间 {period}。{found.card.note or ''}".rstrip("。") + "。"),
        Paragraph(
            f"依据：{citation}。规则包 {run.frame.pack}，日志位置 {run.frame.position}，"
            f"计算结果摘要 {run.digest}"
            + (f"，定稿摘要 {run.outcome_digest}" if run.outcome_digest else "，尚未定稿")
            + "。据此可以重算。"
        ),
        Table(
            "名次",
            tuple(Column(head, numeric=flag) for head, flag in zip(heads, numeric, strict=True)),
            tuple(row(found, card, names) for card in found.cards),
            note="不适用的指标不按零分计；适用的分值太少的不计总分、不排名；同分同名次，其后空出",
        ),
    ]
    if decided:
        heads_of = ("单位", "指标", "异议", "结果", "答复")
        blocks.append(Table("异议", tuple(Column(h) for h in heads_of), decided))
    return Document(
        kind="appraisal",
        title=f"{found.card.name}结果",
        number=None,
        addressee=None,
        dated=dated,
        issuer=issuer,
        blocks=tuple(blocks),
    )
