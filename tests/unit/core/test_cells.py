"""Blanks, widths, dates: one reading in Python and in SQL."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.core.columns import over

from xinheng.core import cells, documents


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2018-7-27", "2018-07-27"),
        ("2018/7/27", "2018-07-27"),
        ("2018.7.27", "2018-07-27"),
        ("2018年7月27日", "2018-07-27"),
        ("2018年7月27", "2018-07-27"),
        ("2018 年 7 月 27 日", "2018-07-27"),
        ("20180727", "2018-07-27"),
        ("２０１８－７－２７", "2018-07-27"),
        ("2018/07/27 00:00:00", "2018-07-27"),
        ("2018-07-27T00:00:00.000", "2018-07-27"),
        ("\u3000 2018-07-27\u200b\n", "2018-07-27"),
        ("1900-1-1", "1900-01-01"),
        ("2099/12/31", "2099-12-31"),
        ("9999-12-31", "2099-12-31"),
        ("长期", "2099-12-31"),
        ("2020-02-29", "2020-02-29"),
        ("2019-02-29", None),
        ("2018-13-01", None),
        ("2018-04-31", None),
        ("20180431", None),
        ("0018-07-27", None),
        ("2100-01-01", None),
        ("2018-7/27", None),
        ("18-7-27", None),
        ("2018-07", None),
        ("7/27/2018", None),
        ("43308", None),
        ("暂无", None),
        ("", None),
        ("2018-07-27 2019-07-27", None),
        ("2018-07-27x", None),
    ],
)
def test_a_cell_states_this_date(cell: str, expected: str | None) -> None:
    assert cells.date(cell) == expected
    assert over([cell], cells.date_sql("v")) == [(expected,)]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("43308", "2018-07-27"),
        ("43308.5", "2018-07-27"),
        ("1", "1900-01-01"),
        ("59", "1900-02-28"),
        ("60", None),
        ("61", "1900-03-01"),
        ("0", None),
        ("73050", "2099-12-31"),
        ("73051", None),
        ("-5", None),
        ("2018-7-27", "2018-07-27"),
        ("20180727", "2018-07-27"),
    ],
)
def test_a_number_is_a_day_count_only_where_the_cell_is_typed_so(cell: str, expected: str | None) -> None:
    assert cells.date(cell, serial=True) == expected
    assert over([cell], cells.date_sql("v", serial=True)) == [(expected,)]


def test_open_ends_are_known_as_such() -> None:
    assert cells.is_open(cells.date("1900/1/1"))
    assert cells.is_open(cells.date("9999-12-31"))
    assert not cells.is_open(cells.date("2018-7-27"))


@pytest.mark.parametrize(
    "cell", ["", " ", "暂无", "无", "空", "—", "——", "NULL", "null", "N/A", " \u3000无\u200b"]
)
def test_these_cells_say_nothing(cell: str) -> None:
    assert cells.is_empty(cell)
    assert over([cell, None], cells.empty_sql("v")) == [(True,), (True,)]


@pytest.mark.parametrize("cell", ["无锡", "0", "空调公司", "不适用于本案的情形"])
def test_these_cells_say_something(cell: str) -> None:
    assert not cells.is_empty(cell)
    assert over([cell], cells.empty_sql("v")) == [(False,)]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("衡川(集团) 有限 公司", "衡川（集团）有限公司"),
        ("衡川［集团］有限公司", "衡川（集团）有限公司"),
        ("ABC  Trading ( 衡川 )", "ABC Trading（衡川）"),
        ("衡川\u200b市第１中学", "衡川市第1中学"),
    ],
)
def test_a_name_is_kept_with_one_kind_of_bracket_and_no_gaps(typed: str, kept: str) -> None:
    assert cells.name(typed) == kept
    assert cells.name(kept) == kept


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("石市监处罚〔2022〕120 号", "石市监处罚〔2022〕120号"),
        ("白环罚字[2017]11号", "白环罚字〔2017〕11号"),
        ("慈税罚（2018）40号", "慈税罚〔2018〕40号"),
        ("衡罚【２０１８】3号", "衡罚〔2018〕3号"),
        ("hx－2018—3", "HX-2018-3"),
    ],
)
def test_a_document_number_is_one_key_however_typed(typed: str, key: str) -> None:
    assert documents.normalise(typed) == key
    assert documents.normalise(key) == key


mess = st.one_of(
    st.text(max_size=16),
    st.text(alphabet="0129 -/.年月日\u3000\u200b\ufeff\x00０－：:T", max_size=14),
    st.text(alphabet="衡川 （）()[]【】〔〕Aa０１ｚ\t\n\x1c\x85\u2028-—'", max_size=14),
    st.from_regex(
        r"[12][890][0-9]{2}[-/.年 ]{1,2}[0-9]{1,2}[-/.月][0-9]{1,2}日?( 0?0:00(:00)?)?", fullmatch=True
    ),
    st.from_regex(r"(18|19|20|21)[0-9]{6}", fullmatch=True),
    st.sampled_from(["暂无 ", "N/a", "长期", " NULL", "--", "9999-12-31", "\\"]),
    st.integers(0, 80000).map(str),
)


@settings(max_examples=40)
@given(st.lists(mess, min_size=30, max_size=80))
@example(["2018-7-27\n", "\n", "'", "2018-07-27\u2029", "²018-7-27", "٢018-07-27", "2018-07-27 24:61:61"])
def test_the_sql_of_every_reading_equals_the_scalar(typed: list[str]) -> None:
    got = over(
        typed,
        cells.compact_sql("v"),
        cells.tidy_sql("v"),
        cells.name_sql("v"),
        cells.empty_sql("v"),
        cells.date_sql("v"),
        cells.date_sql("v", serial=True),
        documents.normalise_sql("v"),
    )
    expected = [
        (
            cells.compact(t),
            cells.tidy(t),
            cells.name(t),
            cells.is_empty(t),
            cells.date(t),
            cells.date(t, serial=True),
            documents.normalise(t),
        )
        for t in typed
    ]
    assert got == expected


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_every_spelling_of_a_day_is_that_day(day: date) -> None:
    y, m, d = day.year, day.month, day.day
    spelt = (
        f"{y}-{m}-{d}",
        f"{y}/{m}/{d}",
        f"{y}年{m}月{d}日",
        f"{y:04}{m:02}{d:02}",
        f"{y}.{m}.{d} 00:00:00",
    )
    assert {cells.date(s) for s in spelt} == {str(day)}
