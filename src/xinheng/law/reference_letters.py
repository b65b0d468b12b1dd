"""The letters of a pack on its reference page."""

from __future__ import annotations

from xinheng.law.letters import From, Letter
from xinheng.law.packs import Pack
from xinheng.law.reference_tables import cited, section, spanned, table

_COUNTED = {From.TERM: "事项的期限", From.ANSWER: "前一函的答复期限"}


def letters(pack: Pack) -> str:
    """The letters that this pack itself words: number, terms, dates, basis."""
    own = [one for wordings in pack.letters.all.values() for one in wordings if one.pack == pack.name]
    head = ("步骤", "名称", "文号", "何时可发", "答复（工作日）", "有效期", "依据")
    return section("函件", table(head, [_row(pack, one) for one in own]))


def _row(pack: Pack, one: Letter) -> tuple[str, ...]:
    number = one.number.replace("{word}", one.word).replace("{year}", "年份").replace("{serial}", "序号")
    begins = f"{_COUNTED[one.begins.counted]}之后第 {one.begins.working_days} 个工作日"
    return (
        f"`{one.step.value}`",
        one.name,
        number,
        begins,
        str(one.answer),
        spanned(one.span),
        cited(pack, one.basis),
    )
