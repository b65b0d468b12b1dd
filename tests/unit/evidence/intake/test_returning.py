"""Reasons of returned rows, as they are read back."""

from __future__ import annotations

import json

import pytest

from xinheng.evidence.intake.returning import results

CODE = "91420200MADEM002X7"  # invented


def kept(found: str | None, name: str = "penalty.uscc-alphabet.CF_XDR_SHXYM") -> str:
    check = {"id": name, "field": "CF_XDR_SHXYM", "severity": "return", "found": found}
    return json.dumps([{**check, "expected": "数字与大写字母", "message": "含有代码不用的字符"}])


def test_the_one_reading_that_makes_a_code_valid_is_offered() -> None:
    [check] = results(kept(CODE.replace("M002", "MO02")))
    assert check.message == f"含有代码不用的字符；可能是 {CODE}，请核对后自行改正"
    assert check.found == CODE.replace("M002", "MO02"), "what was found is never changed"


@pytest.mark.parametrize("found", [None, "", "9142020OMADEMO02XI", "SSSSSSSSSSSSSSSSSS"])
def test_nothing_is_offered_where_no_reading_is_valid(found: str | None) -> None:
    [check] = results(kept(found))
    assert check.message == "含有代码不用的字符"


def test_other_checks_keep_their_message() -> None:
    [check] = results(kept(CODE.replace("M002", "MO02"), "penalty.uscc-check.CF_XDR_SHXYM"))
    assert check.message == "含有代码不用的字符"
