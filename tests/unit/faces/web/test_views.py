"""Pagination, figures in words, dates and sums as shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from xinheng.core.times import Known
from xinheng.faces.web.portal.views import term_bar
from xinheng.faces.web.views import (
    PAGE_DEPTH,
    bytes_text,
    count_text,
    date_text,
    grouped,
    highlighted,
    moment,
    page_number,
    pages,
    wan_yuan_note,
)


def test_a_page_number_is_never_beyond_the_depth_and_never_below_one() -> None:
    asked = {None: 1, "": 1, "x": 1, "-3": 1, "0": 1, "7": 7, "51": 50, "99999999999": 50, "²": 1}
    assert {text: page_number(text) for text in asked} == asked


@given(st.integers(1, 400), st.one_of(st.none(), st.integers(0, 5_000)))
def test_every_list_can_be_walked_from_any_page_to_its_ends(page: int, total: int | None) -> None:
    shown = pages(page, total, "/x", {"q": "a"})
    numbers = [link.number for link in shown.links if not link.gap]
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 1
    assert numbers[-1] == shown.last <= PAGE_DEPTH
    assert [link.number for link in shown.links if link.here] == [shown.page]
    assert (shown.next is None) == (shown.page == shown.last)
    assert (shown.prev is None) == (shown.page == 1)


def test_page_links_keep_the_question_and_leave_out_what_is_empty() -> None:
    shown = pages(2, 60, "/search", {"q": "星河 A&B", "from": ""})
    assert shown.prev == "/search?q=%E6%98%9F%E6%B2%B3+A%26B"
    assert shown.next == "/search?q=%E6%98%9F%E6%B2%B3+A%26B&page=3"


def test_a_list_deeper_than_anyone_may_turn_says_so() -> None:
    assert pages(1, 1_000, "/x", {}).capped is False
    assert pages(1, 1_001, "/x", {}).capped is True
    assert pages(1, None, "/x", {}).capped is True


def test_counts_stop_at_a_thousand_in_words() -> None:
    assert count_text(None) == "超过 1\N{NO-BREAK SPACE}000"
    assert count_text(84) == "84"
    assert grouped(1_234_567) == "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567"


def test_an_instant_is_shown_in_beijing_time() -> None:
    assert moment(Known.parse("2026-11-19T16:30:00.000000Z")) == "2026-11-20 00:30"


def test_the_open_end_of_the_standard_reads_as_long_term() -> None:
    assert date_text("2099-12-31") == "长期"
    assert date_text(date(2026, 1, 2)) == "2026-01-02"
    assert date_text(None) is None


@given(st.decimals(0, 10**9, places=6))
def test_sums_in_ten_thousands_are_exact_to_the_fen(value: Decimal) -> None:
    note = wan_yuan_note(str(value))
    assert note is not None
    shown = Decimal(note.removeprefix("合 ").removesuffix(" 元").replace("\N{NO-BREAK SPACE}", ""))
    assert shown == (value * 10_000).quantize(Decimal("0.01"))


def test_what_is_no_sum_gets_no_note() -> None:
    assert [wan_yuan_note(text) for text in (None, "", "五万", "NaN", "Infinity")] == [None] * 5


@given(st.text("星河市", max_size=9), st.text("星河", max_size=2))
def test_highlighting_never_changes_the_name(name: str, query: str) -> None:
    parts = highlighted(name, query)
    assert "".join(text for text, _ in parts) == name
    assert all(text == query for text, hit in parts if hit)


def test_file_sizes_read_as_people_say_them() -> None:
    assert [bytes_text(n) for n in (0, 2_048, 1 << 20, 3_565_159, 2 << 30)] == [
        "1 KB",
        "2 KB",
        "1.0 MB",
        "3.4 MB",
        "2048.0 MB",
    ]


def test_the_bar_of_a_publicity_period_keeps_order_and_scale() -> None:
    bar = term_bar(date(2026, 1, 1), date(2026, 4, 1), date(2026, 12, 31), date(2026, 7, 2))
    assert bar is not None
    assert (bar.earliest, bar.today) == (246, 498)
    assert [(m.text, m.day, m.today) for m in bar.marks] == [
        ("起算", "2026-01-01", False),
        ("最短公示期届满", "2026-04-01", False),
        ("今天", "2026-07-02", True),
        ("公示至", "2026-12-31", False),
    ]


def test_a_period_without_an_end_has_no_bar_and_a_past_one_no_today() -> None:
    assert term_bar(date(2026, 1, 1), None, None, date(2026, 7, 2)) is None
    past = term_bar(date(2020, 1, 1), None, date(2020, 12, 31), date(2026, 7, 2))
    assert past is not None
    assert past.today is None
    assert past.earliest == 0
