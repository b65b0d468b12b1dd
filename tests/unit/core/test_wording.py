"""Words that are kept or published as they stand."""

from __future__ import annotations

import pytest

from xinheng.core.identity import check_character
from xinheng.core.wording import fault

INVENTED = "11010119900307001" + check_character("11010119900307001")


@pytest.mark.parametrize("text", ["明远市城管局", "明远市城管局（综合执法队）", "Ａ局 二科"])
def test_plain_words_have_no_fault(text):
    assert fault(text, 2, 100) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "为空"),
        (" \t ", "为空"),
        ("局", "只有 1 个字"),
        ("局" * 101, "有 101 个字"),
        ("明远\n市局", "不可见"),
        ("明远\x1b[31m市局", "不可见"),
        ("明远\u202e市局", "不可见"),
        ("明远\udcff市局", "不可见"),
        (f"明远{INVENTED}局", "身份证号码"),
    ],
)
def test_a_fault_is_named_without_repeating_the_words(text, said):
    found = fault(text, 2, 100)
    assert found is not None
    assert said in found
    assert INVENTED not in found
