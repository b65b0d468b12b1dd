"""Rules as SQL over rows: what failed, what passed, what did not run and why."""

from __future__ import annotations

import json
from collections.abc import Sequence

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.evidence.intake import checks
from xinheng.evidence.intake.checks import Rule
from xinheng.law.model import Severity


def rule(name: str, sql: str, field: str | None = "A", severity: Severity = Severity.RETURN) -> Rule:
    return Rule(name, sql, severity, field, "“{found}”不对", "对的")


def relation(rows: Sequence[tuple[str | None, str | None]]) -> str:
    if not rows:
        return "SELECT 'a' AS A, 'b' AS B, 'c' AS fault WHERE false"
    quoted = [["NULL" if v is None else "'" + v.replace("'", "''") + "'" for v in row] for row in rows]
    values = ", ".join(f"({a}, {b}, NULL)" for a, b in quoted)
    return (
        f"SELECT CAST(A AS VARCHAR) AS A, CAST(B AS VARCHAR) AS B, CAST(fault AS VARCHAR) AS fault "
        f"FROM (VALUES {values}) v(A, B, fault)"
    )


def count(plan: Sequence[Rule], rows: Sequence[tuple[str | None, str | None]]) -> dict[str, tuple[int, ...]]:
    names = ", ".join(checks.bitmap_columns(plan))
    query = f"SELECT {names}, count(*) FROM ({checks.checked_sql(relation(rows), plan)}) GROUP BY {names}"
    found = checks.counts(plan, duckdb.sql(query).fetchall())
    return {c.id: (c.passed, c.failed, c.empty, c.errors) for c in found}


def test_a_check_is_failed_passed_empty_or_in_error_and_they_add_up() -> None:
    plan = [
        rule("long", "length(A) > 3"),
        rule("number", "CAST(A AS INTEGER) > 5"),
        rule("both", "A = B", None),
    ]
    rows = [("1", "1"), ("12345", "x"), (None, "x"), ("abc", None)]
    assert count(plan, rows) == {"long": (2, 1, 1, 0), "number": (1, 1, 1, 1), "both": (1, 1, 0, 2)}


@given(st.integers(1, 150), st.data())
def test_any_number_of_rules_is_told_apart(size: int, data: st.DataObject) -> None:
    plan = [rule(f"r{i}", f"A = '{i}'") for i in range(size)]
    hit = data.draw(st.integers(0, size - 1))
    found = count(plan, [(str(hit), None)])
    assert [name for name, counts in found.items() if counts[1]] == [f"r{hit}"]


def test_only_the_wanted_severities_return_a_row() -> None:
    plan = [rule("warns", "A = 'x'", severity=Severity.WARN), rule("returns", "B = 'x'")]
    ran = checks.checked_sql(relation([("x", "y"), ("y", "x")]), plan)
    query = f"SELECT {checks.any_sql(plan, [Severity.RETURN])} FROM ({ran})"
    assert duckdb.sql(query).fetchall() == [(False,), (True,)]


def test_the_reasons_of_a_row_say_what_was_found() -> None:
    plan = [rule("a", "A = 'x'"), rule("b", "B IS NULL", "B"), rule("c", "A = 'y'")]
    ran = checks.checked_sql(relation([("x", None)]), plan)
    query = f"SELECT '[' || {checks.results_sql(plan)} || ']' FROM ({ran})"
    first, second = json.loads(duckdb.sql(query).fetchall()[0][0])
    assert (first["id"], first["found"], first["message"]) == ("a", "x", "“x”不对")
    assert (second["id"], second["found"], second["message"]) == ("b", None, "“（空）”不对")


def test_ids_of_marks_stand_with_blanks_between() -> None:
    plan = [
        rule("a", "A = 'x'", severity=Severity.WARN),
        rule("b", "A = 'x'", severity=Severity.MARK),
        rule("c", "true"),
    ]
    sql = checks.ids_sql(plan, [Severity.WARN, Severity.MARK])
    rows = relation([("x", None), ("y", None)])
    assert duckdb.sql(f"SELECT {sql} FROM ({checks.checked_sql(rows, plan)})").fetchall() == [
        ("a b",),
        (None,),
    ]


def test_a_column_that_is_never_filled_is_worked_out_once() -> None:
    plan = [rule("nul", "COALESCE(CONTAINS(\"B\", 'x'), FALSE)", None)]
    sql = checks.checked_sql(relation([("x", "x")]), plan, ["B"])
    assert duckdb.sql(f"SELECT failed0, idle0 FROM ({sql})").fetchall() == [(0, 0)]


@pytest.mark.parametrize("found", ["a'b", '引"号', "{found}", "back\\slash", "<b>&</b>"])
def test_what_was_found_is_quoted_whatever_it_holds(found: str) -> None:
    plan = [rule("a", "A IS NOT NULL")]
    ran = checks.checked_sql(relation([(found, None)]), plan)
    query = f"SELECT '[' || {checks.results_sql(plan)} || ']' FROM ({ran})"
    (result,) = json.loads(duckdb.sql(query).fetchall()[0][0])
    assert result["found"] == found
    assert result["message"] == f"“{found}”不对"


def test_a_row_that_does_not_fit_its_header_is_told_that_and_nothing_else() -> None:
    plan = [rule(checks.ROW, "fault IS NOT NULL", None), rule("required", "A IS NULL"), rule("b", "B = 'x'")]
    rows = "SELECT CAST(NULL AS VARCHAR) AS A, 'x' AS B, '本行有 1 格' AS fault"
    ran = checks.checked_sql(rows, plan)
    found = duckdb.sql(f"SELECT '[' || {checks.results_sql(plan)} || ']' FROM ({ran})").fetchall()
    assert [c["id"] for c in json.loads(found[0][0])] == [checks.ROW]
    names = ", ".join(checks.bitmap_columns(plan))
    groups = duckdb.sql(f"SELECT {names}, count(*) FROM ({ran}) GROUP BY {names}").fetchall()
    assert [(c.failed, c.passed) for c in checks.counts(plan, groups)] == [(1, 0), (0, 0), (0, 0)]
