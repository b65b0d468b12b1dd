"""The gate: limits, same-site guard, headers, and one error shape for every failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Annotated, Any

import orjson
import psycopg
import pytest
from fastapi import Body, FastAPI, Request
from psycopg_pool import PoolTimeout
from starlette.responses import StreamingResponse
from tests.unit.faces.web.asgi import Client

from xinheng.core.errors import Kind, XinhengError
from xinheng.faces.web import errors, failures, guard
from xinheng.faces.web.guard import SECURITY_HEADERS, BodyLimit, Guard
from xinheng.faces.web.pace import Pace
from xinheng.faces.web.pages import Renderer, Site

SHAPE = ["code", "expected", "found", "status", "title", "todo", "type", "where"]


class TriedError(XinhengError):
    code = "XH950"
    kind = Kind.CONFLICT
    title = "试验"


def take_bodies(app: FastAPI, prefix: str) -> None:
    """Two addresses that take a body: one reads it itself, for the other FastAPI does."""

    @app.post(prefix + "/small")
    async def _small(request: Request) -> int:
        return len(await request.body())

    @app.post(prefix + "/json/small")
    async def _json(n: Annotated[int, Body(embed=True)]) -> int:
        return n


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    app = FastAPI(openapi_url=None)
    respond = failures.responder(Renderer(Site("示例")))
    failures.install(app, respond)
    app.add_middleware(
        Guard,
        respond=respond,
        limit_of=lambda path: 100 if path.endswith("/small") else 1_000,
        pace=Pace(0),
    )

    for prefix in ("", "/api/v1"):

        @app.get(prefix + "/raise")
        def _raise() -> None:
            raise TriedError(found="甲", expected="乙", todo="丙", where="丁")

        @app.get(prefix + "/crash")
        def _crash() -> None:
            raise RuntimeError("secret inside")

        @app.get(prefix + "/number")
        def _number(n: int) -> int:
            return n

        @app.get(prefix + "/pool")
        def _pool() -> None:
            raise PoolTimeout

        @app.get(prefix + "/cancelled")
        def _cancelled() -> None:
            raise psycopg.errors.QueryCanceled

        take_bodies(app, prefix)

        @app.get(prefix + "/half")
        def _half() -> StreamingResponse:
            def pieces() -> Any:
                yield b"half"
                raise RuntimeError("broken off")

            return StreamingResponse(pieces())

    with Client(app) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/raise", 409, "XH950"),
        ("/api/v1/crash", 500, "XH953"),
        ("/api/v1/number?n=x", 400, "XH952"),
        ("/api/v1/nowhere", 404, "XH950"),
        ("/api/v1/small", 405, "XH951"),
    ],
)
def test_every_failure_of_the_api_has_the_one_shape(
    client: Client, caplog: pytest.LogCaptureFixture, path: str, status: int, code: str
) -> None:
    with caplog.at_level(logging.CRITICAL):
        answer = client.get(path)
    body = orjson.loads(answer.content)
    assert sorted(body) == SHAPE
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


def test_a_page_says_the_same_words(client: Client) -> None:
    answer = client.get("/raise")
    assert answer.status_code == 409
    assert answer.headers["content-type"].startswith("text/html")
    assert all(word in answer.text for word in ("试验", "甲", "乙", "丙", "丁", "XH950"))


def test_a_crash_shows_a_reference_and_no_traceback(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.get("/crash")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    reference = caplog.records[-1].getMessage().split()[-1]
    assert reference in answer.text


def test_htmx_is_told_to_put_an_error_in_place_of_the_page(client: Client) -> None:
    answer = client.get("/raise", headers={"HX-Request": "true"})
    assert answer.headers["hx-retarget"] == "body"


@pytest.mark.parametrize("path", ["/raise", "/crash", "/nowhere", "/number?n=1", "/api/v1/crash"])
def test_every_answer_carries_the_security_headers(
    client: Client, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with caplog.at_level(logging.CRITICAL):
        headers = client.get(path).headers
    assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_the_policy_allows_no_inline_script_style_or_eval() -> None:
    policy = SECURITY_HEADERS["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "http://house"}, 200),
        ({"origin": "http://elsewhere"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://house"}, 403),
        ({}, 200),  # no browser: the form token decides
    ],
)
def test_changes_are_taken_from_our_own_pages_alone(
    client: Client, headers: dict[str, str], status: int
) -> None:
    assert client.post("/small", content=b"x", headers=headers).status_code == status


def test_reading_from_elsewhere_is_everybodys_right(client: Client) -> None:
    assert client.get("/number?n=1", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_a_body_over_its_limit_is_refused_whether_declared_or_streamed(client: Client) -> None:
    async def chunks() -> Any:
        yield b"x" * 60
        yield b"x" * 60

    assert client.post("/small", content=b"x" * 100).status_code == 200
    assert client.post("/small", content=b"x" * 101).status_code == 413
    assert client.post("/small", content=chunks()).status_code == 413
    json = {"content-type": "application/json"}  # FastAPI reads these itself, and has its own words
    assert client.post("/json/small", content=chunks(), headers=json).status_code == 413
    assert client.post("/json/small", content=b'{"n": 1}', headers=json).json() == 1


def test_what_is_not_json_is_said_to_be_that(client: Client) -> None:
    answer = client.post("/api/v1/json/small", content=b'{"n"', headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (400, "XH952", "body")
    assert "JSON" in answer.json()["found"]


def test_the_head_of_a_page_can_be_asked_for_alone(client: Client) -> None:
    assert client.request("HEAD", "/number?n=1").status_code == 200
    assert client.request("HEAD", "/nowhere").status_code == 404


def test_a_database_that_does_not_answer_is_busy_and_no_crash(client: Client) -> None:
    for path in ("/pool", "/cancelled"):
        answer = client.get("/api/v1" + path)
        assert (answer.status_code, answer.json()["code"]) == (503, "XH301")
        assert answer.headers["retry-after"] == "5"


def test_half_an_answer_is_broken_off_and_not_ended_as_if_whole(client: Client) -> None:
    with pytest.raises(errors.UnexpectedError):
        client.get("/half")


def test_a_sender_who_falls_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silence() -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(guard, "BODY_PAUSE", 0)
    with pytest.raises(errors.BodyTooSlowError):
        asyncio.run(BodyLimit(silence, guard.Headers({}), 10).receive())


def test_every_kind_of_refusal_has_a_status() -> None:
    assert set(errors.STATUS_OF_KIND) == set(Kind)
