"""An assessment's report: rates with intervals by agency and item, as canonical text and as a document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from xinheng.core import canonical
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies
from xinheng.outward.appraisal import model_assessment as model
from xinheng.outward.appraisal import rates, sampling
from xinheng.outward.appraisal import store_assessment as store
from xinheng.outward.appraisal.model_assessment import Assessment
from xinheng.outward.appraisal.rates import Rate, Stratum
from xinheng.outward.documents.model import Column, Document, Paragraph, Table

FORMAT = "xinheng/assessment/1"
NONE = "—"


def gathered(tx: Transaction, assessment: UUID) -> tuple[tuple[Stratum, ...], int]:
    """What was found in each stratum, and how many decisions were found that are not on record."""
    lines = store.lines(tx, assessment)
    codes = {a: body.code for a, body in agencies.by_ids(tx, {line.agency for line in lines}).items()}
    sizes = sampling.strata(store.texts(tx, assessment)[0])
    return model.strata_of(sizes, lines, codes), len(store.finds(tx, assessment))


def by_agency(strata: Sequence[Stratum]) -> dict[str, tuple[Stratum, ...]]:
    """Strata by agency's code."""
    found: dict[str, tuple[Stratum, ...]] = {}
    for s in strata:
        found[s.agency] = (*found.get(s.agency, ()), s)
    return found


def report_text(there: Assessment, strata: Sequence[Stratum], finds: int) -> bytes:
    """The canonical text of an assessment's result."""
    return canonical.dumps(
        {
            "format": FORMAT,
            "assessment": str(there.assessment),
            "name": there.name,
            "frame": there.digest,
            "seed": there.seed,
            "method": rates.METHOD,
            "finds": finds,
            "total": _rate(rates.rate(strata)),
            "agencies": [
                {
                    "agency": code,
                    **_rate(rates.rate(own)),
                    "items": [
                        {
                            "item": s.item,
                            "size": s.size,
                            "right": s.right,
                            "wrong": s.wrong,
                            "unclear": s.unclear,
                            **_rate(rates.rate([s])),
                        }
                        for s in own
                    ],
                }
                for code, own in by_agency(strata).items()
            ],
        }
    ).encode()


def _rate(found: Rate) -> dict[str, str | None]:
    return {"rate": _text(found.value), "low": _text(found.low), "high": _text(found.high)}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def shown(rate: Mapping[str, Any]) -> tuple[str, str]:
    """A rate and its interval as pages and documents print them."""
    if rate["rate"] is None:
        return NONE, NONE
    return f"{rate['rate']}%", f"{rate['low']}% 至 {rate['high']}%"


def document(
    report: bytes, names: Mapping[str, str], items: Mapping[str, str], issuer: str, dated: date
) -> Document:
    """The report as an official paper. `names`: agencies by code, `items`: by id."""
    told = json.loads(report)
    total = shown(told["total"])
    blocks = (
        Paragraph(
            f"评估采用分层随机抽样。抽样框摘要 {told['frame']} 先行公布，种子“{told['seed']}”其后产生；"
            "任何人可以据此重新抽出同一样本。"
        ),
        Paragraph(
            f"总体合格率 {total[0]}，95% 置信区间 {total[1]}。区间算法：{told['method']}。"
            f"另在单位查到库中没有的决定 {told['finds']} 件，已转疑似瞒报核查。"
        ),
        Table(
            "各单位结果",
            (
                Column("单位"),
                Column("事项"),
                Column("框内条数", numeric=True),
                Column("合格", numeric=True),
                Column("不合格", numeric=True),
                Column("无法核对", numeric=True),
                Column("合格率"),
                Column("95% 区间"),
            ),
            tuple(
                (
                    names.get(each["agency"], each["agency"]),
                    items.get(row["item"], row["item"]),
                    *(str(row[name]) for name in ("size", "right", "wrong", "unclear")),
                    *shown(row),
                )
                for each in told["agencies"]
                for row in each["items"]
            ),
            note="合格率 = 合格 ÷（合格 + 不合格）；无法核对的不计入",
        ),
    )
    return Document(
        kind="assessment",
        title=f"第三方评估报告：{told['name']}",
        number=None,
        addressee=None,
        dated=dated,
        issuer=issuer,
        blocks=blocks,
    )
