"""The one evaluator of publicity: SQL made of a ruling, for a million records, for one, and for the examples.

The text reads a relation of VARCHAR fields and decides in two steps: a CASE over dates and conditions gives
each record the number of its *outcome*; a small table of outcomes then says regime, class, months and reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from xinheng.law.model import Basis
from xinheng.law.publicity import Clock, Early, PublicityClass, Regime, Ruling, Transition

UNSETTLED = "未定"  # the class of a record whose facts do not tell it
COLUMNS = (
    *("channel", "regime", "class", "shown", "first_day"),
    *("earliest_end", "earliest_note", "last_day", "reason"),
)
Cite = Callable[[Basis], str]


@dataclass(frozen=True)
class _Outcome:
    regime: str | None
    name: str | None
    shown: bool
    clock: Clock
    early: Early
    minimum: int | None
    maximum: int | None
    reason: str


def decision(ruling: Ruling, source: str, cite: Cite, *, keys: Sequence[str] = (), mark: str = "true") -> str:
    """SQL over the relation `source`, one row a record to which the ruling applies.

    Columns: `keys` of the source, then COLUMNS (`shown` BOOLEAN, three DATEs, the rest VARCHAR). `mark` is a
    condition over the source that must hold for a record to be shown at all (the mark 公示 of the item).
    `cite` writes a basis as Chinese citation. Raises nothing; dates in the source must be YYYY-MM-DD.
    """
    outcomes, number = _outcomes(ruling, cite)
    kept = "".join(f'"{key}", ' for key in keys)
    rows = ", ".join(f"({i}, {_values(o)})" for i, o in enumerate(outcomes))
    decided = _day(ruling.columns["decided"])
    published = _day(ruling.columns["published"]) if "published" in ruling.columns else "CAST(NULL AS DATE)"
    where = f"WHERE coalesce(TRY({ruling.applies}), false)" if ruling.applies else ""
    # S608: conditions are a pack's rules, confined by the allow-list; texts are quoted
    return (
        f"SELECT {kept}{_text(ruling.channel)} AS channel, regime, class, "  # noqa: S608
        "may_show AND marked AND start IS NOT NULL AS shown, start AS first_day, "
        "CAST(start + to_months(minimum) AS DATE) AS earliest_end, earliest_note, "
        "CAST(start + to_months(maximum) AS DATE) AS last_day, "
        f"CASE WHEN may_show AND NOT marked THEN {_text(_UNMARKED)} "
        f"WHEN may_show AND start IS NULL THEN {_text(_UNDATED)} ELSE reason END AS reason "
        "FROM (SELECT *, CASE clock WHEN 'published' THEN published_on WHEN 'decided' THEN decided_on END "
        f"AS start FROM (SELECT {kept}decided_on, published_on, marked, {number} AS number "
        f"FROM (SELECT *, {decided} AS decided_on, {published} AS published_on, "
        f"coalesce({mark}, false) AS marked FROM {source} {where})) "
        f"JOIN (VALUES {rows}) AS outcomes({_NAMES}) USING (number))"
    )


def decide_rows(
    ruling: Ruling, rows: Sequence[Mapping[str, str | None]], cite: Cite, *, mark: str = "true"
) -> dict[int, dict[str, object]]:
    """What the ruling decides on a few rows (field code -> text), by position; rows it does not apply to are
    left out. In process and small: for the examples of a pack and for questions about a single record."""
    codes = sorted(set(ruling.columns.values()))
    listed = ", ".join(f'"{code}" VARCHAR' for code in codes)
    marks = ", ".join("?" for _ in range(len(codes) + 1))
    closed = duckdb.connect(
        ":memory:",
        config={
            "enable_external_access": "false",
            "autoload_known_extensions": "false",
            "autoinstall_known_extensions": "false",
            "threads": "1",
            "memory_limit": "256MB",
        },
    )
    with closed as db:
        db.execute(f"CREATE TABLE given (row_number BIGINT, {listed})")
        if rows:
            values = [[i, *(row.get(code) for code in codes)] for i, row in enumerate(rows)]
            # S608: only question marks are put in
            db.executemany(f"INSERT INTO given VALUES ({marks})", values)  # noqa: S608
        found = db.execute(decision(ruling, "given", cite, keys=("row_number",), mark=mark)).fetchall()
    return {int(row[0]): dict(zip(COLUMNS, row[1:], strict=True)) for row in found}


def reasons(ruling: Ruling, cite: Cite) -> tuple[str, ...]:
    """Every text that `decision` may give as reason."""
    outcomes, _ = _outcomes(ruling, cite)
    return tuple(dict.fromkeys([*(o.reason for o in outcomes), _UNMARKED, _UNDATED]))


_NAMES = "number, regime, class, may_show, clock, earliest_note, minimum, maximum, reason"
_UNMARKED = "本条只归集，不公示（简易程序处罚，或信源单位限定了使用范围）"
_UNDATED = "未报送公开发布日期，公示期无法计算，不公示"


def _outcomes(ruling: Ruling, cite: Cite) -> tuple[list[_Outcome], str]:
    """Every outcome of a ruling, and the expression that numbers a record's."""
    outcomes = [_silent("未载明有效的决定日期，公示期无法计算，不公示"), _silent(_no_rule(ruling))]
    numbers: dict[tuple[str, str], int] = {}
    for regime in ruling.regimes:
        for one in regime.classes:
            numbers[regime.id, one.id] = len(outcomes)
            outcomes.append(_of_class(regime, one, cite))
        if regime.unknown:
            numbers[regime.id, ""] = len(outcomes)
            outcomes.append(_of_unknown(regime, cite))
    otherwise = "1"
    if ruling.unread:
        outcomes.append(_unread(ruling))
        otherwise = (
            f"CASE WHEN decided_on < DATE '{ruling.unread.before}' THEN {len(outcomes) - 1} ELSE 1 END"
        )
    cases = "".join(f"WHEN {_in_span(r)} THEN {_cascade(r, ruling, numbers)} " for r in ruling.regimes)
    return outcomes, f"CASE WHEN decided_on IS NULL THEN 0 {cases}ELSE {otherwise} END"


