"""What may be proposed for the catalogue, how it is decided, and the local pack that issues it.

Three kinds: a data item for an item that there is, a new item of the place's own (model_items), and a rule
that was found wrong over returned rows. The third is issued by nobody here: whoever keeps the rule's pack
issues a new edition of it, and the office notes that it did.

A home's own pack (`<parent>-local`) extends the pack the home was made with. By the loader's laws it adds
and never overrides: a proposed data item is optional, shared between agencies or for authorised queries,
and never public (a lower pack cannot make the parent's item say more in public). Whoever wants a rule
changed that the parent pack makes needs a new edition of that pack, not a proposal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from xinheng.core.wording import fault
from xinheng.law.model import Disclosure, FieldType, Item
from xinheng.office.access.model import Agency
from xinheng.office.proposals.model_items import ItemProposal, item_file

CODE: Final = re.compile(r"X_[A-Z0-9]{1,12}(_[A-Z0-9]{1,12}){0,3}")
TYPES: Final = (
    FieldType.TEXT,
    FieldType.LONG_TEXT,
    FieldType.CODE,
    FieldType.DATE,
    FieldType.WAN_YUAN,
    FieldType.ENUM,
)
DISCLOSURES: Final = (Disclosure.SHARED, Disclosure.AUTHORISED)
SUFFIX: Final = "-local"


class State(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"  # 待审
    ACCEPTED = "accepted"  # 采纳，待发布
    REFUSED = "refused"  # 不采纳
    TAKEN_BACK = "taken_back"  # 撤回
    ISSUED = "issued"  # 已发布


FOLLOWS: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        State.PROPOSED: frozenset({State.ACCEPTED, State.REFUSED, State.TAKEN_BACK}),
        State.ACCEPTED: frozenset({State.REFUSED, State.ISSUED}),
        State.REFUSED: frozenset(),
        State.TAKEN_BACK: frozenset(),
        State.ISSUED: frozenset(),
    }
)


@dataclass(frozen=True)
class FieldProposal:
    """A data item that an agency would like an item of the catalogue to have."""

    code: str  # X_…
    name: str
    type: FieldType
    disclosure: Disclosure
    length: int | None = None
    values: tuple[str, ...] = ()  # of an ENUM
    expected: bool = False  # its absence is pointed out; a local item can never be required


@dataclass(frozen=True)
class RuleDoubt:
    """A rule that the office found wrong over rows that it returned (规则有误)."""

    code: str  # id of the check
    name: str  # what it expects of a row; nothing of any row itself


What = FieldProposal | ItemProposal | RuleDoubt


class Kind(StrEnum):
    """What is proposed."""

    FIELD = "field"  # 增加数据项
    ITEM = "item"  # 增加目录事项
    RULE = "rule"  # 修订规则


KINDS: Final[Mapping[Kind, type[What]]] = MappingProxyType(
    {Kind.FIELD: FieldProposal, Kind.ITEM: ItemProposal, Kind.RULE: RuleDoubt}
)


@dataclass(frozen=True)
class Proposal:
    """A proposal as it stands. `item`: the item that it is about, or the id that a new one would have."""

    proposal: UUID
    agency: UUID
    account: UUID | None
    item: str
    what: What
    reason: str  # why the agency needs it
    source: str  # the document it rests on, as the agency names it; empty: none
    opened: datetime
    state: State
    decided: datetime | None = None
    decided_by: str | None = None
    note: str | None = None
    version: str | None = None  # label of the pack that issued it

    @property
    def kind(self) -> Kind:
        """What is proposed."""
        return next(kind for kind, made in KINDS.items() if isinstance(self.what, made))


def problems(proposed: FieldProposal, item: Item | None, taken: Sequence[FieldProposal]) -> tuple[str, ...]:
    """Why a proposal cannot be taken as it is written, in Chinese; nothing where it can.

    `taken`: what others have proposed for the same item and was not refused. The loader has the last word
    when a version is issued.
    """
    found: list[str] = []
    if item is None:
        found.append("没有这个目录事项")
    if not CODE.fullmatch(proposed.code):
        found.append("代码应以 X_ 开头，其后为大写字母、数字，如 X_QYGM")
    if wrong := fault(proposed.name, 2, 40):
        found.append(f"名称{wrong}")
    if proposed.type not in TYPES:
        found.append("类型不在可选之列")
    if proposed.disclosure not in DISCLOSURES:
        found.append("公开属性只能是政务共享或授权查询：本地增加的数据项不能公开")
    if (proposed.type is FieldType.ENUM) != bool(proposed.values):
        found.append("列表类型要写明可选的值，其他类型不写")
    if any(fault(value, 1, 40) for value in proposed.values) or len(set(proposed.values)) < len(
        proposed.values
    ):
        found.append("可选的值应为 1 至 40 个字，互不相同")
    if proposed.length is not None and not 1 <= proposed.length <= 4000:
        found.append("长度应为 1 至 4000")
    others = [(f.code, f.name) for f in item.fields] if item else []
    others += [(f.code, f.name) for f in taken]
    found += [
        f"与已有的数据项 {code} {name} 重复"
        for code, name in others
        if code == proposed.code or name.strip() == proposed.name.strip()
    ]
    return tuple(found)


def local_name(active: str) -> str:
    """The name of the home's own pack over the active one, which may be that pack already."""
    return active if active.endswith(SUFFIX) else f"{active}{SUFFIX}"


