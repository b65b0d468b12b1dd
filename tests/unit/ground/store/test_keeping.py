"""A server that crashes under a process that goes on comes back at the same address."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import psycopg
import pytest

from xinheng.ground.store import Server, kept_running
from xinheng.ground.store.postmaster import living_pid


def comes_back(address: str, was: int, folder: Path) -> bool:
    """Whether another postmaster answers at the address within a minute."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        now = living_pid(folder / "data")
        try:
            if now not in (None, was):
                psycopg.connect(address, connect_timeout=5).close()
                return True
        except psycopg.OperationalError:
            pass
        threading.Event().wait(0.05)
    return False


@pytest.mark.parametrize("name", ["short", "a" * 120])  # the socket is in the home, or beside it
def test_a_crashed_server_comes_back_where_it_was(machine_folder: Path, name: str) -> None:
    parent = machine_folder / name
    parent.mkdir(mode=0o711)
    with Server(parent / "db") as server, kept_running(server, look=0.05):
        address = server.dsn
        pid = living_pid(server.data)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert comes_back(address, pid, server.folder)
        assert server.dsn == address
    assert not server.running()


def test_whoever_is_no_user_of_it_starts_nothing(machine_folder: Path) -> None:
    server = Server(machine_folder / "unused" / "db")
    server.folder.mkdir(parents=True)
    assert not server.revive()
    assert not server.data.exists()
