"""Document numbers as series, and what a gap is worth."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.outward.monitoring.series import (
    LONGEST,
    Held,
    Key,
    Reason,
    Series,
    Stretch,
    Verdict,
    parse,
    stretches,
    used_of,
)

TODAY = date(2026, 11, 20)
LONG_AGO = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("text", "prefix", "year", "number"),
    [
        ("甲市监处罚〔2026〕120 号", "甲市监处罚", 2026, 120),
        ("甲市监处罚[2026]120号", "甲市监处罚", 2026, 120),
        ("甲市监处罚（2026）第00120号", "甲市监处罚", 2026, 120),
        ("甲市监罚字〔2026〕18号", "甲市监罚", 2026, 18),
        ("甲(一)消行罚决字〔2023〕第100127号", "甲〔一〕消行罚决", 2023, 100127),
        ("甲环罚〔2026〕12号之一", "甲环罚", 2026, 12),
        ("甲环罚〔2026〕12-1号", "甲环罚", 2026, 12),
        ("甲环罚〔2026〕12号（补正）", "甲环罚", 2026, 12),
        ("甲环罚〔2026〕３-0012号", "甲环罚3-", 2026, 12),
        ("甲〔2026〕罚字第7号", "甲罚", 2026, 7),
    ],
)
def test_a_number_is_read(text: str, prefix: str, year: int, number: int) -> None:
    found = parse(text)
    assert found is not None
    assert (found.key, found.number) == (Key(prefix, year), number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "甲罚字第10041196000号",
        "30-113-030001",
        "甲罚〔2026〕号",
        "甲罚〔2026〕20260512000123号",
        "〔2026〕0号",
    ],
)
def test_what_is_no_number_of_a_series_belongs_to_none(text: str) -> None:
    assert parse(text) is None


def test_a_neighbour_is_written_as_the_number_itself() -> None:
    found = parse("甲环罚〔2026〕第0012号之一")
    assert found is not None
    assert found.spelt(13) == "甲环罚〔2026〕第0013号"
    other = parse("甲环罚〔2026〕12号")
    assert other is not None
    assert other.spelt(113) == "甲环罚〔2026〕113号"


def series(numbers: list[int], day: date = LONG_AGO, used: set[int] | None = None) -> Series:
    found = Series(Key("甲环罚", 2026), used=used or set())
    for n in numbers:
        found.add(n, Held(day, 0, 0, True))
    return found


def due(day: date) -> date:
    return day + timedelta(days=11)


def seen(found: Series) -> list[tuple[int, int, Verdict, Reason]]:
    return [(s.first, s.last, s.verdict, s.reason) for s in judged(found)]


def judged(found: Series) -> list[Stretch]:
    return stretches(found, due, TODAY)


def test_a_number_missing_between_two_is_suspected_with_its_neighbours() -> None:
    (one,) = judged(series([1, 2, 3, 4, 6, 7, 8]))
    assert (one.missing, one.lower, one.upper) == ((5,), 4, 6)
    assert (one.verdict, one.due_on) == (Verdict.SUSPECTED, date(2026, 3, 13))


def test_numbers_that_are_registered_or_were_returned_are_no_gap() -> None:
    assert seen(series([1, 2, 3, 6, 7], used={4, 5})) == []
    assert [s.missing for s in judged(series([1, 2, 3, 4, 5, 9, 10], used={7}))] == [(6, 8)]


def test_the_end_of_a_series_is_no_gap_and_its_head_is_not_accused() -> None:
    assert seen(series([1, 2, 3, 4, 5, 6])) == []
    assert seen(series([3, 4, 5, 6, 7])) == [(1, 2, Verdict.UNCLEAR, Reason.HEAD)]
    assert seen(series([1001, 1002, 1003, 1004, 1005])) == []


def test_numbers_that_may_still_come_in_time_wait() -> None:
    recent = series([1, 2, 3, 4, 5, 7], TODAY - timedelta(days=5))
    assert seen(recent) == [(6, 6, Verdict.WAITING, Reason.TERM)]
    unknown = stretches(series([1, 2, 3, 4, 5, 7]), lambda _: None, TODAY)
    assert [(s.verdict, s.reason) for s in unknown] == [(Verdict.WAITING, Reason.NO_TERM)]


def test_what_does_not_run_one_by_one_is_not_judged() -> None:
    assert seen(series([1, 2, 4])) == [(3, 3, Verdict.UNCLEAR, Reason.FEW)]
    assert {r for *_, r in seen(series([1, 3, 5, 7, 9, 11, 13]))} == {Reason.SPARSE}
    jump = series([*range(1, 60), 5000, *range(5002, 5060)])
    assert seen(jump) == [
        (60, 4999, Verdict.UNCLEAR, Reason.JUMP),
        (5001, 5001, Verdict.SUSPECTED, Reason.NONE),
    ]


def test_two_agencies_under_one_prefix_accuse_nobody_at_their_border() -> None:
    shared = series([1, 2, 3, 4, 5, 6])
    for n in (8, 9, 11):
        shared.add(n, Held(LONG_AGO, 1, 0, True))
    assert seen(shared) == [
        (7, 7, Verdict.UNCLEAR, Reason.SHARED),
        (10, 10, Verdict.SUSPECTED, Reason.NONE),
    ]


def test_what_was_entered_later_is_no_neighbour() -> None:
    old = series([1, 2, 3, 4, 6, 7])
    old.add(9, Held(LONG_AGO, 0, 0, False))
    assert [r for *_, r in seen(old)] == [Reason.NONE, Reason.BACKLOG]


def test_several_parties_under_one_number_are_one_number_of_the_latest_day() -> None:
    found = series([1, 2, 3, 4, 6])
    found.add(6, Held(TODAY - timedelta(days=2), 0, 0, True))
    assert seen(found) == [(5, 5, Verdict.WAITING, Reason.TERM)]


@given(
    st.sets(st.integers(1, 400), min_size=1, max_size=200),
    st.sets(st.integers(1, 400), max_size=80),
)
def test_held_and_registered_numbers_are_never_missing(held: set[int], used: set[int]) -> None:
    for each in judged(series(sorted(held), used=used)):
        assert not set(each.missing) & (held | used)
        assert each.upper in held
        assert len(each.missing) <= LONGEST
        assert all(each.lower < n < each.upper for n in each.missing)


def test_registered_numbers_find_their_series_however_they_are_typed() -> None:
    key = Key("甲环罚", 2026)
    typed = ["甲环罚〔2026〕0005号", "甲环罚（2026）第6号", "乙环罚〔2026〕7号", "无号"]
    assert used_of(typed, {key}) == {key: {5, 6}}


def test_real_numbers_are_read(shared_data: Path) -> None:
    lines = (shared_data / "doc-numbers" / "doc-numbers.csv").read_text(encoding="utf-8").splitlines()[1:]
    texts = [line.split(",")[0] for line in lines]
    unread = [text for text in texts if parse(text) is None]
    assert unread == ["府勞動字第10041196000號", "30-113-030001"]


@given(
    st.sampled_from(["甲环罚", "甲A3队罚", "甲环罚字", "甲2"]),
    st.integers(0, 99_999),
    st.sampled_from(["", "0", "00"]),
)
def test_the_usual_way_and_the_long_one_read_alike(prefix: str, number: int, zeros: str) -> None:
    usual = f"{prefix}〔2026〕{zeros}{number}号"
    assert parse(usual) == parse(f" {usual}")  # a blank takes the long way
