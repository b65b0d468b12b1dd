"""Sums in penalty texts, and cells of 万元."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.core.columns import over

from xinheng.core.amounts import derive, wan_yuan, wan_yuan_sql
from xinheng.core.numerals import read_numeral

SHARED = Path(__file__).parents[4] / "shared" / "data"


@pytest.mark.parametrize(
    ("text", "fine", "taken"),
    [
        ("处以罚款人民币肆万捌仟元", "48000.00", None),
        ("处三十万元罚款", "300000.00", None),
        ("罚款金额：8.0（万元）", "80000.00", None),
        ("罚款（万元）：8.0", "80000.00", None),
        ("罚款￥30000（叁万元整）", "30000.00", None),
        ("罚款叁万元整（￥30,000.00）", "30000.00", None),
        ("罚款人民币叁万元整（大写）", "30000.00", None),
        ("罚款30,000元", "30000.00", None),
        ("罚款３００００元", "30000.00", None),
        ("1，没收广告费用26220.46元2，罚款600000元", "600000.00", "26220.46"),
        ("1.没收违法所得1000元；2.罚款2万元；罚款合计2万元", "20000.00", "1000.00"),
        ("对行为一罚款1万元，对行为二罚款2万元，合计罚款3万元", "30000.00", None),
        ("罚款1万元、2万元，共计3万元", "30000.00", None),
        ("1.罚款1万元、2万元，合计3万元；2.罚款5万元、1万元，合计6万元。", "90000.00", None),
        ("没收违法所得1万元，罚款2万元，合计3万元", "20000.00", "10000.00"),
        ("没收违法所得1万元，罚款2万元，总计罚没款3万元", "20000.00", "10000.00"),
        ("合计罚款3万元，其中行为一1万元，行为二2万元", "30000.00", None),
        ("分别处以罚款10000元、20000元", "30000.00", None),
        ("货值金额5000元，违法所得1200元，处罚款1万元", "10000.00", None),
        ("违法所得1000元予以没收，并罚款3万", "30000.00", "1000.00"),
        ("没收非法财物（价值3000元），罚款5000元", "5000.00", "3000.00"),
        ("依据第五十条处5000元以上3万元以下罚款，决定罚款8000元", "8000.00", None),
        ("处货值金额5倍的罚款，计人民币1.5万元", "15000.00", None),
        ("按每平方米20元罚款，计20000元", "20000.00", None),
        ("警告，并处人民币壹仟伍佰伍拾贰元玖角伍分的罚款", "1552.95", None),
        ("处以人民币壹拾万元整的行政处罚", "100000.00", None),
        ("罚款一百零五万三千元", "1053000.00", None),
        ("罚款1万2千元", "12000.00", None),
        ("罚款三点五万元", "35000.00", None),
        ("罚没款合计5万元", None, None),
        ("罚款100美元", None, None),
        ("责令改正", None, None),
        ("责令3日内改正，〔2020〕3号", None, None),
        ("罚款0元", None, None),
        ("罚款" + "9" * 300 + "元", None, None),
        ("", None, None),
    ],
)
def test_a_text_yields_the_sums_a_careful_reader_finds(
    text: str, fine: str | None, taken: str | None
) -> None:
    got = derive(text)
    assert got.fine_yuan == (Decimal(fine) if fine else None)
    assert got.confiscation_yuan == (Decimal(taken) if taken else None)
    assert (got.source is None) == (fine is None and taken is None)


def test_the_source_is_the_text_that_names_the_sum() -> None:
    assert derive("经查属实，处以罚款人民币肆万捌仟元。").source == "处以罚款人民币肆万捌仟元"
    assert str(derive("处以罚款人民币肆万捌仟元").fine_yuan) == "48000.00"


def test_all_sums_of_the_hand_read_decisions_come_out() -> None:
    file = SHARED / "penalties-cn" / "penalties-a-handed.csv"
    if not file.exists():
        pytest.skip("the shared data are not beside this checkout")
    with file.open(encoding="utf-8-sig", newline="") as rows:
        read = list(csv.DictReader(rows))
    got = [derive(r["处罚内容"]) for r in read]
    expected = [(r["expected_fine_yuan"], r["expected_confiscation_yuan"]) for r in read]
    assert [(g.fine_yuan, g.confiscation_yuan) for g in got] == [
        (Decimal(f) or None, Decimal(c) or None) for f, c in expected
    ]
    assert len(read) == 20


def test_traditional_forms_are_read() -> None:
    file = SHARED / "penalties-tw" / "moenv-sanctions-4.json"
    if not file.exists():
        pytest.skip("the shared data are not beside this checkout")
    rows = json.loads(file.read_text(encoding="utf-8"))
    assert [derive(r["SUBJECT"]).fine_yuan for r in rows] == [Decimal(r["expected_fine"]) for r in rows]


def in_words(number: int) -> str:
    """Financial capitals for 1 to 99999999, the way decisions write them."""
    digits, units = "零壹贰叁肆伍陆柒捌玖", ["", "拾", "佰", "仟"]

    def section(part: int) -> str:
        text = "".join(
            digits[int(d)] + (units[3 - i] if d != "0" else "") for i, d in enumerate(f"{part:04}")
        )
        while "零零" in text:
            text = text.replace("零零", "零")
        return text.strip("零")

    high, low = divmod(number, 10000)
    gap = "零" if high and low and low < 1000 else ""
    return (section(high) + "万" if high else "") + gap + section(low)


@given(st.integers(1, 99_999_999))
def test_words_and_figures_say_the_same(number: int) -> None:
    assert read_numeral(in_words(number)) == number
    assert derive(f"罚款人民币{in_words(number)}元整").fine_yuan == number
    assert derive(f"罚款{number:,}元（{in_words(number)}元整）").fine_yuan == number


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    got = derive("罚款" + text)
    assert got.fine_yuan is None or got.fine_yuan > 0


@pytest.mark.parametrize(
    ("cell", "divide_by", "expected"),
    [
        ("8.0", 1, "8"),
        ("30000", 10000, "3"),
        ("30,000元", 1, "3"),
        ("3万元", 10000, "3"),
        ("￥1552.95", 10000, "0.155295"),
        ("1552.955", 10000, None),
        ("0", 1, "0"),
        ("0.000000", 1, "0"),
        ("１２", 1, "12"),
        ("0.12345600", 1, "0.123456"),
        ("0.1234567", 1, None),
        ("1234567890123", 1, None),
        ("-3", 1, None),
        ("1e5", 1, None),
        ("1,00", 1, None),
        ("9" * 300, 1, None),
        ("", 1, None),
    ],
)
def test_a_cell_of_ten_thousands_becomes_plain_decimal_text(
    cell: str, divide_by: int, expected: str | None
) -> None:
    assert wan_yuan(cell, divide_by) == expected
    assert over([cell], wan_yuan_sql("v", divide_by)) == [(expected,)]


@settings(max_examples=25)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=12),
            st.from_regex(r"[￥¥]?[0-9]{0,14}([.][0-9]{0,9})?(万元|元)?", fullmatch=True),
            st.from_regex(r"[0-9]{1,3}(,[0-9]{3}){0,4}([.][0-9]{0,9})?元?", fullmatch=True),
        ),
        min_size=20,
    ),
    st.sampled_from([1, 10000]),
)
@example(["0", "00", "0.0", "000.10", "10", "100元", "0.0001元"], 1)
def test_the_sql_for_cells_equals_the_scalar(cells: list[str], divide_by: int) -> None:
    assert over(cells, wan_yuan_sql("v", divide_by)) == [(wan_yuan(c, divide_by),) for c in cells]


def test_another_divisor_is_refused() -> None:
    with pytest.raises(ValueError, match="万元"):
        wan_yuan("1", 100)
