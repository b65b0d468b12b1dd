"""`xinheng appraisal` on the command line."""

# ruff: noqa: F811 - fixtures

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from tests.sending import AUTHORITY, row, write
from tests.unit.faces.cli.test_commands import made_home, run  # noqa: F401 - fixtures

Run = Callable[..., tuple[int, str, str]]
DAYS = ("--from", "2026-08-01", "--to", "2026-08-31")


def test_scoring_and_drawing_on_the_command_line(run: Run, tmp_path: Path) -> None:
    assert run("agency", "add", "K1", f"{AUTHORITY}考核", "--authority", AUTHORITY)[0] == 0
    rows = [row(n, CF_WSH=f"清考核罚〔2026〕{n}号", CF_JDRQ="2026-08-03") for n in range(1, 9)]
    file = str(write(tmp_path / "a.csv", rows))
    assert run("intake", file, "--item", "penalty", "--source", "K1")[0] == 0

    code, out, _ = run("appraisal", "run", "model-unit", *DAYS)
    assert code == 0
    assert f"{AUTHORITY}考核" in out
    made = re.search(r"考核 ([0-9a-f-]{36})\n计算结果摘要 (\w{64})", out)
    assert made is not None
    code, out, _ = run("appraisal", "verify", made[1])
    assert (code, out.splitlines()[0]) == (0, f"一致：{made[2]}")
    assert run("appraisal", "run", "nothing", *DAYS)[0] == 4
    assert run("appraisal", "run", "model-unit", "--from", "八月", "--to", "2026-08-31")[0] == 3

    fixed = ("--item", "行政处罚", "--source", "K1", "--seed-rule", "福彩双色球开奖号码，中国福彩网")
    code, _, err = run("appraisal", "commit", "评估一", *DAYS, *fixed, "--seed-on", "2020-01-01")
    assert code == 3
    assert "XH994" in err
    code, out, _ = run("appraisal", "commit", "评估一", *DAYS, *fixed, "--seed-on", "2099-01-01")
    assert code == 0
    frame = re.search(r"评估 ([0-9a-f-]{36})\n抽样框 8 条，摘要 (\w{64})", out)
    assert frame is not None
    assert run("appraisal", "export", frame[1], "--out", str(tmp_path))[0] == 0
    assert hashlib.sha256((tmp_path / "frame.json").read_bytes()).hexdigest() == frame[2]
    assert not (tmp_path / "sample.json").exists()
    code, _, err = run("appraisal", "draw", frame[1], "--seed", "01 02 03", "--source", "中国福彩网")
    assert (code, "XH995" in err) == (5, True)
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("甲,乙\n", encoding="utf-8")
    assert run("appraisal", "import", frame[1], str(sheet))[0] == 5
    assert run("appraisal", "list")[1].count("\n") == 3
