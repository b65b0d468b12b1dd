"""`xinheng policy template`: the empty workbook of an item, or a refusal that names what there is."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from xinheng.faces.cli.main import main


def test_the_empty_workbook_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "处罚.xlsx"
    assert main(["policy", "template", "行政处罚", "--out", str(out)]) == 0
    assert "行政处罚" in capsys.readouterr().out
    assert zipfile.ZipFile(out).testzip() is None


def test_an_unknown_item_leaves_nothing_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "template", "没有这个", "--out", str(tmp_path / "a.xlsx")]) != 0
    assert "XH" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
