"""Checks and mark rules as packs write them: expanded, compiled, and tried on their own examples."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xinheng.law.bases import VALUE, VALUE_OPTIONAL, Bases
from xinheng.law.bench import Bench
from xinheng.law.errors import PackGroundError, PackRuleError, PackValueError, RuleError
from xinheng.law.examples import RuleUnderTrial, at_boundaries, read_examples, try_rules
from xinheng.law.model import (
    VERDICT_SUFFIX,
    Basis,
    Check,
    Field,
    MarkRule,
    Marks,
    Severity,
    Span,
    Verified,
    environment_columns,
)
from xinheng.law.roles import ROLES
from xinheng.law.rules import compile_rule
from xinheng.law.templates import filled_in, names_in, replace, select, shared_text, words_of
from xinheng.law.yaml_lines import Node

PROFILES = ("report", "collected")
ALL = "all"  # items: all
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_CHECK = ("id", "expr", "severity", "message", "expected", "examples")
_CHECK_OPTIONAL = ("items", "not_items", "each", "field", "profiles")
_RULE = ("id", "name", "expr", "collected", "shown", "reported", "examples")


@dataclass(frozen=True)
class RuleContext:
    """What a rule of one item may refer to. `tried` False: a known pack, whose examples were run before."""

    item: str
    fields: tuple[Field, ...]
    roles: Mapping[str, str]
    collected: tuple[str, ...]
    bases: Bases
    bench: Bench
    pack: str
    tried: bool = True
    beside: tuple[Field, ...] = ()  # fields that rules may name, and that `each` does not select

    @property
    def columns(self) -> frozenset[str]:
        """The columns a rule may name: every field that is kept, and the environment."""
        fields = self.fields + self.beside
        kept = (f.code for f in fields if not f.dropped)
        return frozenset((*kept, *environment_columns(fields)))


@dataclass(frozen=True)
class _Subject:
    """A field that a check is expanded over, and how long that lasts where a version of the field ends it."""

    field: Field | None
    span: Span


def read_checks(node: Node, context: RuleContext, *, common: bool = False) -> tuple[Check, ...]:
    """The checks of a list that concern the item, expanded, compiled and tried.

    `common`: only those for all items (`items: all`); without it only those that name the item. Raises
    PackRuleError, PackExampleError, PackGroundError and the refusals of bases and values.
    """
    found: dict[str, list[Check]] = {}
    trials: list[RuleUnderTrial] = []
    columns = context.columns
    for entry in node.items():
        entries = entry.mapping((*_CHECK, *VALUE), (*_CHECK_OPTIONAL, *VALUE_OPTIONAL))
        if _for_all(entries) is not common or not _concerns(entries, context):
            continue
        if context.beside and "each" not in entries:  # only what is said of every field concerns added ones
            continue
        for subject in _subjects(entries, entry.span(), context):
            check = _check(entry, subject, context, columns, common=common)
            same = found.setdefault(check.id, [])
            if same and not any(_meet(check.span, other.span) for other in same):
                check = dataclasses.replace(check, id=f"{check.id}@{check.span.start}")
            same.append(check)
            trials.append(
                RuleUnderTrial(check.id, check.expr, check.sql, check.span, check.examples, entry.place)
            )
    if context.tried:
        try_rules(trials, columns, context.bench)
    return tuple(check for same in found.values() for check in same)


def _meet(one: Span, other: Span) -> bool:
    """Is there a day in both."""
    before = one.to is not None and one.to <= other.start
    after = other.to is not None and other.to <= one.start
    return not before and not after


def _for_all(entries: Mapping[str, Node]) -> bool:
    return "items" in entries and entries["items"].kind == "str" and entries["items"].one_of([ALL]) == ALL


def _concerns(entries: Mapping[str, Node], context: RuleContext) -> bool:
    if "items" not in entries:
        return True
    if not _for_all(entries):
        return context.item in entries["items"].texts()
    if "not_items" in entries and context.item in entries["not_items"].texts():
        return False
    # a check of all items speaks where the item has every role that it names
    named = set(names_in(entries["expr"].text()))
    if "field" in entries:
        named.add(entries["field"].text())
    return not any(name in ROLES and name not in context.roles for name in named)


def _subjects(entries: Mapping[str, Node], span: Span, context: RuleContext) -> Iterator[_Subject]:
    """The fields a check is expanded over; one without field for a check without `each`.

    Every version of a field is a subject of its own where what the check says differs.
    """
    if "each" not in entries:
        yield _Subject(None, span)
        return
    if "field" in entries:
        raise PackValueError(entries["field"].place, found="each 与 field 并存", expected="二者取一")
    versions = tuple(v for f in context.fields for v in (f.versions or (f,)))
    last: _Subject | None = None
    for field in select(entries["each"], versions, context.roles, context.collected):
        shared = _common_days(span, field.span)
        if shared is None:
            continue
        if last is not None and last.field is not None and _continues(last, field, shared):
            last = _Subject(field, Span(last.span.start, shared.to))
            continue
        if last is not None:
            yield last
        last = _Subject(field, shared)
    if last is not None:
        yield last


def _common_days(one: Span, other: Span | None) -> Span | None:
    if other is None or (other.start <= one.start and other.to is None):
        return one
    start = max(one.start, other.start)
    ends = [end for end in (one.to, other.to) if end is not None]
    to = min(ends) if ends else None
    return None if to is not None and to <= start else Span(start, to)


def _continues(last: _Subject, field: Field, span: Span) -> bool:
    """Whether `field` is the next version of the last subject's, and a check says the same of both."""
    before = last.field
    return (
        before is not None
        and before.code == field.code
        and last.span.to == span.start
        and (before.max_length, before.values, before.open_values)
        == (field.max_length, field.values, field.open_values)
    )


