"""A way past routing for what systems ask all day: one address, straight to its handler.

It stands inside the gate, so that limits, headers and the shape of refusals hold as for every other address.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

Handler = Callable[[Request, str], Awaitable[Response]]  # the request, and what stands after the prefix


class Quick:
    """Wraps the application. A GET of `prefix` and one more part is answered by `handler`, which raises
    nothing but refusals of ours; everything else goes on."""

    def __init__(self, app: ASGIApp, prefix: str, handler: Handler) -> None:
        self._app = app
        self._prefix = prefix
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith(self._prefix):
            part = scope["path"][len(self._prefix) :]
            if part and "/" not in part:
                response = await self._handler(Request(scope), part)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)
