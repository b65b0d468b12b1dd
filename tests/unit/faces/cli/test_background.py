"""`xinheng callback` and `xinheng worker` as an operator uses them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import SteppingClock
from tests.sending import AUTHORITY, row, write

from xinheng.evidence.submissions import service
from xinheng.evidence.submissions.model import Handed, State
from xinheng.faces.app import Settings, init_home, open_app
from xinheng.faces.cli.main import main
from xinheng.office.access import service as access

ROOT = Path(__file__).resolve().parents[4]
SECRET = re.compile(r"签名密钥 ([0-9a-f]{64})")


@pytest.fixture
def settings(dsn: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with one agency, also for processes of their own."""
    made = Settings(home=home / "home", dsn=dsn)
    init_home(made, "national", SteppingClock())
    with open_app(made, SteppingClock()) as app, app.database.transaction() as tx:
        access.add_agency(tx, access.NewAgency("A", AUTHORITY), app.clock, "test")
    monkeypatch.setenv("XINHENG_HOME", str(made.home))
    monkeypatch.setenv("XINHENG_DSN", dsn)
    return made


def test_an_address_is_entered_listed_and_removed(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "http://127.0.0.1:9/told"
    assert main(["callback", "set", "A", url]) == 6
    assert "XH854" in capsys.readouterr().err
    monkeypatch.setenv("XINHENG_PRIVATE_NETWORKS", "127.0.0.0/8")
    assert main(["callback", "set", "A", "ftp://x"]) == 3
    assert main(["callback", "set", "nobody", url]) == 4
    secrets = []
    for _ in range(2):
        capsys.readouterr()
        assert main(["callback", "set", "A", url]) == 0
        secrets += SECRET.findall(capsys.readouterr().out)
    assert len(set(secrets)) == 2
    assert main(["callback", "list"]) == 0
    shown = capsys.readouterr().out
    assert url in shown
    assert secrets[1] not in shown
    assert main(["callback", "remove", "A"]) == 0
    assert main(["callback", "remove", "A"]) == 0
    assert "没有登记" in capsys.readouterr().out
    assert main(["callback", "log"]) == 0
    assert "共 0 条" in capsys.readouterr().out


def test_a_worker_of_its_own_sends_and_ends_cleanly(settings: Settings, tmp_path: Path) -> None:
    with open_app(settings, SteppingClock()) as app:
        path = write(tmp_path / "big.csv", [row(n, CF_SY="案由" * 400) for n in range(1_000)])
        submission = service.hand_in(app, Handed(path, path.name, "penalty", "A"))
        assert submission.state is State.QUEUED
        command = [sys.executable, "-m", "xinheng.faces.cli", "worker"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
        with subprocess.Popen(command, env=environment, text=True, **pipes) as worker:
            assert worker.stdout is not None
            assert "已启动" in worker.stdout.readline()
            # its end waits for what runs, so that asking for it at once is safe
            for _ in range(200):
                with app.database.transaction() as tx:
                    if service.by_id(tx, submission.id).state is not State.QUEUED:
                        break
                try:
                    worker.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
            worker.send_signal(signal.SIGTERM)
            _, said = worker.communicate(timeout=60)
        assert worker.returncode == 143, said
        with app.database.transaction() as tx:
            assert service.by_id(tx, submission.id).state is State.DONE
            assert tx.fetch("select count(*) from procrastinate_workers") == [(0,)]
