"""The one evaluator of publicity: SQL made of rulings, for a million records, for one, and for the examples.

The text reads a relation of VARCHAR fields. A CASE over dates and conditions gives each record the number of
its answer; days follow from what the answer says of months. What else it says, regime, class and reason, is
the same for all who have it, so no text leaves the database: `outcomes` says it of the number.
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
DAYS = ("first_day", "earliest_end", "last_day")
Cite = Callable[[Basis], str]


@dataclass(frozen=True)
class Outcome:
    """What a ruling says about a record, without its days. `reason`: Chinese, with the article."""

    regime: str | None
    class_: str | None
    shown: bool
    earliest_note: str | None
    reason: str


@dataclass(frozen=True)
class _Answer:
    """What the rules say where the record bears the mark and its days are known."""

    regime: str | None
    name: str | None
    shown: bool
    clock: Clock
    early: Early
    minimum: int | None
    maximum: int | None
    reason: str


def decision(rulings: Sequence[Ruling], source: str, *, keys: Sequence[str] = (), mark: str = "true") -> str:
    """SQL over the relation `source`, one row for each of its records.

    Columns: `keys` of the source, then for each ruling, by its place, those of `columns_at`: a place in
    `outcomes` as USMALLINT, NULL where the ruling does not apply to the record, and DAYS as DATE. `mark` is a
    condition over the source that must hold for a record to be shown at all (the mark 公示 of the item).
    Raises nothing; dates in the source must be YYYY-MM-DD.
    """
    kept = "".join(f'"{key}", ' for key in keys)
    codes = sorted({ruling.columns[c] for ruling in rulings for c in Clock if c in ruling.columns})
    days = ", ".join(f'{_day(code)} AS "{_on(code)}"' for code in codes)
    known = "".join(f', "{_on(code)}"' for code in codes)
    told = [_told(place, ruling) for place, ruling in enumerate(rulings)]
    numbers, starts, found = (", ".join(parts) for parts in zip(*told, strict=True))
    # S608: conditions are a pack's rules, confined by the allow-list; texts are quoted
    return (
        f"SELECT {kept}{found} FROM (SELECT *, {starts} FROM ("  # noqa: S608
        f"SELECT {kept}marked{known}, {numbers} FROM ("
        f"SELECT *, {days}, coalesce({mark}, false) AS marked FROM {source})))"
    )


def columns_at(place: int) -> tuple[str, ...]:
    """The columns of `decision` for the ruling at that place: the outcome, then DAYS."""
    return tuple(f"{name}_{place}" for name in ("outcome", *DAYS))


def outcomes(ruling: Ruling, cite: Cite) -> tuple[Outcome, ...]:
    """What the numbers of `decision` stand for. `cite` writes a basis as Chinese citation."""
    answers, _ = _answers(ruling, cite)
    said = [Outcome(a.regime, a.name, a.shown, _note(a), a.reason) for a in answers]
    hidden = [
        Outcome(o.regime, o.class_, False, o.earliest_note, reason if o.shown else o.reason)
        for reason in (_UNMARKED, _UNDATED)
        for o in said
    ]
    return (*said, *hidden)


def decide_rows(
    ruling: Ruling, rows: Sequence[Mapping[str, str | None]], cite: Cite, *, mark: str = "true"
) -> dict[int, dict[str, object]]:
    """What the ruling decides on a few rows (field code -> text), by position, as COLUMNS; rows it does not
    apply to are left out. In process and small: for a pack's examples and questions about one record."""
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
        found = db.execute(decision([ruling], "given", keys=("row_number",), mark=mark)).fetchall()
    said = outcomes(ruling, cite)
    return {
        number: _row(ruling.channel, said[outcome], days)
        for number, outcome, *days in found
        if outcome is not None
    }


def _row(channel: str, said: Outcome, days: Sequence[object]) -> dict[str, object]:
    first, earliest, last = days
    regime, class_, note = said.regime, said.class_, said.earliest_note
    values = (channel, regime, class_, said.shown, first, earliest, note, last, said.reason)
    return dict(zip(COLUMNS, values, strict=True))


_UNMARKED = "本条只归集，不公示（简易程序处罚，或信源单位限定了使用范围）"
_UNDATED = "未报送公开发布日期，公示期无法计算，不公示"


def _told(place: int, ruling: Ruling) -> tuple[str, str, str]:
    """For the three levels of `decision`: the number of a record's answer, its first day, what is found."""
    answers, cascade = _answers(ruling)
    number, (outcome, first, earliest, last) = f"number_{place}", columns_at(place)
    if ruling.applies:
        cascade = f"CASE WHEN TRY({ruling.applies}) THEN {cascade} END"

    def end(months: Sequence[int | None]) -> str:
        counts = ", ".join("NULL" if count is None else str(count) for count in months)
        return f"CAST({first} + to_months(CAST([{counts}] AS INTEGER[])[{number} + 1]) AS DATE)"

    starts = " ".join(
        f"WHEN {_among(number, [a.regime is not None and a.clock is clock for a in answers])} "
        f"THEN {_clock(ruling, clock)}"
        for clock in Clock
    )
    shown, count = _among(number, [a.shown for a in answers]), len(answers)
    return (
        f"{cascade} AS {number}",
        f"CASE {starts} END AS {first}",
        f"CAST({number} + CASE WHEN {shown} AND NOT marked THEN {count} "
        f"WHEN {shown} AND {first} IS NULL THEN {2 * count} ELSE 0 END AS USMALLINT) AS {outcome}, {first}, "
        f"{end([a.minimum for a in answers])} AS {earliest}, {end([a.maximum for a in answers])} AS {last}",
    )


