"""When a step is due, how late something is, and what words may stand in a letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from xinheng.law import packs
from xinheng.office.cases.model import Case
from xinheng.office.cases.model import State as CaseState
from xinheng.outward.letters.composing import chinese, next_due, ripe, working_days_late
from xinheng.outward.letters.errors import LetterRefused, ReplyRefused
from xinheng.outward.letters.model import Body, Letter, State, Step
from xinheng.outward.letters.wording import answered, drafted, paragraphs_of

PACK = packs.load("national", [packs.shipped()])
AT = datetime(2026, 11, 2, 2, tzinfo=UTC)
ID = UUID(int=5)
OUT = Letter(
    ID, ID, None, False, Step.REMINDER, ID, ID, State.ISSUED, "催办函", Body(("正文",)), date(2026, 11, 6),
    None, "信用催〔2026〕1号", date(2026, 10, 30), None, None, AT, AT, "经办", None,
)  # fmt: skip
CASE = Case(
    ID, "revocation", "甲", ID, None, "record:x", CaseState.OPEN, None, date(2026, 11, 6), None, {}, None,
    AT, AT, None, None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("day", "step"),
    [
        (date(2026, 11, 6), None),  # Friday, the last day of the term
        (date(2026, 11, 8), None),  # Sunday: no working day has gone by
        (date(2026, 11, 9), Step.ORDER),
    ],
)
def test_the_next_step_is_due_working_days_after_the_term(day: date, step: Step | None) -> None:
    assert next_due(OUT, PACK, day) is step
    assert ripe(CASE, PACK, day) is (step is not None), "the same count for what is overdue itself"


@pytest.mark.parametrize(
    "ended",
    [
        {"state": State.CLOSED},
        {"state": State.DRAFT},
        {"due_on": None},
        {"withdraws": True},
        {"step": Step.APPRAISAL},
    ],
)
def test_nothing_follows_what_is_over_or_last(ended: dict[str, object]) -> None:
    assert next_due(replace(OUT, **ended), PACK, date(2026, 12, 1)) is None  # type: ignore[arg-type]


def test_a_year_without_a_calendar_makes_nothing_due() -> None:
    assert next_due(replace(OUT, due_on=date(2037, 1, 5)), PACK, date(2037, 3, 1)) is None
    assert ripe(replace(CASE, due_on=date(2037, 1, 5)), PACK, date(2037, 3, 1)) is False
    assert ripe(replace(CASE, due_on=None), PACK, date(2026, 3, 1)) is False


@pytest.mark.parametrize(
    ("due", "day", "late"),
    [
        (date(2026, 11, 6), date(2026, 11, 6), "0"),
        (date(2026, 11, 6), date(2026, 11, 8), "0"),
        (date(2026, 11, 6), date(2026, 11, 9), "1"),
        (date(2026, 9, 30), date(2026, 10, 8), "1"),  # 国庆: 1 to 7 October are no working days
        (date(2036, 12, 31), date(2037, 1, 4), "—"),
    ],
)
def test_lateness_is_counted_in_working_days(due: date, day: date, late: str) -> None:
    assert working_days_late(due, day, PACK.calendar) == late


def test_words_are_kept_line_by_line() -> None:
    assert paragraphs_of("　　第一段。\r\n\r\n  第二段。  \n") == ("第一段。", "第二段。")
    assert answered(" 已办结。 \n\n 附回执。") == "已办结。\n附回执。"
    assert answered("", 0) == ""
    for wrong in ("\u202e已经办结", "证 11010519491231002X"):
        with pytest.raises(ReplyRefused) as refused:
            answered(wrong)
        assert "11010519491231002X" not in str(refused.value)
    with pytest.raises(LetterRefused):
        drafted("关于补报的函", ("正文",), "附注\u200b")
    assert chinese(date(2026, 3, 5)) == "2026年3月5日"