def _check(
    node: Node, subject: _Subject, context: RuleContext, columns: frozenset[str], *, common: bool
) -> Check:
    entries = node.entries()
    short = entries["id"].text()
    if not _ID.fullmatch(short):
        raise PackValueError(
            entries["id"].place, found=short, expected="小写字母、数字与连字符，如 date-order"
        )
    field = subject.field
    words = words_of(field, context.roles, context.fields + context.beside)
    span = node.span()
    basis = context.bases.resolve(node, span)
    severity = Severity(entries["severity"].one_of([s.value for s in Severity]))
    _refuse_unverified(node, basis, severity)
    profiles = entries["profiles"].texts() if "profiles" in entries else PROFILES
    for name in profiles:
        if name not in PROFILES:
            raise PackValueError(entries["profiles"].place, found=name, expected="、".join(PROFILES))
    suffix = f".{field.code}" if field else ""
    examples = read_examples(entries["examples"], words) if context.tried else ()
    return Check(
        id=f"{context.item}.{short}{suffix}",
        expr=replace(entries["expr"].text(), words, entries["expr"]),
        severity=severity,
        field=field.code if field else _field_code(entries, context),
        message=replace(entries["message"].text(), words, entries["message"]),
        expected=replace(entries["expected"].text(), words, entries["expected"]),
        span=subject.span,
        basis=basis,
        profiles=profiles,
        examples=examples if subject.span == span else at_boundaries(examples, span, subject.span),
        place=entries["expr"].place,
        sql=compiled(entries["expr"], field, words, context, columns),
        pack=context.pack,
        common=common,
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


def compiled(
    node: Node, field: Field | None, words: Mapping[str, str], context: RuleContext, columns: frozenset[str]
) -> str:
    """The regenerated text of a rule expression. Raises PackRuleError with file and line.

    Worked out once for all fields: the text with tokens for codes is compiled, then the codes put in.
    """
    own = {"field": field.code} if field else {}
    roles = context.roles
    codes = {n: own.get(n) or roles[n] for n in names_in(node.text()) if n in own or n in roles}
    text = shared_text(node.text(), words, codes, node)
    tokens = {f"zq_{name}_qz": code for name, code in codes.items()}
    allowed = columns | {t for t, code in tokens.items() if code in columns}
    allowed |= {t + VERDICT_SUFFIX for t, code in tokens.items() if code + VERDICT_SUFFIX in columns}
    try:
        return filled_in(compile_rule(text, allowed, context.bench, typed=context.tried).sql, codes)
    except RuleError as error:
        found = filled_in(error.found, codes)
        raise PackRuleError(node.place, found=found, expected=error.expected, todo=error.todo) from None


def read_mark_rules(node: Node, context: RuleContext) -> tuple[MarkRule, ...]:
    """The mark rules of an item. One that shows what the item does not show is refused elsewhere."""
    found: list[MarkRule] = []
    columns = context.columns
    for entry in node.items():
        entries = entry.mapping((*_RULE, *VALUE), VALUE_OPTIONAL)
        words = words_of(None, context.roles, context.fields + context.beside)
        span = entry.span()
        found.append(
            MarkRule(
                id=f"{context.item}.{entries['id'].text()}",
                name=entries["name"].text(),
                expr=replace(entries["expr"].text(), words, entries["expr"]),
                marks=read_marks(entries),
                span=span,
                basis=context.bases.resolve(entry, span),
                examples=read_examples(entries["examples"], words) if context.tried else (),
                place=entries["expr"].place,
                sql=compiled(entries["expr"], None, words, context, columns),
                pack=context.pack,
            )
        )
    if context.tried:
        trials = [RuleUnderTrial(r.id, r.expr, r.sql, r.span, r.examples, r.place) for r in found]
        try_rules(trials, columns, context.bench)
    return tuple(found)


def read_marks(entries: Mapping[str, Node]) -> Marks:
    """The three marks."""
    return Marks(entries["collected"].flag(), entries["shown"].flag(), entries["reported"].flag())
