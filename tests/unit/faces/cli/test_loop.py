"""The loop on the command line: what waits, numbers declared void, decisions withdrawn within their term."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sending import AUTHORITY, row, write
from tests.unit.faces.cli.test_commands import made_home, run  # noqa: F401 - fixtures

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sent(run: Run, tmp_path: Path) -> dict[str, str]:  # noqa: F811
    """A right row and a wrong one of an agency, each test its own: (record, agency, number)."""
    number = 1_000 + len(run("cases", "list", "--limit", "10000")[1].splitlines())
    agency = f"Q{number}"
    assert run("agency", "add", agency, f"{AUTHORITY}{number}", "--authority", AUTHORITY)[0] == 0
    rows = [row(number), row(number + 5_000, CF_CFLB="罚")]
    file = str(write(tmp_path / "a.csv", rows))
    code, out, _ = run("intake", file, "--item", "penalty", "--source", agency, "--json")
    assert code == 3
    accepted = json.loads(out)["rows"][0]["record"]
    return {"record": accepted, "agency": agency, "number": str(number)}


def test_what_waits_is_listed_shown_and_only_handed_over_within_an_agency(
    run: Run,  # noqa: F811
    sent: dict[str, str],
) -> None:
    out = (
        run("cases", "list", "--source", sent["agency"], "--overdue")[1]
        + run("cases", "list", "--source", sent["agency"])[1]
    )
    case = re.search(r"^([0-9a-f-]{36})", out, re.MULTILINE)
    assert case is not None
    assert "共 1 件" in out
    code, out, _ = run("cases", "show", case[1])
    assert code == 0
    assert "行政处罚退回" in out
    assert run("cases", "show", "019a9d2c-5b00-7000-8000-000000000001")[0] == 4
    for one in ("x", "y"):
        new = (f"{one}{sent['number']}", "--role", "clerk", "--agency", sent["agency"])
        assert run("account", "add", *new)[0] == 0
    given = ("--from", f"x{sent['number']}", "--to", f"y{sent['number']}")
    assert run("cases", "hand-over", *given)[1] == "已移交 0 件\n"
    assert run("cases", "hand-over", "--from", given[1], "--to", given[1])[0] == 3


def test_a_revoked_decision_is_withdrawn_and_timed(run: Run, sent: dict[str, str]) -> None:  # noqa: F811
    given = (sent["record"], "--source", sent["agency"], "--reason", "复议决定撤销")
    assert run("record", "withdraw", *given, "--revoked-on", "2999-01-01", "--yes")[0] == 3
    both = ("--revoked-on", "2026-11-13", "--changed-on", "2026-11-13")
    assert run("record", "withdraw", *given, *both)[0] == 3
    assert run("record", "report-change", *given)[0] == 3
    code, out, _ = run("record", "report-change", *given, "--changed-on", "2026-11-13")
    assert code == 0
    assert "期限 2026-11-18" in out
    code, out, err = run("record", "withdraw", *given, "--revoked-on", "2026-11-13")
    assert code == 0, err
    assert "撤回后不能恢复" in err
    assert "期限 2026-11-18" in out
    assert run("record", "withdraw", *given, "--yes")[0] == 5


def test_numbers_are_declared_void_by_one_by_range_and_by_sheet(
    run: Run,  # noqa: F811
    sent: dict[str, str],
    tmp_path: Path,
) -> None:
    source = ("--source", sent["agency"])
    assert run("numbers", "void", *source, "--number", "甲〔2026〕1号", "--reason", "打印作废")[0] == 0
    ranged = ("--number", "甲〔2026〕3号", "--to", "甲〔2026〕5号", "--reason", "系统跳号")
    assert run("numbers", "void", *source, *ranged)[1] == "已登记 1 条，共 3 个号码\n"
    sheet = tmp_path / "void.csv"
    sheet.write_text("事项,起始文号,截止文号,原因\npenalty,乙1号,乙2号,跳号\npenalty,乙2号,,跳号\n", "utf-8")
    assert run("numbers", "void", *source, "--csv", str(sheet))[0] == 3
    out = run("numbers", "list", *source)[1]
    assert "甲〔2026〕4号" in out
    assert "乙1号" not in out, "one wrong line, and nothing of the sheet is noted"
    sheet.write_text("事项,起始文号,截止文号,原因\npenalty,乙1号,乙2号,跳号\n", "utf-8")
    assert run("numbers", "void", *source, "--csv", str(sheet))[0] == 0
    declared = re.findall(r"^([0-9a-f-]{36})", run("numbers", "declarations", *source)[1], re.MULTILINE)
    assert len(declared) == 3
    assert run("numbers", "withdraw", declared[0], *source)[0] == 0
    assert run("numbers", "withdraw", declared[0], *source)[0] == 4
    assert "乙1号" not in run("numbers", "list", *source)[1]
    assert run("numbers", "void", *source)[0] == 3
