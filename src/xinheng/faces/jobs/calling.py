"""Calling another system: the address that was judged, once, signed, without following anywhere.

Decision 28: somebody of an office or agency entered the address; the name is resolved and its address judged
before each call, and the connection goes to that address, so that a name cannot come to mean another machine
in between.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Final

import httpx

from xinheng.core.errors import XinhengError
from xinheng.core.networks import may_reach
from xinheng.core.webhooks import DELIVERY, SIGNATURE, Address, Call, signature
from xinheng.evidence.submissions.callbacks.model import CallbackRefusedError, address_of
from xinheng.outward import targets

if TYPE_CHECKING:
    from xinheng.faces.app import App

SECONDS: Final = 15  # for one call, from connecting to the status line
AGENT: Final = "xinheng-callback/1"


def call(app: App, message: Call) -> tuple[bool, str]:
    """(whether the other side took it, its status or what went wrong). A 2xx status means taken."""
    try:
        address = address_of(message.url)
        there = reachable(app, address)
        status = asyncio.run(_post(address, there, message, int(app.clock.now().at.timestamp())))
    except XinhengError as refusal:
        return False, f"{refusal.code} {refusal.found}"
    except TimeoutError:
        return False, f"{SECONDS} 秒没有答复"
    except (httpx.HTTPError, ssl.SSLError, OSError) as error:
        return False, type(error).__name__
    return 200 <= status < 300, f"HTTP {status}"


def reachable(app: App, address: Address) -> str:
    """The IP address to connect to. Raises TargetForbidden, TargetUnknown, and CallbackRefusedError for a
    public address without TLS."""
    there = targets.resolve(address.host, address.port, app.settings.private_networks)
    if not address.secure and may_reach(there, ()):
        raise CallbackRefusedError(
            found="公网地址没有使用 TLS",
            expected="https 地址；http 只用于 XINHENG_PRIVATE_NETWORKS 列出的网段",
            todo="请报送单位启用 https 后重新登记",
        )
    return there


async def _post(address: Address, there: str, message: Call, now: int) -> int:
    host = f"[{there}]" if ":" in there else there
    scheme = "https" if address.secure else "http"
    default = 443 if address.secure else 80
    named = f"[{address.host}]" if ":" in address.host else address.host
    headers = {
        "host": named if address.port == default else f"{named}:{address.port}",
        "content-type": "application/json",
        "user-agent": AGENT,
        SIGNATURE: signature(message.secret, now, message.body),
        DELIVERY: str(message.delivery),
    }
    # neither proxies nor certificates of the environment: what is called is what the office entered
    context = ssl.create_default_context()
    async with (
        asyncio.timeout(SECONDS),
        httpx.AsyncClient(trust_env=False, follow_redirects=False, verify=context, timeout=SECONDS) as client,
        client.stream(
            "POST",
            f"{scheme}://{host}:{address.port}{address.target}",
            content=message.body,
            headers=headers,
            extensions={"sni_hostname": address.host},
        ) as answer,
    ):
        return answer.status_code  # the body is nobody's business
