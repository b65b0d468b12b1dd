"""The catalogue: items of a pack, and what a lower pack adds to an item of its parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from xinheng.law.bases import VALUE, VALUE_OPTIONAL, Bases
from xinheng.law.bench import Bench
from xinheng.law.checks import RuleContext, read_checks, read_mark_rules, read_marks
from xinheng.law.errors import PackGroundError, PackOverrideError, PackSyntaxError, PackValueError
from xinheng.law.fields import add_fields, read_fields, read_lists
from xinheng.law.headers import normalise
from xinheng.law.model import Check, Disclosure, Field, Item, MarkRule
from xinheng.law.timeliness import add_timeliness, read_timeliness
from xinheng.law.yaml_lines import Node

ROLES = (
    "party_name", "party_kind", "party_code", "document", "authority", "authority_code", "decided", "content",
    "reporter", "reporter_code", "representative", "category", "fine", "confiscation", "licence", "act",
    "facts", "grounds", "valid_from", "valid_to", "reported_end", "status", "title", "certificate",
    "certificate_number", "procedure", "domain", "severity", "published", "scope", "remarks",
)  # fmt: skip
NEEDED = ("party_name", "party_code", "document", "authority", "decided", "content")
_ITEM = (
    "item",
    "name",
    "edition",
    "provider",
    "retention",
    "marks",
    "fields",
    "roles",
    "collected_fields",
    "key",
)
_ITEM_OPTIONAL = ("bases", "lists", "headers", "timeliness", "checks", "mark_rules")
_ADD = ("bases", "lists", "fields", "checks", "timeliness")


@dataclass(frozen=True)
class Shelf:
    """What reading a catalogue needs besides its text."""

    bases: Bases
    bench: Bench
    pack: str


def read_catalogue(
    files: tuple[Node, ...], inherited: Mapping[str, Item], shelf: Shelf
) -> Mapping[str, Item]:
    """The items of the parent with those of one pack and its additions, by id.

    A file is an item (`item`), additions to an inherited one (`adds_to`), or checks for several (`checks`).
    """
    found = dict(inherited)
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
        if root.get("item") is None and root.get("adds_to") is None:
            _shared_checks(root, found, shelf)
    for item in found.values():
        _refuse_ambiguous(item)
        _refuse_twice(item)
    return MappingProxyType(found)


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
    lists = read_lists(entries.get("lists"), bases)
    fields = read_fields(entries["fields"], lists, bases, shelf.pack)
    roles = _roles(entries["roles"], fields)
    marks_node = entries["marks"]
    marks = read_marks(marks_node.mapping(("collected", "shown", "reported", *VALUE), VALUE_OPTIONAL))
    marks_basis = bases.resolve(marks_node, marks_node.span())
    if marks.shown:
        bases.require_adverse(marks_node, marks_basis)
    ignored, dropped = _headers(entries.get("headers"))
    item = Item(
        id=entries["item"].text(),
        name=entries["name"].text(),
        edition=entries["edition"].text(),
        span=span,
        provider=_stated(entries["provider"], bases),
        basis=bases.resolve(root, span),
        marks=marks,
        retention=_stated(entries["retention"], bases),
        fields=fields,
        ignored=ignored,
        dropped=dropped,
        roles=roles,
        collected_fields=_collected(entries["collected_fields"], roles),
        checks=(),
        timeliness=(),
        key=_collected(entries["key"], roles),
        pack=shelf.pack,
        place=root.place,
    )
    return _with_rules(item, root, bases, shelf)


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
        item.id, item.fields, item.roles, item.collected_fields, bases, shelf.bench, shelf.pack
    )


def _stated(node: Node, bases: Bases) -> str:
    """A sentence with its date and basis."""
    entries = node.mapping(("text", *VALUE), VALUE_OPTIONAL)
    bases.resolve(node, node.span())
    return entries["text"].text()


def _roles(node: Node, fields: tuple[Field, ...]) -> Mapping[str, str]:
    entries = node.mapping(NEEDED, ROLES)
    codes = {f.code for f in fields if not f.dropped}
    for value in entries.values():
        if value.text() not in codes:
            raise PackValueError(value.place, found=value.text(), expected="本事项保留的数据项代码")
    return MappingProxyType({role: value.text() for role, value in entries.items()})


def _collected(node: Node, roles: Mapping[str, str]) -> tuple[str, ...]:
    named = node.texts()
    for entry in node.items():
        if entry.text() not in roles:
            raise PackValueError(entry.place, found=entry.text(), expected="、".join(roles))
    return named


def _headers(node: Node | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if node is None:
        return (), ()
    entries = node.mapping(("ignored", "dropped"))
    return entries["ignored"].texts(), entries["dropped"].texts()


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
    return _with_rules(item, root, bases, shelf)


def _shared_checks(root: Node, found: dict[str, Item], shelf: Shelf) -> None:
    entries = root.mapping(("checks",), ("bases",))
    bases = shelf.bases.naming(entries.get("bases"))
    for entry in entries["checks"].items():
        for name in entry.entries()["items"].items() if entry.get("items") else ():
            if name.text() not in found:
                raise PackValueError(name.place, found=name.text(), expected="、".join(found))
        if entry.get("items") is None:
            raise PackValueError(entry.place, found="没有 items", expected="写明适用的事项")
    for item in list(found.values()):
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
