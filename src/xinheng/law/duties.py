"""Targets, remedies and measures: the small folders of a pack, each with what a lower pack may not do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from xinheng.law.bases import VALUE, VALUE_OPTIONAL, Bases
from xinheng.law.errors import PackOverrideError, PackSyntaxError
from xinheng.law.model import Basis, Place, Span
from xinheng.law.yaml_lines import Node

DECIMAL = re.compile(r"\d{1,9}(\.\d{1,6})?")
COMPARISONS = ("=", ">=", "<=", ">", "<")


@dataclass(frozen=True)
class Target:
    """A figure that offices are to reach, e.g. 合规率 = 100 %. It steers offices, never organisations."""

    id: str
    name: str
    figure: str
    comparison: str
    value: Decimal
    unit: str
    span: Span
    basis: Basis
    pack: str
    place: Place


@dataclass(frozen=True)
class Remedy:
    """A term of a remedy, in working days: how soon an office must answer, how long a subject may apply."""

    id: str
    name: str
    binds: str  # office or subject
    working_days: int
    span: Span
    basis: Basis
    pack: str
    place: Place


@dataclass(frozen=True)
class Measure:
    """A measure that law allows against an organisation. Only a root pack holds any (清单制)."""

    id: str
    name: str
    span: Span
    basis: Basis
    place: Place


def read_targets(
    files: tuple[Node, ...], inherited: Mapping[str, Target], bases: Bases, pack: str
) -> Mapping[str, Target]:
    """The targets of the chain with those a pack adds. One that exists is not overridden."""
    found = dict(inherited)
    for entry, own in _entries(files, "targets", bases):
        entries = entry.mapping(
            ("id", "name", "figure", "comparison", "value", "unit", *VALUE), VALUE_OPTIONAL
        )
        text = entries["value"].text()
        if not DECIMAL.fullmatch(text):
            raise entries["value"].wrong("加引号的十进制数，如 '0.01'")
        span = entry.span()
        target = Target(
            id=entries["id"].text(),
            name=entries["name"].text(),
            figure=entries["figure"].text(),
            comparison=entries["comparison"].one_of(COMPARISONS),
            value=Decimal(text),
            unit=entries["unit"].text(),
            span=span,
            basis=own.resolve(entry, span),
            pack=pack,
            place=entry.place,
        )
        _refuse_known(target.id, found, inherited, entry)
        found[target.id] = target
    return MappingProxyType(found)


def read_remedies(
    files: tuple[Node, ...], inherited: Mapping[str, Remedy], bases: Bases, pack: str
) -> Mapping[str, Remedy]:
    """The remedy terms of the chain. A lower pack may let an office answer sooner, or a subject apply longer;
    the other way round shortens the remedy and is refused."""
    found = dict(inherited)
    seen: set[str] = set()
    for entry, own in _entries(files, "remedies", bases):
        entries = entry.mapping(("id", "name", "binds", "working_days", *VALUE), VALUE_OPTIONAL)
        span = entry.span()
        remedy = Remedy(
            id=entries["id"].text(),
            name=entries["name"].text(),
            binds=entries["binds"].one_of(("office", "subject")),
            working_days=entries["working_days"].integer(1, 750),
            span=span,
            basis=own.resolve(entry, span),
            pack=pack,
            place=entry.place,
        )
        if remedy.id in seen:
            raise PackSyntaxError(entry.place, found=f"重复的 id“{remedy.id}”", expected="每个 id 一次")
        seen.add(remedy.id)
        if remedy.id in inherited:
            _refuse_shortened(remedy, inherited[remedy.id])
        found[remedy.id] = remedy
    return MappingProxyType(found)


def _refuse_shortened(remedy: Remedy, parent: Remedy) -> None:
    if remedy.binds == "office":
        kept = remedy.binds == parent.binds and remedy.working_days < parent.working_days
        expected = f"办理时限短于 {parent.working_days} 个工作日（{parent.place}）"
    else:
        kept = remedy.binds == parent.binds and remedy.working_days > parent.working_days
        expected = f"申请期限长于 {parent.working_days} 个工作日（{parent.place}）"
    if not kept or remedy.name != parent.name or remedy.span != parent.span:
        found = f"{remedy.id}：{remedy.name} {remedy.working_days} 个工作日"
        raise PackOverrideError(remedy.place, found=found, expected=f"{expected}，名称与期间不变")


def read_measures(
    files: tuple[Node, ...], inherited: Mapping[str, Measure], bases: Bases, *, root: bool
) -> Mapping[str, Measure]:
    """The measures. A lower pack that names one is refused; each needs law that was read."""
    found = dict(inherited)
    for entry, own in _entries(files, "measures", bases):
        if not root:
            expected = "不在清单之外增设惩戒措施（清单制管理）"
            raise PackOverrideError(entry.place, found="下级规则包增设措施", expected=expected)
        entries = entry.mapping(("id", "name", *VALUE), VALUE_OPTIONAL)
        span = entry.span()
        basis = own.resolve(entry, span)
        own.require_adverse(entry, basis)
        measure = Measure(entries["id"].text(), entries["name"].text(), span, basis, entry.place)
        _refuse_known(measure.id, found, {}, entry)
        found[measure.id] = measure
    return MappingProxyType(found)


def _entries(files: tuple[Node, ...], key: str, bases: Bases) -> list[tuple[Node, Bases]]:
    found: list[tuple[Node, Bases]] = []
    for root in files:
        entries = root.mapping((key,), ("bases",))
        own = bases.naming(entries.get("bases"))
        found += [(entry, own) for entry in entries[key].items()]
    return found


def _refuse_known(
    name: str, found: Mapping[str, object], inherited: Mapping[str, object], entry: Node
) -> None:
    if name in inherited:
        raise PackOverrideError(entry.place, found=f"“{name}”已由上级规定", expected="新的 id")
    if name in found:
        raise PackSyntaxError(entry.place, found=f"重复的 id“{name}”", expected="每个 id 一次")
