"""Reading scorecards and tables of the city monitoring from a pack's `appraisal/` folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from xinheng.law.bases import VALUE, VALUE_OPTIONAL, Bases
from xinheng.law.city_monitoring import MonitoringTable, read_table
from xinheng.law.errors import (
    PackExampleError,
    PackOverrideError,
    PackSyntaxError,
    PackValueError,
)
from xinheng.law.scorecards import (
    Group,
    Indicator,
    Reading,
    Reweight,
    Scorecard,
    ScoreExample,
    Shape,
    score,
)
from xinheng.law.yaml_lines import Node

_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,6})?")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+){0,5}")
_WANTED: Mapping[Shape, tuple[str, ...]] = {
    Shape.RATIO: ("figure", "target", "floor"),
    Shape.DEDUCTION: ("each",),
    Shape.BONUS: ("each",),
    Shape.HAND: (),
}
_ALLOWED: Mapping[Shape, tuple[str, ...]] = {
    Shape.RATIO: (),
    Shape.DEDUCTION: ("figure", "cap"),
    Shape.BONUS: ("figure",),
    Shape.HAND: (),
}


@dataclass(frozen=True)
class Appraisal:
    """What a chain says about appraisal: scorecards and monitoring tables by id."""

    scorecards: Mapping[str, Scorecard] = field(default_factory=lambda: MappingProxyType({}))
    monitoring: Mapping[str, MonitoringTable] = field(default_factory=lambda: MappingProxyType({}))


def read_appraisal(files: tuple[Node, ...], inherited: Appraisal, bases: Bases, pack: str) -> Appraisal:
    """The scorecards and tables of the chain with those a pack adds. One that exists is not overridden.

    Raises PackError with file and line: also where points do not add up, or a worked example comes out
    otherwise than it says.
    """
    cards, tables = dict(inherited.scorecards), dict(inherited.monitoring)
    for root in files:
        entries = root.mapping((), ("bases", "scorecards", "monitoring"))
        own = bases.naming(entries.get("bases"))
        for node in entries["scorecards"].items() if "scorecards" in entries else ():
            card = _card(node, own, pack)
            _refuse_known(card.id, cards, inherited.scorecards, node)
            cards[card.id] = card
        for node in entries["monitoring"].items() if "monitoring" in entries else ():
            table = read_table(node, own, pack)
            _refuse_known(table.id, tables, inherited.monitoring, node)
            tables[table.id] = table
    return Appraisal(MappingProxyType(cards), MappingProxyType(tables))


def _refuse_known(
    name: str, found: Mapping[str, object], inherited: Mapping[str, object], node: Node
) -> None:
    if name in inherited:
        raise PackOverrideError(node.place, found=f"“{name}”已由上级规定", expected="新的 id")
    if name in found:
        raise PackSyntaxError(node.place, found=f"重复的 id“{name}”", expected="每个 id 一次")


def _card(node: Node, bases: Bases, pack: str) -> Scorecard:
    entries = node.mapping(
        (
            *(
                "id",
                "name",
                "applies_to",
                "total",
                "least",
                "places",
                "reweight",
                "objection_days",
                "decision_days",
            ),
            *("groups", "examples", *VALUE),
        ),
        ("note", *VALUE_OPTIONAL),
    )
    span = node.span()
    card = Scorecard(
        id=_id(entries["id"]),
        name=entries["name"].text(),
        applies_to=entries["applies_to"].one_of(("unit", "place")),
        full=_decimal(entries["total"]),
        least=_share(entries["least"]),
        places=entries["places"].integer(0, 4),
        reweight=Reweight(entries["reweight"].one_of([r.value for r in Reweight])),
        objection_days=entries["objection_days"].integer(1, 60),
        decision_days=entries["decision_days"].integer(1, 60),
        groups=tuple(_group(each) for each in entries["groups"].items()),
        span=span,
        basis=bases.resolve(node, span),
        pack=pack,
        place=node.place,
        examples=tuple(_example(each) for each in entries["examples"].items()),
        note=entries["note"].text() if "note" in entries else None,
    )
    _sound(card, entries["total"])
    _tried(card, entries["examples"])
    return card


def _id(node: Node) -> str:
    text = node.text()
    if not _ID.fullmatch(text):
        raise node.wrong("小写字母、数字和横线")
    return text


def _decimal(node: Node, *, least: str = "0") -> Decimal:
    text = node.text()
    if not _DECIMAL.fullmatch(text) or Decimal(text) < Decimal(least):
        raise node.wrong(f"加引号的十进制数，如 '0.5'，不小于 {least}")
    return Decimal(text)


def _share(node: Node) -> Decimal:
    found = _decimal(node)
    if found > 100:
        raise node.wrong("加引号的百分数，0 至 100")
    return found


def _group(node: Node) -> Group:
    entries = node.mapping(("id", "name", "indicators"))
    indicators = tuple(_indicator(each) for each in entries["indicators"].items())
    if not indicators:
        raise PackValueError(node.place, found="没有指标的一级指标", expected="至少一项指标")
    return Group(_id(entries["id"]), entries["name"].text(), indicators)


def _indicator(node: Node) -> Indicator:
    shape = Shape(node.entries()["shape"].one_of([s.value for s in Shape])) if node.get("shape") else None
    if shape is None:
        raise PackValueError(node.place, found="没有 shape", expected="、".join(s.value for s in Shape))
    entries = node.mapping(("id", "name", "points", "shape", *_WANTED[shape]), ("note", *_ALLOWED[shape]))
    found = Indicator(
        id=_id(entries["id"]),
        name=entries["name"].text(),
        points=_decimal(entries["points"], least="0.01"),
        shape=shape,
        figure=entries["figure"].text() if "figure" in entries else None,
        target=_decimal(entries["target"]) if "target" in entries else None,
        floor=_decimal(entries["floor"]) if "floor" in entries else None,
        each=_decimal(entries["each"], least="0.000001") if "each" in entries else None,
        cap=_decimal(entries["cap"]) if "cap" in entries else None,
        note=entries["note"].text() if "note" in entries else None,
    )
    if shape is Shape.RATIO and found.target == found.floor:
        raise PackValueError(
            node.place, found=f"target 与 floor 都是 {found.target}", expected="两个不同的数"
        )
    if found.cap is not None and found.cap > found.points:
        expected = f"至多 {found.points}"
        raise PackValueError(node.place, found=f"扣分上限 {found.cap} 高于满分", expected=expected)
    return found


def _example(node: Node) -> ScoreExample:
    entries = node.mapping(("given", "points", "total"))
    wanted = {
        name: None if each.kind == "null" else _decimal(each)
        for name, each in entries["points"].entries().items()
    }
    return ScoreExample(
        given={name: _decimal(each) for name, each in entries["given"].entries().items()},
        points=wanted,
        total=None if entries["total"].kind == "null" else _decimal(entries["total"]),
        place=node.place,
    )


def _sound(card: Scorecard, total: Node) -> None:
    ids = [group.id for group in card.groups] + [i.id for i in card.indicators]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise PackSyntaxError(card.place, found=f"重复的 id“{twice[0]}”", expected="每个 id 一次")
    weight = sum((group.points for group in card.groups), Decimal())
    if weight != card.full:
        raise PackValueError(
            total.place, found=f"各指标满分（不含加分）合计 {weight}", expected=f"total 所写的 {card.full}"
        )


def _tried(card: Scorecard, node: Node) -> None:
    """Every example comes out as it says; every indicator is in one, and one leaves an indicator out."""
    left = {i.id for i in card.indicators} - {name for e in card.examples for name in e.given}
    if left:
        expected = "每项指标至少在一个示例的 given 中"
        raise PackExampleError(node.place, found=f"示例没有用到 {'、'.join(sorted(left))}", expected=expected)
    if all(len(e.given) == len(card.indicators) for e in card.examples):
        expected = "至少一个示例有不适用的指标（given 中不写），以说明分值如何分摊"
        raise PackExampleError(node.place, found="每个示例都用到全部指标", expected=expected)
    for example in card.examples:
        unknown = (set(example.given) | set(example.points)) - {i.id for i in card.indicators}
        if unknown:
            raise PackExampleError(
                example.place, found=f"没有指标 {'、'.join(sorted(unknown))}", expected="本卡的指标 id"
            )
        found = score(card, {name: Reading(value) for name, value in example.given.items()})
        came = {s.indicator.id: s.points for s in found.scores}
        for name, wanted in example.points.items():
            if came[name] != wanted:
                raise PackExampleError(
                    example.place, found=f"{name} 得 {came[name]}", expected=f"示例所写的 {wanted}"
                )
        if found.total != example.total:
            raise PackExampleError(
                example.place, found=f"合计 {found.total}", expected=f"示例所写的 {example.total}"
            )
