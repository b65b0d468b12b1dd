"""What changed from one pack to another, item by item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from xinheng.law.model import Check, Field, Item, Timeliness
from xinheng.law.packs import Pack
from xinheng.law.words import DISCLOSURES, SEVERITIES, TYPES


class Change(StrEnum):
    """What became of a thing."""

    ADDED = "added"  # 新增
    REMOVED = "removed"  # 删除
    CHANGED = "changed"  # 变更


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same in both packs. `before` and `after` say what it is, in Chinese."""

    change: Change
    item: str  # id of the item it belongs to
    kind: str  # 事项, 数据项, 校验, 时限
    id: str
    before: str | None
    after: str | None


def differences(old: Pack, new: Pack) -> tuple[Difference, ...]:
    """Every difference between the catalogues of two packs, in the order of the items of the new one."""
    found: list[Difference] = []
    for item in [*new.items, *(i for i in old.items if i not in new.items)]:
        before, after = old.items.get(item), new.items.get(item)
        found.extend(_compared(item, "事项", _head(before), _head(after)))
        found.extend(_compared(item, "数据项", _fields(before), _fields(after)))
        found.extend(_compared(item, "校验", _checks(before), _checks(after)))
        found.extend(_compared(item, "时限", _terms(before), _terms(after)))
    return tuple(found)


def _compared(item: str, kind: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    for id_ in [*new, *(i for i in old if i not in new)]:
        before, after = old.get(id_), new.get(id_)
        if before == after:
            continue
        change = Change.ADDED if before is None else Change.REMOVED if after is None else Change.CHANGED
        yield Difference(change, item, kind, id_, before, after)


def _head(item: Item | None) -> dict[str, str]:
    if item is None:
        return {}
    marks = "、".join(
        text
        for text, on in (
            ("归集", item.marks.collected),
            ("公示", item.marks.shown),
            ("上报", item.marks.reported),
        )
        if on
    )
    return {item.id: f"{item.name} {item.edition}，{item.provider}，{marks or '无标记'}"}


def _fields(item: Item | None) -> dict[str, str]:
    return {f.code: _field(f) for f in item.fields} if item else {}


def _field(field: Field) -> str:
    presence = (
        "不采集" if field.dropped else "必填" if field.required else "应填" if field.expected else "选填"
    )
    length = f"，至多 {field.max_length} 字" if field.max_length else ""
    values = f"，取值 {'、'.join(field.values)}" if field.values else ""
    span = (
        f"，自 {field.span.start}" + (f" 至 {field.span.to} 前" if field.span.to else "")
        if field.span
        else ""
    )
    kind, openness = TYPES[field.type], DISCLOSURES[field.disclosure]
    return f"{field.name}，{kind}，{presence}，{openness}{length}{values}{span}"


def _checks(item: Item | None) -> dict[str, str]:
    return {c.id: _check(c) for c in item.checks} if item else {}


def _check(check: Check) -> str:
    until = f" 至 {check.span.to} 前" if check.span.to else ""
    return f"{SEVERITIES[check.severity]}：{check.message}（{check.sql}），自 {check.span.start}{until}"


def _terms(item: Item | None) -> dict[str, str]:
    return {f"{t.channel} {t.pack} {t.span.start}": _term(t) for t in item.timeliness} if item else {}


def _term(term: Timeliness) -> str:
    until = f" 至 {term.span.to} 前" if term.span.to else ""
    return f"{term.channel} {term.working_days} 个工作日，自 {term.span.start}{until}"