def _cascade(regime: Regime, ruling: Ruling, numbers: dict[tuple[str, str], int]) -> str:
    """The number of the first class that holds; a later regime may take over what is still shown."""

    def outcome(one: PublicityClass, number: int) -> str:
        for later in ruling.regimes:
            takes = later.transition is Transition.RECOMPUTE and later.span.start > regime.span.start
            if takes and one.shown and one.maximum is not None:
                still = f"{regime.clock}_on + to_months({one.maximum}) >= DATE '{later.span.start}'"
                return f"CASE WHEN {still} THEN {_cascade(later, ruling, numbers)} ELSE {number} END"
        return str(number)

    cases = "".join(
        f"WHEN coalesce(TRY({one.when}), false) THEN {outcome(one, numbers[regime.id, one.id])} "
        for one in regime.classes
    )
    last = outcome(regime.unknown.like, numbers[regime.id, ""]) if regime.unknown else "1"
    return f"CASE {cases}ELSE {last} END"


def _in_span(regime: Regime) -> str:
    ends = f" AND decided_on < DATE '{regime.span.to}'" if regime.span.to else ""
    return f"decided_on >= DATE '{regime.span.start}'{ends}"


def _silent(reason: str) -> _Outcome:
    return _Outcome(None, None, False, Clock.DECIDED, Early.MONTHS, None, None, reason)


def _no_rule(ruling: Ruling) -> str:
    return f"无现行规则：决定日期当日没有适用于{ruling.channel}的公示规定，不公示"


def _unread(ruling: Ruling) -> _Outcome:
    note = ruling.unread.note if ruling.unread else ""
    reason = f"待核实：{note}，不公示"
    return _Outcome(None, None, False, Clock.DECIDED, Early.UNREAD, None, None, reason)


def _of_class(regime: Regime, one: PublicityClass, cite: Cite) -> _Outcome:
    said = f"{one.name}失信信息：" if one.name else ""
    reason = f"{said}{_periods(regime, one)}{_noted(one.note)}。依据：{cite(one.basis)}"
    return _outcome(regime, one, one.name, reason)


def _of_unknown(regime: Regime, cite: Cite) -> _Outcome:
    unknown = regime.unknown
    if unknown is None:
        raise ValueError("the regime knows every class")
    like = unknown.like
    said = f"失信类别未定（{unknown.note}），按已记录事实所允许的最轻一类“{like.name or '一般规定'}”处理："
    reason = f"{said}{_periods(regime, like)}{_noted(like.note)}。依据：{cite(like.basis)}"
    return _outcome(regime, like, UNSETTLED, reason)


def _outcome(regime: Regime, one: PublicityClass, name: str | None, reason: str) -> _Outcome:
    return _Outcome(regime.id, name, one.shown, regime.clock, one.early, one.minimum, one.maximum, reason)


def _noted(note: str | None) -> str:
    return f"（{note}）" if note else ""


def _periods(regime: Regime, one: PublicityClass) -> str:
    if not one.shown:
        return "不公示"
    early = {
        Early.MONTHS: f"最短公示期{_months(one.minimum)}",
        Early.NEVER: "不得提前终止公示",
        Early.NONE: "",
        Early.UNREAD: "提前终止公示的条件待核实",
    }[one.early]
    end = f"最长公示期{_months(one.maximum)}" if one.maximum else "不设公示期限"
    clock = "作出决定之日" if regime.clock is Clock.DECIDED else "公开发布之日"
    return "，".join(part for part in (early, end, f"自{clock}起算" if one.maximum else "") if part)


def _months(count: int | None) -> str:
    if count is None:
        return ""
    return f"{count // 12}年" if count % 12 == 0 else f"{count}个月"


def _values(o: _Outcome) -> str:
    clock = f"'{o.clock}'" if o.regime else "NULL"
    note = "NULL" if o.early is Early.MONTHS or (not o.shown and o.early is Early.NONE) else f"'{o.early}'"
    shown = o.shown or not o.regime
    minimum, maximum = (o.minimum, o.maximum) if shown else (None, None)
    numbers = f"CAST({minimum or 'NULL'} AS INTEGER), CAST({maximum or 'NULL'} AS INTEGER)"
    text = ", ".join((_text(o.regime), _text(o.name), str(o.shown).lower(), clock, note, numbers))
    return f"{text}, {_text(o.reason)}"


def _text(value: str | None) -> str:
    return "CAST(NULL AS VARCHAR)" if value is None else "'" + value.replace("'", "''") + "'"


def _day(column: str) -> str:
    # try_strptime alone takes 2020-1-5 too (decision 15)
    exact = f"regexp_full_match(\"{column}\", '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
    return f"CASE WHEN {exact} THEN CAST(try_strptime(\"{column}\", '%Y-%m-%d') AS DATE) END"
