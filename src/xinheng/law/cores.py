"""Cores: what many items have in common, written once: fields, their roles, lists and headers.

A catalogue file with `cores:` names them; an item takes them by name. In a core `{p}` stands for the item's
`prefix` (the beginning of its field codes), `{w}` for its `word` (检查 in 检查机关), `{d}` for its disclosure
class. A core has no life of its own: its fields become the item's, with their dates and bases, and count as
the pack's that has the item.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from xinheng.law.bases import Bases
from xinheng.law.errors import PackSyntaxError, PackValueError
from xinheng.law.fields import ValueList, read_fields, read_lists
from xinheng.law.model import Field
from xinheng.law.yaml_lines import Node

OWN = "fields"  # in the list of cores: where the item's own fields stand
_CORE = ("roles", "fields")
_CORE_OPTIONAL = ("lists", "ignored", "dropped")


@dataclass(frozen=True)
class Core:
    """One core as it is written, and the bases of its file."""

    node: Node
    bases: Bases


@dataclass(frozen=True)
class Common:
    """What items of a chain of packs share: cores by name, and the checks that all items have."""

    cores: Mapping[str, Core]
    checks: tuple[Core, ...]


NOTHING = Common(MappingProxyType({}), ())


@dataclass(frozen=True)
class Parts:
    """What cores and the item's own text come to."""

    fields: tuple[Field, ...]
    roles: Mapping[str, Node]
    ignored: tuple[str, ...]
    dropped: tuple[str, ...]


def add_cores(root: Node, bases: Bases, found: Mapping[str, Core]) -> Mapping[str, Core]:
    """The cores so far with those of one file. Raises PackSyntaxError for a name that is taken."""
    entries = root.mapping(("cores",), ("bases",))
    own = bases.naming(entries.get("bases"))
    added = dict(found)
    for name, node in entries["cores"].entries().items():
        node.mapping(_CORE, _CORE_OPTIONAL)
        if name in added or name == OWN:
            raise PackSyntaxError(node.place, found=f"重复的 cores 名称“{name}”", expected="未用过的名称")
        added[name] = Core(node, own)
    return MappingProxyType(added)


def gather(root: Node, common: Common, bases: Bases, pack: str) -> Parts:
    """The fields, roles and headers of an item: its own, and those of the cores it names."""
    entries = root.entries()
    named = entries["cores"].texts() if "cores" in entries else (OWN,)
    words = {key: entries[name].text() for key, name in (("p", "prefix"), ("w", "word")) if name in entries}
    words["d"] = entries["disclosure"].entries()["class"].text()
    parts = Parts((), MappingProxyType({}), (), ())
    for name in named:
        if name == OWN:
            parts = _with(parts, _own(entries, bases, pack), root)
        elif name in common.cores:
            core = common.cores[name]
            parts = _with(parts, _part(filled(core.node, words), core.bases, pack), root)
        else:
            known = "、".join([*common.cores, OWN])
            raise PackValueError(entries["cores"].place, found=f"cores 名称“{name}”", expected=known)
    if OWN not in named:
        raise PackValueError(
            entries["cores"].place, found="cores 中没有 fields", expected="写明 fields 的位置"
        )
    return parts


def _own(entries: Mapping[str, Node], bases: Bases, pack: str) -> Parts:
    lists = read_lists(entries.get("lists"), bases)
    fields = read_fields(entries["fields"], lists, bases, pack)
    roles = entries["roles"].entries() if "roles" in entries else {}
    ignored: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    if "headers" in entries:
        headers = entries["headers"].mapping(("ignored", "dropped"))
        ignored, dropped = headers["ignored"].texts(), headers["dropped"].texts()
    return Parts(fields, roles, ignored, dropped)


def _part(node: Node, bases: Bases, pack: str) -> Parts:
    entries = node.entries()
    lists: Mapping[str, ValueList] = read_lists(entries.get("lists"), bases)
    return Parts(
        read_fields(entries["fields"], lists, bases, pack),
        entries["roles"].entries(),
        entries["ignored"].texts() if "ignored" in entries else (),
        entries["dropped"].texts() if "dropped" in entries else (),
    )


def _with(parts: Parts, more: Parts, root: Node) -> Parts:
    codes = {field.code: field for field in parts.fields}
    for field in more.fields:
        if field.code in codes:
            place = field.place or root.place
            found = f"重复的数据项 {field.code}（{codes[field.code].place}）"
            raise PackSyntaxError(place, found=found, expected="每个代码一次")
    return Parts(
        parts.fields + more.fields,
        MappingProxyType({**parts.roles, **more.roles}),
        tuple(dict.fromkeys(parts.ignored + more.ignored)),
        tuple(dict.fromkeys(parts.dropped + more.dropped)),
    )


def filled(node: Node, words: Mapping[str, str]) -> Node:
    """The node with `{p}`, `{w}`, `{d}` filled in. Raises PackValueError where the item does not say them."""
    if isinstance(node.raw, Mapping):
        return replace(node, raw={_text(k, words, node): filled(v, words) for k, v in node.raw.items()})
    if not isinstance(node.raw, str):
        return replace(node, raw=tuple(filled(entry, words) for entry in node.raw))
    return replace(node, raw=_text(node.raw, words, node)) if "{" in node.raw else node


def _text(text: str, words: Mapping[str, str], node: Node) -> str:
    for key in ("p", "w", "d"):
        if f"{{{key}}}" in text:
            if key not in words:
                expected = "事项写明 prefix（{p}）与 word（{w}）"
                raise PackValueError(node.place, found=text[:60], expected=expected)
            text = text.replace(f"{{{key}}}", words[key])
    return text
