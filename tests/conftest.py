"""What every test may lean on.

Strategy: real PostgreSQL, started once a session from the embedded binaries; each test that asks for
`database` gets a database of its own, cloned from a migrated template. The clock is stepped by the test.
Sockets are closed except unix sockets and loopback. Nothing of ours is mocked.
"""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from argon2 import PasswordHasher

from xinheng.core.times import Known
from xinheng.ground.store import Database, Server, migrate
from xinheng.ground.store.server import ADMIN, ROLE
from xinheng.office.access import passwords

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "xinheng_template"
LONGEST = (
    *("test_clerk_mends", "test_appraisal_in_browser", "test_mornings", "test_suspicion_list"),
    *("test_five_ways", "test_killed", "test_agency_year", "test_exchange", "test_every_item"),
)

# Slow shared machines must not turn a passing property into a failing one; no run depends on an earlier one.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    print_blob=True,
)
hypothesis.settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the tests marked long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # The browser's driver keeps an event loop in this thread until the end of the session, and whoever wants
    # one of its own after it gets none: the tests from the outside come last, whatever order was asked for.
    # Of those the longest begin: three workers share them file by file, and end together.
    items.sort(key=lambda item: ("e2e" in item.path.parts, item.path.stem not in LONGEST))
    if config.getoption("--long"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="long: only with --long"))


class SteppingClock:
    """A clock that a test moves by hand; starts 2026-11-20T02:00Z (10:00 in Shanghai)."""

    def __init__(self, start: datetime = datetime(2026, 11, 20, 2, tzinfo=UTC)) -> None:
        self._at = start

    def now(self) -> Known:
        return Known(self._at)

    def step(self, **delta: float) -> None:
        """Move on: `clock.step(days=1)`, `clock.step(microseconds=1)`."""
        self._at += timedelta(**delta)

    def set(self, at: datetime) -> None:
        """Stand at another instant (aware, UTC)."""
        self._at = at


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture(autouse=True)
def _closed_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test talks to anything but this machine."""
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Passwords are checked by the hundred, at 0.1 s of every core: kept here by a hash as quick as can be.

    The one that a home keeps them by is looked at in tests/unit/office/access/test_accounts.py; commands in
    a process of their own use it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            passwords, "PasswordHasher", partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
        )
        yield


def _guarded(real: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            raise AssertionError(f"a test tried to connect to {address!r}")
        return real(self, address)

    return connect


@pytest.fixture(scope="session")
def machine_folder() -> Iterator[Path]:
    """A private folder with a short path that an unprivileged database user can reach, also as root."""
    folder = Path(tempfile.mkdtemp(prefix="xh-", dir=_quick_folder()))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _quick_folder() -> str | None:
    """Memory where there is plenty: a cloned database is 400 new files, 0.3 s on some disks, 0.01 s here."""
    shm = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a private folder in it
    if shm.is_dir() and os.access(shm, os.W_OK) and shutil.disk_usage(shm).free > 4 * 1024**3:
        return str(shm)
    return None


@pytest.fixture(scope="session")
def server(machine_folder: Path) -> Iterator[Server]:
    """The session's PostgreSQL, with the migrated template database in it."""
    with Server(machine_folder / "db") as running:
        # Nothing here must outlive the machine; a killed process is survived without fsync too.
        _run(running, "alter system set fsync = off")
        _run(running, "select pg_reload_conf()")
        _create(running, TEMPLATE, None)
        migrate(running.address(TEMPLATE))
        yield running


_numbers = itertools.count(1)


@pytest.fixture
def fresh_dsn(server: Server) -> Iterator[Callable[[], str]]:
    """Makes fresh, migrated databases, dropped afterwards, and gives their addresses."""
    made: list[str] = []

    def make() -> str:
        made.append(f"test_{next(_numbers)}")
        _create(server, made[-1], TEMPLATE)
        return server.address(made[-1])

    yield make
    for name in made:
        _run(server, f"drop database {name} with (force)")


@pytest.fixture
def dsn(fresh_dsn: Callable[[], str]) -> str:
    """The address of a fresh, migrated database, dropped afterwards."""
    return fresh_dsn()


@pytest.fixture
def database(dsn: str) -> Iterator[Database]:
    """A fresh, migrated database."""
    with Database(dsn, size=4) as opened:
        yield opened


@pytest.fixture
def empty_dsn(server: Server) -> Iterator[str]:
    """The address of a database without any schema, dropped afterwards."""
    name = f"test_{next(_numbers)}"
    _create(server, name, None)
    yield server.address(name)
    _run(server, f"drop database {name} with (force)")


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty folder for a platform's home: short path, reachable by the database user also as root."""
    folder = Path(tempfile.mkdtemp(prefix="xh-", dir=_quick_folder()))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """`../shared/data` beside the checkout; tests that need real data skip where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no ../shared/data beside the checkout: real data is never part of the project")
    return folder


def _create(server: Server, name: str, template: str | None) -> None:
    # copied as files: quicker than through the write-ahead log
    _run(
        server,
        f"create database {name} owner {ROLE}"
        + (f" template {template} strategy file_copy" if template else ""),
    )


def _run(server: Server, statement: str) -> None:
    with psycopg.connect(server.address("postgres", ADMIN), autocommit=True) as link:
        link.execute(statement.encode())
