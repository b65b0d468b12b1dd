"""Who supplies an item, how often, how open it is, and its three marks: the head of a catalogue item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xinheng.law.bases import VALUE, VALUE_OPTIONAL, Bases
from xinheng.law.errors import PackGroundError, PackValueError
from xinheng.law.kinds import Disclosure, Every, ItemClass, ProviderKind, SourceClass
from xinheng.law.model import Field, Frequency, Marks
from xinheng.law.yaml_lines import Node

NO_RULE, UNREAD = "no_rule", "unread"
_OPENNESS = {Disclosure.PUBLIC: 2, Disclosure.SHARED: 1, Disclosure.AUTHORISED: 0}
_DECLARED = ("evidence", "verified")
_BOUGHT = ("licence_terms", "price", "expires")


@dataclass(frozen=True)
class Provision:
    """The head of an item, read."""

    kind: ItemClass
    source: SourceClass
    provider: str
    provider_kind: ProviderKind
    frequency: Frequency
    disclosure: Disclosure
    retention: str
    marks: Marks
    unsettled: tuple[str, ...]


def read_provision(entries: Mapping[str, Node], bases: Bases, *, secret: bool) -> Provision:
    """Provider, frequency, disclosure, retention and marks. Raises the refusals of values and bases.

    A mark that no rule settles is false and says so: `shown: no_rule`, `reported: unread`.
    """
    provider = entries["provider"]
    said = provider.mapping(("text", *VALUE), ("kind", *VALUE_OPTIONAL))
    bases.resolve(provider, provider.span())
    kinds = [k.value for k in ProviderKind]
    marks, unsettled = _marks(entries["marks"], bases)
    if secret and (marks.collected or marks.shown or marks.reported):
        raise PackGroundError(
            entries["marks"].place, found="涉密事项有标记为 true", expected="涉密事项不归集、不公示、不上报"
        )
    openness = entries["disclosure"]
    given = openness.mapping(("class", *VALUE), VALUE_OPTIONAL)
    bases.resolve(openness, openness.span())
    return Provision(
        kind=ItemClass(entries["class"].one_of([k.value for k in ItemClass])),
        source=SourceClass(entries["source"].one_of([k.value for k in SourceClass]))
        if "source" in entries
        else SourceClass.PUBLIC,
        provider=said["text"].text(),
        provider_kind=ProviderKind(said["kind"].one_of(kinds)) if "kind" in said else ProviderKind.AUTHORITY,
        frequency=_frequency(entries["frequency"], bases),
        disclosure=Disclosure(given["class"].one_of([d.value for d in Disclosure])),
        retention=_stated(entries["retention"], bases),
        marks=marks,
        unsettled=unsettled,
    )


def _stated(node: Node, bases: Bases) -> str:
    """A sentence with its date and basis."""
    entries = node.mapping(("text", *VALUE), VALUE_OPTIONAL)
    bases.resolve(node, node.span())
    return entries["text"].text()


def _frequency(node: Node, bases: Bases) -> Frequency:
    entries = node.mapping(("every", "text", *VALUE), VALUE_OPTIONAL)
    every = Every(entries["every"].one_of([e.value for e in Every]))
    return Frequency(every, entries["text"].text(), bases.resolve(node, node.span()))


def _marks(node: Node, bases: Bases) -> tuple[Marks, tuple[str, ...]]:
    entries = node.mapping(("collected", "shown", "reported", *VALUE), VALUE_OPTIONAL)
    basis = bases.resolve(node, node.span())
    shown, reported = entries["shown"], entries["reported"]
    unsettled = tuple(
        name
        for name, value, word in (("shown", shown, NO_RULE), ("reported", reported, UNREAD))
        if value.kind == "str" and value.one_of([word])
    )
    marks = Marks(
        entries["collected"].flag(),
        "shown" not in unsettled and shown.flag(),
        "reported" not in unsettled and reported.flag(),
    )
    if marks.shown:
        bases.require_adverse(node, basis)
    return marks, unsettled


def refuse_mixed(
    provision: Provision, fields: tuple[Field, ...], roles: Mapping[str, str], root: Node
) -> None:
    """Refuse a field that is more open than its item, and a source class without what keeps it apart."""
    for field in fields:
        if _OPENNESS[field.disclosure] > _OPENNESS[provision.disclosure]:
            found = f"{field.code} 为 {field.disclosure.value}，而事项为 {provision.disclosure.value}"
            raise PackValueError(field.place or root.place, found=found, expected="不比事项更公开")
    needed = {SourceClass.DECLARED: _DECLARED, SourceClass.COMMERCIAL: _BOUGHT}.get(provision.source, ())
    missing = [role for role in needed if role not in roles]
    if missing:
        found = f"source: {provision.source.value}，缺少 {'、'.join(missing)}"
        raise PackValueError(root.entries()["source"].place, found=found, expected="、".join(needed))
    if provision.source is not SourceClass.PUBLIC and (provision.marks.shown or provision.marks.reported):
        found = f"source: {provision.source.value} 的事项公示或上报"
        raise PackGroundError(
            root.entries()["marks"].place, found=found, expected="非公共信用信息不公示、不上报"
        )
