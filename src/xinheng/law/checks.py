"""Checks and mark rules as packs write them: expanded, compiled, and tried on their own examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xinheng.law.bases import VALUE, VALUE_OPTIONAL, Bases
from xinheng.law.bench import Bench
from xinheng.law.errors import PackGroundError, PackRuleError, PackValueError, RuleError
from xinheng.law.examples import RuleUnderTrial, read_examples, try_rules
from xinheng.law.model import (
    Basis,
    Check,
    Field,
    MarkRule,
    Marks,
    Severity,
    Verified,
    environment_columns,
)
from xinheng.law.rules import compile_rule
from xinheng.law.templates import replace, select, words_of
from xinheng.law.yaml_lines import Node

PROFILES = ("report", "collected")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_CHECK = ("id", "expr", "severity", "message", "expected", "examples")
_CHECK_OPTIONAL = ("items", "each", "field", "profiles")
_RULE = ("id", "name", "expr", "collected", "shown", "reported", "examples")


@dataclass(frozen=True)
class RuleContext:
    """What a rule of one item may refer to."""

    item: str
    fields: tuple[Field, ...]
    roles: Mapping[str, str]
    collected: tuple[str, ...]
    bases: Bases
    bench: Bench
    pack: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns a rule may name: every field that is kept, and the environment."""
        kept = tuple(f.code for f in self.fields if not f.dropped)
        return kept + environment_columns(self.fields)


def read_checks(node: Node, context: RuleContext) -> tuple[Check, ...]:
    """The checks of a list that concern the item, expanded, compiled and tried.

    Raises PackRuleError, PackExampleError, PackGroundError and the refusals of bases and values.
    """
    found: list[Check] = []
    trials: list[RuleUnderTrial] = []
    for entry in node.items():
        entries = entry.mapping((*_CHECK, *VALUE), (*_CHECK_OPTIONAL, *VALUE_OPTIONAL))
        if "items" in entries and context.item not in entries["items"].texts():
            continue
        for field in _subjects(entries, context):
            check = _check(entry, field, context)
            found.append(check)
            trials.append(
                RuleUnderTrial(check.id, check.expr, check.sql, check.span, check.examples, entry.place)
            )
    try_rules(trials, context.columns, context.bench)
    return tuple(found)


def _subjects(entries: Mapping[str, Node], context: RuleContext) -> Iterator[Field | None]:
    """The fields a check is expanded over; one None for a check without `each`."""
    if "each" not in entries:
        yield None
        return
    if "field" in entries:
        raise PackValueError(entries["field"].place, found="each 与 field 并存", expected="二者取一")
    yield from select(entries["each"], context.fields, context.roles, context.collected)


def _check(node: Node, field: Field | None, context: RuleContext) -> Check:
    entries = node.entries()
    short = entries["id"].text()
    if not _ID.fullmatch(short):
        raise PackValueError(
            entries["id"].place, found=short, expected="小写字母、数字与连字符，如 date-order"
        )
    words = words_of(field, context.roles)
    span = node.span()
    basis = context.bases.resolve(node, span)
    severity = Severity(entries["severity"].one_of([s.value for s in Severity]))
    _refuse_unverified(node, basis, severity)
    expr = replace(entries["expr"].text(), words, entries["expr"])
    profiles = entries["profiles"].texts() if "profiles" in entries else PROFILES
    for name in profiles:
        if name not in PROFILES:
            raise PackValueError(entries["profiles"].place, found=name, expected="、".join(PROFILES))
    suffix = f".{field.code}" if field else ""
    return Check(
        id=f"{context.item}.{short}{suffix}",
        expr=expr,
        severity=severity,
        field=field.code if field else _field_code(entries, context),
        message=replace(entries["message"].text(), words, entries["message"]),
        expected=replace(entries["expected"].text(), words, entries["expected"]),
        span=span,
        basis=basis,
        profiles=profiles,
        examples=read_examples(entries["examples"], words),
        place=entries["expr"].place,
        sql=compiled(expr, entries["expr"], context),
        pack=context.pack,
    )


def _field_code(entries: Mapping[str, Node], context: RuleContext) -> str | None:
    if "field" not in entries:
        return None
    name = entries["field"].text()
    code = context.roles.get(name, name)
    if code not in {f.code for f in context.fields}:
        raise PackValueError(entries["field"].place, found=name, expected="事项的数据项代码或角色")
    return code


def _refuse_unverified(node: Node, basis: Basis, severity: Severity) -> None:
    if basis.verified is Verified.NONE and severity is not Severity.WARN:
        found = f"未核实（verified: none）的规则，severity: {severity.value}"
        raise PackGroundError(node.place, found=found, expected="severity: warn")


def compiled(expr: str, node: Node, context: RuleContext) -> str:
    """The regenerated text of a rule expression. Raises PackRuleError with file and line."""
    try:
        return compile_rule(expr, context.columns, context.bench).sql
    except RuleError as error:
        raise PackRuleError(node.place, found=error.found, expected=error.expected, todo=error.todo) from None


def read_mark_rules(node: Node, context: RuleContext) -> tuple[MarkRule, ...]:
    """The mark rules of an item. One that shows what the item does not show is refused elsewhere."""
    found: list[MarkRule] = []
    for entry in node.items():
        entries = entry.mapping((*_RULE, *VALUE), VALUE_OPTIONAL)
        words = words_of(None, context.roles)
        expr = replace(entries["expr"].text(), words, entries["expr"])
        span = entry.span()
        found.append(
            MarkRule(
                id=f"{context.item}.{entries['id'].text()}",
                name=entries["name"].text(),
                expr=expr,
                marks=read_marks(entries),
                span=span,
                basis=context.bases.resolve(entry, span),
                examples=read_examples(entries["examples"], words),
                place=entries["expr"].place,
                sql=compiled(expr, entries["expr"], context),
                pack=context.pack,
            )
        )
    trials = [RuleUnderTrial(r.id, r.expr, r.sql, r.span, r.examples, r.place) for r in found]
    try_rules(trials, context.columns, context.bench)
    return tuple(found)


def read_marks(entries: Mapping[str, Node]) -> Marks:
    """The three marks."""
    return Marks(entries["collected"].flag(), entries["shown"].flag(), entries["reported"].flag())
