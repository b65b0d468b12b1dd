"""The command line over packs, and the reference pages it writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.law.samples import UPPER, changed, write
from typer.testing import CliRunner

from xinheng.faces.cli.policy import app
from xinheng.law.packs import load, shipped
from xinheng.law.reference import page

PACKS = sorted(head.parent.name for head in shipped().glob("*/pack.yaml"))
PAGES = shipped().parent / "docs" / "policy"


@pytest.mark.parametrize("name", PACKS)
def test_the_reference_page_is_current(name: str) -> None:
    written = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert written == page(load(name, [shipped()])), "run: ./run xinheng policy reference"


def test_there_is_no_page_of_a_pack_that_is_gone() -> None:
    assert sorted(p.stem for p in PAGES.glob("*.md") if p.stem != "README") == PACKS


def test_check_answers_for_every_pack() -> None:
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 0, result.output
    assert result.stdout.count("合格") == len(PACKS)


def test_check_names_file_and_line_and_fails(tmp_path: Path) -> None:
    write(tmp_path, "upper", changed(UPPER, "catalogue/notice.yaml", "edition: E1", "edition: 2018"))
    result = CliRunner().invoke(app, ["check", "upper", "--folder", str(tmp_path)])
    assert result.exit_code == 1
    assert "XH202" in result.stderr
    assert "upper/catalogue/notice.yaml:3" in result.stderr


def test_show_prints_the_item_as_it_stands_on_the_day() -> None:
    result = CliRunner().invoke(app, ["show", "行政处罚", "--on", "2026-05-01"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "CF_NR_WFFF" in result.stdout
    assert "7 个工作日" in result.stdout


@pytest.mark.parametrize("day", ["2018-07-24", "1999-01-01"])
def test_show_says_that_no_rule_is_in_force(day: str) -> None:
    result = CliRunner().invoke(app, ["show", "penalty", "--on", day])
    assert result.exit_code == 1
    assert "XH212" in result.stderr


def test_show_refuses_what_is_no_date_or_no_item() -> None:
    assert CliRunner().invoke(app, ["show", "penalty", "--on", "2026-02-30"]).exit_code == 2
    result = CliRunner().invoke(app, ["show", "nothing", "--on", "2026-02-28"])
    assert (result.exit_code, "XH211" in result.stderr) == (1, True)


def test_reference_writes_a_page_for_each_pack(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["reference", "--out", str(tmp_path / "pages")])
    assert result.exit_code == 0, result.output
    assert sorted(p.stem for p in (tmp_path / "pages").glob("*.md")) == PACKS
