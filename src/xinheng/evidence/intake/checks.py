"""All checks of an item over the normalised relation, as one SELECT: no row passes through Python.

Each rule runs inside `TRY` (decision 14): true = failed, false = passed, NULL = did not run. Results are
bitmaps, 62 bits a word: bit i of `failed<w>` and `idle<w>` (did not run) speaks of rule i of word w; bit i of
`bare<w>` says that the i-th field the rules look at is empty, which is why a rule on it did not run.
"""
# ruff: noqa: S608 - engine SQL of our own constants and the checked fields and rules of a pack

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from xinheng.evidence.intake.model import CheckCount, CheckResult
from xinheng.law.model import Item, Severity, Span

WORD = 62
PARTY, ROW = "intake.party", "intake.row"
# Columns that are NULL throughout where text is scanned in place: it has neither typed cells nor NUL bytes.
ABSENT = ("numeric_fields", "nul_fields", "fault")


@dataclass(frozen=True)
class Rule:
    """One check as it runs: a rule of the pack, or one of the platform's own (`intake.…`)."""

    id: str
    sql: str
    severity: Severity
    field: str | None
    message: str
    expected: str
    within: str | None = None  # SQL: whether it is in force for the row's day of decision; None: always

    def result(self, found: str | None) -> CheckResult:
        """What this rule says about a row on which it failed."""
        message = self.message.replace("{found}", found or "（空）")
        return CheckResult(self.id, self.field, self.severity, found, self.expected, message)


def rules(item: Item, profile: str, day: date) -> tuple[Rule, ...]:
    """The platform's own rules, then the pack's in its order, of rows reported on `day`.

    Of a rule with versions, each row is held against the one in force on its day of decision.
    """
    from_pack = [
        Rule(c.id, c.sql or c.expr, c.severity, c.field, c.message, c.expected, within_sql(item, c.span, day))
        for c in item.checks_until(day, profile)
    ]
    return (*_own(item), *from_pack)


def within_sql(item: Item, span: Span, day: date) -> str | None:
    """Whether a rule of this span is in force for a row reported on `day` (`Item.rule_day`), over normalised
    rows; None where it is for all, which spares looking."""
    if item.always(span, day):
        return None
    decided = item.column("decided")
    known = f"regexp_full_match({decided}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND {decided} <= report_date"
    rule_day = f"CASE WHEN {known} THEN greatest({decided}, '{item.span.start}') ELSE report_date END"
    ends = f" AND {rule_day} < '{span.to}'" if span.to else ""
    return f"({rule_day} >= '{span.start}'{ends})"


def _own(item: Item) -> tuple[Rule, ...]:
    party = item.roles["party_code"]
    return (
        Rule(ROW, "fault IS NOT NULL", Severity.RETURN, None, "{found}", "每格对应一个表头，格里是值本身"),
        Rule(
            PARTY,
            f"\"{party}\" IS NULL OR coalesce(\"{party}__verdict\", '') NOT IN ('valid', 'implausible') "
            f"OR (\"{party}__verdict\" = 'implausible' AND confirmed IS NULL)",
            Severity.RETURN,
            party,
            "没有可用的统一社会信用代码，无法确定是哪一个组织；该栏所填为{found}",
            "有效的18位统一社会信用代码；代码少见但确认无误的，在“代码确认”列填“是”",
        ),
    )


