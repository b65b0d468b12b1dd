"""The allow-list of rule expressions, with hostile ones found by hand and by machine."""

# ruff: noqa: E501 - rules and their texts side by side

from __future__ import annotations

import contextlib

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from xinheng.law.bench import Bench
from xinheng.law.errors import RuleError
from xinheng.law.rules import compile_rule

COLUMNS = ("A", "B", "report_date")


@pytest.mark.parametrize(
    ("expr", "sql"),
    [
        ("A IS NULL", '"A" IS NULL'),
        ("length(A) > 3 AND NOT B = 'x'", "LENGTH(\"A\") > 3 AND NOT \"B\" = 'x'"),
        ("A NOT IN ('甲', '乙')", "NOT \"A\" IN ('甲', '乙')"),
        ("regexp_full_match(A, '[0-9]{1,12}([.][0-9]{1,6})?')", "REGEXP_FULL_MATCH(\"A\", '[0-9]{1,12}([.][0-9]{1,6})?')"),
        ("try_strptime(A, '%Y-%m-%d') IS NULL", "TRY_STRPTIME(\"A\", '%Y-%m-%d') IS NULL"),
        ("try_cast(A AS DECIMAL(18, 6)) > CAST('0.5' AS DECIMAL(18, 6))",
         "TRY_CAST(\"A\" AS DECIMAL(18, 6)) > CAST('0.5' AS DECIMAL(18, 6))"),
    ],
)  # fmt: skip
def test_a_rule_is_regenerated_from_its_tree(expr: str, sql: str) -> None:
    rule = compile_rule(expr, COLUMNS)
    assert rule.sql == sql
    assert set(rule.columns) <= set(COLUMNS)


HOSTILE = [
    "",
    "A",
    "1",
    "NULL",
    "length(A)",
    "A = 'x'; DROP TABLE bench",
    "A = 'x' -- and more",
    "A = 'x' /* and more */",
    "SELECT TRUE",
    "(SELECT TRUE)",
    "EXISTS (SELECT 1)",
    "A IN (SELECT 'x')",
    "A IN (B)[1]",
    "count(A) > 1",
    "sum(length(A)) > 1",
    "avg(length(A)) > 1",
    "row_number() OVER () > 1",
    "length(A) / 2 > 1",
    "length(A) // 2 > 1",
    "length(A) % 2 > 1",
    "1.5 > 1",
    "1e3 > length(A)",
    "CAST(A AS DOUBLE) > CAST(B AS DOUBLE)",
    "CAST(A AS FLOAT) > 1",
    "CAST(A AS INTEGER) > 1",
    "CAST(A AS BLOB) IS NULL",
    "CAST(A AS DATE) > CAST('2020-01-01' AS DATE)",
    "CAST(trim(A) AS DATE) > CAST('2020-01-01' AS DATE)",
    "try_strptime(A, '%Y/%m/%d') IS NULL",
    "try_strptime(A, B) IS NULL",
    "strptime(A, '%Y') IS NULL",
    "now() IS NULL",
    "current_date IS NULL",
    "today() IS NULL",
    "CURRENT_TIMESTAMP IS NULL",
    "get_current_time() IS NULL",
    "random() > 1",
    "uuid() = A",
    "range(300000000) IS NULL",
    "generate_series(1, 300000000) IS NULL",
    "repeat(A, 1000000000) = B",
    "lpad(A, 1000000000, 'x') = B",
    "rpad(A, 1000000000, 'x') = B",
    "printf('%1000000d', 1) = A",
    "format('{:1000000}', A) = B",
    "list_transform([1], x -> x) IS NULL",
    "list_filter([A], lambda x: x = 'a') IS NULL",
    "[A] IS NULL",
    "{'a': A} IS NULL",
    "regexp_matches(A, B)",
    "regexp_matches(A, 'x', 'i')",
    "regexp_matches(A, '(a+)+b')",
    "regexp_matches(A, '(a{1,60}){1,60}')",
    "regexp_matches(A, 'a{1000}')",
    "regexp_replace(A, 'a', 'b') = B",
    "regexp_extract_all(A, 'a') IS NULL",
    "A ~ 'x'",
    "A !~ 'x'",
    "A SIMILAR TO 'x'",
    "A GLOB '*'",
    "A LIKE B",
    "A LIKE '%a%b%c%'",
    "read_csv('/etc/passwd') IS NULL",
    "read_text('/etc/passwd') = A",
    "getenv('HOME') = A",
    "current_setting('memory_limit') = A",
    "pragma_version() IS NULL",
    "sleep_ms(1000) IS NULL",
    "TRY(A = 'x')",
    "error(A) IS NULL",
    "if(A, TRUE, FALSE)",
    "A IS TRUE",
    "A AND B",
    "A = 1",
    "A > 1",
    "A IN (1, 2)",
    "A BETWEEN 1 AND 2",
    "substr(A, B) = 'x'",
    "coalesce(A, 1) = 'x'",
    "C IS NULL",
    "a IS NULL",
    "bench.A IS NULL",
    "bench_row > 1",
    "rowid > 1",
    "A.* IS NULL",
    "* IS NULL",
    "COLUMNS('.*') IS NULL",
    "$1 = A",
    "? = A",
    "E'\\x41' = A",
    "$$x$$ = A",
    "A := 'x'",
    "A COLLATE NOCASE = 'x'",
    "ATTACH 'x.db'",
    "SET memory_limit = '100GB'",
    "PRAGMA database_list",
    "COPY (SELECT 1) TO 'x'",
    "A IS NULL AND " * 500 + "B IS NULL",
    "(" * 500 + "A IS NULL" + ")" * 500,
    "A = '" + "x" * 9000 + "'",
    "NOT " * 3000 + "A IS NULL",
]


