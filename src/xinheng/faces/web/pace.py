"""How fast one address may ask for organisations: a bucket of tokens each, kept in this process.

Search and lookup are for everybody and without an account; who reads the register out in bulk takes them
from the others. The machine's own addresses are not held back: the operator, tests and measurements ask from
there. Behind a reverse proxy on the same machine the address is the one that the proxy forwards (uvicorn
believes the loopback alone).
"""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from xinheng.faces.web.errors import AskedTooFastError, CalledTooFastError

if TYPE_CHECKING:
    from starlette.types import Scope

# what is asked for by everybody and read from the database each time
PACED: Final = (
    "/search",
    "/lists",
    "/organisations/",
    "/records/",
    "/api/v1/subjects",
    "/api/v1/records/",
)
ADDRESSES: Final = 20_000  # remembered at once; of more, those that asked longest ago are forgotten
IPV6_SITE: Final = 64  # bits of an IPv6 address that one household or office shares


class Pace:
    """At most `per_minute` requests a minute from one address, and as many at once; 0 holds nobody back."""

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._full = per_minute
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # whose -> (tokens, when)

    def admit(self, scope: Scope) -> None:
        """Take a token for a request. Raises AskedTooFastError where the address has none left."""
        if not self._full or not scope["path"].startswith(PACED):
            return
        client = scope.get("client")
        address = None if client is None else _site(client[0])
        if address is None:
            return
        wait = self._take(address)
        if wait:
            raise AskedTooFastError(
                found=f"一分钟内从同一个网络地址查询超过 {self._full} 次",
                expected=f"每分钟不超过 {self._full} 次",
                todo=f"{wait} 秒后再试；需要成批核对的，请与平台联系开通接口",
                retry_after=wait,
            )

    def admit_program(self, client: str) -> None:
        """Take a token for a call of an agency's program. Raises CalledTooFastError."""
        wait = self._take(client) if self._full else 0
        if wait:
            raise CalledTooFastError(
                found=f"客户端 {client} 一分钟内调用超过 {self._full} 次",
                expected=f"每分钟不超过 {self._full} 次",
                todo=f"{wait} 秒后再试；多条数据放在一次报送里",
                retry_after=wait,
            )

    def _take(self, key: str) -> int:
        """Take a token; where there is none, the seconds until there is one."""
        now = self._now()
        tokens, before = self._buckets.pop(key, (float(self._full), now))
        tokens = min(self._full, tokens + (now - before) * self._full / 60)
        held_back = tokens < 1
        self._buckets[key] = (tokens if held_back else tokens - 1, now)
        while len(self._buckets) > ADDRESSES:
            self._buckets.popitem(last=False)
        return 1 + int((1 - tokens) * 60 / self._full) if held_back else 0


@lru_cache(maxsize=ADDRESSES)
def _site(host: str) -> str | None:
    """Whom an address belongs to; None for this machine itself."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif not address.is_loopback:
            return str(ipaddress.ip_network((address, IPV6_SITE), strict=False))
    return None if address.is_loopback else str(address)
