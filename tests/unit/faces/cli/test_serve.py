"""`xinheng serve` as an operator starts, watches and stops it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from tests.conftest import SteppingClock

from xinheng.faces.app import Settings, init_home
from xinheng.faces.cli.main import main

ROOT = Path(__file__).resolve().parents[4]
ADDRESS = re.compile(r"http://127\.0\.0\.1:[1-9]\d*")


@pytest.fixture
def settings(dsn: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home, also for processes of their own."""
    made = Settings(home=home / "home", dsn=dsn)
    init_home(made, "national", SteppingClock())
    monkeypatch.setenv("XINHENG_HOME", str(made.home))
    monkeypatch.setenv("XINHENG_DSN", dsn)
    return made


def test_an_address_that_cannot_be_had_is_refused_before_anything_starts(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["serve", "--port", str(taken.getsockname()[1])]) == 5
    said = capsys.readouterr()
    assert "已启动" not in said.out
    assert "XH975" in said.err
    assert main(["serve", "--bind", "203.0.113.9"]) == 5
    assert "这不是本机的地址" in capsys.readouterr().err


def test_it_says_where_it_listens_and_what_goes_wrong(settings: Settings) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    environment.pop("PYTHONUNBUFFERED", None)
    command = [sys.executable, "-m", "xinheng.faces.cli", "serve", "--port", "0"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:
        assert process.stdout is not None
        overdue = threading.Timer(120, process.kill)  # whoever says nothing is not waited for
        overdue.start()
        try:
            found = ADDRESS.search(process.stdout.readline())
            assert found is not None  # with port 0, the one that was taken
            assert httpx.get(f"{found[0]}/about", timeout=60).status_code == 200
            assert process.stderr is not None
            noted = process.stderr.readline()
        finally:
            overdue.cancel()
            process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 143, said
    assert re.match(r"\d{4}-\d\d-\d\dT.*(INFO|WARNING) xinheng[.]faces[.]jobs", noted)  # a log that is read
    assert "Traceback" not in said
