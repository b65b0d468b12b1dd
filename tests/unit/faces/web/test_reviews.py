"""Reviews at the desk: looked at and closed with reason and name; the office changes no fact by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from tests.e2e import invented
from tests.e2e.town import Town, send
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import csrf, sign_in

from xinheng.evidence.intake.reviews import OBJECTION
from xinheng.evidence.ledger.history import history
from xinheng.office.access import service as access
from xinheng.office.access.model import DatedName
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Filter

FACT = "现场检查时发现标签缺失"


@pytest.fixture(scope="module")
def doubtful(place: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """One code with two names; a decision that another agency reports otherwise; one without a number."""
    day, folder = place.day - timedelta(days=250), tmp_path_factory.mktemp("reviews")
    with place.app.database.transaction() as tx:
        other = access.by_code(tx, "HBJ")
        name = DatedName(invented.MARKET, day - timedelta(days=999), None)
        access.enter_authority(tx, other, name, place.clock, "测试")
    first = [
        invented.penalty(8_001, day, 行政相对人名称="示例市旧名商行有限公司"),
        invented.penalty(8_002, day),
        invented.penalty(8_003, day),
    ]
    send(place, folder, "SJJ", "penalty", first)
    place.clock.step(minutes=1)
    renamed = invented.penalty(
        8_001, day, 行政相对人名称="示例市新名商行有限公司", 行政处罚决定书文号="示市监罚字〔2026〕80019号"
    )
    send(place, folder, "SJJ", "penalty", [renamed])
    for number in (8_002, 8_003):
        send(place, folder, "HBJ", "penalty", [invented.penalty(number, day, 违法事实=FACT)])
    place.app.publish()
    return place


@pytest.fixture
def office(site: FastAPI, doubtful: Town) -> Iterator[Client]:
    with Client(site) as client:
        sign_in(client, "xyb", doubtful.passwords["xyb"])
        yield client


@pytest.fixture
def clerk(site: FastAPI, doubtful: Town) -> Iterator[Client]:
    with Client(site) as client:
        sign_in(client, "sjj", doubtful.passwords["sjj"])
        yield client


def addresses(page: str, kind: str) -> list[str]:
    return re.findall(rf'href="(/desk/reviews/{kind}/[0-9a-f-]+)"', page)


def close(client: Client, address: str, decision: str, note: str = "已电话核对") -> int:
    answer = client.post(address, data={"csrf": csrf(client), "decision": decision, "note": note})
    return answer.status_code


def test_a_name_is_decided_with_a_reason(office: Client, client: Client) -> None:
    page = office.get("/desk/reviews").text
    address = next(a for a in addresses(page, "subjects") if "示例市新名商行" in office.get(a).text)
    assert close(office, address, "", "没有选") == 400
    assert close(office, address, "rename", "") == 400
    assert close(office, address, "distinct") == 400  # belongs to the other kind
    assert close(office, address, "rename") == 303
    shown = office.get(address).text
    assert "已更名，改用另一名称" in shown
    assert "已电话核对" in shown
    assert "XYB经办" in shown
    assert address in office.get("/desk/reviews?ended=1").text
    assert address not in office.get("/desk/reviews").text
    assert close(office, address, "keep") == 409
    assert "示例市新名商行有限公司" in client.get(f"/organisations/{invented.code(8_001)}").text


def test_a_row_of_another_source_is_kept_out_or_handed_to_the_first(
    office: Client, clerk: Client, doubtful: Town
) -> None:
    page = office.get("/desk/reviews?kind=records").text
    [one, two] = addresses(page, "records")
    shown = office.get(one).text
    assert FACT in shown
    assert "转最初报送的单位核实" in shown
    assert "作为该信源单位的更正接收" not in shown  # decision 10: it is another source's
    assert close(office, one, "taken") == 403
    assert close(office, one, "keep", "以决定书原件为准") == 303
    assert "以决定书原件为准" in office.get(one).text
    assert close(office, two, "objection", "请核对决定书") == 303
    assert close(office, two, "keep") == 409
    with doubtful.app.database.transaction() as tx:
        [case] = cases.listed(tx, Filter(kind=OBJECTION))
        record = UUID(case.ref.removeprefix("record:"))
        assert case.owner == doubtful.agencies["SJJ"]
        assert case.detail["reason"] == "请核对决定书"
        assert len(history(tx, record)) == 1  # nothing was changed
    assert "没有这样的事项" in office.get("/desk/reviews?kind=records").text
    answers(doubtful, clerk, case.case)


def answers(doubtful: Town, clerk: Client, case: UUID) -> None:
    """The first source alone answers, with a reason."""
    assert f"/desk/record-objections/{case}" in clerk.get(f"/desk/cases/{case}").text
    address = f"/desk/record-objections/{case}"
    assert "请核对决定书" in clerk.get(address).text
    assert FACT in clerk.get(address).text
    assert close(clerk, address, "", "没有选") == 400
    assert close(clerk, address, "stands", "") == 400
    assert close(clerk, address, "stands", "与决定书原件一致") == 303
    assert "与决定书原件一致" in clerk.get(address).text
    assert close(clerk, address, "stands") == 409


def test_only_the_office_gets_there(clerk: Client) -> None:
    assert clerk.get("/desk/reviews").status_code == 403
    assert clerk.get("/desk/reviews/records/019a9d2c-5b00-7000-8000-000000000001").status_code == 403


def test_a_review_that_is_not_there(office: Client) -> None:
    for kind in ("subjects", "records"):
        assert office.get(f"/desk/reviews/{kind}/019a9d2c-5b00-7000-8000-000000000001").status_code == 404
