"""How far: figures by number and by word, bounds and aims, windows, tasks from their figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.law.citing import Place, Span
from xinheng.law.workplans import PlanFigure, PlanTask, Reach, Rhythm, WorkPlan
from xinheng.outward.plans import model_by_hand
from xinheng.outward.plans.model import (
    Entry,
    Judged,
    Review,
    Said,
    Standing,
    judge_number,
    judge_task,
    judge_words,
    last_ended,
    shown,
    window,
)

HERE = Place("样例", 1)
ONE, TWO = UUID(int=1), UUID(int=2)
UNTIL = date(2023, 12, 31)
FIGURE = PlanFigure(
    id="f", name="宣传稿件", quote="2篇", reach=Reach.BY_HAND, comparison=">=", value=Decimal(2), unit="篇",
    text=None, target=None, figure=None, by="各部门", every=Rhythm.MONTH, reason=None, each=False, place=HERE,
)  # fmt: skip
TASK = PlanTask("t", "一", "第1点", "1、甲。", "甲", "甲。", (), ("各部门",), None, (FIGURE,), (), HERE)
YEAR = Span(date(2023, 1, 1), date(2024, 1, 1))
PLAN = WorkPlan("p", "i", "要点", "2023 年", YEAR, (), 10, (TASK,), (), "样例", HERE)


def number(comparison: str, value: str) -> PlanFigure:
    return replace(FIGURE, comparison=comparison, value=Decimal(value))


def said(
    amount: str | None, as_of: date, *, accepted: bool | None = None, agency: UUID = ONE, done: bool = False
) -> Said:
    at = datetime(as_of.year, as_of.month, as_of.day, 8, tzinfo=UTC)
    value = Decimal(amount) if amount is not None else None
    entry = Entry(
        UUID(int=as_of.toordinal()), "p", "t", "f", agency, as_of, value, "", "文件", done, at, None, "甲"
    )
    review = None if accepted is None else Review(entry.entry, accepted, "", at, None, "乙")
    return Said(entry, review)


@pytest.mark.parametrize(
    ("comparison", "aim", "value", "day", "until", "expected"),
    [
        (">=", "70", "70", UNTIL, UNTIL, Standing.REACHED),
        (">", "50", "50", UNTIL, UNTIL, Standing.ON_THE_WAY),
        (">", "50", "50", UNTIL + timedelta(days=1), UNTIL, Standing.BEHIND),
        (">=", "70", "69.99", UNTIL, None, Standing.NO_TERM),
        ("=", "100", "99.99", UNTIL, UNTIL, Standing.ON_THE_WAY),
        ("=", "100", "100", UNTIL, UNTIL, Standing.REACHED),
        ("=", "0", "1", date(2023, 1, 2), UNTIL, Standing.BEHIND),  # 零瞒报: one is one too many
        ("=", "0", "0", date(2023, 1, 2), UNTIL, Standing.REACHED),
        ("<=", "0.01", "0.02", date(2023, 1, 2), UNTIL, Standing.BEHIND),
        ("<", "0.01", "0.01", date(2023, 1, 2), None, Standing.BEHIND),
    ],
)
def test_a_number_is_judged_by_its_comparison_and_its_term(
    comparison: str, aim: str, value: str, day: date, until: date | None, expected: Standing
) -> None:
    judged = judge_number(number(comparison, aim), Fraction(value), until, day)
    assert judged.standing is expected
    assert aim in judged.reason


def test_a_share_is_judged_before_it_is_rounded() -> None:
    nearly = Fraction(9_999_999, 10_000_000) * 100
    assert judge_number(number("=", "100"), nearly, UNTIL, UNTIL).standing is Standing.ON_THE_WAY


def test_words_are_reached_only_when_the_office_says_so() -> None:
    day = date(2023, 6, 1)
    done, confirmed = said(None, day, done=True), said(None, day, done=True, accepted=True)
    assert judge_words(None, None, UNTIL, day).standing is Standing.UNKNOWN
    assert judge_words(None, said(None, day), UNTIL, day).standing is Standing.ON_THE_WAY
    assert judge_words(done, done, UNTIL, day).standing is Standing.ON_THE_WAY
    assert judge_words(confirmed, confirmed, UNTIL, day).standing is Standing.REACHED
    assert judge_words(done, done, UNTIL, UNTIL + timedelta(days=1)).standing is Standing.BEHIND
    assert judge_words(None, said(None, day), None, day).standing is Standing.NO_TERM


def test_one_figure_that_nobody_can_tell_leaves_the_task_untold() -> None:
    task = replace(TASK, figures=(FIGURE, replace(FIGURE, id="g")))
    reached, unknown = Judged(Standing.REACHED, ""), Judged(Standing.UNKNOWN, "")
    assert judge_task(task, [reached, reached], []).standing is Standing.REACHED
    assert judge_task(task, [reached, unknown], []).standing is Standing.UNKNOWN
    assert judge_task(task, [Judged(Standing.BEHIND, ""), unknown], []).standing is Standing.BEHIND


def test_a_task_without_figures_lives_on_notes() -> None:
    bare = replace(TASK, figures=())
    day = date(2023, 6, 1)
    assert judge_task(bare, [], []).standing is Standing.UNKNOWN
    assert judge_task(bare, [], [said(None, day)]).standing is Standing.ON_THE_WAY
    assert judge_task(bare, [], [said(None, day, done=True)]).standing is Standing.ON_THE_WAY
    assert judge_task(bare, [], [said(None, day, done=True, accepted=True)]).standing is Standing.REACHED
    assert judge_task(bare, [], [said(None, day, accepted=False)]).standing is Standing.UNKNOWN


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(list(Rhythm)[:3]))
def test_windows_follow_each_other_and_hold_their_day(day: date, every: Rhythm) -> None:
    here = window(every, day)
    assert here.first <= day <= here.last
    after = window(every, here.last + timedelta(days=1))
    assert after.first == here.last + timedelta(days=1)
    assert after.name != here.name


def test_what_is_due_is_the_last_window_that_is_over_within_the_plan() -> None:
    def name(every: Rhythm, day: date) -> str | None:
        found = last_ended(PLAN, every, day)
        return found.name if found else None

    assert name(Rhythm.MONTH, date(2023, 1, 31)) is None
    assert name(Rhythm.MONTH, date(2023, 2, 1)) == "2023-01"
    assert name(Rhythm.QUARTER, date(2023, 12, 31)) == "2023 年第 3 季度"
    assert name(Rhythm.MONTH, date(2026, 5, 1)) == "2023-12"
    assert name(Rhythm.YEAR, date(2024, 1, 1)) == "2023 年"
    assert name(Rhythm.ONCE, date(2023, 6, 1)) is None


def asked(day: date, each: bool = False) -> model_by_hand.Asked:
    figure = replace(FIGURE, each=each)
    return model_by_hand.Asked(PLAN, TASK, figure, day, {ONE: "甲局", TWO: "乙局"})


def test_a_value_counts_until_a_later_one_or_until_it_is_too_old() -> None:
    june = [said("3", date(2023, 5, 31)), said("1", date(2023, 5, 31), accepted=False)]
    judged, by = model_by_hand.judge_by_hand(asked(date(2023, 6, 10)), june)
    assert (judged.standing, by) == (Standing.REACHED, june[0])
    assert "尚未确认" in judged.reason
    judged, _ = model_by_hand.judge_by_hand(asked(date(2023, 7, 1)), june)
    assert judged.standing is Standing.UNKNOWN
    assert "2023-06" in judged.reason


def test_what_is_asked_of_each_is_reached_when_all_have_it() -> None:
    day, may = date(2023, 6, 10), date(2023, 5, 31)
    one = [said("2", may)]
    assert model_by_hand.judge_by_hand(asked(day, True), one)[0].standing is Standing.UNKNOWN
    both = [*one, said("2", may, agency=TWO)]
    assert model_by_hand.judge_by_hand(asked(day, True), both)[0].standing is Standing.REACHED
    assert model_by_hand.missing(asked(day, True), one) == (TWO,)
    assert model_by_hand.missing(asked(day), one) == ()
    assert model_by_hand.missing(asked(day), []) == (ONE, TWO)


def test_nobody_to_enter_it_is_said_so() -> None:
    nobody = replace(asked(date(2023, 6, 10)), agencies={})
    assert "各部门" in model_by_hand.judge_by_hand(nobody, [])[0].reason


@pytest.mark.parametrize(
    ("kept", "text"), [("50.000000", "50"), ("0.01", "0.01"), ("100", "100"), ("0", "0")]
)
def test_numbers_lose_the_zeros_of_the_database(kept: str, text: str) -> None:
    assert shown(Decimal(kept)) == text
