"""Reading `publicity/*.yaml` with every law of the loader, and trying its worked examples.

A file is one ruling: `channel`, `item`, `columns` (role: field code), `facts` (name: SQL over `{role}`),
`regimes`, `cases`, and optionally `bases`, `applies`, `unread`. A class's `when` names facts as `{fact}`.

Needed are a case on each side of every date boundary, one for each class, and one for each regime's unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from xinheng.law.bases import Bases, cite
from xinheng.law.bench import Bench
from xinheng.law.errors import (
    PackOverrideError,
    PackRuleError,
    PackSyntaxError,
    PackValueError,
    RuleError,
)
from xinheng.law.kinds import CHANNELS
from xinheng.law.model import Span
from xinheng.law.publicity import (
    Case,
    Clock,
    Early,
    Publicity,
    PublicityClass,
    Regime,
    Ruling,
    Transition,
    Unknown,
    Unread,
)
from xinheng.law.publicity_cases import try_cases
from xinheng.law.rules import compile_rule
from xinheng.law.templates import replace
from xinheng.law.yaml_lines import Node

_RULING = ("channel", "item", "columns", "facts", "regimes", "cases")
_REGIME = ("id", "from", "clock", "transition", "classes", "basis")
_CLASS = ("id", "when", "shown", "basis")
_MONTHS = (1, 120)


def read(
    documents: Sequence[Node], bases: Bases, inherited: Publicity, pack: str, *, tried: bool = True
) -> Publicity:
    """The rulings of the chain so far with those of one pack. See `law.publicity.parse`."""
    if not documents:
        return inherited
    if inherited.rulings:
        raise PackOverrideError(
            documents[0].place,
            found=f"下级规则包 {pack} 规定公示",
            expected="公示规则只在根规则包中规定；下级不得延长公示、扩大公开",
        )
    found: list[Ruling] = []
    with Bench() as bench:
        for root in documents:
            ruling = _ruling(root, bases, bench, tried=tried)
            for other in found:
                if (other.channel, other.item) == (ruling.channel, ruling.item):
                    raise PackSyntaxError(
                        root.place,
                        found=f"{ruling.channel} 对 {ruling.item} 的公示规则重复",
                        expected=f"每个渠道、事项一个文件（已见于 {other.place}）",
                    )
            if tried:
                try_cases(ruling, lambda basis: cite(basis, bases.instruments))
            found.append(ruling)
    return Publicity(tuple(found))


def _ruling(root: Node, bases: Bases, bench: Bench, *, tried: bool) -> Ruling:
    entries = root.mapping(_RULING, ("bases", "applies", "unread"))
    bases = bases.naming(entries.get("bases"))
    columns = {role: node.text() for role, node in entries["columns"].entries().items()}
    if "decided" not in columns:
        raise PackValueError(entries["columns"].place, found="缺少 decided", expected="决定日期的数据项代码")
    rules = _Rules(columns, entries["facts"], bench, tried=tried)
    regimes = tuple(_regime(node, bases, rules) for node in entries["regimes"].items())
    _refuse_overlaps(regimes)
    return Ruling(
        channel=entries["channel"].one_of(CHANNELS),
        item=entries["item"].text(),
        columns=MappingProxyType(columns),
        applies=rules.compiled(entries["applies"]) if "applies" in entries else None,
        regimes=regimes,
        unread=_unread(entries["unread"], bases, regimes) if "unread" in entries else None,
        cases=tuple(_case(node, columns) for node in entries["cases"].items()),
        place=root.place,
    )


class _Rules:
    """The conditions of one file: facts filled in, compiled over the file's columns."""

    def __init__(self, columns: Mapping[str, str], facts: Node, bench: Bench, *, tried: bool) -> None:
        self._bench, self._fields, self._tried = bench, tuple(columns.values()), tried
        self._words = {role: f'"{code}"' for role, code in columns.items()}
        for name, node in facts.entries().items():
            if name in self._words:
                raise PackSyntaxError(node.place, found=f"事实 {name} 与数据项同名", expected="未用过的名称")
            self.compiled(node)
            self._words[name] = "(" + replace(node.text(), self._words, node) + ")"

    def compiled(self, node: Node) -> str:
        """The regenerated text of a condition. Raises PackRuleError with file and line."""
        try:
            text = replace(node.text(), self._words, node)
            return compile_rule(text, self._fields, self._bench, typed=self._tried).sql
        except RuleError as error:
            raise PackRuleError(
                node.place, found=error.found, expected=error.expected, todo=error.todo
            ) from None


def _regime(node: Node, bases: Bases, rules: _Rules) -> Regime:
    entries = node.mapping(_REGIME, ("to", "retroactive", "unknown"))
    span = node.span()
    basis = bases.resolve(node, span)
    classes = tuple(_class(entry, span, bases, rules) for entry in entries["classes"].items())
    ids = [one.id for one in classes]
    if len(set(ids)) != len(ids) or not ids:
        raise PackSyntaxError(entries["classes"].place, found="、".join(ids), expected="至少一类，id 不重复")
    return Regime(
        id=entries["id"].text(),
        span=span,
        clock=Clock(entries["clock"].one_of([c.value for c in Clock])),
        transition=Transition(entries["transition"].one_of([t.value for t in Transition])),
        classes=classes,
        unknown=_unknown(entries["unknown"], classes) if "unknown" in entries else None,
        basis=basis,
        place=node.place,
    )


