"""Worked examples: which a rule needs, and whether it says on them what they say.

Needed are one example on which the rule fails, one that passes, one that does not run where the rule can
be silent, and for every date boundary one on the last day before and one on the first day after. The
examples are run on the pack's text and on the regenerated text; the two must agree.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from xinheng.law.bench import Bench, BenchError
from xinheng.law.errors import PackExampleError
from xinheng.law.model import Example, Place, Span
from xinheng.law.templates import replace
from xinheng.law.yaml_lines import Node

_OUTCOMES: Mapping[str, tuple[bool | None, bool]] = {
    "failed": (True, True),
    "passed": (False, True),
    "not_run": (None, True),
    "no_rule": (None, False),
    "holds": (True, True),  # the words for a mark rule, which nobody fails
    "holds_not": (False, True),
}
_NAMES = {True: "failed", False: "passed", None: "not_run"}


@dataclass(frozen=True)
class RuleUnderTrial:
    """A compiled rule with its examples, about to be tried."""

    id: str
    expr: str
    sql: str
    span: Span
    examples: tuple[Example, ...]
    place: Place | None


def read_examples(node: Node, words: Mapping[str, str]) -> tuple[Example, ...]:
    """The `examples` of a rule: `given` (field -> text or null), `outcome`, and the report date `on`."""
    found: list[Example] = []
    for entry in node.items():
        entries = entry.mapping(("outcome",), ("given", "on"))
        fails, applies = _OUTCOMES[entries["outcome"].one_of(list(_OUTCOMES))]
        on = entries["on"].date() if "on" in entries else None
        given = entries["given"].entries() if "given" in entries else {}
        values = {replace(key, words, value): _value(value, words) for key, value in given.items()}
        found.append(Example(values, fails, on, applies, entry.place))
    return tuple(found)


def at_boundaries(examples: tuple[Example, ...], span: Span, own: Span) -> tuple[Example, ...]:
    """The examples of a rule that lasts over `span`, for a field that has it only over `own`.

    What they give and say is the same; those on a boundary of the rule stand on the field's own boundary.
    """
    failing = next((e for e in examples if e.fails and e.applies), None)
    kept = [e for e in examples if e.on is None or (e.on != span.start and not _outside(e.on, span, own))]
    if failing is None:
        return tuple(kept)
    sides: list[Example] = []
    for day, applies in (
        (own.start - timedelta(days=1), False),
        (own.start, True),
        *(() if own.to is None else ((own.to - timedelta(days=1), True), (own.to, False))),
    ):
        fails = True if applies else None
        given = {k: v for k, v in failing.given.items() if k != "report_date"}
        sides.append(dataclasses.replace(failing, given=given, on=day, applies=applies, fails=fails))
    return (*sides, *kept)


def _outside(day: date, span: Span, own: Span) -> bool:
    return span.covers(day) is not own.covers(day)


def _value(node: Node, words: Mapping[str, str]) -> str | None:
    if node.kind == "null":
        return None
    if node.kind not in ("str", "date") or not isinstance(node.raw, str):
        raise node.wrong("文字（数字加引号）或 null")
    return replace(node.raw, words, node)


def try_rules(rules: Sequence[RuleUnderTrial], columns: Collection[str], bench: Bench) -> None:
    """Run all examples of all rules in one query. Raises PackExampleError at the first that is wrong."""
    for rule in rules:
        _known_columns(rule, columns)
        _dates_agree(rule)
    examples = [
        (i, rule, example) for i, rule in enumerate(rules) for example in rule.examples if example.applies
    ]
    if not rules:
        return
    rows: list[tuple[int, Mapping[str, str | None]]] = [(i, _row(example)) for i, _, example in examples]
    try:
        results = bench.run(
            [(rule.sql, rule.expr) for rule in rules], columns, [*rows, *((i, {}) for i in range(len(rules)))]
        )
    except BenchError as error:
        place = rules[0].place or rules[0].id
        raise PackExampleError(place, found=f"DuckDB：{error}", expected="能在示例上运行的规则") from None
    for (_, rule, example), (ours, original) in zip(examples, results, strict=False):
        _compare(rule, example, ours, original)
    for rule, (silent, _) in zip(rules, results[len(rows) :], strict=True):
        _complete(rule, silent is None)


def _row(example: Example) -> dict[str, str | None]:
    row = dict(example.given)
    if example.on is not None:
        row.setdefault("report_date", example.on.isoformat())
    return row


def _compare(rule: RuleUnderTrial, example: Example, ours: bool | None, original: bool | None) -> None:
    place = example.place or rule.id
    if ours is not original:
        found = f"{rule.id}：原文为 {_NAMES[original]}，整理后为 {_NAMES[ours]}"
        raise PackExampleError(place, found=found, expected="原文与整理后的表达式结果一致")
    if ours is not example.fails:
        shown = "，".join(f"{k}={str(v)[:40]}" for k, v in example.given.items()) or "空行"
        found = f"{rule.id} 在（{shown}）上为 {_NAMES[ours]}"
        raise PackExampleError(place, found=found, expected=f"示例所写的 {_NAMES[example.fails]}")


def _known_columns(rule: RuleUnderTrial, columns: Collection[str]) -> None:
    for example in rule.examples:
        strange = [name for name in example.given if name not in columns]
        if strange:
            place = example.place or rule.id
            raise PackExampleError(place, found=f"列 {strange[0]}", expected="事项的数据项代码或环境列")


def _dates_agree(rule: RuleUnderTrial) -> None:
    for example in rule.examples:
        if example.on is not None and rule.span.covers(example.on) is not example.applies:
            place = example.place or rule.id
            said = "有规则" if example.applies else "无规则（no_rule）"
            found = f"{rule.id} 的示例说 {example.on} {said}"
            raise PackExampleError(
                place, found=found, expected=f"有效期 {rule.span.start} 至 {rule.span.to or '今'}"
            )
        if example.on is None and not example.applies:
            raise PackExampleError(
                example.place or rule.id, found="no_rule 而无 on", expected="写明报告日 on"
            )


def _complete(rule: RuleUnderTrial, silent: bool) -> None:
    """Both outcomes, silence where it can happen, and both sides of every boundary."""
    place = rule.place or rule.id
    outcomes = {example.fails for example in rule.examples if example.applies}
    needed: list[bool | None] = [True, False, None] if silent else [True, False]
    missing = [_NAMES[outcome] for outcome in needed if outcome not in outcomes]
    if missing:
        raise PackExampleError(
            place, found=f"{rule.id} 没有 {'、'.join(missing)} 的示例", expected="每种结果各有示例"
        )
    days = {example.on for example in rule.examples}
    for boundary in (rule.span.start, rule.span.to):
        for day in _sides(boundary):
            if day not in days:
                expected = f"on: {day} 的示例（每个时间界线两侧各一）"
                raise PackExampleError(place, found=f"{rule.id} 没有 {day} 的示例", expected=expected)


def _sides(boundary: date | None) -> tuple[date, ...]:
    return () if boundary is None else (boundary - timedelta(days=1), boundary)
