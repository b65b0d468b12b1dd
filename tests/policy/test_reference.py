"""The command line over packs, and the reference pages it writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.law.samples import UPPER, changed, write
from typer.testing import CliRunner

from xinheng.faces.cli.main import main
from xinheng.faces.cli.policy import app
from xinheng.law.packs import CHECKED, shipped

PACKS = sorted(head.parent.name for head in shipped().glob("*/pack.yaml"))
PAGES = shipped().parent / "docs" / "policy"


def test_there_is_no_page_of_a_pack_that_is_gone() -> None:
    assert sorted(p.stem for p in PAGES.glob("*.md") if p.stem != "README") == PACKS


@pytest.fixture(autouse=True)
def no_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XINHENG_HOME", str(tmp_path / "no-home"))


def test_check_answers_for_every_pack() -> None:
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 0, result.output
    assert result.stdout.count("合格") == len(PACKS)


def test_check_names_file_and_line_and_fails(tmp_path: Path) -> None:
    write(tmp_path, "upper", changed(UPPER, "catalogue/notice.yaml", "edition: E1", "edition: 2018"))
    result = CliRunner().invoke(app, ["check", "upper", "--folder", str(tmp_path)])
    assert result.exit_code == 3
    assert "XH202" in result.stderr
    assert "upper/catalogue/notice.yaml:3" in result.stderr


def test_show_prints_the_item_as_it_stands_on_the_day() -> None:
    result = CliRunner().invoke(app, ["show", "行政处罚", "--on", "2026-05-01"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "CF_NR_WFFF" in result.stdout
    assert "7 个工作日" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["penalty", "--on", "2018-07-24"], "XH212"),
        (["penalty", "--on", "1999-01-01"], "XH212"),
        (["nothing", "--on", "2026-02-28"], "XH211"),
        (["penalty", "--on", "2026-02-30"], "XH905"),
        (["penalty", "--on", "2026-02-28", "--pack", "atlantis"], "XH210"),
    ],
)
def test_show_refuses_with_a_code(
    arguments: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", "show", *arguments]) in (3, 4)
    assert code in capsys.readouterr().err


def test_the_reference_pages_are_current(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["reference", "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert sorted(p.stem for p in tmp_path.glob("*.md")) == PACKS
    checked = (tmp_path / CHECKED).read_text(encoding="utf-8")
    assert (shipped() / CHECKED).read_text(encoding="utf-8") == checked, "run: ./run xinheng policy reference"
    for name in PACKS:
        written = (tmp_path / f"{name}.md").read_text(encoding="utf-8")
        kept = (PAGES / f"{name}.md").read_text(encoding="utf-8")
        assert kept == written, "run: ./run xinheng policy reference"


def test_health_says_what_a_pack_misses_and_exits_with_a_refusal(tmp_path: Path) -> None:
    write(tmp_path, "upper", UPPER)
    result = CliRunner().invoke(
        app, ["health", "upper", "--against", "national", "--on", "2026-11-20", "--folder", str(tmp_path)]
    )
    assert result.exit_code == 3, result.output
    assert "缺少事项 42 个" in result.stdout
    assert "行政处罚" in result.stdout


@pytest.mark.parametrize("name", PACKS)
def test_health_finds_nothing_missing_in_a_shipped_pack(name: str) -> None:
    result = CliRunner().invoke(app, ["health", name, "--on", "2026-11-20"])
    assert result.exit_code == 0, result.output
    assert "缺少事项 0 个，数据项 0 个" in result.stdout
    assert "（加 --own 列出）" in result.stdout


def test_diff_says_types_and_openness_in_chinese() -> None:
    result = CliRunner().invoke(app, ["diff", "hunan", "hunan-yongzhou"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "主体名称，文字，必填，政务共享，至多 200 字" in result.stdout
    assert "退回：" in result.stdout
    for word in ("text，", "shared", "return："):
        assert word not in result.stdout


def test_show_says_who_supplies_an_item_and_which_marks_are_unsettled() -> None:
    result = CliRunner().invoke(app, ["show", "水费缴纳", "--on", "2026-05-01"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    for text in ("供水企业（公用企事业单位）", "授权查询", "按月核对", "公示：否（无现行规则）"):
        assert text in result.stdout
