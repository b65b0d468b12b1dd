"""The catalogue: items of a pack, and what a lower pack adds to an item of its parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from xinheng.law.bases import VALUE, VALUE_OPTIONAL, Bases
from xinheng.law.bench import Bench
from xinheng.law.checks import RuleContext, read_checks, read_mark_rules
from xinheng.law.cores import NOTHING, Common, Core, Parts, add_cores, gather
from xinheng.law.errors import PackGroundError, PackOverrideError, PackSyntaxError, PackValueError
from xinheng.law.fields import add_fields, add_headers, read_fields, read_lists
from xinheng.law.headers import normalise
from xinheng.law.kinds import ItemClass
from xinheng.law.model import Check, Disclosure, Item, MarkRule
from xinheng.law.provision import read_provision, refuse_mixed
from xinheng.law.roles import IDENTITY, KEY, NEEDED, ROLES
from xinheng.law.timeliness import add_timeliness, read_timeliness
from xinheng.law.yaml_lines import Node

_ITEM = (
    "item",
    "name",
    "edition",
    "class",
    "provider",
    "frequency",
    "disclosure",
    "retention",
    "marks",
    "fields",
)
_ITEM_OPTIONAL = (
    "bases", "lists", "headers", "timeliness", "checks", "mark_rules", "roles", "collected_fields", "key",
    "source", "secret", "note", "cores", "prefix", "word",
)  # fmt: skip
_ADD = ("bases", "lists", "fields", "headers", "checks", "timeliness")


@dataclass(frozen=True)
class Shelf:
    """What reading a catalogue needs besides its text."""

    bases: Bases
    bench: Bench
    pack: str
    tried: bool = True  # False: a known pack, whose examples were run before
    common: Common = NOTHING


def read_catalogue(
    files: tuple[Node, ...], inherited: Mapping[str, Item], shelf: Shelf
) -> tuple[Mapping[str, Item], Common]:
    """The items of the parent with those of one pack and its additions, by id, and what items share.

    A file is an item (`item`), additions to an inherited one (`adds_to`), cores (`cores`), or checks for
    several or all items (`checks`).
    """
    found = dict(inherited)
    shelf = replace(shelf, common=_common(files, shelf))
    for root in files:
        if root.get("item") is not None:
            item = _item(root, shelf)
            _refuse_existing(item, found, root)
            found[item.id] = item
    for root in files:
        if root.get("adds_to") is not None:
            item = _add(root, found, inherited, shelf)
            found[item.id] = item
    for root in files:
        if root.get("checks") is not None and root.get("item") is None and root.get("adds_to") is None:
            _shared_checks(root, found, shelf)
    for item in found.values():
        if item is not inherited.get(item.id):
            _refuse_ambiguous(item)
            _refuse_twice(item)
    # the seven classes first, then as `ItemClass` lists the rest; within a class as files and packs come
    order = list(ItemClass)
    listed = sorted(found.values(), key=lambda item: order.index(item.kind))
    return MappingProxyType({item.id: item for item in listed}), shelf.common


def _common(files: tuple[Node, ...], shelf: Shelf) -> Common:
    cores, checks = shelf.common.cores, shelf.common.checks
    for root in files:
        if root.get("cores") is not None and root.get("item") is None:
            cores = add_cores(root, shelf.bases, cores)
        elif root.get("checks") is not None and root.get("item") is None and root.get("adds_to") is None:
            entries = root.mapping(("checks",), ("bases",))
            if any(
                entry.get("items") and entry.entries()["items"].kind == "str"
                for entry in entries["checks"].items()
            ):
                checks = (*checks, Core(entries["checks"], shelf.bases.naming(entries.get("bases"))))
    return Common(cores, checks)


def _refuse_existing(item: Item, found: Mapping[str, Item], root: Node) -> None:
    for other in found.values():
        if item.id == other.id or item.name == other.name:
            place = root.entries()["item"].place
            raise PackOverrideError(
                place,
                found=f"事项 {item.id} {item.name} 已有规定（{other.place}）",
                expected="新的事项；对已有事项只能用 adds_to 增加数据项、校验或更严的时限",
            )


def _item(root: Node, shelf: Shelf) -> Item:
    entries = root.mapping((*_ITEM, *VALUE), (*_ITEM_OPTIONAL, *VALUE_OPTIONAL))
    bases = shelf.bases.naming(entries.get("bases"))
    span = root.span()
    parts = gather(root, shelf.common, bases, shelf.pack)
    secret = "secret" in entries and entries["secret"].flag()
    provision = read_provision(entries, bases, secret=secret)
    roles = _roles(parts, root, secret=secret)
    refuse_mixed(provision, parts.fields, roles, root)
    item = Item(
        id=entries["item"].text(),
        name=entries["name"].text(),
        edition=entries["edition"].text(),
        span=span,
        provider=provision.provider,
        basis=bases.resolve(root, span),
        marks=provision.marks,
        retention=provision.retention,
        fields=parts.fields,
        ignored=parts.ignored,
        dropped=parts.dropped,
        roles=roles,
        collected_fields=_chosen(entries.get("collected_fields"), roles, IDENTITY),
        checks=(),
        timeliness=(),
        key=_chosen(entries.get("key"), roles, KEY if "document" in roles else ()),
        pack=shelf.pack,
        place=root.place,
        kind=provision.kind,
        source=provision.source,
        provider_kind=provision.provider_kind,
        frequency=provision.frequency,
        disclosure=provision.disclosure,
        secret=secret,
        unsettled=provision.unsettled,
        note=entries["note"].text() if "note" in entries else None,
    )
    item = _with_rules(item, root, bases, shelf)
    for common in shelf.common.checks:
        context = _context(item, common.bases, shelf)
        item = replace(item, checks=item.checks + read_checks(common.node, context, common=True))
    return item


def _with_rules(item: Item, root: Node, bases: Bases, shelf: Shelf) -> Item:
    context = _context(item, bases, shelf)
    checks, rules = root.get("checks"), root.get("mark_rules")
    terms = root.get("timeliness")
    read = read_mark_rules(rules, context) if rules else ()
    for rule in read:
        _refuse_more(rule, item)
    return replace(
        item,
        checks=item.checks + (read_checks(checks, context) if checks else ()),
        mark_rules=item.mark_rules + read,
        timeliness=add_timeliness(
            item.timeliness, read_timeliness(terms, bases, shelf.pack) if terms else ()
        ),
    )


def _refuse_more(rule: MarkRule, item: Item) -> None:
    more = [
        name
        for name in ("collected", "shown", "reported")
        if getattr(rule.marks, name) and not getattr(item.marks, name)
    ]
    if more:
        found = f"{rule.id} 使 {'、'.join(more)} 成立，而事项没有此标记"
        raise PackGroundError(rule.place or rule.id, found=found, expected="标记规则只能减少")


def _context(item: Item, bases: Bases, shelf: Shelf) -> RuleContext:
    return RuleContext(
        item.id, item.fields, item.roles, item.collected_fields, bases, shelf.bench, shelf.pack, shelf.tried
    )


def _roles(parts: Parts, root: Node, *, secret: bool) -> Mapping[str, str]:
    codes = {f.code for f in parts.fields if not f.dropped}
    for role, value in parts.roles.items():
        if role not in ROLES:
            raise PackValueError(value.place, found=f"未知的角色“{role}”", expected="、".join(ROLES))
        if value.text() not in codes:
            raise PackValueError(value.place, found=value.text(), expected="本事项保留的数据项代码")
    missing = [role for role in NEEDED if role not in parts.roles]
    if missing and not secret:  # of a secret item nothing is taken in
        raise PackValueError(root.place, found=f"缺少角色 {'、'.join(missing)}", expected="、".join(NEEDED))
    return MappingProxyType({role: value.text() for role, value in parts.roles.items()})


def _chosen(node: Node | None, roles: Mapping[str, str], usual: tuple[str, ...]) -> tuple[str, ...]:
    """The roles that a list names; where there is none, the usual ones that the item has."""
    if node is None:
        return tuple(role for role in usual if role in roles)
    for entry in node.items():
        if entry.text() not in roles:
            raise PackValueError(entry.place, found=entry.text(), expected="、".join(roles))
    return node.texts()


def _add(root: Node, found: Mapping[str, Item], inherited: Mapping[str, Item], shelf: Shelf) -> Item:
    entries = root.entries()
    for key, value in entries.items():
        if key not in ("adds_to", *_ADD):
            expected = f"adds_to 只能增加 {'、'.join(_ADD[1:])}"
            raise PackOverrideError(value.place, found=f"改变“{key}”", expected=expected)
    name = entries["adds_to"]
    if name.text() not in inherited:
        raise PackValueError(
            name.place, found=name.text(), expected="上级规则包的事项：" + "、".join(inherited)
        )
    item = found[name.text()]
    bases = shelf.bases.naming(entries.get("bases"))
    lists = read_lists(entries.get("lists"), bases)
    added = read_fields(entries["fields"], lists, bases, shelf.pack) if "fields" in entries else ()
    for field in added:
        if field.disclosure is Disclosure.PUBLIC:
            place = field.place or shelf.pack
            expected = "disclosure: shared 或 authorised（下级不能使上级事项公开得更多）"
            raise PackOverrideError(place, found=f"{field.code} 为 public", expected=expected)
    item = replace(item, fields=add_fields(item.fields, added))
    if "headers" in entries:
        item = replace(item, fields=add_headers(item.fields, entries["headers"]))
    item = _with_rules(item, root, bases, shelf)
    # what all items share looks at the added fields too
    for common in shelf.common.checks if added else ():
        context = replace(_context(item, common.bases, shelf), fields=added, beside=item.fields)
        item = replace(item, checks=item.checks + read_checks(common.node, context, common=True))
    return item


def _shared_checks(root: Node, found: dict[str, Item], shelf: Shelf) -> None:
    entries = root.mapping(("checks",), ("bases",))
    bases = shelf.bases.naming(entries.get("bases"))
    named: set[str] = set()
    for entry in entries["checks"].items():
        items = entry.get("items")
        if items is None:
            raise PackValueError(entry.place, found="没有 items", expected="写明适用的事项，或 items: all")
        for name in items.items() if items.kind != "str" else ():
            if name.text() not in found:
                raise PackValueError(name.place, found=name.text(), expected="、".join(found))
            named.add(name.text())
    for wanted in sorted(named):
        item = found[wanted]
        checks = read_checks(entries["checks"], _context(item, bases, shelf))
        found[item.id] = replace(item, checks=item.checks + checks)


def _refuse_ambiguous(item: Item) -> None:
    """One header, one target."""
    seen: dict[str, str] = {}
    listed = [(text, "ignored", str(item.place)) for text in item.ignored]
    listed += [(text, "dropped", str(item.place)) for text in item.dropped]
    for field in item.fields:
        target = "dropped" if field.dropped else field.code
        texts = {normalise(field.code), normalise(field.name)} | {normalise(s.text) for s in field.synonyms}
        listed += [(text, target, str(field.place)) for text in texts]
    for text, target, place in listed:
        other = seen.setdefault(normalise(text), target)
        if other != target:
            raise PackSyntaxError(
                place, found=f"表头“{text}”既指 {other} 又指 {target}", expected="每个表头一个去向"
            )


def _refuse_twice(item: Item) -> None:
    rules: tuple[Check | MarkRule, ...] = item.checks + item.mark_rules
    seen: dict[str, Check | MarkRule] = {}
    for rule in rules:
        if rule.id in seen:
            place = rule.place or rule.id
            raise PackSyntaxError(
                place, found=f"重复的规则 {rule.id}", expected=f"已见于 {seen[rule.id].place}"
            )
        seen[rule.id] = rule
