"""Past routing: what is led to the handler, and what goes on as before."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from tests.e2e import invented
from tests.unit.faces.web.asgi import Client

from xinheng.faces.web.quick import Quick

PREFIX = "/api/v1/subjects/"


def led(path: str, method: str = "GET", kind: str = "http") -> list[str]:
    """Who was asked: the part that the handler was given, or `on` for the application behind."""
    seen: list[str] = []

    async def handler(request: Request, part: str) -> Response:
        seen.append(part)
        return Response(b"")

    async def behind(scope: Any, receive: Any, send: Any) -> None:
        seen.append("on")

    async def nothing(message: Any = None) -> Any:
        return {"type": "http.request"}

    scope = {"type": kind, "method": method, "path": path, "headers": []}
    asyncio.run(Quick(behind, PREFIX, handler)(scope, nothing, nothing))
    return seen


def test_one_more_part_goes_to_the_handler() -> None:
    assert led(f"{PREFIX}91420100MA000000XX") == ["91420100MA000000XX"]
    assert led(f"{PREFIX}星河") == ["星河"]


@pytest.mark.parametrize("path", ["/api/v1/subjects", PREFIX, f"{PREFIX}a/", f"{PREFIX}a/b", "/", "/search"])
def test_everything_else_goes_on(path: str) -> None:
    assert led(path) == ["on"]


def test_other_methods_and_the_start_of_the_server_go_on() -> None:
    assert led(f"{PREFIX}a", "POST") == ["on"]
    assert led(f"{PREFIX}a", kind="websocket") == ["on"]
    assert led(f"{PREFIX}a", kind="lifespan") == ["on"]


def test_the_quick_way_answers_as_the_described_route_does(
    site: FastAPI, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same bytes, headers and refusals, with the quick way open and closed."""
    _, code = invented.party(0)
    asked = [
        ("GET", code, {}),
        ("HEAD", code, {}),
        ("GET", "91420100MA000000XX", {}),
        ("GET", "%00", {}),
        ("GET", code, {"if-none-match": client.get(PREFIX + code).headers["etag"]}),
    ]

    def told() -> list[tuple[int, bytes, list[tuple[str, str]]]]:
        given = [client.request(method, PREFIX + part, headers=sent) for method, part, sent in asked]
        return [(a.status_code, a.content, sorted(a.headers.items())) for a in given]

    quickly = told()
    quick = next(layer for layer in layers(site) if isinstance(layer, Quick))
    monkeypatch.setattr(quick, "_prefix", "/nowhere")
    assert told() == quickly
    assert [status for status, *_ in quickly] == [200, 200, 404, 404, 304]


def layers(site: FastAPI) -> list[Any]:
    """What stands around the routes, from the outside in."""
    found: list[Any] = [site.middleware_stack]
    while inner := getattr(found[-1], "app", None) or getattr(found[-1], "_app", None):
        found.append(inner)
    return found
