"""Backup and restore: one file with a dump of the database and some folders of the home.

Keys are never in it (decision 22), nor uploads, nor the published log: what was published stays where it is,
so that a restored older database is noticed by its log (decision 6). A dump is a program for the database:
restore only files that you made.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from xinheng.core.reasons import said_in_chinese
from xinheng.core.times import Clock
from xinheng.ground.store.binaries import CLEAN_ENVIRONMENT, package_folder
from xinheng.ground.store.errors import BackupRefused, DiskFull, SchemaUnknown
from xinheng.ground.store.migrate import known_revisions, migrate, revision
from xinheng.ground.store.pgdriver import translate

FORMAT = "xinheng-backup/1"
DUMP = "database.dump"
MANIFEST = "manifest.json"
RESTORING = "xinheng-restoring-"  # what the folder begins with in which a backup is unpacked
EMPTY_FIRST = "drop schema public cascade; create schema public;"


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `digests`: SHA-256 by member name."""

    format: str
    made: str  # UTC, as `Known.isoformat`
    revision: str  # of the schema
    digests: Mapping[str, str]


def backup(dsn: str, folders: Mapping[str, Path], file: Path, clock: Clock) -> Manifest:
    """Write one backup file (mode 0600), whole or not at all. `folders`: name in the backup -> folder.

    Consistent: the dump sees one snapshot, whoever writes meanwhile. Raises BackupRefused, DiskFull,
    StoreUnavailable.
    """
    current, _ = revision(dsn)
    if current is None:
        raise BackupRefused("数据库还没有表结构", "先运行 xinheng init")
    if file.exists():
        raise BackupRefused("目标文件已存在", "换一个文件名，旧备份不会被覆盖", str(file))
    partial = file.with_name(f".{file.name}.partial")
    with _disk(partial), tempfile.TemporaryDirectory(prefix="xinheng-", dir=file.parent) as aside:
        dump = Path(aside) / DUMP
        _tool(dsn, "pg_dump", "-Fc", "--no-owner", "--no-privileges", "-f", str(dump))
        members = {DUMP: dump} | _members(folders)
        manifest = Manifest(
            FORMAT, clock.now().isoformat(), current, {name: _digest(path) for name, path in members.items()}
        )
        described = Path(aside) / MANIFEST
        described.write_text(
            json.dumps(asdict(manifest), ensure_ascii=False, sort_keys=True), encoding="utf-8"
        )
        with _private(partial) as out, tarfile.open(fileobj=out, mode="w") as archive:
            for name, path in ({MANIFEST: described} | members).items():
                archive.add(path, arcname=name, recursive=False)
        partial.rename(file)
    return manifest


def restore(dsn: str, folders: Mapping[str, Path], file: Path) -> Manifest:
    """Put a backup in the place of the database's content and of `folders`; then migrate to this program.

    Everything is checked before anything is changed, and the database changes in one transaction. Nobody else
    may use the database meanwhile: the caller sees to that. Raises BackupRefused, SchemaUnknown, DiskFull.
    """
    if not file.is_file():
        raise BackupRefused("没有这个文件", "核对路径", str(file))
    aside_in = next((path.parent for path in folders.values()), Path(tempfile.gettempdir()))
    with _disk(aside_in), tempfile.TemporaryDirectory(prefix=RESTORING, dir=aside_in) as name:
        aside = Path(name)
        manifest = _unpack(file, aside)
        if manifest.revision not in known_revisions():
            raise SchemaUnknown("备份由更新的程序建立")
        script = aside / "restore.sql"
        _tool(None, "pg_restore", "--no-owner", "--no-privileges", "-f", str(script), str(aside / DUMP))
        _tool(dsn, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-1", "-c", EMPTY_FIRST, "-f", str(script))
        for label, folder in folders.items():
            _replace(folder, aside / label, aside / f"{label}.old")
        for left in aside_in.glob(f"{RESTORING}*") if folders else ():
            if left != aside:  # of a restore that was killed: all that was ever said lies there
                shutil.rmtree(left)
    migrate(dsn)
    return manifest


def others_at(dsn: str, patience: float = 3.0) -> bool:
    """Whether another session of the same role is connected; one on its way out is waited for, in seconds.

    Raises StoreUnavailable.
    """
    asked = """select count(*) from pg_stat_activity
               where datname = current_database() and usename = current_user and pid <> pg_backend_pid()
                 and backend_type = 'client backend'"""
    until = time.monotonic() + patience
    try:
        with psycopg.connect(dsn, autocommit=True) as link:
            while link.execute(asked).fetchone() != (0,):
                if time.monotonic() > until:
                    return True
                time.sleep(0.1)
    except psycopg.Error as error:
        raise translate(error) from error
    return False


def _members(folders: Mapping[str, Path]) -> dict[str, Path]:
    return {
        f"{label}/{path.relative_to(folder).as_posix()}": path
        for label, folder in folders.items()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def _unpack(file: Path, aside: Path) -> Manifest:
    """All members beside the home, each compared with its digest; nothing else is taken from the file."""
    try:
        with tarfile.open(file, mode="r:") as archive:
            manifest = _read_manifest(archive)
            for name, digest in manifest.digests.items():
                target = (aside / name).resolve()
                source = archive.extractfile(name)
                if source is None or not target.is_relative_to(aside.resolve()):
                    raise BackupRefused(f"文件中有不该有的成员 {name}", "使用未被改动的备份文件", str(file))
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as out:
                    shutil.copyfileobj(source, out)
                if _digest(target) != digest:
                    raise BackupRefused(f"成员 {name} 的摘要不符", "使用未被改动的备份文件", str(file))
    except (tarfile.TarError, KeyError, ValueError, TypeError, EOFError) as error:
        raise BackupRefused("不是备份文件，或文件不完整", "使用完整的备份文件", str(file)) from error
    return manifest


def _read_manifest(archive: tarfile.TarFile) -> Manifest:
    source = archive.extractfile(MANIFEST)
    if source is None:
        raise KeyError(MANIFEST)
    manifest = Manifest(**json.load(source))
    if manifest.format != FORMAT or DUMP not in manifest.digests:
        raise ValueError(manifest.format)
    return manifest


def _replace(folder: Path, new: Path, old: Path) -> None:
    new.mkdir(exist_ok=True)
    new.chmod(0o700)
    if folder.exists():
        new.chmod(folder.stat().st_mode & 0o777)
        folder.rename(old)
    new.rename(folder)


def _tool(dsn: str | None, program: str, *arguments: str) -> None:
    """Run a PostgreSQL tool on the database; its password goes by the environment, not the command line."""
    environment, target = dict(CLEAN_ENVIRONMENT), []
    if dsn is not None:
        parts = {k: v for k, v in conninfo_to_dict(dsn).items() if v not in (None, "")}
        environment["PGPASSWORD"] = str(parts.pop("password", ""))
        target = ["-d", make_conninfo("", **parts)]
    command = [str(package_folder() / "pginstall" / "bin" / program), *target, *arguments]
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if "No space left on device" in done.stderr:
        raise DiskFull()
    if done.returncode != 0:
        raise BackupRefused(
            f"{program} 没有成功（退出码 {done.returncode}）", "查看原因后重试；数据没有改动"
        ) from RuntimeError(done.stderr[-2000:])


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _disk(where: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (28, 122):  # ENOSPC, EDQUOT
            raise DiskFull(str(where)) from error
        raise BackupRefused(
            f"无法读写：{said_in_chinese(error)}", "核对路径与权限", str(error.filename or where)
        ) from error
