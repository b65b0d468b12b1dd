"""Files that a command writes for its user."""

from __future__ import annotations

from pathlib import Path

import pytest

from xinheng.faces.cli.writing import put_aside


def test_a_file_stands_whole_for_its_user_alone(tmp_path: Path) -> None:
    with put_aside(tmp_path / "a.csv") as target:
        target.write(b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("where", ["none/a.csv", "."])
def test_where_nothing_can_be_written_the_block_is_not_entered(tmp_path: Path, where: str) -> None:
    entered = False
    with pytest.raises(OSError), put_aside(tmp_path / where):  # noqa: PT011 - whichever the system says
        entered = True
    assert not entered


def test_what_fails_leaves_nothing_and_what_stood_there(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    with pytest.raises(KeyError), put_aside(tmp_path / "a.csv") as target:
        target.write(b"new")
        raise KeyError
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.csv", b"old")]
