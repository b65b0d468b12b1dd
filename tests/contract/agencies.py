"""Databases of agencies, as they have them: a PostgreSQL and a MariaDB server on a free loopback port.

PostgreSQL comes from the embedded binaries, in a cluster of its own that speaks TCP. MariaDB is Debian's
package `mariadb-server`, started here as a process of the test's own, never as the machine's service; where
there is none the tests skip and say so, and in CI (`CI` set) that is a failure.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pymysql
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from xinheng.core.networks import networks
from xinheng.ground.store.binaries import choose_user, find_programs
from xinheng.outward.exchange.model import Dialect

LOOPBACK = networks("127.0.0.0/8")
PASSWORD = "p@ss:词/1"  # an address must carry any password
QUOTED = "p%40ss%3A%E8%AF%8D%2F1"


@dataclass
class AgencyServer:
    """One running server; `database(name)` makes a fresh database in it."""

    dialect: Dialect
    port: int
    admin: str  # address for SQLAlchemy, as the server's own administrator

    def database(self, name: str) -> AgencyDatabase:
        with self._administrator().connect() as link:
            link.execute(text(f"drop database if exists {name}"))
            link.execute(text(f"create database {name}{self._letters}"))
        return AgencyDatabase(self, name)

    @property
    def _letters(self) -> str:
        return " character set utf8mb4" if self.dialect is Dialect.MARIADB else ""

    def _administrator(self) -> Engine:
        return create_engine(self.admin, isolation_level="AUTOCOMMIT", poolclass=NullPool)


@dataclass
class AgencyDatabase:
    """A database of an agency, and how the platform is told to reach it."""

    server: AgencyServer
    name: str

    @property
    def dsn(self) -> str:
        """The address that the office enters."""
        return f"{self.server.dialect.value}://agency:{QUOTED}@127.0.0.1:{self.server.port}/{self.name}"

    def engine(self) -> Engine:
        """The agency's own access."""
        port = self.server.port
        if self.server.dialect is Dialect.POSTGRESQL:
            where = f"agency:{QUOTED}@127.0.0.1:{port}/{self.name}"
            return create_engine(f"postgresql+psycopg://{where}", poolclass=NullPool)

        def connect() -> pymysql.connections.Connection:
            return pymysql.connect(
                host="127.0.0.1", port=port, user="agency", password=PASSWORD.encode(), database=self.name
            )

        return create_engine("mariadb+pymysql://", creator=connect, poolclass=NullPool)

    def run(self, script: str) -> None:
        """Statements separated by semicolons."""
        with self.engine().begin() as link:
            for statement in filter(None, (s.strip() for s in script.split(";\n"))):
                link.exec_driver_sql(statement.rstrip(";").replace("%", "%%"))

    def rows(self, query: str) -> list[tuple]:
        with self.engine().connect() as link:
            return [tuple(row) for row in link.execute(text(query))]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgresql(folder: Path) -> Iterator[AgencyServer]:
    """A cluster of its own, with passwords, over TCP."""
    data = folder / "data"
    run_as = choose_user(data, None)
    programs = find_programs(run_as, folder)
    data.mkdir()
    if run_as.drop:
        os.chown(data, run_as.uid, run_as.gid)
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o644)
    port = free_port()
    made = ["-U", "agency", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--no-locale", "-N"]
    _done(run_as.run([str(programs / "initdb"), "-D", str(data), *made], cwd=folder))
    flags = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c fsync=off"
    log = data / "server.log"
    control = [str(programs / "pg_ctl"), "-D", str(data), "-s", "-w"]
    _done(run_as.run([*control, "-l", str(log), "-o", flags, "start"], cwd=data))
    try:
        yield AgencyServer(
            Dialect.POSTGRESQL, port, f"postgresql+psycopg://agency:{QUOTED}@127.0.0.1:{port}/postgres"
        )
    finally:
        run_as.run([*control, "-m", "immediate", "stop"], cwd=data)


def _done(ended: subprocess.CompletedProcess[str]) -> None:
    assert ended.returncode == 0, ended.stdout + ended.stderr


@contextmanager
def mariadb(folder: Path) -> Iterator[AgencyServer]:
    """A server of its own, with an account by password, over TCP."""
    program, installer = (
        shutil.which("mariadbd") or shutil.which("mysqld"),
        shutil.which("mariadb-install-db"),
    )
    program = program or next((p for p in ("/usr/sbin/mariadbd",) if Path(p).exists()), None)
    if program is None or installer is None:
        reason = "no mariadbd on the path: the exchange tests need Debian's package mariadb-server"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    data, port = folder / "data", free_port()
    me = f"--user={getpass.getuser()}"
    made = [installer, "--no-defaults", f"--datadir={data}", "--skip-test-db", me]
    subprocess.run([*made, "--auth-root-authentication-method=normal"], check=True, capture_output=True)
    command = [
        program, "--no-defaults", f"--datadir={data}", me, "--bind-address=127.0.0.1", f"--port={port}",
        f"--socket={folder}/s", f"--pid-file={folder}/pid", "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=32M", "--skip-log-bin",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for(server, port, folder / "log")
        link = pymysql.connect(host="127.0.0.1", port=port, user="root", autocommit=True)
        with link, link.cursor() as cursor:
            cursor.execute("create user agency@'127.0.0.1' identified by %s", (PASSWORD,))
            cursor.execute("grant all on *.* to agency@'127.0.0.1'")
        yield AgencyServer(Dialect.MARIADB, port, f"mariadb+pymysql://root@127.0.0.1:{port}/mysql")
    finally:
        server.kill()
        server.wait(30)


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text(errors="replace")[-2000:]
        try:
            pymysql.connect(host="127.0.0.1", port=port, user="root").close()
        except pymysql.err.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("MariaDB did not start: " + log.read_text(errors="replace")[-2000:])


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder that a server's account can enter, in memory where there is plenty."""
    shm = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a private folder in it
    plenty = shm.is_dir() and os.access(shm, os.W_OK) and shutil.disk_usage(shm).free > 4 * 1024**3
    folder = Path(tempfile.mkdtemp(prefix="xh-agency-", dir=shm if plenty else None))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def agency_postgresql() -> Iterator[AgencyServer]:
    with quick_folder() as folder, postgresql(folder) as server:
        yield server


@pytest.fixture(scope="session")
def agency_mariadb() -> Iterator[AgencyServer]:
    with quick_folder() as folder, mariadb(folder) as server:
        yield server
