"""`/api/v1`: the JSON fits its description, and the description does not change unnoticed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import orjson
from fastapi import FastAPI
from tests.e2e import invented
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client

from xinheng.evidence.subjects.model import MOST_ASKED
from xinheng.faces.web.api import schemas

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "openapi.json"
STAR, STAR_CODE = invented.party(0)


def test_an_organisation_is_answered_with_what_is_shown_about_it(client: Client, place: Town) -> None:
    answer = client.get(f"/api/v1/subjects/{STAR_CODE}")
    value = schemas.SubjectAnswer.model_validate_json(answer.content)
    assert answer.headers["content-type"] == "application/json"
    assert (value.subject.code, value.subject.name, value.subject.registered) == (STAR_CODE, STAR, False)
    assert {(r.item, r.decided_on) for r in value.shown} == {("penalty", place.day), ("permit", place.day)}
    assert value.day == place.day
    assert "某某" not in answer.text


def test_a_code_is_read_whatever_its_case_and_blanks(client: Client) -> None:
    answer = client.get(f"/api/v1/subjects/ {STAR_CODE.lower()} ")
    assert orjson.loads(answer.content)["subject"]["code"] == STAR_CODE


def test_a_name_is_answered_a_page_at_a_time(client: Client) -> None:
    value = schemas.SearchAnswer.model_validate_json(
        client.get("/api/v1/subjects", params={"q": "有限公司"}).content
    )
    assert (value.page, len(value.subjects), value.beyond, value.similar) == (1, 20, False, False)
    last = client.get("/api/v1/subjects", params={"q": "有限公司", "page": value.pages})
    assert len(schemas.SearchAnswer.model_validate_json(last.content).subjects) == value.total % 20 or 20


def test_a_record_is_answered_with_its_published_fields_alone(client: Client, place: Town) -> None:
    shown = orjson.loads(client.get(f"/api/v1/subjects/{STAR_CODE}").content)["shown"]
    penalty = next(r["record"] for r in shown if r["item"] == "penalty")
    answer = client.get(f"/api/v1/records/{penalty}")
    value = schemas.RecordAnswer.model_validate_json(answer.content)
    public = {f.code for f in place.app.pack.item("penalty").fields if f.disclosure == "public"}
    assert value.fields["CF_NR"] == "处以罚款人民币伍仟元"
    assert set(value.fields) <= public
    assert value.source == invented.MARKET
    assert {p.channel for p in value.publicity} == {"信用网站", "公示系统"}


def test_a_proof_has_the_shape_that_is_described(client: Client) -> None:
    shown = orjson.loads(client.get(f"/api/v1/subjects/{STAR_CODE}").content)["shown"]
    for record in shown:
        proof = client.get(f"/api/v1/records/{record['record']}/proof").content
        assert str(schemas.ProofAnswer.model_validate_json(proof).header.record) == record["record"]


def test_the_newest_checkpoint_is_answered_as_it_was_signed(client: Client, place: Town) -> None:
    value = schemas.CheckpointAnswer.model_validate_json(client.get("/api/v1/checkpoint").content)
    assert value.note == client.get("/log/0/checkpoint").text
    assert value.note.split("\n")[1] == str(value.size)


def test_the_description_is_the_one_that_was_promised(site: FastAPI) -> None:
    """To change it on purpose: XINHENG_GOLDEN=write, and a line in CHANGELOG.md."""
    described = json.dumps(site.openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("XINHENG_GOLDEN") == "write":
        GOLDEN.write_text(described, encoding="utf-8")
    assert described == GOLDEN.read_text(encoding="utf-8")


def test_every_answer_is_described(site: FastAPI) -> None:
    paths = site.openapi()["paths"]
    assert sorted(paths) == [
        "/api/v1/checkpoint",
        "/api/v1/holdings",
        "/api/v1/oauth/token",
        "/api/v1/records/{record}",
        "/api/v1/records/{record}/proof",
        "/api/v1/subjects",
        "/api/v1/subjects/{code}",
        "/api/v1/submissions",
        "/api/v1/submissions/{submission}",
        "/api/v1/submissions/{submission}/hand-on",
        "/api/v1/submissions/{submission}/returned",
        "/api/v1/submissions/{submission}/rows",
        "/api/v1/withdrawals",
    ]
    for path, methods in paths.items():
        if path.startswith("/api/v1/submissions"):
            wanted = {"400", "401", "403", "404", "429", "503"}
            assert all(m["security"] == [{"program": []}] for m in methods.values()), path
        elif path in ("/api/v1/holdings", "/api/v1/withdrawals"):
            wanted = {"200", "400", "401", "403", "429", "503"}
            assert all(m["security"] == [{"program": []}] for m in methods.values()), path
        elif path == "/api/v1/oauth/token":
            wanted = {"200", "400", "401", "429"}
        else:
            assert list(methods) == ["get"], path
            wanted = {"200", "400", "404", "503"}
        for operation in methods.values():
            assert wanted <= set(operation["responses"]), path
            assert "422" not in operation["responses"], path


def test_the_description_says_what_is_asked_and_answered(site: FastAPI) -> None:
    paths = site.openapi()["paths"]
    asked = next(p for p in paths["/api/v1/subjects"]["get"]["parameters"] if p["name"] == "q")
    assert (asked["schema"]["minLength"], asked["schema"]["maxLength"]) == (1, MOST_ASKED)
    for path in ("/api/v1/subjects", "/api/v1/subjects/{code}", "/api/v1/records/{record}"):
        assert "429" in paths[path]["get"]["responses"]  # web.pace
