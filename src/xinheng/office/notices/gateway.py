"""Short messages: whatever gateway a place has, behind one small interface.

Nearly every gateway takes a POST with JSON and answers JSON; `JsonGateway` speaks to those by a description,
so that a new one needs a file and no code. Another kind of gateway is another class with `send`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from xinheng.core import webhooks
from xinheng.office.notices.errors import GatewayWrong

SECONDS: Final = 15
ANSWER_BYTES: Final = 64 * 1024
_SAID: Final = 120
# what a description may name
_PLACES: Final = ("to", "text", "id", "secret")


class Gateway(Protocol):
    """Hands one short message over."""

    def send(self, to: str, text: str, delivery: str) -> tuple[bool, str]:
        """(whether it was taken, what the gateway said or what went wrong). `delivery`: the same at each
        attempt, for gateways that send one only once."""
        ...


@dataclass(frozen=True)
class JsonGateway:
    """A gateway over HTTP and JSON.

    In `headers` and `body`, `{to}`, `{text}`, `{id}` and `{secret}` stand for the number, the message, the
    delivery and the secret of the settings.
    """

    url: str
    headers: Mapping[str, str]
    body: Any
    taken_at: tuple[str, ...]  # where in the answer stands whether it was taken; empty: a 2xx status says so
    taken: tuple[str, ...]  # what stands there then, as text
    secret: str | None = field(default=None, repr=False)

    def send(self, to: str, text: str, delivery: str) -> tuple[bool, str]:
        """See Gateway."""
        import httpx  # late: settings are read by every command, few of which send anything

        given = {"to": to, "text": text, "id": delivery, "secret": self.secret or ""}
        headers = {name: _filled(value, given) for name, value in self.headers.items()}
        try:
            with (
                httpx.Client(trust_env=False, follow_redirects=False, timeout=SECONDS) as client,
                client.stream("POST", self.url, json=_filled(self.body, given), headers=headers) as answer,
            ):
                content = b""
                for part in answer.iter_bytes():
                    content += part
                    if len(content) > ANSWER_BYTES:
                        return False, "短信网关的答复过长"
                status = answer.status_code
        except httpx.HTTPError as error:
            return False, type(error).__name__
        return self._judged(status, content)

    def _judged(self, status: int, content: bytes) -> tuple[bool, str]:
        if not 200 <= status < 300:
            return False, f"HTTP {status}"
        if not self.taken_at:
            return True, f"HTTP {status}"
        try:
            found = json.loads(content)
            for name in self.taken_at:
                found = found[int(name)] if isinstance(found, list) else found[name]
        except (ValueError, KeyError, IndexError, TypeError):
            return False, f"HTTP {status}，答复里没有 {'.'.join(self.taken_at)}"
        said = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
        return said in self.taken, f"{'.'.join(self.taken_at)}={said}"[:_SAID]


def _filled(value: Any, given: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, text in given.items():
            value = value.replace(f"{{{name}}}", text) if f"{{{name}}}" in value else value
        return value
    if isinstance(value, list):
        return [_filled(one, given) for one in value]
    if isinstance(value, dict):
        return {name: _filled(one, given) for name, one in value.items()}
    return value


def described(path: Path, secret: str | None = None) -> JsonGateway:
    """A gateway as a file describes it (docs/todo-and-messages.md). Raises GatewayWrong."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _wrong(path, f"读不出来：{type(error).__name__}") from None
    except ValueError:
        raise _wrong(path, "不是 JSON") from None
    known = ("url", "headers", "body", "taken")
    if not isinstance(said, dict) or not set(said) <= set(known) or not {"url", "body"} <= set(said):
        raise _wrong(path, "缺少 url 或 body，或有别的键")
    headers, taken = said.get("headers", {}), said.get("taken", {"path": "", "equals": []})
    try:
        webhooks.address_of(str(said["url"]))
    except ValueError as wrong:
        raise _wrong(path, f"url {wrong}") from None
    if not (isinstance(headers, dict) and all(isinstance(v, str) for v in headers.values())):
        raise _wrong(path, "headers 不是文字对文字")
    if not (
        isinstance(taken, dict) and set(taken) == {"path", "equals"} and isinstance(taken["equals"], list)
    ):
        raise _wrong(path, "taken 不是 path 和 equals")
    if "{to}" not in json.dumps(said["body"]) or "{text}" not in json.dumps(said["body"]):
        raise _wrong(path, "body 里没有 {to} 或 {text}")
    where = tuple(part for part in str(taken["path"]).split(".") if part)
    equals = tuple(v if isinstance(v, str) else json.dumps(v) for v in taken["equals"])
    return JsonGateway(str(said["url"]), headers, said["body"], where, equals, secret)


def _wrong(path: Path, found: str) -> GatewayWrong:
    places = "、".join(f"{{{name}}}" for name in _PLACES)
    return GatewayWrong(
        found=found,
        expected=f"url、body，可有 headers、taken；文字里可用 {places}",
        todo="改正该文件后重启；不用短信就去掉 XINHENG_SMS_GATEWAY",
        where=path.name,
    )
