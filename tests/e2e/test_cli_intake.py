"""`xinheng intake` and `xinheng receipts` from the outside: a shell, a home, files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fastexcel
import pytest
from tests.sending import AUTHORITY, row, write

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Shell:
    """Commands of the program in a home of their own."""

    home: Path

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": path,
            "XINHENG_HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
        }
        done = subprocess.run(
            [sys.executable, "-m", "xinheng.faces.cli", *map(str, arguments)],
            env=environment,
            cwd=self.home.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def json(self, *arguments: object) -> dict[str, Any]:
        _, out, errors = self(*arguments, "--json")
        assert "XH9" not in errors, errors
        return json.loads(out)


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    folder = Path(tempfile.mkdtemp(prefix="xh-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    made = Shell(folder / "home")
    assert made("init")[0] == 0
    assert made("db", "start")[0] == 0
    assert made("agency", "add", "SJ", AUTHORITY)[0] == 0
    yield made
    made("db", "stop")
    subprocess.run(["rm", "-rf", str(folder)], check=False)


@pytest.fixture
def bare(tmp_path: Path) -> Shell:
    """A place without a home."""
    return Shell(tmp_path / "nothing")


def test_a_dry_run_needs_no_home_and_no_agency(bare: Shell, tmp_path: Path) -> None:
    sheet = write(tmp_path / "a.csv", [row(1), row(2, CF_JDRQ="2026-02-30"), row(3, 联系电话="1")])
    found = bare.json("intake", sheet, "--item", "penalty", "--dry-run")
    assert list(found)[:5] == ["receipt", "file_sha256", "pack", "profile", "position"]
    assert (found["receipt"], found["position"], found["known"]) == (None, None, None)
    assert (found["accepted"], found["returned"]) == (2, 1)
    assert found["pack"].startswith("national@sha256:")
    assert found["columns"]["CF_WSH"] == "CF_WSH"
    assert found["columns"]["联系电话"] == "ignored"
    returned = found["rows"][1]
    assert (returned["line"], returned["outcome"], returned["record"]) == (3, "returned", None)
    assert [c["field"] for c in returned["checks"]] == ["CF_JDRQ"]
    assert set(returned["checks"][0]) == {"id", "field", "severity", "found", "expected", "message"}
    assert returned["checks"][0]["found"] == "2026-02-30"
    assert returned["derived"] == {
        "fine_yuan": "48000.00",
        "confiscation_yuan": None,
        "from": "处以罚款人民币肆万捌仟元",
    }
    assert not bare.home.exists()


def test_a_command_that_needs_a_home_says_so(bare: Shell, tmp_path: Path) -> None:
    sheet = write(tmp_path / "a.csv", [row(1)])
    ended, out, errors = bare("intake", sheet, "--item", "penalty", "--source", "SJ")
    assert ended != 0
    assert out == ""
    assert "xinheng init" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (("--item", "penalty", "--source", "没有"), "XH4"),
        (("--item", "penalty"), "XH725"),
        (("--item", "没有的事项", "--source", "SJ"), "XH2"),
        (("--item", "penalty", "--source", "SJ", "--set", "没有=1"), "XH711"),
        (("--item", "penalty", "--source", "SJ", "--set", "没有"), "XH921"),
        (("--item", "penalty", "--source", "SJ", "--set", "BZ=x", "--set", "BZ=y"), "XH921"),
        (("--item", "penalty", "--source", "SJ", "--map", "没有=CF_WSH"), "XH711"),
        (("--item", "penalty", "--source", "SJ", "--returned", "没有/退回.xlsx"), "XH907"),
        (("--item", "penalty", "--source", "SJ", "--profile", "别的"), "XH721"),
        (("--item", "penalty", "--source", "SJ", "--pack", "national"), "XH905"),
    ],
)
def test_a_wrong_request_is_refused_in_one_line(
    shell: Shell, tmp_path: Path, arguments: tuple[str, ...], refusal: str
) -> None:
    sheet = write(tmp_path / "a.csv", [row(100)])
    ended, out, errors = shell("intake", sheet, *arguments)
    assert ended not in {0, 1}
    assert out == ""
    assert f"[{refusal}" in errors
    assert errors.count("\n") == 1


def test_a_person_sees_the_mapping_the_figures_and_the_reasons(shell: Shell, tmp_path: Path) -> None:
    sheet = write(tmp_path / "b.csv", [row(11), row(12, CF_XDR_SHXYM="9143"), row(13, CF_JDRQ="2020-01-02")])
    back = tmp_path / "back.xlsx"
    ended, out, _ = shell("intake", sheet, "--item", "行政处罚", "--source", "SJ", "--returned", back)
    assert ended == 3
    assert "行政处罚决定书文号" in out
    assert "接收 2  更正 0  已有 0  退回 1" in out
    assert "迟报 1" in out
    assert fastexcel.read_excel(back).sheet_names == ["退回数据", "规则说明"]
    ended, out, _ = shell("receipts", "list")
    assert (ended, "b.csv" in out) == (0, True)


def test_a_column_is_assigned_by_hand(shell: Shell, tmp_path: Path) -> None:
    rows = [{("怪名" if k == "CF_WSH" else k): v for k, v in row(21).items()}]
    sheet = write(tmp_path / "c.csv", rows)
    command: Callable[..., dict[str, Any]] = shell.json
    assert command("intake", sheet, "--item", "penalty", "--dry-run")["columns"]["怪名"] == "unmapped"
    found = command(
        "intake", sheet, "--item", "penalty", "--source", "SJ", "--map", "怪名=行政处罚决定书文号"
    )
    assert found["columns"]["怪名"] == "CF_WSH"
    assert found["accepted"] == 1


def test_a_receipt_is_shown_again_and_its_persons_are_handed_on_once(shell: Shell, tmp_path: Path) -> None:
    person = row(32, CF_XDR_LB="自然人", CF_XDR_MC="张三", CF_XDR_SHXYM="")
    sheet = write(tmp_path / "d.csv", [row(31), person])
    sent = shell.json("intake", sheet, "--item", "penalty", "--source", "SJ")
    assert (sent["accepted"], sent["persons"]) == (1, 1)
    shown = shell.json("receipts", "show", sent["receipt"])
    assert shown["rows"] == sent["rows"]
    handed = tmp_path / "persons.csv"
    assert shell("receipts", "persons", sent["receipt"], handed)[0] == 0
    assert "张三" in handed.read_text(encoding="utf-8-sig")
    ended, _, errors = shell("receipts", "persons", sent["receipt"], handed)
    assert ended != 0
    assert "[XH722]" in errors


def test_rows_are_numbered_as_the_sheet_numbers_them(bare: Shell, tmp_path: Path) -> None:
    sheet = tmp_path / "titled.csv"
    body = write(tmp_path / "body.csv", [row(1), row(2)]).read_text(encoding="utf-8")
    sheet.write_text("行政处罚信息汇总表\n填报单位：清河市\n" + body, encoding="utf-8")
    found = bare.json("intake", sheet, "--item", "penalty", "--dry-run")
    assert [r["line"] for r in found["rows"]] == [4, 5]


def test_a_place_that_cannot_be_written_is_found_out_before_anything_is_taken_in(
    shell: Shell, tmp_path: Path
) -> None:
    sheet = write(tmp_path / "early.csv", [row(41)])
    command = ("intake", sheet, "--item", "penalty", "--source", "SJ")
    ended, _, errors = shell(*command, "--returned", tmp_path / "没有" / "退回.xlsx")
    assert (ended != 0, "[XH907]" in errors) == (True, True)
    assert shell.json(*command)["accepted"] == 1, "the refused command took nothing in"


def test_a_folder_in_place_of_a_file_is_refused_in_chinese(shell: Shell, tmp_path: Path) -> None:
    ended, _, errors = shell("intake", tmp_path, "--item", "penalty", "--source", "SJ")
    assert ended != 0
    assert "directory" not in errors
    assert "文件夹" in errors
