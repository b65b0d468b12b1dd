"""A callback as values: where, signed how, tried how often. No row content ever goes out."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from xinheng.core import canonical
from xinheng.core.errors import XinhengError
from xinheng.core.identity import mask

URL_LENGTH: Final = 500
# Between attempts; after the last one it is given up, and the system finds out by asking.
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


class CallbackRefusedError(XinhengError):
    """The address is none that the platform calls."""

    code = "XH759"
    title = "回调地址不能用"


class DeliveryState(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"  # 待送达
    DELIVERED = "delivered"  # 已送达
    GIVEN_UP = "given_up"  # 多次未送达，不再重试


@dataclass(frozen=True)
class Callback:
    """回调地址 of one agency. Each new entry has a new serial, and with it a new secret."""

    agency: UUID
    url: str
    serial: int
    set_at: datetime
    set_by: str


@dataclass(frozen=True)
class Delivery:
    """One message about one end of a submission."""

    delivery: UUID
    submission: UUID
    agency: UUID
    state: DeliveryState
    created: datetime
    attempts: int
    tried_at: datetime | None
    answer: str | None


@dataclass(frozen=True)
class Message:
    """What goes out now."""

    delivery: UUID
    url: str
    secret: str
    body: bytes


@dataclass(frozen=True)
class Address:
    """The parts of a callback's URL that a connection needs."""

    secure: bool
    host: str
    port: int
    target: str  # path and query


def address_of(url: str) -> Address:
    """The parts of an address. Raises CallbackRefusedError for anything but plain http and https."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("写法不对") from None
    if len(url) > URL_LENGTH or not url.isascii() or not url.isprintable() or " " in url:
        raise _refused(f"超过 {URL_LENGTH} 个字符，或含有空格、中文")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _refused("不是 http 或 https 地址")
    if parts.username or parts.password or parts.fragment:
        raise _refused("地址里带有账号、口令或 #")
    if mask(url)[1]:
        raise _refused("地址里含有身份证号码")
    secure = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(secure, parts.hostname, port or (443 if secure else 80), target)


def _refused(found: str) -> CallbackRefusedError:
    return CallbackRefusedError(
        found=found,
        expected="如 https://host.example.gov.cn/xinheng/callback 的地址",
        todo="向报送单位核对地址后重新登记",
    )


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`t=<seconds since 1970>,v1=<hex>`: HMAC-SHA-256 with the secret's text over `<t>.<body>`."""
    digest = hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, "sha256")
    return f"t={timestamp},v1={digest.hex()}"


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts; None: no more."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None


def body(
    delivery: UUID,
    submission: tuple[UUID, str],
    receipt: UUID | None,
    counts: Mapping[str, int],
    error: str | None,
) -> bytes:
    """What an agency's system is told: `submission` is id and state, `error` a refusal's code."""
    value = {
        "delivery": str(delivery),
        "submission": str(submission[0]),
        "state": submission[1],
        "receipt": str(receipt) if receipt else None,
        "counts": dict(counts),
        "error": error,
    }
    return canonical.dumps(value).encode()
