"""Headers as agencies write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.law.samples import load_upper

from xinheng.law.headers import Target, normalise, resolve


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("行政相对人代码_1 (统一社会信用代码)", "行政相对人代码_1（统一社会信用代码）"),
        ("  处罚决定\n日期 ", "处罚决定日期"),
        ("ＣＦ＿ＷＳＨ", "cf_wsh"),
        ("处罚决定书文号［案号］", "处罚决定书文号(案号)"),
        ("*处罚机关：", "处罚机关"),
        ("处罚\u200b机关\ufeff", "处罚机关"),
    ],
)
def test_widths_brackets_blanks_and_letter_case_do_not_count(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


def test_what_a_bracket_says_does_count() -> None:
    assert normalise("行政相对人代码_2（工商注册号）") != normalise("行政相对人代码_2（组织机构代码）")


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("A_NAME", Target("A_NAME")),
        ("名 称", Target("A_NAME")),
        ("单位", Target("A_NAME")),
        ("金额（元）", Target("A_SUM", 10_000)),
        ("金额(万元)", Target("A_SUM")),
        ("序号", Target("ignored")),
        ("身份证号", Target("dropped")),
        ("证件号", Target("dropped")),
        ("没见过的列", Target("unmapped")),
        ("", Target("unmapped")),
    ],
)
def test_a_header_has_one_target(tmp_path: Path, header: str, target: Target) -> None:
    assert resolve(load_upper(tmp_path).item("notice"), header) == target
