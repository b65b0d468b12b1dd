"""`xinheng suspicions` on the command line: in, split, out, and the way over another platform."""

# ruff: noqa: F811 - fixtures

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

from tests.unit.faces.cli.test_commands import made_home, run  # noqa: F401 - fixtures
from tests.unit.outward.suspicions import lists as given

Run = Callable[..., tuple[int, str, str]]


def test_a_list_goes_in_and_out_and_over_another_platform(run: Run, tmp_path: Path) -> None:
    run("agency", "add", "S0", "恒州市信用办清单", "--kind", "office", "--level", "city")
    run("agency", "add", "S1", "甲县信用办清单", "--kind", "office", "--parent", "S0")
    run("agency", "add", "S2", given.COUNTY_MARKET, "--parent", "S1")
    source = tmp_path / "核查表.csv"
    source.write_bytes(given.as_csv([given.row(1, given.COUNTY_MARKET), given.row(2, given.MARKET, "赵某")]))
    asked = (
        "suspicions",
        "import",
        str(source),
        "--office",
        "S0",
        "--title",
        "省第五批",
        "--from",
        "示例省信用办",
    )
    assert run(*asked, "--due", "哪天")[0] == 3
    assert run(*asked, "--map", "省级备注=什么")[0] == 3
    code, out, err = run(*asked, "--due", "2099-01-31", "--map", "省级备注=kept")
    assert code == 0, err
    assert "2 行，自然人 1 行" in out
    one = re.search(r"[0-9a-f-]{36}", out)
    assert one is not None
    assert run(*asked)[0] == 5, "the same file again"
    code, out, _ = run("suspicions", "split", one[0], "--office", "S0", "--days", "2")
    assert (code, "甲县信用办清单：1 行" in out) == (0, True)
    assert "省第五批" in run("suspicions", "status")[1]
    assert "甲县信用办清单" in run("suspicions", "status", one[0])[1]
    package = tmp_path / "下发.zip"
    code, out, err = run("suspicions", "export", one[0], "--package-to", "S1", "--into", str(package))
    assert (code, "1 行" in out) == (0, True), err
    run("agency", "add", "T1", "甲县自己的信用办", "--kind", "office")
    code, out, err = run("suspicions", "import", str(package), "--office", "T1")
    assert code == 0, err
    lower = re.search(r"[0-9a-f-]{36}", out)
    assert lower is not None
    answers = tmp_path / "答复.zip"
    code, out, err = run("suspicions", "return", lower[0], "--into", str(answers))
    assert (code, "0 行答复，1 行没有办结" in out) == (0, True), err
    code, out, err = run("suspicions", "merge", one[0], str(answers))
    assert (code, "还有 1 行没有答复" in out) == (0, True), err
    assert run("suspicions", "merge", one[0], str(package))[0] == 3
    back = tmp_path / "反馈.csv"
    code, out, _ = run("suspicions", "export", one[0], "--into", str(back))
    assert (code, "2 行，1 行没有办结" in out) == (0, True)
    assert run("suspicions", "export", one[0], "--into", str(back))[0] == 3, "nothing is overwritten"
    assert run("suspicions", "export", one[0], "--into", str(tmp_path / "x.pdf"))[0] == 3
    rows = list(csv.reader(back.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[2] == list(given.HEADER)
    assert rows[3] == given.row(1, given.COUNTY_MARKET, 法定代表人="")
    assert not list(tmp_path.glob(".*"))
