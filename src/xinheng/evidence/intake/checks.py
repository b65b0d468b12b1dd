"""All checks of an item over the normalised relation, as one SELECT: no row passes through Python.

Each rule runs inside `TRY` (decision 14): true = failed, false = passed, NULL = did not run. Results are
bitmaps: bit i of `failed<w>`, `empty<w>` and `errors<w>` speaks of rule i of word w, 62 rules a word. `empty`
means that the field the rule looks at holds nothing; `errors` that the rule could not be worked out.
"""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from xinheng.evidence.intake.model import CheckCount, CheckResult
from xinheng.law.model import Item, Severity

WORD = 62
PARTY = "intake.party"
KINDS = ("failed", "empty", "errors")


@dataclass(frozen=True)
class Rule:
    """One check as it runs: a rule of the pack, or one of the platform's own (`intake.…`)."""

    id: str
    sql: str
    severity: Severity
    field: str | None
    message: str
    expected: str

    def result(self, found: str | None) -> CheckResult:
        """What this rule says about a row on which it failed."""
        message = self.message.replace("{found}", found or "（空）")
        return CheckResult(self.id, self.field, self.severity, found, self.expected, message)


def rules(item: Item, profile: str, day: date) -> tuple[Rule, ...]:
    """The platform's own rules, then the pack's that are in force on the report date, in the pack's order."""
    from_pack = [
        Rule(c.id, c.sql or c.expr, c.severity, c.field, c.message, c.expected)
        for c in item.checks_on(day, profile)
    ]
    return (*_own(item), *from_pack)


def _own(item: Item) -> tuple[Rule, ...]:
    party = item.roles["party_code"]
    return (
        Rule("intake.row", "fault IS NOT NULL", Severity.RETURN, None, "{found}", "每格对应一个表头"),
        Rule(
            PARTY,
            f"\"{party}\" IS NULL OR coalesce(\"{party}__verdict\", '') NOT IN ('valid', 'implausible') "
            f"OR (\"{party}__verdict\" = 'implausible' AND confirmed IS NULL)",
            Severity.RETURN,
            party,
            "没有可用的统一社会信用代码，无法确定是哪一个组织（填写：{found}）",
            "有效的18位统一社会信用代码；代码少见但确认无误的，在“代码确认”列填“是”",
        ),
    )


def words(count: int) -> int:
    """How many bitmap words `count` rules take."""
    return max(1, -(-count // WORD))


def checked_sql(relation: str, plan: Sequence[Rule]) -> str:
    """`relation` with the bitmap columns added. Rule results stay inside the query, vector by vector."""
    ran = ", ".join(f"TRY({rule.sql}) AS k{i}" for i, rule in enumerate(plan))
    bits = []
    for word in range(words(len(plan))):
        here = list(enumerate(plan))[word * WORD : (word + 1) * WORD]
        failed = [f"CASE WHEN {_fails(i, plan)} THEN {1 << (i - word * WORD)} ELSE 0 END" for i, _ in here]
        empty = [
            f"CASE WHEN k{i} IS NULL AND {_is_empty(rule)} THEN {1 << (i - word * WORD)} ELSE 0 END"
            for i, rule in here
        ]
        errors = [
            f"CASE WHEN k{i} IS NULL AND NOT ({_is_empty(rule)}) THEN {1 << (i - word * WORD)} ELSE 0 END"
            for i, rule in here
        ]
        for kind, terms in zip(KINDS, (failed, empty, errors), strict=True):
            summed = " + ".join(f"CAST({term} AS BIGINT)" for term in terms) or "CAST(0 AS BIGINT)"
            bits.append(f"{summed} AS {kind}{word}")
    names = ", ".join(f"k{i}" for i in range(len(plan)))
    inner = f"SELECT *, {ran} FROM ({relation})"
    return f"SELECT * EXCLUDE ({names}), {', '.join(bits)} FROM ({inner})"


def _fails(i: int, plan: Sequence[Rule]) -> str:
    """Whether rule i failed. Our own look at the party speaks only where no rule of the pack returns the field."""
    rule = plan[i]
    others = [
        f"coalesce(k{j}, false)"
        for j, other in enumerate(plan)
        if rule.id == PARTY and j != i and other.field == rule.field and other.severity is Severity.RETURN
    ]
    return f"k{i} AND NOT ({' OR '.join(others)})" if others else f"k{i}"


def _is_empty(rule: Rule) -> str:
    return f'"{rule.field}" IS NULL' if rule.field else "false"


def bitmap_columns(plan: Sequence[Rule]) -> tuple[str, ...]:
    """The names of the bitmap columns, word by word."""
    return tuple(f"{kind}{word}" for word in range(words(len(plan))) for kind in KINDS)


def any_sql(plan: Sequence[Rule], severities: Iterable[Severity]) -> str:
    """True where a rule of one of these severities failed."""
    wanted = set(severities)
    terms = []
    for word in range(words(len(plan))):
        mask = sum(
            1 << (i - word * WORD)
            for i, rule in list(enumerate(plan))[word * WORD : (word + 1) * WORD]
            if rule.severity in wanted
        )
        terms.append(f"(failed{word} & {mask}) <> 0")
    return "(" + " OR ".join(terms) + ")"


def ids_sql(plan: Sequence[Rule], severities: Iterable[Severity]) -> str:
    """The ids of failed rules of these severities, with blanks between; NULL where there is none."""
    wanted = set(severities)
    terms = [
        f"CASE WHEN {_bit(i)} THEN {_quoted(r.id)} END" for i, r in enumerate(plan) if r.severity in wanted
    ]
    return f"nullif(concat_ws(' ', {', '.join(terms)}), '')" if terms else "CAST(NULL AS VARCHAR)"


def results_sql(plan: Sequence[Rule]) -> str:
    """The failed rules of a row as the JSON objects of a receipt, with commas between (no brackets).

    What was found is the normalised value, in which identity numbers are masked already.
    """
    terms = []
    for i, rule in enumerate(plan):
        column = (
            "fault"
            if rule.id == "intake.row"
            else f'"{rule.field}"'
            if rule.field
            else "CAST(NULL AS VARCHAR)"
        )
        found = f"left({column}, 200)"
        head = {
            "id": rule.id,
            "field": rule.field,
            "severity": rule.severity.value,
            "expected": rule.expected,
        }
        opening = _quoted(json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1])
        message = f"replace({_quoted(rule.message)}, '{{found}}', coalesce({found}, '（空）'))"
        terms.append(
            f"CASE WHEN {_bit(i)} THEN {opening} || ',\"found\":' || coalesce(to_json({found}), 'null') "
            f"|| ',\"message\":' || to_json({message}) || '}}' END"
        )
    return f"concat_ws(',', {', '.join(terms)})"


def counts(plan: Sequence[Rule], groups: Iterable[tuple[int, ...]]) -> tuple[CheckCount, ...]:
    """Counts per rule from rows of `GROUP BY` all bitmap columns with `count(*)` last."""
    totals = [[0, 0, 0] for _ in plan]
    rows = 0
    for group in groups:
        count = group[-1]
        rows += count
        for i in range(len(plan)):
            word, bit = divmod(i, WORD)
            for kind in range(3):
                if group[word * 3 + kind] >> bit & 1:
                    totals[i][kind] += count
    return tuple(
        CheckCount(rule.id, rule.severity, rows - failed - empty - errors, failed, empty, errors)
        for rule, (failed, empty, errors) in zip(plan, totals, strict=True)
    )


def _bit(i: int) -> str:
    word, bit = divmod(i, WORD)
    return f"(failed{word} & {1 << bit}) <> 0"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
