"""Every route has one access rule that holds, and every refusal the one error shape."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount
from tests.unit.faces.web.asgi import Client

from xinheng.faces.web import access
from xinheng.faces.web.api.description import PROGRAMS
from xinheng.faces.web.desk.form_lost import FORMS
from xinheng.faces.web.guard import SECURITY_HEADERS

SHAPE = {"type", "status", "code", "title", "found", "expected", "todo", "where"}
ID = "019a9d2c-5b00-7000-8000-000000000001"


def routes(site: FastAPI) -> Iterator[APIRoute]:
    """Every route of ours: what is neither the description of the API nor the static files."""
    for context in iter_route_contexts(site.routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            yield route
        else:
            static = isinstance(route, Mount) and route.path == "/static"
            assert static or route.path == site.openapi_url, route


def rules(route: APIRoute) -> list[object]:
    return [d.dependency for d in route.dependencies if d.dependency in access.RULES]


def address(route: APIRoute) -> str:
    filled = {"code": "91420100MA000000XX", "record": ID, "receipt": ID, "token": "x" * 22, "path": "x"}
    filled |= {"plan": "x", "task": "x", "month": "2020-01", "form": "pdf", "name": "2020-01.csv"}
    filled |= {"exchange": ID, "capture": ID, "draft": ID, "item": "penalty"}
    filled |= {"list_id": ID, "suspicion": ID, "attachment": ID}
    filled |= {"submission": ID, "proposal": ID, "finding": ID, "case": ID, "declaration": ID, "review": ID}
    filled |= {"notice": ID, "alert": ID, "listing": ID, "letter": ID, "event": "1"}
    filled |= {"run": ID, "step": "publish", "assessment": ID, "digest": "x", "kind": "pdf", "indicator": "x"}
    return route.path.replace("{path:path}", "x").format_map(filled)


def test_every_route_names_exactly_one_access_rule(site: FastAPI) -> None:
    assert len(list(routes(site))) > 25
    assert [r.path for r in routes(site) if len(rules(r)) != 1] == []


def test_only_what_concerns_the_public_is_open_to_anyone(site: FastAPI) -> None:
    open_desk = [r.path for r in routes(site) if r.path.startswith("/desk") and rules(r) == [access.anyone]]
    closed_portal = [
        r.path
        for r in routes(site)
        if not r.path.startswith("/desk") and rules(r) not in ([access.anyone], [access.program])
    ]
    assert set(open_desk) == {"/desk/sign-in"}
    assert closed_portal == []
    programs = {r.path for r in routes(site) if rules(r) == [access.program]}
    assert all(path.startswith(PROGRAMS) for path in programs)
    assert len(programs) == 7


def test_a_stranger_gets_nowhere_at_the_desk(site: FastAPI, client: Client) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    for route in routes(site):
        if rules(route) in ([access.anyone], [access.program]):
            continue
        for method in route.methods:
            answer = client.request(method, address(route), headers=form)
            if method == "POST" and route.path.startswith(FORMS):  # hands back what was typed
                assert answer.status_code == 401, route.path
                continue
            assert answer.status_code == 303, (method, route.path)
            assert answer.headers["location"].startswith("/desk/sign-in?next="), route.path
            assert answer.headers["cache-control"] == "no-store"


def test_every_change_needs_the_session_s_own_form_token(site: FastAPI) -> None:
    """A plain form takes its fields through `own_form`; the upload checks the token before the file, and form
    entry itself, to hand back what was typed (test_form)."""
    changing = [r for r in routes(site) if "POST" in r.methods and not r.path.startswith("/api/")]
    assert len(changing) >= 7
    without = [r.path for r in changing if access.own_form not in {d.call for d in r.dependant.dependencies}]
    assert sorted(without) == [
        "/desk/appraisal/act",
        "/desk/assessments",
        "/desk/assessments/act",
        "/desk/cases/assign",
        "/desk/form/{item}",
        "/desk/form/{item}/autosave",
        "/desk/letters/paper",
        "/desk/monitoring-check/act",
        "/desk/notices/settings",
        "/desk/sign-in",
        "/desk/suspicions/act",
        "/desk/suspicions/import",
        "/desk/suspicions/merge",
        "/desk/upload",
        "/desk/watch/lists",
    ]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/nowhere", 404),
        ("/api/v1/subjects/91420100MA000000XX", 404),
        ("/api/v1/subjects", 400),
        ("/api/v1/subjects?q=%E6%98%9F&page=51", 400),
        ("/api/v1/subjects?q=%20", 400),
        ("/api/v1/records/no-id", 400),
        (f"/api/v1/records/{ID}", 404),
        (f"/api/v1/records/{ID}/proof", 404),
    ],
)
def test_every_refusal_of_the_api_has_the_one_shape(client: Client, path: str, status: int) -> None:
    answer = client.get(path)
    body = orjson.loads(answer.content)
    assert set(body) == SHAPE
    assert answer.status_code == body["status"] == status
    assert all(body[name] for name in SHAPE - {"where"})


def test_a_program_without_a_bearer_gets_nowhere(site: FastAPI, client: Client) -> None:
    for route in routes(site):
        if rules(route) != [access.program]:
            continue
        for method in route.methods:
            for sent in ({}, {"authorization": "Bearer " + "x" * 43}, {"authorization": "Basic eDp4"}):
                answer = client.request(method, address(route), headers=sent)
                assert answer.status_code == 401, (method, route.path)
                assert answer.headers["www-authenticate"].startswith("Bearer "), route.path
                assert orjson.loads(answer.content)["code"] == "XH964"


def test_a_wrong_method_is_refused_in_the_same_shape(site: FastAPI, client: Client) -> None:
    for route in routes(site):
        if "POST" in route.methods or route.path.startswith("/desk") or rules(route) == [access.program]:
            continue
        answer = client.post(address(route))
        assert answer.status_code == 405, route.path
        assert "XH951" in answer.text
        assert answer.headers["allow"] == "GET, HEAD", route.path


def test_a_refused_method_says_all_that_the_address_takes(client: Client) -> None:
    allowed = {
        path: client.request("OPTIONS", path).headers["allow"]
        for path in ("/api/v1/submissions", "/api/v1/oauth/token", "/api/v1/subjects/x", "/static/mark.svg")
    }
    assert list(allowed.values()) == ["GET, HEAD, POST", "POST", "GET, HEAD", "GET, HEAD"]


def test_no_page_sets_a_cookie_for_the_public(site: FastAPI, client: Client) -> None:
    for route in routes(site):
        if rules(route) == [access.anyone] and not route.path.startswith("/desk"):
            answer = client.get(address(route))
            assert "set-cookie" not in answer.headers, route.path
            assert {n: answer.headers.get(n) for n in SECURITY_HEADERS} == SECURITY_HEADERS, route.path
