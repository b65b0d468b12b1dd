"""A new item of the place's own catalogue: what an agency says of it, and the file that it becomes.

What is local is collected and shared between agencies, or read under authorisation; it is neither shown nor
reported upward, whoever would like it to be: that takes a rule, and a rule takes an edition of a pack.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from xinheng.core.wording import fault
from xinheng.law.kinds import Every, ProviderKind
from xinheng.law.model import Disclosure, FieldType
from xinheng.office.access.model import Agency, AgencyKind

CODE: Final = re.compile(r"X[A-Z0-9]{2,4}")
PART_TYPES: Final = (
    FieldType.TEXT,
    FieldType.LONG_TEXT,
    FieldType.CODE,
    FieldType.DATE,
    FieldType.WAN_YUAN,
    FieldType.NUMBER,
)
OPEN_TO: Final = (Disclosure.SHARED, Disclosure.AUTHORISED)
EVERY: Final[Mapping[Every, str]] = MappingProxyType(
    {Every.EVENT: "产生即报", Every.MONTH: "按月报送", Every.QUARTER: "按季报送", Every.YEAR: "按年报送"}
)
PARTS: Final = 6
# what every item has anyway: whom it is about, which document, when, what, who says it
HAS: Final = ("主体名称", "主体类别", "统一社会信用代码", "文号", "作出日期", "内容", "报送单位", "备注")
_PROVIDERS: Final = {
    AgencyKind.UTILITY: ProviderKind.UTILITY,
    AgencyKind.ASSOCIATION: ProviderKind.ASSOCIATION,
}


@dataclass(frozen=True)
class Part:
    """A data item of a new item, beside those that every item has."""

    name: str
    type: FieldType
    required: bool = False


@dataclass(frozen=True)
class ItemProposal:
    """An item that an agency would like the catalogue to have. Its provider is the agency."""

    code: str  # how its field codes begin: X and two to four capitals or digits
    name: str
    every: Every
    disclosure: Disclosure
    parts: tuple[Part, ...]

    @property
    def item(self) -> str:
        """The id that it has in the catalogue."""
        return f"local-{self.code.lower()}"


def problems(proposed: ItemProposal, names: Mapping[str, str], taken: Collection[ItemProposal]) -> list[str]:
    """Why a new item cannot be taken as it is written, in Chinese; nothing where it can.

    `names`: id -> name of what the catalogue has. `taken`: what was proposed and not refused. The loader has
    the last word when a version is issued.
    """
    found: list[str] = []
    if not CODE.fullmatch(proposed.code):
        found.append("事项代码应为 X 加 2 至 4 个大写字母、数字，如 XNYQ")
    if wrong := fault(proposed.name, 2, 40):
        found.append(f"事项名称{wrong}")
    if proposed.every not in EVERY:
        found.append("报送频次不在可选之列")
    if proposed.disclosure not in OPEN_TO:
        found.append("公开属性只能是政务共享或授权查询：本地增加的事项不能公开")
    others = dict(names) | {each.item: each.name for each in taken}
    found += [
        f"与已有的事项{name}重复"
        for item, name in others.items()
        if item == proposed.item or name.strip() == proposed.name.strip()
    ]
    return found + _parts(proposed.parts)


def _parts(parts: tuple[Part, ...]) -> list[str]:
    found: list[str] = []
    if len(parts) > PARTS:
        found.append(f"数据项至多 {PARTS} 个")
    given = [*HAS, *(part.name for part in parts)]
    for part in parts:
        if wrong := fault(part.name, 2, 40):
            found.append(f"数据项名称{wrong}")
        elif given.count(part.name) > 1:
            found.append(f"数据项{part.name}重复，或每个事项都有")
        if part.type not in PART_TYPES:
            found.append("数据项的类型不在可选之列")
    return found


def item_file(
    proposed: ItemProposal, provider: Agency, since: date, basis: Mapping[str, str]
) -> dict[str, Any]:
    """The item's file in the local pack, as plain values."""
    p = proposed.code
    value = {"from": since, "basis": dict(basis)}
    own = [("WH", "文号", FieldType.TEXT, False), ("RQ", "作出日期", FieldType.DATE, True)]
    own += [("NR", "内容", FieldType.LONG_TEXT, True)]
    own += [(f"Z{n}", part.name, part.type, part.required) for n, part in enumerate(proposed.parts, 1)]
    return {
        "item": proposed.item,
        "name": proposed.name,
        "edition": "L1",
        "class": "sector",
        **value,
        "provider": {
            "text": provider.name,
            "kind": _PROVIDERS.get(provider.kind, ProviderKind.AUTHORITY).value,
            **value,
        },
        "frequency": {"every": proposed.every.value, "text": EVERY[proposed.every], **value},
        "disclosure": {"class": proposed.disclosure.value, **value},
        "retention": {"text": "保存期限未定（待核实）；未载入前不自动删除", **value},
        "marks": {"collected": True, "shown": False, "reported": False, **value},
        "cores": ["subject", "fields", "source"],
        "prefix": p,
        "word": "报送",
        "note": "本地目录的事项，由报送单位提出、信用办采纳；不公示、不上报",
        "roles": {"document": f"{p}_WH", "decided": f"{p}_RQ", "content": f"{p}_NR"},
        "fields": [
            {
                "code": f"{p}_{code}",
                "name": name,
                "type": kind.value,
                "disclosure": proposed.disclosure.value,
                "presence": "required" if required else "optional",
                **value,
            }
            for code, name, kind, required in own
        ],
    }
