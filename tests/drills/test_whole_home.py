"""Drills on a whole home, through the command line alone: erasure, a restored backup, taking back."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.sending import AUTHORITY, row, write

from xinheng.faces.app import Settings, open_app
from xinheng.faces.cli.main import main

CLOSING = "限制开展生产经营活动、责令停产停业、责令关闭、限制从业"


@dataclass
class Town:
    """A home with one agency; `run` calls the command line and gives exit code, output, errors."""

    home: Path
    folder: Path
    capture: pytest.CaptureFixture[str]

    def run(self, *arguments: object) -> tuple[int, str, str]:
        self.capture.readouterr()
        code = main([str(a) for a in arguments])
        return code, *self.capture.readouterr()

    def send(self, name: str, rows: list[dict[str, str]]) -> dict[str, Any]:
        path = write(self.folder / name, rows)
        code, out, err = self.run("intake", path, "--item", "penalty", "--source", "SJ", "--json")
        assert code in {0, 3}, err
        return json.loads(out)


@pytest.fixture
def town(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Town]:
    monkeypatch.setenv("XINHENG_HOME", str(home / "h"))
    made = Town(home / "h", tmp_path, capsys)
    assert made.run("init")[0] == 0
    assert made.run("db", "start")[0] == 0  # otherwise every command would start the server anew
    assert made.run("agency", "add", "SJ", AUTHORITY)[0] == 0
    assert made.run("agency", "add", "QT", "清河市生态环境局")[0] == 0
    yield made
    made.run("db", "stop")


def grave(number: int, **cells: str) -> dict[str, str]:
    """A penalty that the regime of 2026 shows: the business is closed."""
    text = "责令停产停业，并处罚款人民币肆万捌仟元"
    return row(number, CF_CFLB="责令停产停业", CF_NR=text, **cells)


def records(receipt: dict[str, Any]) -> list[str]:
    return [r["record"] for r in receipt["rows"]]


def places(home: Path, text: str) -> list[str]:
    needle = text.encode()
    return [str(p.relative_to(home)) for p in home.rglob("*") if p.is_file() and needle in p.read_bytes()]


def test_erased_content_is_nowhere_in_the_home_and_the_neighbour_still_proves_itself(
    town: Town, when_public: Callable[[Town, str], dict[str, Any]]
) -> None:
    mark = secrets.token_hex(24)
    sent = town.send("a.csv", [grave(1, CF_SY=f"事实 {mark}"), grave(2)])
    assert [sent["accepted"], sent["returned"]] == [2, 0]
    erased, neighbour = records(sent)
    assert places(town.home, mark) != []
    code, _, errors = town.run("record", "erase", erased, "--law", "示例条例第一条", "--yes")
    assert (code, errors) == (0, "")
    assert places(town.home, mark) == []
    assert town.run("log", "verify")[0] == 0
    proof = when_public(town, neighbour)
    assert proof["checkpoint"]
    assert "已依法删除（示例条例第一条" in town.run("record", "show", erased)[1]
    again = town.send("b.csv", [grave(1, CF_SY=f"事实 {mark}")])
    assert (again["accepted"], again["returned"]) == (0, 1), "an erased record never revives"


@pytest.fixture
def when_public(tmp_path: Path) -> Callable[[Town, str], dict[str, Any]]:
    """The proof of a record, checked by the independent checker with the home's public key."""

    def prove(town: Town, record: str) -> dict[str, Any]:
        path = tmp_path / "proof.json"
        code, _, errors = town.run("log", "prove", record, "--out", path)
        assert (code, errors) == (0, "")
        key = town.run("log", "checkpoint", "--key")[1].strip()
        from xinheng.verify import main as verify

        assert verify(["proof", str(path), "--key", key]) == 0
        return dict(json.loads(path.read_text(encoding="utf-8")))

    return prove


def test_only_its_source_takes_a_record_back_and_it_never_revives(
    town: Town, when_public: Callable[[Town, str], dict[str, Any]]
) -> None:
    record = records(town.send("a.csv", [grave(3)]))[0]
    when_public(town, record)
    given = ("--source", "QT", "--reason", "决定被撤销")
    code, _, errors = town.run("record", "withdraw", record, *given)
    assert code == 6
    assert "XH726" in errors
    given = ("--source", "SJ", "--reason", "决定被撤销")
    assert town.run("record", "withdraw", record, *given)[0] == 0
    code, _, errors = town.run("log", "prove", record)
    assert code != 0, "what is withdrawn proves itself to nobody"
    assert errors
    again = town.send("b.csv", [grave(3, BZ="再报")])
    assert (again["accepted"], again["returned"]) == (0, 1)


def test_publicity_that_ended_early_is_gone_from_the_proof_in_the_same_moment(
    town: Town, when_public: Callable[[Town, str], dict[str, Any]]
) -> None:
    record = records(town.send("a.csv", [grave(4)]))[0]
    when_public(town, record)
    given = ("--source", "SJ", "--reason", "信用修复决定")
    assert town.run("record", "end", record, *given)[0] == 0
    assert town.run("log", "prove", record)[0] != 0
    assert "终止公示" in town.run("record", "show", record)[1]
    code, _, errors = town.run("record", "end", record, *given)
    assert code != 0
    assert "XH801" in errors


def test_an_older_backup_is_read_only_until_a_new_epoch_is_opened(town: Town) -> None:
    town.send("a.csv", [grave(5)])
    backup = town.folder / "older.backup"
    assert town.run("db", "backup", backup)[0] == 0
    town.send("b.csv", [grave(6)])
    code, _, errors = town.run("db", "restore", backup, "--yes")
    assert code == 0, errors
    path = write(town.folder / "c.csv", [grave(7)])
    sending = ("intake", path, "--item", "penalty", "--source", "SJ", "--json")
    code, _, errors = town.run(*sending)
    assert code == 7, "the published log is ahead of the database: nothing may be appended"
    assert "new-epoch" in errors
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        assert tx.fetch("select count(*) from receipts") == [(1,)], "what was restored can still be read"
    assert town.run("log", "new-epoch", "--yes")[0] == 0
    code, out, errors = town.run(*sending)
    assert code == 0, errors
    assert json.loads(out)["accepted"] == 1
    assert town.run("log", "verify")[0] == 0
