"""How a partner is reached: a private JSON file in the home's key folder, never in the database or a log.

{"way": "folder", "path": "/srv/exchange/province"}
{"way": "sftp", "host": "…", "port": 22, "user": "…", "host_key": "ssh-ed25519 AAAA…",
 "password": "…" or "key": "-----BEGIN OPENSSH PRIVATE KEY-----…", "path": "/exchange"}
{"way": "api", "base": "https://province.example", "client": "xc-…", "secret": "…"}
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from xinheng.ground.keys.files import replace_private
from xinheng.outward.reconciliation.errors import ConnectionMissing, PartnerWrong

LONGEST = 20_000
EXPECTED = "docs/reconciliation.md 写明的 JSON：way 为 folder、sftp 或 api，以及它需要的各项"


@dataclass(frozen=True)
class FolderAt:
    """A folder that both sides reach."""

    path: str
    way: str = "folder"


@dataclass(frozen=True)
class SftpAt:
    """A folder of an SFTP server. One of password and private key is there; neither is ever shown."""

    host: str
    port: int
    user: str
    host_key: str  # type and Base64, as in a public key file
    path: str
    password: str | None = None
    key: str | None = None
    way: str = "sftp"

    def __repr__(self) -> str:
        return f"SftpAt({self.host!r})"


@dataclass(frozen=True)
class ApiAt:
    """Another instance of this platform. The secret is never shown."""

    base: str  # https://host[:port], without a path
    client: str
    secret: str
    way: str = "api"

    @property
    def secure(self) -> bool:
        return urlsplit(self.base).scheme == "https"

    @property
    def host(self) -> str:
        return urlsplit(self.base).hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(self.base).port or (443 if self.secure else 80)

    def __repr__(self) -> str:
        return f"ApiAt({self.base!r})"


Connection = FolderAt | SftpAt | ApiAt


def parse(text: str) -> Connection:
    """Read the file's text. Raises PartnerWrong, which repeats none of it."""
    try:
        said = json.loads(text)
    except ValueError:
        raise _wrong("不是 JSON") from None
    if not isinstance(said, dict):
        raise _wrong("不是一个 JSON 对象")
    way = said.pop("way", None)
    if way == "folder":
        return FolderAt(_texts(said, ("path",))["path"])
    if way == "sftp":
        return _sftp(said)
    if way == "api":
        return _api(_texts(said, ("base", "client", "secret")))
    raise _wrong("way 不是 folder、sftp 或 api")


def _sftp(said: dict[str, Any]) -> SftpAt:
    port = said.pop("port", 22)
    if not isinstance(port, int) or not 0 < port < 65536:
        raise _wrong("port 不是端口号")
    given = _texts(said, ("host", "user", "host_key", "path"), ("password", "key"))
    if ("password" in given) == ("key" in given):
        raise _wrong("口令（password）和私钥（key）要写一样，且只写一样")
    if len(given["host_key"].split()) < 2:
        raise _wrong("host_key 不是“类型 内容”两段，如 ssh-ed25519 AAAA…")
    return SftpAt(port=port, **given)


def _api(given: dict[str, str]) -> ApiAt:
    try:
        url = urlsplit(given["base"])
        good = url.scheme in ("http", "https") and url.hostname and (url.port or 1) > 0
    except ValueError:
        good = False
    if not good or url.path.strip("/") or url.query or url.fragment or url.username:
        raise _wrong("base 不是 https://主机[:端口]")
    return ApiAt(given["base"].rstrip("/"), given["client"], given["secret"])


def _texts(said: dict[str, Any], needed: tuple[str, ...], may: tuple[str, ...] = ()) -> dict[str, str]:
    missing = [name for name in needed if not isinstance(said.get(name), str) or not said[name].strip()]
    if missing:
        raise _wrong(f"没有写 {'、'.join(missing)}")
    strange = sorted(set(said) - {*needed, *may})
    if strange or not all(isinstance(value, str) for value in said.values()):
        raise _wrong("有不认识的项，或者某一项不是文字")
    return {name: str(value) for name, value in said.items()}


def file_of(keys: Path, partner: UUID) -> Path:
    """Where the connection of a partner stands."""
    return keys / f"upward-{partner}.json"


def keep(keys: Path, partner: UUID, text: str) -> None:
    """Write a connection, 0600, wholly or not at all; an earlier one is replaced. Raises PartnerWrong."""
    parse(text)
    replace_private(file_of(keys, partner), text)


def forget(keys: Path, partner: UUID) -> None:
    """Remove a connection."""
    file_of(keys, partner).unlink(missing_ok=True)


def kept(keys: Path, partner: UUID) -> Connection:
    """The connection of a partner. Raises ConnectionMissing, PartnerWrong."""
    return parse(read_private(file_of(keys, partner)))


def read_private(path: Path) -> str:
    """The text of a file that its owner alone may read. Raises ConnectionMissing, PartnerWrong."""
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read(LONGEST + 1)
    except (OSError, UnicodeDecodeError):
        raise ConnectionMissing(
            found="没有连接文件，或无法读取",
            expected="写明连接方式的 JSON 文件，权限 0600",
            todo="用 xinheng upward connect 名称 --to 文件 重新录入（备份中不含密钥与连接）",
            where=path.name,
        ) from None
    if mode & 0o077:
        raise ConnectionMissing(
            found=f"文件权限为 {mode:04o}，其他账号可以读取",
            expected="0600：只有所有者可以读写",
            todo="chmod 600；如果口令或密钥可能已经泄露，请先更换",
            where=path.name,
        )
    if len(text) > LONGEST:
        raise _wrong("文件过长")
    return text


def _wrong(found: str) -> PartnerWrong:
    return PartnerWrong(found=f"连接文件：{found}", expected=EXPECTED, todo="修改文件后重试")
