"""`/api/v1/oauth/token`, and what a token lets its program do: how far, how often, noted where."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.programs import PATH, TOKEN, Place, answer, body, code, fresh

from xinheng.faces.web.api.tokens import TokenAnswer, TokenRefusal
from xinheng.faces.web.application import create_app
from xinheng.office.access import audit
from xinheng.office.access.model_clients import Scope

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def place(programs: Place) -> Place:
    return programs


def test_a_token_is_given_for_header_or_form_and_is_never_stored(place: Place, http: Client) -> None:
    client, secret = place.client()
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    for given in (
        http.post(
            TOKEN, data={"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
        ),
        http.post(
            TOKEN,
            content="grant_type=client_credentials&scope=submissions%3Aread",
            headers={**FORM, "authorization": f"Basic {basic}"},
        ),
    ):
        value = TokenAnswer.model_validate_json(given.content)
        assert (given.status_code, value.token_type, value.expires_in) == (200, "Bearer", 3600)
        assert (given.headers["cache-control"], given.headers["pragma"]) == ("no-store", "no-cache")
        shown = http.get(PATH, headers={"authorization": f"Bearer {value.access_token}"})
        assert shown.status_code == 200
    assert value.scope == "submissions:read"


@pytest.mark.parametrize(
    ("content", "headers", "status", "error"),
    [
        ("grant_type=password&client_id={id}&client_secret={secret}", FORM, 400, "unsupported_grant_type"),
        ("client_id={id}&client_secret={secret}", FORM, 400, "invalid_request"),
        (
            "grant_type=client_credentials&grant_type=x&client_id=a&client_secret=b",
            FORM,
            400,
            "invalid_request",
        ),
        ("grant_type=client_credentials", FORM, 401, "invalid_client"),
        ("grant_type=client_credentials&client_id={id}&client_secret=wrong", FORM, 401, "invalid_client"),
        ("grant_type=client_credentials&client_id=xc-0&client_secret=x", FORM, 401, "invalid_client"),
        (
            "grant_type=client_credentials&client_id={id}&client_secret={secret}&scope=all",
            FORM,
            400,
            "invalid_scope",
        ),
        ('{"grant_type":"client_credentials"}', {"content-type": "application/json"}, 400, "invalid_request"),
        ("grant_type=client_credentials", {**FORM, "authorization": "Basic !!"}, 400, "invalid_request"),
        (
            "grant_type=client_credentials&client_secret=x",
            {**FORM, "authorization": "Basic eDp5"},
            400,
            "invalid_request",
        ),
        ("%%%", FORM, 400, "invalid_request"),
    ],
)
def test_a_token_request_is_refused_in_the_words_of_the_standard(
    place: Place, http: Client, content: str, headers: dict[str, str], status: int, error: str
) -> None:
    client, secret = place.client()
    refused = http.post(
        TOKEN, content=content.replace("{id}", client).replace("{secret}", secret), headers=headers
    )
    value = TokenRefusal.model_validate_json(refused.content)
    assert (refused.status_code, value.error) == (status, error)
    assert value.error_description.isascii()
    assert refused.headers["cache-control"] == "no-store"
    if status == 401:
        assert refused.headers["www-authenticate"].startswith("Basic ")


def test_who_guesses_secrets_is_held_back(place: Place, http: Client) -> None:
    client, secret = place.client()
    wrong = {"grant_type": "client_credentials", "client_id": client, "client_secret": "wrong"}
    statuses = [http.post(TOKEN, data=wrong).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    refused = http.post(TOKEN, data={**wrong, "client_secret": secret})
    assert refused.headers["retry-after"] == "900"
    place.clock.step(minutes=16)


# -- who may, how often ------------------------------------------------------------------------------


def test_a_token_does_what_it_was_given_for(place: Place, http: Client) -> None:
    reader, writer = place.bearer("A", Scope.READ), place.bearer("A", Scope.WRITE)
    refused = http.post(PATH, json=body(fresh()), headers=reader)
    assert (refused.status_code, code(refused)) == (403, "XH965")
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
    assert http.get(PATH, headers=writer).status_code == 403
    place.clock.step(hours=1)
    assert http.get(PATH, headers=reader).status_code == 401


def test_who_calls_too_fast_is_told_when_to_come_back(place: Place) -> None:
    slow = replace(place.app, settings=replace(place.app.settings, calls_per_minute=3))
    headers, other = place.bearer(), place.bearer()
    with Client(create_app(slow)) as http:
        statuses = [http.get(PATH, headers=headers).status_code for _ in range(4)]
        refused = http.get(PATH, headers=headers)
        assert http.get(PATH, headers=other).status_code == 200  # each program has its own
    assert statuses == [200, 200, 200, 429]
    assert code(refused) == "XH966"
    assert 1 <= int(refused.headers["retry-after"]) <= 21


def test_every_call_is_noted(place: Place, http: Client) -> None:
    client, secret = place.client()
    headers = {"authorization": f"Bearer {place.app.client_token(client, secret, None, '::1').bearer}"}
    value = answer(http.post(PATH, json=body(fresh()), headers=headers))
    http.get(f"{PATH}/{value.submission}", headers=headers)
    with place.app.database.transaction() as tx:
        noted = [(e.action, e.detail) for e in audit.entries(tx, count=10) if e.actor == client]
    assert noted[0] == ("api.call", f"GET {PATH}/{value.submission}")
    assert noted[1][0] == "submission.send"
    assert noted[2] == ("api.call", f"POST {PATH}")
    assert noted[3][0] == "client.token"