def words(count: int) -> int:
    """How many bitmap words `count` rules take."""
    return max(1, -(-count // WORD))


def checked_sql(relation: str, plan: Sequence[Rule], absent: Sequence[str] = ()) -> str:
    """`relation` with the bitmap columns added. Rule results stay inside the query, vector by vector.

    `absent`: columns that are NULL in every row; rules about them are worked out once. On a row whose cells
    do not stand under their headers no other rule runs: what it said would be about somebody else's cell.
    """
    asked = ", ".join(f"{ran(rule, absent)} AS k{i}" for i, rule in enumerate(plan))
    bits = (
        *_bitmap("failed", [_fails(i, plan) for i in range(len(plan))]),
        *_bitmap("idle", [f"k{i} IS NULL" for i in range(len(plan))]),
        *_bitmap("bare", [f'"{field}" IS NULL' for field in fields(plan)]),
        *(_bitmap("outside", [f"NOT {rule.within}" for rule in dated]) if (dated := _dated(plan)) else ()),
    )
    names = ", ".join(f"k{i}" for i in range(len(plan)))
    inner = f"SELECT *, {asked} FROM ({relation})"
    return f"SELECT * EXCLUDE ({names}), {', '.join(bits)} FROM ({inner})"


def ran(rule: Rule, absent: Sequence[str]) -> str:
    """The outcome of a rule on a row: true = failed, false = passed, NULL = did not run."""
    sql = f"TRY({without(rule.sql, absent)})"
    if rule.within is not None:
        sql = f"CASE WHEN {rule.within} THEN {sql} END"
    return sql if rule.id == ROW or "fault" in absent else f"CASE WHEN fault IS NULL THEN {sql} END"


def _bitmap(kind: str, tests: Sequence[str]) -> list[str]:
    columns = []
    for word in range(words(len(tests))):
        here = tests[word * WORD : (word + 1) * WORD]
        # the shortest words for it: a hundred rules make most of what is planned for a file of five rows
        terms = [f"if({test}, {1 << bit}, 0)" for bit, test in enumerate(here)]
        columns.append(f"CAST({' + '.join(terms) or '0'} AS BIGINT) AS {kind}{word}")
    return columns


def without(sql: str, absent: Sequence[str]) -> str:
    """A rule over rows in which these columns are NULL throughout."""
    for column in absent:
        sql = sql.replace(f'"{column}"', "CAST(NULL AS VARCHAR)")
    return sql


def fields(plan: Sequence[Rule]) -> tuple[str, ...]:
    """The fields that rules look at, each once, in the order of the rules."""
    return tuple(dict.fromkeys(rule.field for rule in plan if rule.field))


def _dated(plan: Sequence[Rule]) -> list[Rule]:
    """The rules that are not in force for every row."""
    return [rule for rule in plan if rule.within is not None]


def _fails(i: int, plan: Sequence[Rule]) -> str:
    """Whether rule i failed. Our own look at the party speaks only where no rule of the pack returns it."""
    rule = plan[i]
    others = [
        f"coalesce(k{j}, false)"
        for j, other in enumerate(plan)
        if rule.id == PARTY and j != i and other.field == rule.field and other.severity is Severity.RETURN
    ]
    return f"k{i} AND NOT ({' OR '.join(others)})" if others else f"k{i}"


def bitmap_columns(plan: Sequence[Rule]) -> tuple[str, ...]:
    """The names of the bitmap columns: all of `failed`, of `idle`, of `bare`, and where rules have versions
    of `outside`: not in force on the row's day of decision."""
    kinds = [("failed", len(plan)), ("idle", len(plan)), ("bare", len(fields(plan)))]
    if dated := _dated(plan):
        kinds.append(("outside", len(dated)))
    return tuple(f"{kind}{word}" for kind, count in kinds for word in range(words(count)))


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


def ids_sql(
    plan: Sequence[Rule], severities: Iterable[Severity], failed: Collection[str] | None = None
) -> str:
    """The ids of failed rules of these severities, with blanks between; NULL where there is none.

    `failed`: the rules that failed on any row, where that is known: of the others nothing need be planned.
    """
    wanted = set(severities)
    terms = [
        f"CASE WHEN {_bit(i)} THEN {_quoted(r.id)} END"
        for i, r in enumerate(plan)
        if r.severity in wanted and (failed is None or r.id in failed)
    ]
    return f"nullif(concat_ws(' ', {', '.join(terms)}), '')" if terms else "CAST(NULL AS VARCHAR)"


def results_sql(plan: Sequence[Rule], failed: Collection[str] | None = None) -> str:
    """The failed rules of a row as the JSON objects of a receipt, with commas between (no brackets).

    What was found is the normalised value, in which identity numbers are masked already. `failed`: as for
    `ids_sql`.
    """
    terms = []
    for i, rule in enumerate(plan):
        if failed is not None and rule.id not in failed:
            continue
        column = "fault" if rule.id == ROW else f'"{rule.field}"' if rule.field else "CAST(NULL AS VARCHAR)"
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
    return f"concat_ws(',', {', '.join(terms)})" if terms else "''"


def counts(plan: Sequence[Rule], groups: Iterable[tuple[int, ...]]) -> tuple[CheckCount, ...]:
    """Counts per rule from rows of `GROUP BY` all bitmap columns with `count(*)` last."""
    totals = [[0, 0, 0, 0] for _ in plan]  # failed, empty, errors, outside
    rows, size, looked = 0, words(len(plan)), words(len(fields(plan)))
    place = {field: i for i, field in enumerate(fields(plan))}
    dated = {rule.id: i for i, rule in enumerate(_dated(plan))}
    for group in groups:
        count = group[-1]
        rows += count
        failed, idle = _joined(group[:size]), _joined(group[size : 2 * size])
        bare = _joined(group[2 * size : 2 * size + looked])
        outside = _joined(group[2 * size + looked : -1])
        for i, rule in enumerate(plan):
            if failed >> i & 1:
                totals[i][0] += count
            elif rule.id in dated and outside >> dated[rule.id] & 1:
                totals[i][3] += count
            elif idle >> i & 1:
                is_bare = rule.field is not None and bare >> place[rule.field] & 1
                totals[i][1 if is_bare else 2] += count
    return tuple(
        CheckCount(rule.id, rule.severity, rows - sum(total), *total)
        for rule, total in zip(plan, totals, strict=True)
    )


def _joined(parts: tuple[int, ...]) -> int:
    return sum(part << (WORD * word) for word, part in enumerate(parts))


def _bit(i: int) -> str:
    word, bit = divmod(i, WORD)
    return f"(failed{word} & {1 << bit}) <> 0"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
