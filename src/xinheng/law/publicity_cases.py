"""The worked examples of a ruling: which it needs, and whether they come out."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb

from xinheng.law.errors import PackExampleError
from xinheng.law.publicity import Case, Ruling
from xinheng.law.publicity_sql import UNSETTLED, Cite, decide_rows


def try_cases(ruling: Ruling, cite: Cite) -> None:
    """Run all examples of a ruling at once. Raises PackExampleError at the first that is wrong or missing."""
    try:
        decided = decide_rows(ruling, [case.given for case in ruling.cases], cite)
    except duckdb.Error as error:
        found = f"DuckDB：{str(error).splitlines()[0][:200]}"
        place = ruling.place or ruling.channel
        raise PackExampleError(place, found=found, expected="能在示例上运行的规则") from None
    for number, case in enumerate(ruling.cases):
        if number not in decided:
            raise PackExampleError(case.place, found="applies 不成立", expected="本渠道适用的示例")
        _compare(case, decided[number])
    _complete(ruling)


def _compare(case: Case, got: dict[str, object]) -> None:
    for name, expected in case.outcome.items():
        value = got[name]
        found = value.isoformat() if isinstance(value, date) else value
        if found != expected:
            raise PackExampleError(
                case.place, found=f"{name} 为 {_said(found)}", expected=f"示例所写的 {_said(expected)}"
            )


def _said(value: object) -> str:
    return "（空）" if value is None else str(value)


def _complete(ruling: Ruling) -> None:
    place = ruling.place or ruling.channel
    days = {case.given.get(ruling.columns["decided"]) for case in ruling.cases}
    for day in sorted(_sides(ruling)):
        if day.isoformat() not in days:
            raise PackExampleError(
                place, found=f"没有 {day} 作出决定的示例", expected="每个时间界线两侧各一个示例"
            )
    shown = {(case.outcome["regime"], case.outcome["class"], case.outcome["shown"]) for case in ruling.cases}
    for regime in ruling.regimes:
        for one in regime.classes:
            if (regime.id, one.name, one.shown) not in shown:
                found = f"{regime.id} 的 {one.id} 类没有示例"
                raise PackExampleError(one.place or place, found=found, expected="每一类至少一个示例")
        if regime.unknown and (regime.id, UNSETTLED, regime.unknown.like.shown) not in shown:
            found = f"{regime.id} 没有类别未定的示例"
            raise PackExampleError(regime.place or place, found=found, expected="unknown 有一个示例")


def _sides(ruling: Ruling) -> set[date]:
    """The last day before and the first day after every date boundary."""
    boundaries = {regime.span.start for regime in ruling.regimes}
    boundaries |= {regime.span.to for regime in ruling.regimes if regime.span.to}
    if ruling.unread:
        boundaries.add(ruling.unread.before)
    return {day for boundary in boundaries for day in (boundary - timedelta(days=1), boundary)}
