"""The embedded PostgreSQL: made, started, found again, shared and stopped (decision 23).

One server a home. Whoever finds none starts it; every user holds a shared lock; the last one stops it, unless
`keep` was asked for (`xinheng db start`). A server left over by a killed process is found by its pid file
and adopted. It listens on a unix socket only, in a folder that no other account can enter.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import psycopg
from psycopg import sql

from xinheng.ground.store.binaries import RunAs, check_reach, choose_user, find_programs
from xinheng.ground.store.errors import DiskFull, ServerFailed
from xinheng.ground.store.postmaster import PORT, launch, living_pid, read_pid_file, socket_folder

ROLE = "xinheng"  # owns the database, and is nothing more: a superuser could read the files of its account
ADMIN = "postgres"
DATABASE = "xinheng"
ROOM_FOR_INIT = 200 * 1024 * 1024  # bytes: cluster 40 MB, first WAL segments, and air
NO_SPACE = ("No space left on device", "Disk quota exceeded")

# What removing erased bytes from the files takes; `vacuum full` is the owner's anyway.
RIGHTS = (
    "grant pg_checkpoint, pg_read_all_stats to {}",
    "grant execute on function pg_switch_wal() to {}",
)


class Server:
    """The PostgreSQL of one home. `folder` is `<home>/db`; `user` the account named by the settings.

    Use it as a context manager (start or adopt; last one stops), or `start(keep=True)` and `stop()`.
    """

    def __init__(self, folder: Path, user: str | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log" / "postgresql.log"
        self._wanted = user
        self._use: int | None = None  # descriptor of the shared lock

    # -- being a user of it ----------------------------------------------------------------------

    def __enter__(self) -> Server:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def acquire(self) -> None:
        """Become a user: start the server, or adopt the one that runs. Raises the refusals of `errors`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._deciding():
            try:
                self._start()
            except BaseException:  # Ctrl-C too: what was begun and nobody uses is ended
                if not self._others():
                    with suppress(Exception):
                        self._stop()
                raise
            if self._use is None:
                self._use = os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._use, fcntl.LOCK_SH)

    def release(self) -> None:
        """Stop being a user; the last one stops the server unless it is kept."""
        if self._use is None:
            return
        with self._deciding():
            os.close(self._use)
            self._use = None
            if not self._keep.exists() and not self._others():
                self._stop()

    def start(self, *, keep: bool) -> None:
        """Start without becoming a user. `keep`: it stays until `stop`, whoever comes and goes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._deciding():
            self._start()
            if keep:
                self._keep.touch(mode=0o600)

    def revive(self) -> bool:
        """Start it anew where we are a user and its process has ended (a crash); whether that was so."""
        if living_pid(self.data) is not None:  # looked at every other second: without the lock
            return False
        with self._deciding():
            if self._use is None or living_pid(self.data) is not None:
                return False
            self._start()
            return True

    def stop(self) -> bool:
        """Stop a kept server. False where it still has users: then the last of them stops it."""
        with self._deciding():
            self._keep.unlink(missing_ok=True)
            if self._others():
                return False
            self._stop()
            return True

    # -- what is known about it ------------------------------------------------------------------

    @property
    def dsn(self) -> str:
        """The address with the password: never shown or logged. Raises ServerFailed where nothing runs."""
        return self.address(DATABASE)

    def address(self, database: str, role: str = ROLE) -> str:
        """The address of a database of the same server, for the application's role or for ADMIN."""
        running = read_pid_file(self.data)
        if running is None or not running[1]:
            raise ServerFailed("数据库服务没有运行", str(self.log))
        password = self._password(role)
        place = f"host={quote(running[1], safe='')}&port={PORT}"
        return (
            f"postgresql://{role}:{password}@/{database}?{place}&options="  # empty: PGOPTIONS is not for us
        )

    def running(self) -> bool:
        """Whether a server of this home answers."""
        return living_pid(self.data) is not None and self._answers()

    def has_users(self) -> bool:
        """Whether any process (this one included) holds the server."""
        with self._deciding():
            return self._use is not None or self._others()

    # -- inside ----------------------------------------------------------------------------------

    @property
    def _keep(self) -> Path:
        return self.folder / "keep"

    @contextmanager
    def _deciding(self) -> Iterator[None]:
        """Nobody else starts or stops this home's server meanwhile."""
        lock = os.open(self.folder / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _others(self) -> bool:
        """Whether a shared lock is held (by another descriptor than ours). Called while deciding."""
        probe = os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(probe)
        return False

    def _start(self) -> None:
        if living_pid(self.data) is not None and self._answers():
            return
        try:
            run_as = choose_user(self.data, self._wanted)
            self._prepare(run_as)
            programs = find_programs(run_as, self.folder / "programs")
            if not self.data.exists():
                self._initialise(run_as, programs)
            sockets = socket_folder(run_as, self.folder)  # by the pid file that is forgotten next
            self._forget_stranger()
            output = launch(run_as, programs, self.folder, sockets)
            if output is not None:
                raise self._failure("启动失败（pg_ctl）", output)
            self._make_database()
        except OSError as error:
            if error.errno in (28, 122):  # ENOSPC, EDQUOT
                raise DiskFull(str(self.folder)) from error
            raise

    def _prepare(self, run_as: RunAs) -> None:
        """Folders of our own: the account may pass through `db`, and owns only its log and sockets."""
        if run_as.drop:
            self.folder.chmod(0o711)
        check_reach(run_as, self.folder)
        for name in ("log", "run"):
            path = self.folder / name
            path.mkdir(exist_ok=True, mode=0o700)
            run_as.own(path)

    def _initialise(self, run_as: RunAs, programs: Path) -> None:
        """initdb into a folder aside, renamed when it is whole: a killed first start leaves nothing half."""
        if shutil.disk_usage(self.folder).free < ROOM_FOR_INIT:
            raise DiskFull(str(self.folder))
        partial = self.folder / "data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        run_as.own(partial)
        password = self._password(ADMIN)
        shown = self.folder / "initdb.password"  # the account must read it; gone again at once
        shown.unlink(missing_ok=True)
        _write_private(shown, password)
        run_as.own(shown)
        try:
            done = run_as.run(
                [
                    str(programs / "initdb"), "-D", str(partial), "-U", ADMIN, f"--pwfile={shown}",
                    "-A", "scram-sha-256", "-E", "UTF8", "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8", "--lc-collate=C", "--lc-ctype=C.UTF-8",
                ],
                cwd=partial,
            )  # fmt: skip
        finally:
            shown.unlink()
        if done.returncode != 0:
            raise self._failure("初始化失败（initdb）", done.stdout)
        partial.rename(self.data)

    def _password(self, role: str) -> str:
        """A role's password in this home, made once; readable by the application's account only."""
        path = self.folder / ("password" if role == ROLE else f"password.{role}")
        if not path.exists():
            _write_private(path, secrets.token_urlsafe(32))
        return path.read_text(encoding="ascii").strip()

    def _make_database(self) -> None:
        """The role and its database, step by step: whatever a killed start left is found."""
        with psycopg.connect(self.address("template1", ADMIN), autocommit=True, connect_timeout=10) as link:
            if link.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                return
            if link.execute("select 1 from pg_roles where rolname = %s", [ROLE]).fetchone() is None:
                link.execute(sql.SQL("create role {} login").format(sql.Identifier(ROLE)))
            secret = sql.Literal(self._password(ROLE))
            link.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(ROLE), secret))
            for right in RIGHTS:
                link.execute(sql.SQL(right).format(sql.Identifier(ROLE)))
        # from another database: a template must not be in use
        with psycopg.connect(self.address("postgres", ADMIN), autocommit=True, connect_timeout=10) as link:
            names = sql.Identifier(DATABASE), sql.Identifier(ROLE)
            link.execute(sql.SQL("create database {} owner {}").format(*names))

    def _stop(self) -> None:
        if living_pid(self.data) is None:
            return
        running = read_pid_file(self.data)
        run_as = choose_user(self.data, self._wanted)
        programs = find_programs(run_as, self.folder / "programs")
        done = run_as.run(
            [str(programs / "pg_ctl"), "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "300", "-s"],
            self.data,
        )
        if done.returncode != 0 and living_pid(self.data) is not None:
            raise self._failure("停止失败（pg_ctl）", done.stdout)
        if running and Path(running[1]) != self.folder.resolve() / "run":
            shutil.rmtree(running[1], ignore_errors=True)

    def _forget_stranger(self) -> None:
        """Remove a pid file whose pid is another program's now; PostgreSQL would refuse to start."""
        if read_pid_file(self.data) is not None and living_pid(self.data) is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _answers(self, patience: float = 600) -> bool:
        """Whether it takes connections; waits while it starts up or recovers."""
        until = time.monotonic() + patience
        while living_pid(self.data) is not None and time.monotonic() < until:
            try:
                psycopg.connect(self.address("postgres", ADMIN), connect_timeout=5).close()
            except (psycopg.OperationalError, ServerFailed):  # starting up, recovering, or on its way down
                time.sleep(0.05)
            else:
                return True
        return False

    def _failure(self, found: str, output: str) -> ServerFailed | DiskFull:
        if any(words in output for words in NO_SPACE):
            return DiskFull(str(self.folder))
        _append(self.log, output)
        return ServerFailed(found, str(self.log))


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")


def _append(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
