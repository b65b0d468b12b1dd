"""Identity numbers in free text: all that are there, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core.columns import over

from xinheng.core.identity import MASK, check_character, count_sql, is_identity_number, mask, mask_sql

INVENTED = "11010519491231002X"  # the example of GB 11643


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"当事人张某（{INVENTED}）", 1),
        (f"身份证号{INVENTED}，{INVENTED.lower()}", 2),
        ("110105 19491231 002X", 1),
        ("110105-19491231-002X", 1),
        ("110105194912 31002X，身份证110105 194912310021", 1),
        ("１１０１０５１９４９１２３１００２Ｘ", 1),
        (f"ID{INVENTED}", 1),
        ("11010519\u200b491231002X", 1),
        ("身份证号码：110105194912310021", 1),  # wrong check, but said to be one
        ("旧证110105491231002", 1),
    ],
)
def test_identity_numbers_are_masked(text: str, count: int) -> None:
    masked, found = mask(text)
    assert found == count
    assert masked.count(MASK) == count
    assert "491231002" not in masked
    assert over([text], mask_sql("v"), count_sql("v")) == [(masked, count)]


@pytest.mark.parametrize(
    "text",
    [
        "统一社会信用代码91110000600037341L",
        "911522010783762860",
        "罚款110105491231002元",
        f"衡罚字〔2020〕第{INVENTED}号",
        "电话13800138000、0716-8112345",
        "注册号：110105491231002",
        "账号 110105491231002",
        "110105194902310021",  # no such birth date
        "990105194912310021",  # no such province
        "110105194912310021",  # the check fails and nothing says that it is one
        f"{INVENTED[:17]}0000",
        "",
    ],
)
def test_other_numbers_stay_to_the_character(text: str) -> None:
    assert mask(text) == (text, 0)
    assert over([text], mask_sql("v"), count_sql("v")) == [(text, 0)]


@st.composite
def numbers(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1930, 1, 1), date(2020, 12, 31)))
    region = draw(st.sampled_from(["110105", "420222", "430102", "659001", "810000"]))
    serial = f"{draw(st.integers(0, 999)):03}"
    first = region + born.strftime("%Y%m%d") + serial
    return draw(st.sampled_from([first + check_character(first), region + born.strftime("%y%m%d") + serial]))


@given(
    numbers(),
    st.sampled_from(["，", "（", " ", "当事人", "：", "\n"]),
    st.sampled_from(["）", "", "。", " 等"]),
)
def test_every_well_formed_number_is_found(number: str, before: str, after: str) -> None:
    assert is_identity_number(number)
    assert mask(before + number + after) == (before + MASK + after, 1)


@given(numbers().filter(lambda n: len(n) == 18), st.integers(0, 17), st.sampled_from("0123456789"))
def test_a_single_wrong_digit_fails_the_check(number: str, at: int, digit: str) -> None:
    wrong = number[:at] + digit + number[at + 1 :]
    assert is_identity_number(wrong) == (wrong == number)


pieces = st.one_of(
    st.text(max_size=6),
    numbers(),
    numbers().map(lambda n: f"{n[:6]} {n[6:14]}-{n[14:]}"),
    numbers().map(lambda n: n[:-1] + "7"),
    st.sampled_from(
        [
            *(
                "身份证号",
                "第",
                "号",
                "代码",
                "统一社会信用代码：",
                "元",
                ".5",
                ",000",
                "注册号",
                "〔2020〕",
                "\n",
                MASK,
            ),
            *(
                "\u200b",
                "X",
                "a",
                "9",
                " ",
                "１１０１０５１９４９１２３１００２Ｘ",
                "１３０５０３６７０４０１００１",
                "ＩＤ",
                "130503670401001",
                "110105188002290026",
                "91110000600037341L",
                "ID",
            ),
        ]
    ),
)


@settings(max_examples=40)
@given(st.lists(st.lists(pieces, max_size=6).map("".join), min_size=20, max_size=40))
def test_the_sql_masks_exactly_what_the_scalar_masks(texts: list[str]) -> None:
    assert over(texts, mask_sql("v"), count_sql("v")) == [mask(t) for t in texts]


def test_a_birth_date_may_be_any_real_day() -> None:
    day = date(2000, 2, 28) + timedelta(days=1)
    first = "420222" + day.strftime("%Y%m%d") + "001"
    assert is_identity_number(first + check_character(first))
    assert not is_identity_number("42022219000229001" + check_character("42022219000229001"))
