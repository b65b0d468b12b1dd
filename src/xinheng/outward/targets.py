"""Where the platform may connect to: a name is resolved once, judged, and the judged address is used.

Connecting to the address that was looked at, and not to the name again, leaves no gap in which the name may
come to mean another machine.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import ClassVar

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.networks import Network, may_reach


class TargetForbidden(XinhengError):
    """The target lies in a private range that nobody listed (decision 28)."""

    code: ClassVar[str] = "XH854"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    title: ClassVar[str] = "目标地址不在允许范围"


class TargetUnknown(XinhengError):
    """The target's name has no address."""

    code: ClassVar[str] = "XH859"
    kind: ClassVar[Kind] = Kind.BUSY
    title: ClassVar[str] = "目标名称无法解析"


def resolve(host: str, port: int, listed: Sequence[Network]) -> str:
    """The address to connect to. Raises TargetUnknown, TargetForbidden.

    Every address that the name has must be allowed: one that is not would be a way around the list.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise TargetUnknown(
            found="域名没有对应的地址", expected="可以解析的主机名或 IP 地址", todo="核对主机名与域名服务"
        ) from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(may_reach(address, listed) for address in addresses):
        raise TargetForbidden(
            found="目标是内网、本机或保留地址，没有列入允许范围",
            expected="公网地址，或 XINHENG_PRIVATE_NETWORKS 列出的网段",
            todo="确认目标确属本单位后，由管理员把其网段列入 XINHENG_PRIVATE_NETWORKS",
        )
    return addresses[0]
