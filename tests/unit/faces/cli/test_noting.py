"""The log of a process that goes on: what an operator finds in it, and what must not stand there."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import pytest

from xinheng.faces.app import Settings
from xinheng.faces.cli.noting import noting

WORDS = "示例星河贸易有限公司"


def fail(reference: str) -> None:
    """As guard and worker do: an exception within another one, noted by a logger of ours."""
    try:
        try:
            int(WORDS)
        except ValueError as error:
            raise KeyError(WORDS) from error
    except KeyError:
        logging.getLogger("xinheng.faces.web.guard").exception("unexpected error %s", reference)


def test_an_unexpected_error_is_found_by_its_reference_without_what_was_sent(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("xinheng").addHandler(logging.NullHandler())  # as the frame of the commands does
    with noting(Settings(home=home)):
        fail("0123abcd")
        logging.getLogger("xinheng.faces.jobs").info("told")
    said = capsys.readouterr().err
    assert "ERROR xinheng.faces.web.guard: unexpected error 0123abcd" in said
    assert "builtins.ValueError" in said
    assert "builtins.KeyError" in said
    assert "test_noting.py" in said
    assert "INFO xinheng.faces.jobs: told" in said
    assert WORDS not in said
    fail("after")
    assert "after" not in capsys.readouterr().err
    assert not (home / "debug.log").exists()


def test_with_debug_the_words_are_kept_in_the_home_for_its_account_alone(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with noting(Settings(home=home, debug=True)):
        fail("0123abcd")
    assert WORDS not in capsys.readouterr().err
    kept = home / "debug.log"
    assert WORDS in kept.read_text(encoding="utf-8")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
