"""Rule expressions: SQL over named columns, confined to an allow-list and regenerated (decision 14).

What is not on the list is refused: there is no list of what is forbidden. Out by design are subqueries,
aggregates, windows, lambdas, division, fractions, clocks, chance, and everything that can make much out of
little (range, repeat, pad). DuckDB itself says the type of every part; a DOUBLE anywhere is refused.

The meaning is three-valued: true = the row failed, false = it passed, NULL = the rule did not run. Whoever
executes wraps the text in `TRY`, so that an overflow in one row is a NULL there and no error for the file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import TokenType

from xinheng.law.bench import Bench, BenchError
from xinheng.law.errors import RuleError

MAX_CHARS = 8_000
MAX_NODES = 400
MAX_DEPTH = 40
MAX_LITERAL = 6_000
MAX_REPEAT = 64
_TYPES = re.compile(r"DECIMAL\((\d+), ?(\d+)\)|DATE|VARCHAR|BOOLEAN")
_INTEGER = re.compile(r"\d{1,18}")
_RESULTS = re.compile(
    r"VARCHAR|BOOLEAN|DATE|TIMESTAMP|TINYINT|SMALLINT|INTEGER|BIGINT|DECIMAL\(\d+,\d+\)|\"?NULL\"?"
)
_DATE_FORMAT = "%Y-%m-%d"

# Operators and constants.
_PLAIN: tuple[type[exp.Expr], ...] = (
    exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is,
    exp.NullSafeEQ, exp.NullSafeNEQ, exp.Between, exp.In, exp.Like, exp.Case, exp.If, exp.Add, exp.Sub,
    exp.Mul, exp.Neg, exp.DPipe, exp.Literal, exp.Boolean, exp.Null, exp.Column, exp.Identifier,
    exp.DataType, exp.DataTypeParam,
)  # fmt: skip
# Functions: by their sqlglot class, and the two that have none by name.
_FUNCTIONS: tuple[type[exp.Expr], ...] = (
    exp.Length, exp.Upper, exp.Lower, exp.Trim, exp.Substring, exp.Left, exp.Right, exp.Contains,
    exp.StartsWith, exp.EndsWith, exp.StrPosition, exp.Coalesce, exp.Nullif, exp.RegexpFullMatch,
    exp.RegexpLike, exp.Cast, exp.TryCast, exp.Greatest, exp.Least, exp.Abs,
)  # fmt: skip
_ANONYMOUS = ("try_strptime",)
_ALLOWED = frozenset(_PLAIN + _FUNCTIONS)
# Tokens that the parser takes for something other than DuckDB does (`~` is a full match there), or that
# carry text past the literal checks.
_TOKENS = frozenset({"~", "!~", ":=", ";", "@", "?", "$", "#"})
_STRINGS = frozenset(
    {
        TokenType.BYTE_STRING, TokenType.HEREDOC_STRING, TokenType.RAW_STRING, TokenType.NATIONAL_STRING,
        TokenType.UNICODE_STRING, TokenType.HEX_STRING, TokenType.BIT_STRING, TokenType.PARAMETER,
    }
)  # fmt: skip


@dataclass(frozen=True)
class CompiledRule:
    """A rule that may run: `sql` is regenerated from the tree, `columns` are those it names, sorted."""

    sql: str
    columns: tuple[str, ...]
    source: str


def compile_rule(expr: str, columns: Collection[str], bench: Bench | None = None) -> CompiledRule:
    """Confine a rule expression to the allow-list and to `columns`, all of them VARCHAR.

    `bench` is a DuckDB to ask for types; without it one is opened for this rule. Raises RuleError, with
    what was found and what is accepted.
    """
    tree = _parse(expr)
    _confine(tree, frozenset(columns))
    sql = tree.sql(dialect="duckdb", identify=True, comments=False)
    if bench is None:
        with Bench() as own:
            _describe(own, tree, expr, sql, columns)
    else:
        _describe(bench, tree, expr, sql, columns)
    named = tuple(sorted({column.name for column in tree.find_all(exp.Column)}))
    return CompiledRule(sql, named, expr)


def _refuse(found: str, expected: str) -> RuleError:
    return RuleError(found=found, expected=expected, todo="只用允许的写法改写该表达式")


def _parse(expr: str) -> exp.Expr:
    if len(expr) > MAX_CHARS or expr.count("(") > MAX_NODES:
        raise _refuse(f"{len(expr)} 个字符", f"至多 {MAX_CHARS} 个字符、{MAX_NODES} 个括号")
    try:
        for token in sqlglot.tokenize(expr, read="duckdb"):
            if token.text in _TOKENS and token.token_type is not TokenType.STRING:
                raise _refuse(f"符号 {token.text}", "允许的运算符")
            if token.token_type in _STRINGS or token.comments:
                raise _refuse(f"{token.text[:40]}", "普通单引号文字，不带注释")
        trees = sqlglot.parse(expr, read="duckdb")
    except SqlglotError as error:
        raise _refuse(f"无法解析：{_plain(str(error))}", "一个 SQL 条件") from None
    except RecursionError:
        raise _refuse("嵌套过深", f"至多 {MAX_DEPTH} 层") from None
    if len(trees) != 1 or trees[0] is None:
        raise _refuse(f"{len(trees)} 条语句", "一个 SQL 条件")
    return trees[0]


def _plain(message: str) -> str:
    return re.sub(r"\x1b\[\d+m", "", message).replace("\n", " ")[:160]


def _confine(tree: exp.Expr, columns: frozenset[str]) -> None:
    count = 0
    for node, depth in _walk(tree):
        count += 1
        if count > MAX_NODES or depth > MAX_DEPTH:
            raise _refuse("表达式过大或嵌套过深", f"至多 {MAX_NODES} 个节点、{MAX_DEPTH} 层")
        if isinstance(node, exp.Anonymous):
            if str(node.this).lower() not in _ANONYMOUS:
                raise _refuse(f"函数 {node.this}", _accepted())
        elif type(node) not in _ALLOWED:
            raise _refuse(f"{type(node).__name__}", _accepted())
        _confine_one(node, columns)


def _accepted() -> str:
    names = sorted({cls.__name__ for cls in _FUNCTIONS} | set(_ANONYMOUS))
    return "比较、AND/OR/NOT、CASE、+ - *、|| 与函数 " + " ".join(names)


def _walk(tree: exp.Expr) -> Iterator[tuple[exp.Expr, int]]:
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in node.iter_expressions())


def _confine_one(node: exp.Expr, columns: frozenset[str]) -> None:
    if isinstance(node, exp.Column):
        if node.table or node.name not in columns:
            raise _refuse(f"列 {node.sql(dialect='duckdb')}", "事项的数据项代码或环境列")
    elif isinstance(node, exp.Literal):
        if not node.is_string and not _INTEGER.fullmatch(node.name):
            raise _refuse(f"数 {node.name[:40]}", "整数；小数写作 CAST('0.5' AS DECIMAL(18, 6))")
        if len(node.name) > MAX_LITERAL:
            raise _refuse("过长的文字", f"至多 {MAX_LITERAL} 个字符")
    elif isinstance(node, exp.Cast):  # TryCast is one
        _confine_cast(node)
    elif isinstance(node, (exp.RegexpFullMatch, exp.RegexpLike)):
        _confine_pattern(node)
    elif isinstance(node, exp.Like):
        if not node.expression.is_string or node.expression.name.count("%") > 2:
            raise _refuse("LIKE 的样式", "至多两个 % 的固定文字")
    elif isinstance(node, exp.In):
        if not node.expressions or any(node.args.get(key) for key in ("query", "unnest", "field")):
            raise _refuse("IN", "IN ('…', '…')")
    elif isinstance(node, exp.Anonymous):
        _confine_date(node.expressions)
    elif isinstance(node, exp.Between) and node.args.get("symmetric"):
        raise _refuse("BETWEEN SYMMETRIC", "BETWEEN … AND …")


def _confine_cast(node: exp.Cast) -> None:
    kind = node.to.sql(dialect="duckdb")
    match = _TYPES.fullmatch(kind)
    if match is None or node.args.get("format") or node.args.get("default"):
        raise _refuse(f"转换为 {kind}", "DECIMAL(p, s)、DATE、VARCHAR 或 BOOLEAN")
    if match.group(1) and int(match.group(1)) > 38:
        raise _refuse(f"转换为 {kind}", "DECIMAL 至多 38 位")
    if kind == "DATE" and isinstance(node.this, exp.Column):
        # try_cast takes 2020/01/01 and more for a date; only the exact format is one (decision 15)
        raise _refuse("文字直接转换为 DATE", f"CAST(try_strptime(列, '{_DATE_FORMAT}') AS DATE)")


def _confine_date(arguments: Sequence[exp.Expr]) -> None:
    if len(arguments) != 2 or not arguments[1].is_string or arguments[1].name != _DATE_FORMAT:
        raise _refuse("try_strptime 的格式", f"try_strptime(列, '{_DATE_FORMAT}')")


def _confine_pattern(node: exp.Expr) -> None:
    """Patterns are fixed text without much repetition of repetition (RE2 is linear, but not in memory)."""
    pattern = node.args.get("expression")
    if not isinstance(pattern, exp.Literal) or not pattern.is_string or len(node.args) < 2:
        raise _refuse("正则表达式", "固定的文字样式")
    if any(
        value is not None
        for key, value in node.args.items()
        if key not in ("this", "expression", "full_match")
    ):
        raise _refuse("正则表达式的选项", "只有列与样式两个参数")
    text = pattern.name
    bounds = [int(n) for n in re.findall(r"\d+", " ".join(re.findall(r"\{([\d,]*)\}", text)))]
    product = 1
    for bound in bounds:
        product *= max(bound, 1)
    if any(b > MAX_REPEAT for b in bounds) or product > 100_000:
        raise _refuse(f"正则表达式的重复次数 {bounds}", f"每处至多 {MAX_REPEAT} 次")
    if re.search(r"[+*}]\)[+*{]", text):
        raise _refuse("正则表达式中重复的重复", "不嵌套的重复")


def _describe(bench: Bench, tree: exp.Expr, expr: str, sql: str, columns: Collection[str]) -> None:
    parts = [sql, expr, *_parts(tree)]
    try:
        types = bench.types(parts, columns)
    except BenchError as error:
        raise _refuse(f"DuckDB：{error}", "类型相符的表达式") from None
    if types[0] != "BOOLEAN" or types[1] != "BOOLEAN":
        raise _refuse(f"结果类型 {types[0]}", "BOOLEAN")
    for part, kind in zip(parts, types, strict=True):
        if not _RESULTS.fullmatch(kind):
            raise _refuse(
                f"{part[:60]} 的类型 {kind}", "文字、日期、整数、DECIMAL 或 BOOLEAN（不得出现 DOUBLE）"
            )


def _parts(tree: exp.Expr) -> list[str]:
    """The text of every part of the tree that has a type of its own."""
    silent = (exp.Identifier, exp.DataType, exp.DataTypeParam, exp.If)
    return [
        node.sql(dialect="duckdb", identify=True, comments=False)
        for node, _ in _walk(tree)
        if not isinstance(node, silent) and not isinstance(node.parent, exp.DataTypeParam)
    ]
