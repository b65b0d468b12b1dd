"""What the pattern page shows its components with. Invented throughout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xinheng.faces.web.portal.views import RecordLine, TermBar, term_bar
from xinheng.faces.web.views import FormError, Pages, Pair, Tag, pages


@dataclass(frozen=True)
class Demo:
    pairs: tuple[Pair, ...]
    lines: tuple[RecordLine, ...]
    bar: TermBar | None
    errors: tuple[FormError, ...]
    pages: Pages


def demo() -> Demo:
    """One value for every component of /patterns."""
    code = "91429900MA00000017"
    line = RecordLine(
        record=UUID(int=0),
        document="示市监罚字〔2026〕118号",
        content="销售标签不符合规定的预包装食品",
        authority="示例市市场监督管理局",
        decided_on=date(2026, 9, 8),
        until=date(2027, 9, 8),
        party_code=code,
        party_name="示例市星河精密制造有限公司",
    )
    return Demo(
        pairs=(
            Pair("统一社会信用代码", code, mono=True),
            Pair("登记状态", "存续", tag=Tag("未经登记核实", "warn")),
            Pair("罚款金额（万元）", "0.5", code="CF_NR_FK", note="合 5 000.00 元"),
            Pair("没有填的项", None),
            Pair("占一整行的项", "内容很长、要占一整行的时候用。" * 3, wide=True),
        ),
        lines=(line, line),
        bar=term_bar(date(2026, 9, 8), date(2026, 12, 8), date(2027, 9, 8), date(2026, 11, 20)),
        errors=(FormError("统一社会信用代码里有字母 O", "p-code"),),
        pages=pages(7, 900, "/patterns", {}),
    )
