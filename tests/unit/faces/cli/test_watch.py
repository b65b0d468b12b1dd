"""`xinheng watch` on the command line."""

# ruff: noqa: F811 - fixtures

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.sending import AUTHORITY, row, write
from tests.unit.faces.cli.test_commands import made_home, run  # noqa: F401 - fixtures

Run = Callable[..., tuple[int, str, str]]


def test_watching_on_the_command_line(run: Run, tmp_path: Path) -> None:
    assert run("agency", "add", "W1", f"{AUTHORITY}监测", "--authority", AUTHORITY)[0] == 0
    rows = [row(n, CF_WSH=f"清监测罚〔2026〕{n}号", CF_JDRQ="2026-08-03") for n in (1, 2, 3, 4, 6, 7)]
    file = str(write(tmp_path / "a.csv", rows))
    assert run("intake", file, "--item", "penalty", "--source", "W1")[0] == 0
    code, out, _ = run("watch", "run")
    assert code == 0
    assert "疑似漏报号码：1，其中新提出 1" in out
    assert "其中新提出 0" in run("watch", "run")[1]
    assert "清监测罚〔2026〕5号" in run("watch", "gaps", "--agency", "W1")[1]
    late = run("watch", "late", "--agency", "W1", "--item", "penalty")[1]
    assert "共 6 条" in late
    assert "2026-08-12" in late
    assert run("watch", "silence")[1].endswith("共 0 件\n")
    text = "文号,当事人\n清监测罚〔2026〕5号,某某商贸有限公司\n清监测罚〔2026〕第6号,清河第6号商贸有限公司\n"
    listed = tmp_path / "list.csv"
    listed.write_text(text, encoding="utf-8")
    out_file = str(tmp_path / "out.csv")
    code, out, _ = run("watch", "compare", str(listed), "--source", "W1", "--self", "-o", out_file)
    assert code == 0
    assert "已有　1" in out
    assert "未报送　1" in out
    assert "清监测罚〔2026〕5号" in Path(out_file).read_text(encoding="utf-8-sig")
    assert run("watch", "compare", str(listed), "--source", "W1", "--self", "--raise")[0] == 3
    assert "提出疑似瞒报　0" in run("watch", "compare", str(listed), "--source", "W1", "--raise")[1]
