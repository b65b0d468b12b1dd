"""Calling another system's address: what an address may look like, how a call is signed, when it is repeated.

Signatures are HMAC-SHA-256 over `<seconds since 1970>.<body>`, so that a call that was overheard cannot be
played again later.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from xinheng.core.identity import mask

URL_LENGTH: Final = 500
# Between attempts; after the last one it is given up.
WAITS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
SIGNATURE: Final = "x-xinheng-signature"
DELIVERY: Final = "x-xinheng-delivery"


@dataclass(frozen=True)
class Address:
    """The parts of a URL that a connection needs."""

    secure: bool
    host: str
    port: int
    target: str  # path and query


@dataclass(frozen=True)
class Call:
    """What goes out now."""

    delivery: UUID
    url: str
    secret: str
    body: bytes


def address_of(url: str) -> Address:
    """The parts of an address. Raises ValueError, in Chinese, for anything but plain http and https."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("写法不对") from None
    if len(url) > URL_LENGTH or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError(f"超过 {URL_LENGTH} 个字符，或含有空格、中文")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("不是 http 或 https 地址")
    if parts.username or parts.password or parts.fragment:
        raise ValueError("地址里带有账号、口令或 #")
    if mask(url)[1]:
        raise ValueError("地址里含有身份证号码")
    secure = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(secure, parts.hostname, port or (443 if secure else 80), target)


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`t=<seconds since 1970>,v1=<hex>`: HMAC-SHA-256 with the secret's text over `<t>.<body>`."""
    digest = hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, "sha256")
    return f"t={timestamp},v1={digest.hex()}"


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts; None: no more."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None
