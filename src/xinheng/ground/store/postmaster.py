"""The server's process: how it is configured, launched, and recognised by its pid file."""

from __future__ import annotations

import os
import shlex
import stat
import tempfile
import time
from pathlib import Path

from xinheng.ground.store.binaries import RunAs

PORT = 5432  # of the socket's file name only; nothing listens on TCP
SOCKET_LIMIT = 107  # bytes of sun_path on Linux, less the closing NUL
STILL_IN_USE = "is still in use"  # said while the children of a killed postmaster are on their way out

# Written anew at every start, so that a new version of the program brings its settings with it.
CONFIGURATION = """\
listen_addresses = ''
unix_socket_permissions = 0700
port = {port}
unix_socket_directories = '{sockets}'
max_connections = 60
shared_buffers = 128MB
dynamic_shared_memory_type = posix
max_wal_size = 2GB
min_wal_size = 80MB
wal_recycle = off           # a recycled segment of a file system in a container costs more than a new one
wal_init_zero = on          # a full disk is noticed when a segment is made, not in the middle of a commit
wal_compression = off
wal_buffers = 16MB          # with the next: while rows are loaded, the log is written, and its segments are
wal_writer_delay = 10ms     # made, beside the loading; it waited for that itself
fsync = on
full_page_writes = on
synchronous_commit = on
checkpoint_completion_target = 0.9
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
lc_monetary = 'C'
lc_numeric = 'C'
lc_time = 'C'
default_text_search_config = 'pg_catalog.simple'
password_encryption = 'scram-sha-256'
log_min_error_statement = panic   # statements may hold what an agency sent; they do not belong in a log
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_line_prefix = '%m [%p] '
log_lock_waits = on
"""


def launch(run_as: RunAs, programs: Path, folder: Path, sockets: Path) -> str | None:
    """Start the cluster in `<folder>/data` and wait until it takes connections (crash recovery included).

    None where it runs; otherwise what the tool and the end of the log said.
    """
    configuration, log = folder / "server.conf", folder / "log" / "postgresql.log"
    configuration.write_text(CONFIGURATION.format(port=PORT, sockets=_listed(sockets)), encoding="utf-8")
    configuration.chmod(0o644)
    # relative paths: pg_ctl hands them to a shell in double quotes, where a dollar sign would be read
    command = [
        str(programs / "pg_ctl"), "start", "-D", ".", "-l", "../log/postgresql.log", "-w", "-t", "600",
        "-s", "-o", f"-c config_file={shlex.quote(str(configuration))}",
    ]  # fmt: skip
    for _attempt in range(40):
        done = run_as.run(command, cwd=folder / "data", timeout=660)
        if done.returncode == 0:
            return None
        output = done.stdout + _tail(log)
        if STILL_IN_USE not in output:
            break
        time.sleep(0.25)
    return output


def socket_folder(run_as: RunAs, folder: Path) -> Path:
    """`<folder>/run`, or a private temporary folder where that path is too long: after a crash the same one
    as before, for it stands in the addresses that others have."""
    inside = folder.resolve() / "run"
    if len(os.fsencode(inside)) + len(f"/.s.PGSQL.{PORT}.lock") <= SOCKET_LIMIT:
        return inside
    crashed = read_pid_file(folder / "data")
    if crashed is not None and crashed[1] and _is_private(Path(crashed[1]), run_as.uid):
        return Path(crashed[1])
    outside = Path(tempfile.mkdtemp(prefix="xinheng-"))
    run_as.own(outside)
    return outside


def _is_private(folder: Path, uid: int) -> bool:
    """Whether this is a folder that the account alone can enter."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == uid and stat.S_IMODE(found.st_mode) == 0o700


def read_pid_file(data: Path) -> tuple[int, str] | None:
    """(pid, socket folder) by postmaster.pid, lines 1 and 5; the folder is empty in the first moment."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return int(lines[0]), lines[4] if len(lines) > 4 else ""
    except (FileNotFoundError, ValueError, IndexError):
        return None


def living_pid(data: Path) -> int | None:
    """The pid of the cluster's running postmaster, or None; a recycled pid does not count."""
    running = read_pid_file(data)
    if running is None:
        return None
    pid = running[0]
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return pid if _is_postgres(pid) else None


def _is_postgres(pid: int) -> bool:
    """By the name the kernel gives the process; where there is no /proc, the pid file is believed."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == "postgres"
    except OSError:
        return not Path("/proc/self").exists()


def _listed(path: Path) -> str:
    """A folder as one member of a list in postgresql.conf: in double quotes, inside single ones."""
    return '"' + str(path).replace('"', '""').replace("'", "''") + '"'


def _tail(path: Path, size: int = 4096) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - size))
        return file.read().decode("utf-8", "replace")
