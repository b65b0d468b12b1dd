"""Connection addresses: read, confined, and kept in files of their own (decision 28).

An address holds a password. It stands in `<home>/keys/exchange-<id>.dsn`, 0600, and nowhere else: no table,
no log, no message, no backup.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from xinheng.ground.keys.files import replace_private
from xinheng.outward.exchange.errors import AddressMissing, AddressWrong
from xinheng.outward.exchange.model import Dialect

SCHEMES = {
    "postgresql": Dialect.POSTGRESQL,
    "postgres": Dialect.POSTGRESQL,
    "mariadb": Dialect.MARIADB,
    "mysql": Dialect.MARIADB,
}
PORTS = {Dialect.POSTGRESQL: 5432, Dialect.MARIADB: 3306}
# Whatever else drivers take (files to read, programs to run, sockets, options) is not for an address to say.
OPTIONS = {
    Dialect.POSTGRESQL: frozenset({"sslmode", "sslrootcert"}),
    Dialect.MARIADB: frozenset({"ssl_ca"}),
}
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
LONGEST = 2_000
EXPECTED = "postgresql://账号:密码@主机:端口/数据库 或 mariadb://账号:密码@主机:端口/数据库"


@dataclass(frozen=True)
class Address:
    """Where an agency's database is, and as whom to sign in there."""

    dialect: Dialect
    host: str = field(repr=False)
    port: int = field(repr=False)
    database: str = field(repr=False)
    user: str = field(repr=False)
    password: str = field(repr=False)
    options: dict[str, str] = field(default_factory=dict, repr=False)


def parse(text: str) -> Address:
    """An address as it is written. Raises AddressWrong, which names the wrong part, never its value."""
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise _wrong("不是一个数据库地址") from None
    dialect = SCHEMES.get(url.get_backend_name())
    if dialect is None or "+" in url.drivername:
        raise _wrong("不是 PostgreSQL 或 MariaDB（MySQL）的地址")
    missing = [
        name
        for name, part in (
            ("主机", url.host),
            ("数据库", url.database),
            ("账号", url.username),
            ("密码", url.password),
        )
        if not part
    ]
    if missing:
        raise _wrong(f"没有写{'、'.join(missing)}")
    given = {k: v for k, v in url.query.items() if isinstance(v, str)}
    if set(url.query) - OPTIONS[dialect] or len(given) != len(url.query):
        raise _wrong("问号之后有不接受的选项", f"只接受 {'、'.join(sorted(OPTIONS[dialect]))}")
    if given.get("sslmode", "prefer") not in SSL_MODES:
        raise _wrong("sslmode 的取值有误", "、".join(SSL_MODES))
    return Address(
        dialect=dialect,
        host=url.host or "",
        port=url.port or PORTS[dialect],
        database=url.database or "",
        user=url.username or "",
        password=str(url.password or ""),
        options=given,
    )


def file_of(keys: Path, exchange: UUID) -> Path:
    """Where the address of an exchange stands."""
    return keys / f"exchange-{exchange}.dsn"


def keep(keys: Path, exchange: UUID, text: str) -> None:
    """Write an address, 0600, wholly or not at all; an earlier one is replaced. Raises AddressWrong."""
    parse(text)
    replace_private(file_of(keys, exchange), text)


def forget(keys: Path, exchange: UUID) -> None:
    """Remove an address."""
    file_of(keys, exchange).unlink(missing_ok=True)


def kept(keys: Path, exchange: UUID) -> Address:
    """The address of an exchange. Raises AddressMissing, AddressWrong."""
    return parse(read_private(file_of(keys, exchange)))


def read_private(path: Path) -> str:
    """The text of a file that its owner alone may read. Raises AddressMissing."""
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read(LONGEST + 1)
    except (OSError, UnicodeDecodeError):
        raise AddressMissing(
            found="没有连接地址文件，或无法读取",
            expected="一个只含一行连接地址的文件，权限 0600",
            todo="用 xinheng exchange address 名称 --dsn-file 文件 重新录入（备份中不含密钥与地址）",
            where=path.name,
        ) from None
    if mode & 0o077:
        raise AddressMissing(
            found=f"文件权限为 {mode:04o}，其他账号可以读取",
            expected="0600：只有所有者可以读写",
            todo="chmod 600；如果口令可能已经泄露，请先更换",
            where=path.name,
        )
    if len(text) > LONGEST:
        raise _wrong("文件过长，不像一行地址")
    return text


def _wrong(found: str, expected: str = EXPECTED) -> AddressWrong:
    return AddressWrong(found=found, expected=expected, todo="修改地址文件后重试；口令中的特殊字符写成 %XX")
