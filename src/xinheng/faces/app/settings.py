"""The settings: one frozen value, read once from the environment. Nothing else reads the environment.

Every setting stands in docs/settings.md. The address of a database is a secret and is never shown.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xinheng.core.networks import Network, networks
from xinheng.faces.app.errors import SettingWrong
from xinheng.faces.app.settings_channels import Channels, Timing, channels, timing

ROOT_HOME = Path("/var/lib/xinheng")  # a place that the database's account can reach; root's own home is not
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Settings:
    """How this installation runs."""

    home: Path
    dsn: str | None = field(default=None, repr=False)
    db_user: str | None = None
    bind: str = "127.0.0.1"
    port: int = 8000
    pack: str = "national"
    checkpoint_dirs: tuple[Path, ...] = ()
    memory_mb: int = 800
    threads: int = 2
    upload_bytes: int = 512 * MEGABYTE
    private_networks: tuple[Network, ...] = ()
    site_name: str = "信衡"
    site_notice: str | None = None
    calls_per_minute: int = 600  # of one program of an agency; 0: as many as it likes
    lookups_per_minute: int = 300  # from one address without an account; 0: as many as it likes
    debug: bool = False
    channels: Channels = field(default_factory=Channels)
    timing: Timing = field(default_factory=Timing)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read `XINHENG_*`; an empty value counts as not set. Raises SettingWrong."""
        given = {
            k: v.strip() for k, v in (os.environ if environment is None else environment).items() if v.strip()
        }
        return cls(
            home=_folder(given, "XINHENG_HOME") or default_home(given),
            dsn=_address(given, "XINHENG_DSN"),
            db_user=given.get("XINHENG_DB_USER"),
            bind=given.get("XINHENG_BIND", cls.bind),
            port=_number(given, "XINHENG_PORT", cls.port, 0, 65535),
            pack=given.get("XINHENG_PACK", cls.pack),
            checkpoint_dirs=_folders(given, "XINHENG_CHECKPOINT_DIR"),
            memory_mb=_number(given, "XINHENG_MEMORY_MB", cls.memory_mb, 200, 1_000_000),
            threads=_number(given, "XINHENG_THREADS", cls.threads, 1, 256),
            upload_bytes=_number(given, "XINHENG_UPLOAD_MB", cls.upload_bytes // MEGABYTE, 1, 2048)
            * MEGABYTE,
            private_networks=_networks(given, "XINHENG_PRIVATE_NETWORKS"),
            site_name=given.get("XINHENG_SITE_NAME", cls.site_name),
            site_notice=given.get("XINHENG_SITE_NOTICE"),
            calls_per_minute=_number(given, "XINHENG_CALLS_PER_MINUTE", cls.calls_per_minute, 0, 100_000),
            lookups_per_minute=_number(
                given, "XINHENG_LOOKUPS_PER_MINUTE", cls.lookups_per_minute, 0, 100_000
            ),
            debug=given.get("XINHENG_DEBUG", "").lower() in {"1", "true", "yes", "on"},
            channels=channels(given),
            timing=timing(given),
        )


def default_home(environment: Mapping[str, str]) -> Path:
    """As root `/var/lib/xinheng`; otherwise `xinheng` in the user's data folder."""
    if os.geteuid() == 0:
        return ROOT_HOME
    data = environment.get("XDG_DATA_HOME")
    return (Path(data) if data and Path(data).is_absolute() else Path.home() / ".local" / "share") / "xinheng"


def _folder(given: Mapping[str, str], name: str) -> Path | None:
    if name not in given:
        return None
    path = Path(given[name]).expanduser()
    if "\0" in str(path):
        raise SettingWrong(name, "文件夹的路径")
    return path.absolute()


def _folders(given: Mapping[str, str], name: str) -> tuple[Path, ...]:
    """Several folders, separated as in PATH."""
    parts = [part for part in given.get(name, "").split(os.pathsep) if part]
    return tuple(Path(part).expanduser().absolute() for part in parts)


def _address(given: Mapping[str, str], name: str) -> str | None:
    """The address of a database, in the forms of libpq; only its shape is looked at here."""
    if name not in given:
        return None
    from psycopg import ProgrammingError, conninfo  # late: not every command needs a driver

    try:
        conninfo.conninfo_to_dict(given[name])
    except ProgrammingError:  # its words may quote the address, and a password in it
        forms = "postgresql://账户:密码@主机:端口/库，或 host=… dbname=… user=…"
        raise SettingWrong(name, f"PostgreSQL 数据库的地址：{forms}") from None
    return given[name]


def _networks(given: Mapping[str, str], name: str) -> tuple[Network, ...]:
    """Networks separated by commas."""
    try:
        return networks(given.get(name, ""))
    except ValueError:
        raise SettingWrong(name, "用逗号分开的网段，如 10.20.0.0/16,192.168.8.5") from None


def _number(given: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
        raise SettingWrong(name, f"{least} 至 {most} 的整数")
    return int(text)
