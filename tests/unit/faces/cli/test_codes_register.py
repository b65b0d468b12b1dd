"""`xinheng codes` over a home: inspecting, the rate, registrars, corrections; small refusals beside them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.sending import code, row, write

from xinheng.faces.cli.main import main

MARKET = "清河市市场监督管理局"
OLD, TWIN, NEW = code(31), code(32), code(131)


@pytest.fixture(scope="module")
def made_home(machine_folder: Path) -> Iterator[Path]:
    root = machine_folder / "codes"
    root.mkdir(mode=0o711)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XINHENG_HOME", str(root / "h"))
        assert main(["init"]) == 0
        assert main(["db", "start"]) == 0
        assert main(["agency", "add", "XYB", "清河市信用办", "--kind", "office", "--level", "city"]) == 0
        assert main(["agency", "add", "SJJ", MARKET, "--parent", "XYB"]) == 0
        sheet = write(
            root / "三家.csv",
            [row(31), row(32, CF_XDR_MC=row(31)["CF_XDR_MC"]), row(33, CF_XDR_SHXYM="9143010000000O33X1")],
        )
        assert main(["intake", str(sheet), "--item", "penalty", "--source", "SJJ"]) == 3  # a row goes back
        yield root / "h"
        main(["db", "stop"])


@pytest.fixture
def run(made_home: Path, monkeypatch, capsys) -> Callable[..., tuple[int, str, str]]:
    """Runs a command on the home: (exit code, standard output, standard error)."""
    monkeypatch.setenv("XINHENG_HOME", str(made_home))

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        done = main(arguments)
        said = capsys.readouterr()
        return done, said.out, said.err

    return command


def test_codes_are_inspected_listed_and_corrected(run) -> None:
    assert "尚未检查过" in run("codes", "rate")[1]
    assert run("codes", "registrar", "SJJ", "--prefix", "9", "--division", "430100")[0] == 0
    assert re.search(rf"9\s+工商.*430100\s+{MARKET}", run("codes", "registrar")[1])
    done, out, _ = run("codes", "inspect")
    assert (done, out.splitlines()[0]) == (0, "新发现 2，消除 0，现存 2")
    assert "重错码率 100.0000%（2 ÷ 2）" in out
    assert "未达到" in out
    assert "待核实" in out
    assert run("codes", "inspect")[1].splitlines()[0] == "新发现 0，消除 0，现存 2"
    rows = list(csv.DictReader(io.StringIO(run("codes", "list", "--csv")[1])))
    assert {(r["类别"], r["代码"], r["承办单位"]) for r in rows} == {
        ("一主体多码", TWIN, MARKET),
        ("错码", "9143010000000O33X1", MARKET),
    }
    assert "共 1 条" in run("codes", "list", "--kind", "错码")[1]
    asked = ("--source", "SJJ", "--basis", "清市监更〔2026〕1号")
    done, out, _ = run("codes", "correct", OLD, NEW, *asked)
    assert (done, f"由 {OLD} 更正为 {NEW}" in out) == (0, True)
    assert run("log", "verify")[0] == 0
    done, _, err = run("codes", "correct", OLD, TWIN, *asked)
    assert (done, "XH656" in err, "需合并，尚未提供" in err) == (5, True, True)
    done, _, err = run("codes", "correct", NEW, NEW, *asked)
    assert (done, "XH657" in err) == (3, True)


def test_what_is_refused(run) -> None:
    assert run("codes", "registrar", "SJJ", "--prefix", "Z")[0] == 3
    assert run("codes", "registrar", "NIX", "--prefix", "9")[0] == 4
    assert run("codes", "list", "--kind", "什么")[0] == 3
    assert run("codes", "correct", code(99), NEW, "--source", "SJJ", "--basis", "依据文书")[0] == 4


def test_erasing_asks_nothing_where_there_is_no_home(monkeypatch, capsys, tmp_path: Path) -> None:
    monkeypatch.setenv("XINHENG_HOME", str(tmp_path / "none"))
    record = "019a9d2c-5b00-7000-8000-000000000001"
    assert main(["record", "erase", record, "--law", "某法第一条"]) == 7
    said = capsys.readouterr()
    assert "XH901" in said.err
    assert "继续" not in said.out + said.err


def test_an_address_that_is_none_is_named_and_not_repeated(monkeypatch, capsys, tmp_path: Path) -> None:
    monkeypatch.setenv("XINHENG_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("XINHENG_DSN", "rubbish planted-secret")
    assert main(["init"]) != 0
    said = capsys.readouterr().err
    assert "XH902" in said
    assert "XINHENG_DSN" in said
    assert "planted-secret" not in said