@pytest.mark.parametrize("expr", HOSTILE, ids=lambda e: e[:40])
def test_a_hostile_rule_is_refused(expr: str) -> None:
    with pytest.raises(RuleError) as refused:
        compile_rule(expr, COLUMNS)
    assert refused.value.found
    assert refused.value.expected


def test_true_is_failed_false_is_passed_and_null_did_not_run() -> None:
    with Bench() as bench:
        sql = compile_rule("length(A) > 2", COLUMNS, bench).sql
        rows = [{"A": "长长长"}, {"A": "短"}, {}]
        assert [row[0] for row in bench.run([[sql]], COLUMNS, [(0, r) for r in rows])] == [True, False, None]


def test_an_overflow_in_one_row_is_a_rule_that_did_not_run_there() -> None:
    expr = "try_cast(A AS DECIMAL(38, 0)) * try_cast(A AS DECIMAL(38, 0)) > CAST('1' AS DECIMAL(3, 0))"
    with Bench() as bench:
        sql = compile_rule(expr, COLUMNS, bench).sql
        rows = [{"A": "9" * 38}]
        assert [row[0] for row in bench.run([[sql]], COLUMNS, [(0, r) for r in rows])] == [None]


# -- what a machine thinks of: pieces that are right and pieces that are not, put together at random
_TEXTS = st.sampled_from(["A", "B", "'x'", "upper(A)", "trim(B)", "substr(A, 1, 2)", "A || B", "coalesce(A, 'y')", "C",
                          "repeat(A, 9)", "(SELECT 'x')", "CAST(now() AS VARCHAR)", "lpad(A, 9, 'x')", "E'x'", "A.B"])  # fmt: skip
_NUMBERS = st.sampled_from(["1", "length(A)", "strpos(A, 'x')", "length(B) + 2", "2 * 3", "1.5", "1e2", "4 / 2", "random()",
                            "count(A)", "try_cast(A AS DECIMAL(18, 6))", "CAST(A AS DOUBLE)", "-length(A)"])  # fmt: skip
_LEAVES = st.one_of(
    st.builds("{} = {}".format, _TEXTS, _TEXTS),
    st.builds("{} IN ({}, {})".format, _TEXTS, _TEXTS, _NUMBERS),
    st.builds("{} < {}".format, _NUMBERS, _NUMBERS),
    st.builds("{} <> {}".format, _TEXTS, _NUMBERS),
    st.builds("{} IS NULL".format, _TEXTS),
    st.builds(
        "regexp_matches({}, '{}')".format,
        _TEXTS,
        st.sampled_from(["^x$", "[0-9]{2}", "(a*)*", "a{999}", "(x|y)"]),
    ),
    st.builds("{} LIKE '{}'".format, _TEXTS, st.sampled_from(["x%", "%x%", "%a%b%c"])),
)
_RULES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("NOT ({})".format, inner),
        st.builds("CASE WHEN {} THEN {} ELSE {} END".format, inner, inner, inner),
    ),
    max_leaves=6,
)
_SAMPLES = [{}, {"A": "x"}, {"A": "xy", "B": "x"}, {"A": "12.6", "B": "13"}, {"A": "y", "B": None}]
_FORBIDDEN = (exp.Query, exp.Subquery, exp.AggFunc, exp.Window, exp.Lambda, exp.Div, exp.IntDiv, exp.Rand, exp.Repeat, exp.Pad)  # fmt: skip


@settings(max_examples=150)
@given(_RULES)
def test_what_passes_is_harmless_and_means_the_same(expr: str) -> None:
    with Bench() as bench:
        try:
            rule = compile_rule(expr, COLUMNS, bench)
        except RuleError:
            return
        tree = sqlglot.parse_one(rule.sql, read="duckdb")
        assert not list(tree.find_all(*_FORBIDDEN))
        assert {column.name for column in tree.find_all(exp.Column)} <= set(COLUMNS)
        assert all("." not in n.name for n in tree.find_all(exp.Literal) if not n.is_string)
        assert bench.types([rule.sql], COLUMNS) == ["BOOLEAN"]
        for original, ours in bench.run([[expr, rule.sql]], COLUMNS, [(0, r) for r in _SAMPLES]):
            assert original is ours


@settings(max_examples=150)
@given(st.text(max_size=60))
def test_any_text_at_all_is_a_rule_or_a_refusal(expr: str) -> None:
    with contextlib.suppress(RuleError):
        assert compile_rule(expr, COLUMNS).sql
