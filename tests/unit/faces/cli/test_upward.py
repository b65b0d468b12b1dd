"""`xinheng upward` on the command line: a partner by files, and being the upper side of one."""

# ruff: noqa: F811 - fixtures

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.sending import AUTHORITY, row, write
from tests.unit.faces.cli.test_commands import made_home, run  # noqa: F401 - fixtures

Run = Callable[..., tuple[int, str, str]]


def test_reconciling_on_the_command_line(run: Run, tmp_path: Path) -> None:
    assert run("agency", "add", "UP", "对账市信用办", "--kind", "office")[0] == 0
    assert run("agency", "add", "U1", "对账市监局", "--authority", AUTHORITY)[0] == 0
    between = tmp_path / "between"
    between.mkdir()
    file = tmp_path / "province.json"
    file.write_text(json.dumps({"way": "folder", "path": str(between)}))
    assert run("upward", "add", "省平台", "--office", "UP", "--to", str(file))[0] == 7, "others may read it"
    file.chmod(0o600)
    assert run("upward", "add", "省平台", "--office", "U1", "--to", str(file))[0] == 3, "no office"
    code, out, _ = run("upward", "add", "省平台", "--office", "UP", "--to", str(file), "--item", "行政处罚")
    assert (code, "已登记 省平台（目录）" in out) == (0, True)
    assert run("upward", "add", "省平台", "--office", "UP", "--to", str(file))[0] == 3, "named twice"
    rows = [row(n, CF_WSH=f"清对账罚〔2026〕{n}号") for n in (1, 2)]
    sheet = str(write(tmp_path / "a.csv", rows))
    assert run("intake", sheet, "--item", "penalty", "--source", "U1")[0] == 0
    code, out, _ = run("upward", "run")
    assert (code, "发出 1 批" in out) == (0, True)
    # the same home plays the upper side too: it knows both decisions already
    code, out, _ = run("upward", "answer", str(between), "--sender", "U1")
    assert code == 0
    assert "收下 1 个文件：接收" in out
    assert "退回 0 条" in out
    code, out, _ = run("upward", "run", "省平台")
    assert code == 0
    assert "差异 0 项" in out
    assert run("upward", "differences")[1].endswith("共 0 项\n")
    out = run("upward", "status")[1]
    assert "行政处罚" in out
    assert "清空" in out
    assert run("upward", "status", "--month", "x")[0] == 2
    assert run("upward", "connect", "省平台", "--to", str(file))[0] == 0
    assert run("upward", "remove", "省平台")[0] == 0
    assert run("upward", "run", "省平台")[0] == 4
