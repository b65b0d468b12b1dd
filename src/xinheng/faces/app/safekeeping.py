"""Backup and restore of a home. Keys, uploads and the published log are not part of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from xinheng.core.times import Clock
from xinheng.evidence.ledger import publishing
from xinheng.evidence.ledger.store import read_head
from xinheng.faces.app.clock import SystemClock
from xinheng.faces.app.errors import HomeTaken
from xinheng.faces.app.home import Home
from xinheng.faces.app.settings import Settings
from xinheng.faces.app.wiring import address, log_files
from xinheng.ground.store import Database, Manifest, Server, backup, others_at, restore
from xinheng.office.access import accounts, audit


def backup_home(settings: Settings, file: Path, clock: Clock | None = None) -> Manifest:
    """Write a backup file; others may go on working. Raises NoHome, BackupRefused, DiskFull."""
    home = Home(settings.home)
    home.require()
    with address(settings, home) as dsn:
        return backup(dsn, _folders(home), file, clock or SystemClock())


def restore_home(settings: Settings, file: Path, clock: Clock | None = None) -> tuple[Manifest, str | None]:
    """Put a backup in place; nobody may use the home meanwhile. (manifest, why the log is stopped or None).

    Where the published log is ahead of the restored database, the node is read-only until a new epoch is
    opened (decision 6). Every session ends. Raises NoHome, HomeTaken, BackupRefused, SchemaUnknown, DiskFull.
    """
    home = Home(settings.home)
    home.require()
    clock = clock or SystemClock()
    with home.alone():
        if settings.dsn is None and Server(home.db, settings.db_user).has_users():
            raise HomeTaken("有其他进程正在使用数据库", "停止服务后重试", str(home.root))
        with address(settings, home) as dsn:
            if settings.dsn is not None and others_at(dsn):
                raise HomeTaken("有其他进程以同一账户连接着数据库", "停止服务后重试", str(home.root))
            manifest = restore(dsn, _folders(home), file)
            with Database(dsn, size=2) as database:
                with database.transaction() as tx:
                    accounts.end_all_sessions(tx)
                    audit.note(tx, clock, audit.LOCAL_OPERATOR, "db.restore", f"{file.name} {manifest.made}")
                with database.transaction() as tx:
                    publishing.resume(tx, log_files(settings, home))
                with database.transaction() as tx:
                    return manifest, read_head(tx).stopped


def _folders(home: Home) -> Mapping[str, Path]:
    return {"packs": home.packs, "receipts": home.receipts, "attachments": home.attachments}