def _class(node: Node, span: Span, bases: Bases, rules: _Rules) -> PublicityClass:
    entries = node.mapping(_CLASS, ("name", "minimum", "maximum", "note", "retroactive"))
    shown = entries["shown"].flag()
    basis = bases.resolve(node, span)
    if shown:  # showing is the adverse effect; leaving out is none
        bases.require_adverse(node, basis)
    early, minimum = _minimum(entries.get("minimum"), node, shown=shown)
    maximum = entries["maximum"].integer(*_MONTHS) if "maximum" in entries else None
    if not shown and maximum is not None:
        raise PackValueError(entries["maximum"].place, found="不公示而有 maximum", expected="不写 maximum")
    if minimum is not None and maximum is not None and minimum > maximum:
        found = f"minimum {minimum} 长于 maximum {maximum}"
        raise PackValueError(entries["minimum"].place, found=found, expected="不长于 maximum")
    return PublicityClass(
        id=entries["id"].text(),
        name=entries["name"].text() if "name" in entries else None,
        when=rules.compiled(entries["when"]),
        shown=shown,
        early=early,
        minimum=minimum,
        maximum=maximum,
        basis=basis,
        note=entries["note"].text() if "note" in entries else None,
        place=node.place,
    )


def _minimum(node: Node | None, owner: Node, *, shown: bool) -> tuple[Early, int | None]:
    if node is None and not shown:
        return Early.NONE, None
    if node is None or not shown:
        found = "缺少 minimum" if node is None else "不公示而有 minimum"
        raise PackValueError(owner.place, found=found, expected="公示的类别写明 minimum，不公示的不写")
    if node.kind == "int":
        return Early.MONTHS, node.integer(*_MONTHS)
    return Early(node.one_of([e.value for e in Early if e is not Early.MONTHS])), None


def _unknown(node: Node, classes: Sequence[PublicityClass]) -> Unknown:
    entries = node.mapping(("like", "note"))
    like = next((one for one in classes if one.id == entries["like"].text()), None)
    if like is None:
        expected = "、".join(one.id for one in classes)
        raise PackValueError(entries["like"].place, found=entries["like"].text(), expected=expected)
    for other in classes:
        # Mildest: no other class shows for a shorter time. A class that is not shown is milder than any.
        if _weight(other) < _weight(like) and other.shown:
            found = f"{like.id} 不是最轻的一类（{other.id} 更轻）"
            raise PackValueError(
                entries["like"].place, found=found, expected="公示的类别中最轻的，或不公示的"
            )
    return Unknown(like, entries["note"].text())


def _weight(one: PublicityClass) -> int:
    if not one.shown:
        return 0
    return one.maximum if one.maximum is not None else 10_000


def _unread(node: Node, bases: Bases, regimes: Sequence[Regime]) -> Unread:
    entries = node.mapping(("before", "note", "from", "basis"))
    before = entries["before"].date()
    bases.resolve(node, node.span())
    if any(regime.span.start < before for regime in regimes):
        raise PackValueError(entries["before"].place, found=str(before), expected="不晚于本文件最早的 regime")
    return Unread(before, entries["note"].text())


def _refuse_overlaps(regimes: Sequence[Regime]) -> None:
    """Two rules that both apply are an answer of their own, and not one to give: the pack does not load."""
    for i, one in enumerate(regimes):
        for other in regimes[:i]:
            if one.id == other.id:
                raise PackSyntaxError(one.place or one.id, found=f"重复的 {one.id}", expected="每个 id 一次")
            first, second = sorted((one, other), key=lambda regime: regime.span.start)
            if first.span.to is None or first.span.to > second.span.start:
                raise PackSyntaxError(
                    one.place or one.id,
                    found=f"{first.id} 与 {second.id} 自 {second.span.start} 起同时有效",
                    expected="任一日至多一个公示规则（冲突不作默认选择）",
                )


_OUTCOME = ("regime", "class", "shown", "earliest", "last_day")


def _case(node: Node, columns: Mapping[str, str]) -> Case:
    entries = node.mapping(("given", *_OUTCOME[:3]), _OUTCOME[3:])
    given: dict[str, str | None] = {}
    for role, value in entries["given"].entries().items():
        if role not in columns:
            raise PackValueError(value.place, found=role, expected="、".join(columns))
        given[columns[role]] = _plain(value)
    outcome: dict[str, str | bool | None] = {
        "regime": _plain(entries["regime"]),
        "class": _plain(entries["class"]),
        "shown": entries["shown"].flag(),
    }
    earliest = _plain(entries["earliest"]) if "earliest" in entries else None
    outcome |= {"earliest_note": earliest, "earliest_end": None}
    if earliest and earliest[0].isdigit():
        outcome |= {"earliest_note": None, "earliest_end": earliest}
    outcome["last_day"] = _plain(entries["last_day"]) if "last_day" in entries else None
    return Case(MappingProxyType(given), MappingProxyType(outcome), node.place)


def _plain(node: Node) -> str | None:
    if node.kind == "null":
        return None
    if node.kind not in ("str", "date") or not isinstance(node.raw, str):
        raise node.wrong("文字（数字加引号）、日期或 null")
    return node.raw