def _among(number: str, which: Sequence[bool]) -> str:
    """Whether a number is one of those for which `which` holds."""
    places = ", ".join(str(place) for place, holds in enumerate(which) if holds)
    return f"{number} IN ({places})" if places else "false"


def _clock(ruling: Ruling, clock: Clock) -> str:
    """The day that a clock of the ruling shows, as a column of `decision`."""
    return f'"{_on(ruling.columns[clock])}"' if clock in ruling.columns else "CAST(NULL AS DATE)"


def _on(code: str) -> str:
    return f"{code} as day"


def _answers(ruling: Ruling, cite: Cite = lambda basis: "") -> tuple[list[_Answer], str]:
    """Every answer of a ruling, and the expression that numbers a record's."""
    answers = [_silent("未载明有效的决定日期，公示期无法计算，不公示"), _silent(_no_rule(ruling))]
    numbers: dict[tuple[str, str], int] = {}
    for regime in ruling.regimes:
        for one in regime.classes:
            numbers[regime.id, one.id] = len(answers)
            answers.append(_of_class(regime, one, cite))
        if regime.unknown:
            numbers[regime.id, ""] = len(answers)
            answers.append(_of_unknown(regime, cite))
    decided, otherwise = _clock(ruling, Clock.DECIDED), "1"
    if ruling.unread:
        answers.append(_unread(ruling))
        before = f"{decided} < DATE '{ruling.unread.before}'"
        otherwise = f"CASE WHEN {before} THEN {len(answers) - 1} ELSE 1 END"
    cases = "".join(
        f"WHEN {_in_span(regime, decided)} THEN {_cascade(regime, ruling, numbers)} "
        for regime in ruling.regimes
    )
    return answers, f"CASE WHEN {decided} IS NULL THEN 0 {cases}ELSE {otherwise} END"


def _cascade(regime: Regime, ruling: Ruling, numbers: dict[tuple[str, str], int]) -> str:
    """The number of the first class that holds; a later regime may take over what is still shown."""

    def outcome(one: PublicityClass, number: int) -> str:
        for later in ruling.regimes:
            takes = later.transition is Transition.RECOMPUTE and later.span.start > regime.span.start
            if takes and one.shown and one.maximum is not None:
                start = _clock(ruling, regime.clock)
                still = f"{start} + to_months({one.maximum}) >= DATE '{later.span.start}'"
                return f"CASE WHEN {still} THEN {_cascade(later, ruling, numbers)} ELSE {number} END"
        return str(number)

    cases = "".join(
        f"WHEN TRY({one.when}) THEN {outcome(one, numbers[regime.id, one.id])} " for one in regime.classes
    )
    last = outcome(regime.unknown.like, numbers[regime.id, ""]) if regime.unknown else "1"
    return f"CASE {cases}ELSE {last} END"


def _in_span(regime: Regime, decided: str) -> str:
    ends = f" AND {decided} < DATE '{regime.span.to}'" if regime.span.to else ""
    return f"{decided} >= DATE '{regime.span.start}'{ends}"


def _silent(reason: str) -> _Answer:
    return _Answer(None, None, False, Clock.DECIDED, Early.MONTHS, None, None, reason)


def _no_rule(ruling: Ruling) -> str:
    return f"无现行规则：决定日期当日没有适用于{ruling.channel}的公示规定，不公示"


def _unread(ruling: Ruling) -> _Answer:
    note = ruling.unread.note if ruling.unread else ""
    reason = f"待核实：{note}，不公示"
    return _Answer(None, None, False, Clock.DECIDED, Early.UNREAD, None, None, reason)


def _of_class(regime: Regime, one: PublicityClass, cite: Cite) -> _Answer:
    said = f"{one.name}失信信息：" if one.name else ""
    reason = f"{said}{_periods(regime, one)}{_noted(one.note)}。依据：{cite(one.basis)}"
    return _answer(regime, one, one.name, reason)


def _of_unknown(regime: Regime, cite: Cite) -> _Answer:
    unknown = regime.unknown
    if unknown is None:
        raise ValueError("the regime knows every class")
    like = unknown.like
    named = f"“{like.name}”" if like.name else ""
    said = f"失信类别未定（{unknown.note}），按已记录事实所允许的最轻一类{named}处理："
    reason = f"{said}{_periods(regime, like)}{_noted(like.note)}。依据：{cite(like.basis)}"
    return _answer(regime, like, UNSETTLED, reason)


def _answer(regime: Regime, one: PublicityClass, name: str | None, reason: str) -> _Answer:
    return _Answer(regime.id, name, one.shown, regime.clock, one.early, one.minimum, one.maximum, reason)


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


def _note(a: _Answer) -> str | None:
    """What is said of an early end where there is no day for it."""
    silent = a.early is Early.MONTHS or (not a.shown and a.early is Early.NONE)
    return None if silent else a.early.value


def _day(column: str) -> str:
    # try_strptime alone takes 2020-1-5 too (decision 15)
    exact = f"regexp_full_match(\"{column}\", '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
    return f"CASE WHEN {exact} THEN CAST(try_strptime(\"{column}\", '%Y-%m-%d') AS DATE) END"
