"""The gate every request passes: body limits, same-site guard, security headers, the last catch.

Plain ASGI, so that it costs little and holds for static files and errors too.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xinheng.core.errors import XinhengError
from xinheng.faces.web import errors
from xinheng.faces.web.pace import Pace

logger = logging.getLogger(__name__)

BODY_LIMIT = 1 << 20  # bytes; forms are small, files have their own limit
BODY_PAUSE = 30  # seconds a sender may be silent in the middle of a body
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

_SECURITY = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]  # as they are sent
Responder = Callable[[Request, XinhengError], Response]


class Guard:
    """Wraps the application. `limit_of` gives the body limit of a path in bytes, `pace` holds back who asks
    too fast."""

    def __init__(self, app: ASGIApp, respond: Responder, limit_of: Callable[[str], int], pace: Pace) -> None:
        self._app = app
        self._pace = pace
        self._respond = respond
        self._limit_of = limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                own = message.get("headers", [])
                given = {name for name, _ in own}
                message["headers"] = [*own, *(h for h in _SECURITY if h[0] not in given)]
            await send(message)

        try:
            self._refuse_foreign(scope)
            self._pace.admit(scope)
            body = BodyLimit(receive, Headers(scope=scope), self._limit_of(scope["path"]))
            asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
            await self._app(asked, body.receive, send_guarded)  # of HEAD, the server sends no body
        except XinhengError as error:
            await self._answer(scope, receive, send_guarded, error, started)
        except Exception:
            reference = secrets.token_hex(4)
            logger.exception("unexpected error %s", reference)
            await self._answer(scope, receive, send_guarded, errors.unexpected(reference), started)

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, error: XinhengError, started: bool
    ) -> None:
        if started:  # half an answer is out: break the connection rather than end it as if whole
            raise error
        await self._respond(Request(scope), error)(scope, receive, send)

    @staticmethod
    def _refuse_foreign(scope: Scope) -> None:
        """Changes are taken from our own pages only (bite 12): Sec-Fetch-Site, else Origin, where sent."""
        if scope["method"] in SAFE:
            return
        headers = Headers(scope=scope)
        site = headers.get("sec-fetch-site")
        if site is not None:
            if site != "same-origin":
                raise errors.foreign_form()
            return
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != headers.get("host"):
            raise errors.foreign_form()


class BodyLimit:
    """A `receive` that counts bytes and does not wait for ever."""

    def __init__(self, receive: Receive, headers: Headers, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._seen = 0
        self._done = False
        declared = headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:18]) > limit:
            raise _too_large(limit)

    async def receive(self) -> Message:
        if self._done:  # only a disconnect can follow; that may take as long as it likes
            return await self._receive()
        try:
            async with asyncio.timeout(BODY_PAUSE):
                message = await self._receive()
        except TimeoutError:
            raise errors.BodyTooSlowError(
                found=f"{BODY_PAUSE} 秒没有收到后续内容",
                expected="连续传完",
                todo="检查网络后重新提交",
            ) from None
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            self._done = not message.get("more_body", False)
            if self._seen > self._limit:
                raise _too_large(self._limit)
        return message


def _too_large(limit: int) -> errors.BodyTooLargeError:
    return errors.BodyTooLargeError(
        found="内容超过上限",
        expected=f"不超过 {limit >> 20} MB",
        todo="分成几个文件提交；特别大的文件请用命令行",
    )