def local_pack(
    parent: str,
    title: str,
    issued: Sequence[Proposal],
    on: Mapping[UUID, date],
    providers: Mapping[UUID, Agency],
    edition: int,
) -> dict[str, Any]:
    """The files of the local pack, as plain values to be written as YAML: path -> content.

    `on`: from which day each proposal holds: the day of its issue, kept when a later edition is written.
    `providers`: the agencies that proposed; a new item's is accountable for it.
    """
    files: dict[str, Any] = {
        "pack.yaml": {
            "name": local_name(parent),
            "title": f"{title.removesuffix('（本地目录）')}（本地目录）",
            "extends": parent.removesuffix(SUFFIX),
        }
    }
    added: dict[str, list[tuple[Proposal, FieldProposal]]] = {}
    for each in issued:
        if isinstance(each.what, ItemProposal):
            since, basis = on[each.proposal], _basis(each, edition)
            files[_path(each.item)] = item_file(each.what, providers[each.agency], since, basis)
        elif isinstance(each.what, FieldProposal):
            added.setdefault(each.item, []).append((each, each.what))
    for item, proposals in sorted(added.items()):
        lists, fields = _additions(proposals, on, edition)
        there = files.get(_path(item))
        if there is not None:  # an item of this very pack has its later data items among its own
            there["fields"] += fields
            there.setdefault("lists", {}).update(lists)
        else:
            files[_path(item)] = {"adds_to": item, **({"lists": lists} if lists else {}), "fields": fields}
    return files


def _path(item: str) -> str:
    return f"catalogue/{item}.yaml"


def _basis(each: Proposal, edition: int) -> dict[str, str]:
    """Whatever is added here rests on the platform alone; what the agency named was not read."""
    return {
        "kind": "platform",
        "note": f"本地目录第 {edition} 版以内增加：{each.reason[:100]}"
        + (f"（所据文件由单位提出：{each.source[:100]}，未核）" if each.source else ""),
    }


def _additions(
    proposals: Sequence[tuple[Proposal, FieldProposal]], on: Mapping[UUID, date], edition: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Lists and data items that are added to one item."""
    lists: dict[str, Any] = {}
    fields: list[dict[str, Any]] = []
    for each, proposed in proposals:
        since, basis = on[each.proposal], _basis(each, edition)
        entry: dict[str, Any] = {
            "code": proposed.code,
            "name": proposed.name,
            "type": proposed.type.value,
            "disclosure": proposed.disclosure.value,
            "presence": "expected" if proposed.expected else "optional",
            "from": since,
            "basis": basis,
        }
        if proposed.length:
            entry["length"] = proposed.length
        if proposed.values:
            entry["values"] = proposed.code
            lists[proposed.code] = [{"values": list(proposed.values), "from": since, "basis": basis}]
        fields.append(entry)
    return lists, fields
