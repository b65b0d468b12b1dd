"""`xinheng plans`: listed, shown with reasons, entered, confirmed, exported."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.e2e.town import Town
from tests.unit.faces.web.plan_town import ARTICLES, MONTHLY, PLAN, plan_town

from xinheng.faces.cli.main import main
from xinheng.ground.store import Server

Run = Callable[..., tuple[int, str, str]]
LAST = "2023-12-31"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Town]:
    with plan_town(tmp_path_factory.mktemp("cliplans"), server) as built:
        yield built


@pytest.fixture
def run(city: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("XINHENG_HOME", str(city.app.home.root))
    monkeypatch.setenv("XINHENG_DSN", city.app.settings.dsn or "")

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_plans_are_listed_with_where_their_figures_come_from(run: Run) -> None:
    code, out, _ = run("plans", "list")
    assert code == 0
    assert re.search(r"huangshi-2023\s.*\s16\s", out)
    assert "xinyong-hubei" in out
    assert "共 2 个工作要点" in out


def test_a_plan_is_shown_with_the_reason_of_every_state(run: Run) -> None:
    code, out, _ = run("plans", "show", PLAN, "--on", "2023-11-20")
    assert code == 0
    assert "第（十六）项" in out
    assert "融资综合信用服务平台不是本平台的一部分" in out
    assert "无量化指标，也没有进展记录" in out
    assert run("plans", "show", "x")[0] == 4
    assert run("plans", "show", PLAN, "--on", "去年")[0] == 3


def test_a_value_is_entered_shown_and_confirmed(run: Run) -> None:
    enter = ("plans", "enter", PLAN, MONTHLY, "--agency", "SJJ", "--figure", ARTICLES, "--as-of", LAST)
    assert run(*enter, "--amount", "三", "--evidence", "网站后台")[0] == 3
    code, out, _ = run(*enter, "--amount", "3", "--evidence", "网站后台")
    assert code == 0, out
    entry = out.split()[-1]
    out = run("plans", "show", PLAN, MONTHLY)[1]
    assert entry in out
    assert "待确认" in out
    assert run("plans", "confirm", entry, "--refuse")[0] == 5
    assert run("plans", "confirm", entry)[1] == "已确认\n"
    assert "已达到" in run("plans", "show", PLAN, MONTHLY)[1]


def test_a_body_is_entered_and_taken_back(run: Run) -> None:
    assert run("plans", "enter", PLAN, MONTHLY, "--agency", "HBJ", "--as-of", LAST, "--words", "已办")[0] == 6
    assert run("plans", "body", "市直相关部门", "--agency", "HBJ")[0] == 0
    assert run("plans", "enter", PLAN, MONTHLY, "--agency", "HBJ", "--as-of", LAST, "--words", "已办")[0] == 0
    assert run("plans", "body", "市直相关部门", "--agency", "HBJ", "--end")[0] == 0
    assert run("plans", "body", "没有这个局", "--agency", "HBJ")[0] == 3


def test_cases_are_opened_for_what_is_due_and_plans_are_written_to_files(run: Run, tmp_path: Path) -> None:
    assert run("plans", "due")[0] == 0
    for name in ("要点.xlsx", "要点.docx"):
        assert run("plans", "export", PLAN, str(tmp_path / name))[0] == 0
        assert (tmp_path / name).read_bytes()[:2] == b"PK"
    assert run("plans", "export", PLAN, str(tmp_path / "要点.txt"))[0] == 3
