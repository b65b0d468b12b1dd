"""Codes at the desk: the inspection, who may end a finding, appeals and what a correction does outside."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import orjson
import pytest
from fastapi import FastAPI
from tests.e2e import invented
from tests.e2e.town import Town, send
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import csrf, sign_in

from xinheng.evidence.subjects.code_model import Registrar
from xinheng.evidence.subjects.inspecting import enter_registrar

TWICE = (invented.code(7_001), invented.code(7_002))
LONE, RIGHT = invented.code(7_003), invented.code(7_103)


@pytest.fixture(scope="module")
def inspected(place: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The market office is the registrar; one organisation came under two codes, another under one."""
    rows = [
        invented.penalty(7_001, place.day - timedelta(days=200), 行政相对人名称="示例市两码商行有限公司"),
        invented.penalty(7_002, place.day - timedelta(days=200), 行政相对人名称="示例市两码商行有限公司"),
        invented.penalty(7_003, place.day - timedelta(days=200), 行政相对人名称="示例市错码商行有限公司"),
    ]
    send(place, tmp_path_factory.mktemp("codes"), "SJJ", "penalty", rows)
    place.app.publish()
    with place.app.database.transaction() as tx:
        enter_registrar(tx, Registrar("9", "", place.agencies["SJJ"]), place.clock)
    return place


def signed_in(site: FastAPI, place: Town, login: str) -> Iterator[Client]:
    with Client(site) as client:
        sign_in(client, login, place.passwords[login])
        yield client


@pytest.fixture
def office(site: FastAPI, inspected: Town) -> Iterator[Client]:
    yield from signed_in(site, inspected, "xyb")


@pytest.fixture
def market(site: FastAPI, inspected: Town) -> Iterator[Client]:
    yield from signed_in(site, inspected, "sjj")


@pytest.fixture
def other(site: FastAPI, inspected: Town) -> Iterator[Client]:
    yield from signed_in(site, inspected, "hbj")


def inspect(office: Client) -> None:
    assert office.post("/desk/codes/inspect", data={"csrf": csrf(office)}).status_code == 303


def finding(page: str, code: str) -> str:
    found = re.search(rf'href="(/desk/codes/[0-9a-f-]+)">{code}<', page)
    assert found is not None, page
    return found[1]


def test_the_office_inspects_and_the_registrar_sees_its_own(
    office: Client, market: Client, other: Client
) -> None:
    inspect(office)
    page = office.get("/desk/codes").text
    assert "重错码率" in page
    assert "口径" in page
    address = finding(market.get("/desk/codes?kind=two_codes").text, TWICE[1])
    assert TWICE[0] in market.get(address).text
    assert "没有期限：法律依据待核实" in market.get(address).text
    assert "9142O1OOMA49XK074B" in market.get("/desk/codes?place=intake").text  # from a row that went back
    assert TWICE[1] not in other.get("/desk/codes").text
    assert other.get(address).status_code == 404
    assert "示例市市场监督管理局" in page
    assert other.post("/desk/codes/inspect", data={"csrf": csrf(other)}).status_code == 403


def test_the_list_as_a_file(office: Client) -> None:
    inspect(office)
    answer = office.get("/desk/codes.csv?kind=two_codes")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [r["另一代码"] for r in rows if r["代码"] == TWICE[1]] == [TWICE[0]]
    assert {r["类别"] for r in rows} == {"一主体多码"}


def test_a_finding_is_ended_with_a_reason_by_its_owner_alone(office, market, other) -> None:
    inspect(office)
    address = finding(market.get("/desk/codes?kind=two_codes").text, TWICE[1])
    refused = market.post(address, data={"csrf": csrf(market), "outcome": "kept", "note": ""})
    assert refused.status_code == 400
    assert "还不能继续" in refused.text
    assert (
        market.post(address, data={"csrf": csrf(market), "outcome": "gone", "note": "说明"}).status_code
        == 400
    )
    assert (
        other.post(address, data={"csrf": csrf(other), "outcome": "kept", "note": "说明"}).status_code == 404
    )
    done = market.post(address, data={"csrf": csrf(market), "outcome": "kept", "note": "两家重名的单位"})
    assert done.status_code == 303
    page = market.get(address).text
    assert "核实无误" in page
    assert "两家重名的单位" in page
    assert "现在检查一次" not in page
    assert TWICE[1] in market.get("/desk/codes?ended=1").text
    assert (
        market.post(address, data={"csrf": csrf(market), "outcome": "kept", "note": "再来"}).status_code
        == 409
    )


def test_an_appeal_is_entered_decided_and_the_old_code_leads_on(
    other: Client, market: Client, client: Client, inspected: Town
) -> None:
    form = {"csrf": csrf(other), "code": LONE, "reason": "执照上是另一个代码", "by": "示例市错码商行有限公司"}
    wrong = other.post("/desk/code-appeals", data={**form, "new_code": RIGHT[:17]})
    assert wrong.status_code == 400
    assert "18" in wrong.text
    assert other.post("/desk/code-appeals", data={**form, "code": RIGHT}).status_code == 400
    assert other.post("/desk/code-appeals", data={"csrf": csrf(other)}).status_code == 400
    address = other.post("/desk/code-appeals", data={**form, "new_code": RIGHT}).headers["location"]
    assert "执照上是另一个代码" in market.get(address).text
    assert LONE in market.get("/desk/code-appeals").text
    decide = {"csrf": csrf(other), "new_code": RIGHT, "basis": "示市监更〔2026〕1号"}
    assert other.post(f"{address}/correct", data=decide).status_code == 403  # who entered it does not decide
    taken = {**decide, "csrf": csrf(market), "new_code": TWICE[0]}
    refused = market.post(f"{address}/correct", data=taken)
    assert (refused.status_code, "需合并，尚未提供" in refused.text) == (400, True)
    done = market.post(f"{address}/correct", data={**decide, "csrf": csrf(market)})
    assert done.status_code == 303, done.text
    assert "已更正代码" in market.get(address).text
    # what the public sees
    moved = client.get(f"/organisations/{LONE}")
    assert (moved.status_code, moved.headers["location"]) == (301, f"/organisations/{RIGHT}")
    assert "曾用代码" in client.get(f"/organisations/{RIGHT}").text
    asked = orjson.loads(client.get(f"/api/v1/subjects/{LONE}").content)["subject"]
    assert (asked["code"], asked["asked_code"], asked["former_codes"]) == (RIGHT, LONE, [LONE])
    assert client.get(f"/search?q={LONE}").headers["location"] == f"/organisations/{RIGHT}"
    assert market.post(f"{address}/refuse", data={"csrf": csrf(market), "reason": "晚了"}).status_code == 409


def test_an_appeal_is_refused_with_the_reason(office: Client, market: Client) -> None:
    form = {"csrf": csrf(office), "code": TWICE[0], "new_code": "", "reason": "疑有误", "by": "示例市信用办"}
    address = office.post("/desk/code-appeals", data=form).headers["location"]
    again = office.post("/desk/code-appeals", data=form).headers["location"]
    assert again == address  # one open at a time
    assert market.post(f"{address}/refuse", data={"csrf": csrf(market), "reason": ""}).status_code == 400
    assert (
        market.post(f"{address}/refuse", data={"csrf": csrf(market), "reason": "查无错误"}).status_code == 303
    )
    assert "维持原代码" in market.get(address).text
    assert address in market.get("/desk/code-appeals?ended=1").text


def test_other_cases_are_no_appeals(market: Client) -> None:
    assert market.get("/desk/code-appeals/019a9d2c-5b00-7000-8000-000000000001").status_code == 404
