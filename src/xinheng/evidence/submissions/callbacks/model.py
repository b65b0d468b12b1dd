"""A callback as values: where, signed how, tried how often. No row content ever goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from xinheng.core import canonical, webhooks
from xinheng.core.errors import XinhengError
from xinheng.core.webhooks import Address


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


def address_of(url: str) -> Address:
    """The parts of an address. Raises CallbackRefusedError for anything but plain http and https."""
    try:
        return webhooks.address_of(url)
    except ValueError as wrong:
        raise CallbackRefusedError(
            found=str(wrong),
            expected="如 https://host.example.gov.cn/xinheng/callback 的地址",
            todo="向报送单位核对地址后重新登记",
        ) from None


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
