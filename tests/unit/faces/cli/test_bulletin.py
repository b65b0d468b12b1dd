"""`xinheng bulletin`: made, issued, verified, refused."""

from __future__ import annotations

import hashlib

import pytest

from xinheng.faces.cli.main import main

MONTH = "2026-01"  # long past, and the calendar knows it


@pytest.fixture
def office(home, empty_dsn, monkeypatch):
    monkeypatch.setenv("XINHENG_HOME", str(home / "home"))
    monkeypatch.setenv("XINHENG_DSN", empty_dsn)
    assert main(["init"]) == 0
    assert main(["agency", "add", "XYB", "示例市信用办", "--kind", "office", "--level", "city"]) == 0
    return home


def test_one_command_makes_all_files_and_another_verifies_them(office, capsys):
    out = office / "books"
    given = ["bulletin", "make", MONTH, "--agency", "XYB", "--out", str(out)]
    assert main(given) == 0
    first = {file.name: file.read_bytes() for file in out.iterdir()}
    assert sorted(first) == [f"bulletin-{MONTH}-XYB.{form}" for form in ("docx", "json", "pdf", "xlsx")]
    assert main([*given, "--issue"]) == 0
    assert {file.name: file.read_bytes() for file in out.iterdir()} == first
    capsys.readouterr()
    assert main(["bulletin", "verify", MONTH, "--agency", "XYB"]) == 0
    said = capsys.readouterr().out
    assert all(f"{hashlib.sha256(content).hexdigest()}  {name}" in said for name, content in first.items())
    assert main(["bulletin", "list"]) == 0
    assert "XYB" in capsys.readouterr().out
    for wrong, code in (
        ([*given, "--issue"], "XH822"),
        (["bulletin", "verify", "2026-02", "--agency", "XYB"], "XH823"),
        (["bulletin", "make", "2026-1"], "XH825"),
        (["bulletin", "make", MONTH, "--cutoff", "morgen"], "XH825"),
        (["bulletin", "make", MONTH, "--cutoff", "2026-01-15"], "XH820"),
    ):
        assert main(wrong) != 0
        assert code in capsys.readouterr().err
