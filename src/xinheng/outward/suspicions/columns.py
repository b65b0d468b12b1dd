"""What the headers of a list handed down mean: the item's own, and those that senders use. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from xinheng.law.headers import DROPPED, Target, normalise, targets
from xinheng.law.model import Item
from xinheng.outward.suspicions.model_lists import Column

_ROLES: Final[Mapping[str, Column]] = MappingProxyType(
    {
        "document": Column.NUMBER,
        "party_name": Column.PARTY,
        "party_code": Column.CODE,
        "party_kind": Column.KIND,
        "authority": Column.AUTHORITY,
        "authority_code": Column.AUTHORITY_CODE,
        "decided": Column.DECIDED,
    }
)
# How senders of such lists call the columns; what the catalogue calls them comes from the item.
_SYNONYMS: Final[Mapping[Column, tuple[str, ...]]] = MappingProxyType(
    {
        Column.NUMBER: ("文号", "决定书文号", "决定文号", "文书号", "案号", "编号文号", "决定文书号"),
        Column.PARTY: ("相对人名称", "市场主体名称", "主体名称", "经营主体名称", "被处罚单位", "被处罚人"),
        Column.CODE: ("相对人代码", "信用代码", "主体代码"),
        Column.KIND: ("主体类别", "相对人类型"),
        Column.AUTHORITY: (
            "决定机关",
            "决定单位",
            "作出机关",
            "作出单位",
            "执法单位",
            "责任单位",
            "办案单位",
            "实施机关",
        ),
        Column.AUTHORITY_CODE: ("决定机关代码", "机关代码", "单位代码", "责任单位代码"),
        Column.DECIDED: ("作出日期", "作出时间", "决定时间", "作出决定日期"),
        Column.RESULT: (
            "反馈情况",
            "核查情况",
            "核查结果",
            "核实情况",
            "核实结果",
            "反馈结果",
            "反馈意见",
            "核查结论",
        ),
        Column.CONCEALED: ("是否瞒报", "是否属于瞒报", "是否确认瞒报", "是否存在瞒报"),
        Column.NOTE: ("说明", "情况说明", "反馈说明", "核查说明", "原因说明", "原因"),
        Column.FILES: ("附件名", "附件名称", "附件", "佐证材料", "证明材料", "佐证材料名称"),
    }
)
# Names of people that no list needs to be answered by: they stay with the sender.
_PERSONAL: Final = ("法定代表人", "法人姓名", "法人代表", "法定代表人姓名", "负责人姓名", "法人")


def meanings(item: Item) -> dict[str, Target]:
    """What headers stand for in a list about this item, by their normal form; unknown ones are kept."""
    fields = {code: _ROLES[role] for role, code in item.roles.items() if role in _ROLES}
    found: dict[str, Target] = {}
    for header, target in targets(item).items():
        if target.target in fields:
            found[header] = Target(fields[target.target].value)
        elif target.target == DROPPED or target.target == item.role("representative"):
            found[header] = Target(DROPPED)
    for column, texts in _SYNONYMS.items():
        found.update((normalise(text), Target(column.value)) for text in texts)
    found.update((normalise(text), Target(DROPPED)) for text in _PERSONAL)
    return found
