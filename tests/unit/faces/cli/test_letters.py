"""`xinheng letters` on the command line."""

# ruff: noqa: F811 - fixtures

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.unit.faces.cli.test_commands import made_home, run  # noqa: F401 - fixtures

from xinheng.faces.app import Settings, open_app
from xinheng.office.access import service as access
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import NewCase

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def late(run: Run) -> None:
    """An office, an agency and an overdue case."""
    run("agency", "add", "L0", "恒州市信用办函件", "--kind", "office")
    run("agency", "add", "L1", "恒州市交通局函件", "--parent", "L0")
    with open_app(Settings.from_environment()) as house, house.database.transaction() as tx:
        agency = access.by_code(tx, "L1").agency
        new = NewCase("revocation", "恒交罚〔2026〕1号", agency, f"record:{agency}", date(2026, 1, 5))
        cases.open_case(tx, new, house.clock)


def test_letters_on_the_command_line(run: Run, late: None, tmp_path: Path) -> None:
    code, out, _ = run("letters", "draft", "L1", "--office", "L0")
    assert code == 0
    letter = re.search(r"[0-9a-f-]{36}", out)
    assert letter is not None
    assert run("letters", "draft", "L1", "--office", "L0")[0] == 3, "it is in a letter already"
    assert run("letters", "list")[1].endswith("共 0 件\n"), "a draft is its office's alone"
    assert run("letters", "list", "--office", "L0")[1].endswith("共 1 件\n")
    code, out, _ = run("letters", "issue", letter[0])
    assert code == 0
    number = re.search(r"信用催〔\d{4}〕1号", out)
    assert number is not None
    assert run("letters", "issue", letter[0])[0] == 5
    files = [tmp_path / name for name in ("a.pdf", "b.pdf", "c.docx", "d.json")]
    for file in files:
        assert run("letters", "export", number[0], str(file))[0] == 0
    digests = {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    assert len(digests) == 3, "the same kind, the same bytes"
    assert run("letters", "export", letter[0], str(tmp_path / "x.txt"))[0] == 3
    assert run("letters", "export", "信用催〔1999〕1号", str(tmp_path / "x.pdf"))[0] == 4
    code, out, _ = run("letters", "draft", "L1", "--office", "L0", "--after", number[0])
    assert (code, "已拟督办稿" in out) == (0, True)
