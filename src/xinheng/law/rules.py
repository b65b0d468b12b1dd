"""Rule expressions: SQL over named columns, confined to an allow-list and regenerated (decision 14).

What is not on the list is refused: there is no list of what is forbidden. Out by design are subqueries,
aggregates, windows, lambdas, division, fractions, clocks, chance, and everything that can make much out of
little (range, repeat, pad). DuckDB itself says the type of every part; a DOUBLE anywhere is refused.

The meaning is three-valued: true = the row failed, false = it passed, NULL = the rule did not run. Whoever
executes wraps the text in `TRY`, so that an overflow in one row is a NULL there and no error for the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from xinheng.law.bench import Bench, BenchError
from xinheng.law.errors import RuleError

MAX_CHARS = 8_000
MAX_NODES = 400
MAX_DEPTH = 40
MAX_LITERAL = 6_000
MAX_REPEAT = 64
_TYPES = re.compile(r"DECIMAL\((\d+), ?(\d+)\)|DATE|VARCHAR")
_INTEGER = re.compile(r"\d{1,18}")
_DATE_FORMAT = "%Y-%m-%d"
MAX_KNOWN = 20_000

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
    f"{kind}_STRING" for kind in ("BYTE", "HEREDOC", "RAW", "NATIONAL", "UNICODE", "HEX", "BIT")
) | {"PARAMETER"}


_known: dict[str, CompiledRule] = {}  # what was confined already, by its text
_typed_texts: set[str] = set()


@dataclass(frozen=True)
class CompiledRule:
    """A rule that may run: `sql` is regenerated from the tree, `columns` are those it names, sorted."""

    sql: str
    columns: tuple[str, ...]
    source: str


def compile_rule(
    expr: str, columns: Collection[str], bench: Bench | None = None, *, typed: bool = True
) -> CompiledRule:
    """Confine a rule expression to the allow-list and to `columns`, all of them VARCHAR.

    `bench` is a DuckDB to ask for types; without it one is opened for this rule. `typed` False: a text whose
    types were asked for before, in a pack that is known. Raises RuleError, with what was found and what is
    accepted. One text is worked out once in a process: packs have few templates and many fields.
    """
    rule = _known.get(expr) or _confined(expr)
    for name in rule.columns:
        if name not in columns:
            raise _refuse(f"列 {name[:60]}", "事项的数据项代码或环境列")
    if typed and expr not in _typed_texts:
        tree = _parse(expr)
        if bench is None:
            with Bench() as own:
                _describe(own, tree, expr, rule)
        else:
            _describe(bench, tree, expr, rule)
        _remember(expr)
    return rule


def _confined(expr: str) -> CompiledRule:
    tree = _parse(expr)
    _confine(tree)
    sql = tree.sql(dialect="duckdb", identify=True, comments=False)
    rule = CompiledRule(sql, tuple(sorted({column.name for column in tree.find_all(exp.Column)})), expr)
    if len(_known) >= MAX_KNOWN:
        _known.clear()
    _known[expr] = rule
    return rule


def _remember(expr: str) -> None:
    if len(_typed_texts) >= MAX_KNOWN:
        _typed_texts.clear()
    _typed_texts.add(expr)


def _refuse(found: str, expected: str) -> RuleError:
    return RuleError(found=found, expected=expected, todo="只用允许的写法改写该表达式")


def _parse(expr: str) -> exp.Expr:
    if len(expr) > MAX_CHARS or expr.count("(") > MAX_NODES:
        raise _refuse(f"{len(expr)} 个字符", f"至多 {MAX_CHARS} 个字符、{MAX_NODES} 个括号")
    try:
        for token in sqlglot.tokenize(expr, read="duckdb"):
            if token.text in _TOKENS and token.token_type.name != "STRING":
                raise _refuse(f"符号 {token.text}", "允许的运算符")
            if token.token_type.name in _STRINGS or token.comments:
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


def _confine(tree: exp.Expr) -> None:
    for count, (node, depth) in enumerate(_walk(tree)):
        if count >= MAX_NODES or depth > MAX_DEPTH:
            raise _refuse("表达式过大或嵌套过深", f"至多 {MAX_NODES} 个节点、{MAX_DEPTH} 层")
        if isinstance(node, exp.Anonymous):
            if str(node.this).lower() not in _ANONYMOUS:
                raise _refuse(f"函数 {node.this}", _accepted())
        elif type(node) not in _ALLOWED:
            raise _refuse(f"{type(node).__name__}", _accepted())
        if isinstance(node, exp.Column):
            _confine_column(node)
        for kind, confine in _CONFINES:
            if isinstance(node, kind):
                confine(node)


def _accepted() -> str:
    names = sorted({cls.__name__ for cls in _FUNCTIONS} | set(_ANONYMOUS))
    return "比较、AND/OR/NOT、CASE、+ - *、|| 与函数 " + " ".join(names)


def _walk(tree: exp.Expr) -> Iterator[tuple[exp.Expr, int]]:
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in node.iter_expressions())


def _confine_column(node: exp.Column) -> None:
    if node.table:
        raise _refuse(f"列 {node.sql(dialect='duckdb')[:60]}", "事项的数据项代码或环境列")


def _confine_literal(node: exp.Expr) -> None:
    if not node.is_string and not _INTEGER.fullmatch(node.name):
        raise _refuse(f"数 {node.name[:40]}", "整数；小数写作 CAST('0.5' AS DECIMAL(18, 6))")
    if len(node.name) > MAX_LITERAL:
        raise _refuse("过长的文字", f"至多 {MAX_LITERAL} 个字符")


def _confine_like(node: exp.Expr) -> None:
    pattern = node.expression
    if not pattern.is_string or pattern.name.count("%") > 2:
        raise _refuse("LIKE 的样式", "至多两个 % 的固定文字")


def _confine_in(node: exp.Expr) -> None:
    if not node.expressions or any(node.args.get(key) for key in ("query", "unnest", "field")):
        raise _refuse("IN", "IN ('…', '…')")


def _confine_between(node: exp.Expr) -> None:
    if node.args.get("symmetric"):
        raise _refuse("BETWEEN SYMMETRIC", "BETWEEN … AND …")


def _confine_is(node: exp.Expr) -> None:
    if not isinstance(node.expression, exp.Null):
        raise _refuse("IS", "IS NULL 或 IS NOT NULL")


def _confine_if(node: exp.Expr) -> None:
    if not isinstance(node.parent, exp.Case):
        raise _refuse("函数 if", "CASE WHEN … THEN … END")


def _confine_cast(node: exp.Expr) -> None:
    kind = node.args["to"].sql(dialect="duckdb")
    match = _TYPES.fullmatch(kind)
    if match is None or node.args.get("format") or node.args.get("default"):
        raise _refuse(f"转换为 {kind}", "DECIMAL(p, s)、DATE 或 VARCHAR")
    if match.group(1) and int(match.group(1)) > 38:
        raise _refuse(f"转换为 {kind}", "DECIMAL 至多 38 位")
    if kind == "DATE" and not isinstance(node.this, (exp.Literal, exp.Anonymous)):
        # try_cast takes 2020/01/01 and more for a date; only the exact format is one (decision 15)
        raise _refuse("文字直接转换为 DATE", f"CAST(try_strptime(列, '{_DATE_FORMAT}') AS DATE)")


def _confine_date(node: exp.Expr) -> None:
    arguments = node.expressions
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


_CONFINES: tuple[tuple[type[exp.Expr], Callable[[exp.Expr], None]], ...] = (
    (exp.Literal, _confine_literal),
    (exp.Cast, _confine_cast),  # TryCast is one
    (exp.RegexpFullMatch, _confine_pattern),
    (exp.RegexpLike, _confine_pattern),
    (exp.Like, _confine_like),
    (exp.In, _confine_in),
    (exp.Between, _confine_between),
    (exp.Is, _confine_is),
    (exp.If, _confine_if),
    (exp.Anonymous, _confine_date),
)


def _describe(bench: Bench, tree: exp.Expr, expr: str, rule: CompiledRule) -> None:
    """Let DuckDB say the types, and refuse what it would convert silently ('12.6' = 13 is true there)."""
    nodes = [node for node, _ in _walk(tree) if _typed(node)]
    texts = [node.sql(dialect="duckdb", identify=True, comments=False) for node in nodes]
    try:
        types = bench.types([rule.sql, expr, *texts], rule.columns)
    except BenchError as error:
        raise _refuse(f"DuckDB：{error}", "类型相符的表达式") from None
    if types[0] != "BOOLEAN" or types[1] != "BOOLEAN":
        raise _refuse(f"结果类型 {types[0]}", "BOOLEAN")
    families: dict[int, str] = {}
    for node, text, kind in zip(nodes, texts, types[2:], strict=True):
        family = _FAMILIES.get(kind.partition("(")[0].strip('"'))
        if family is None:
            raise _refuse(
                f"{text[:60]} 的类型 {kind}", "文字、日期、整数、DECIMAL 或 BOOLEAN（不得出现 DOUBLE）"
            )
        families[id(node)] = family
    for node in nodes:
        _agree(node, families)


_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "INTEGER_LITERAL", "DECIMAL")
_FAMILIES = {"VARCHAR": "文字", "BOOLEAN": "是否", "DATE": "日期", "TIMESTAMP": "日期", "NULL": "空"}
_FAMILIES |= dict.fromkeys(_INTEGERS, "数")
_LOGIC = (exp.And, exp.Or, exp.Not)
_ONE_FAMILY = (exp.Binary, exp.In, exp.Between, exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least)


def _typed(node: exp.Expr) -> bool:
    silent = (exp.Identifier, exp.DataType, exp.DataTypeParam, exp.If)
    return not isinstance(node, silent) and not isinstance(node.parent, exp.DataTypeParam)


def _agree(node: exp.Expr, families: dict[int, str]) -> None:
    """Operands of one operator are of one family; conditions are BOOLEAN; positions are numbers."""
    groups: list[tuple[list[exp.Expr], str | None]] = []
    if isinstance(node, _LOGIC):
        groups.append((list(node.iter_expressions()), "是否"))
    elif isinstance(node, exp.Case):
        branches = node.args.get("ifs") or []
        compared = [node.this] if node.this else []
        groups.append(([*compared, *(branch.this for branch in branches)], None if compared else "是否"))
        results = [branch.args["true"] for branch in branches]
        groups.append(([*results, *([node.args["default"]] if node.args.get("default") else [])], None))
    elif isinstance(node, (exp.Left, exp.Right, exp.Substring)):
        groups.append(([e for e in node.iter_expressions() if e is not node.this], "数"))
    elif isinstance(node, _ONE_FAMILY):
        groups.append((list(node.iter_expressions()), None))
    for operands, wanted in groups:
        found = {families[id(operand)] for operand in operands} - {"空"}
        if len(found) > 1 or (wanted is not None and not found <= {wanted}):
            text = node.sql(dialect="duckdb")[:60]
            raise _refuse(
                f"{text}：{'与'.join(sorted(found))}",
                f"同类的值{f'（{wanted}）' if wanted else ''}，必要时先转换",
            )
