"""决定变更、撤销 at the desk: found, reported, withdrawn after a second look, timed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from tests.e2e import invented
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import csrf, rows, sent, sign_in

RECORD = re.compile(r'href="(/desk/withdrawals/[0-9a-f-]{36})"')


@pytest.fixture
def clerk(client: Client, place: Town) -> Client:
    sign_in(client, "sjj", place.passwords["sjj"])
    return client


@pytest.fixture
def other(site: FastAPI, place: Town) -> Iterator[Client]:
    with Client(site) as client:
        sign_in(client, "hbj", place.passwords["hbj"])
        yield client


@pytest.fixture
def office(site: FastAPI, place: Town) -> Iterator[Client]:
    with Client(site) as client:
        sign_in(client, "xyb", place.passwords["xyb"])
        yield client


def record(clerk: Client, place: Town, number: int) -> str:
    """The address of the record of one penalty, found by its document number."""
    given = rows(place, number, 1)
    sent(clerk, invented.sheet(given))
    page = clerk.get("/desk/withdrawals", params={"q": given[0]["行政处罚决定书文号"]})
    found = RECORD.search(page.text)
    assert found is not None, page.text
    return found[1]


def form(client: Client, place: Town, days: int = 4, **more: str) -> dict[str, str]:
    on = (place.day - timedelta(days=days)).isoformat()
    return {"csrf": csrf(client), "what": "revoked", "on": on, "reason": "复议决定撤销", "how": "now", **more}


def test_a_revoked_decision_is_withdrawn_after_a_second_look(
    clerk: Client, other: Client, office: Client, place: Town
) -> None:
    address = record(clerk, place, 800)
    number = address.rsplit("/", 1)[1]
    assert clerk.get(f"/records/{number}").status_code == 200
    given = form(clerk, place)
    asked = clerk.post(address, data=given)
    assert asked.status_code == 200
    assert "撤回后不能恢复" in asked.text
    assert clerk.get(f"/records/{number}").status_code == 200, "nothing is done before the second look"
    assert clerk.post(address, data=given | {"confirmed": "yes"}).status_code == 303
    assert clerk.get(f"/records/{number}").status_code == 404
    page = clerk.get(address).text
    for text in ("已撤回", "决定撤销", "第四十八条" if "登记变更" in page else "已报告的"):
        assert text in page
    assert "继续</button>" not in page
    listed = office.get("/desk/withdrawals").text
    assert "〕801号" in listed
    assert invented.MARKET in listed
    assert other.get(address).status_code == 404
    assert "〕801号" not in other.get("/desk/withdrawals").text


def test_a_changed_decision_waits_for_its_correction(clerk: Client, place: Town) -> None:
    address = record(clerk, place, 801)
    assert clerk.post(address, data=form(clerk, place, what="changed", how="later")).status_code == 303
    assert "待撤回或更正" in (page := clerk.get(address).text) or "超期" in page
    assert "决定变更" in clerk.get("/desk/cases?kind=revocation").text
    changed = {**rows(place, 801, 1)[0], "处罚内容": "处以罚款人民币叁仟元", "罚款金额（万元）": "0.3"}
    sent(clerk, invented.sheet([changed]))
    assert "已更正" in clerk.get(address).text


@pytest.mark.parametrize(
    "wrong",
    [{"on": "昨天"}, {"on": "2099-01-01"}, {"what": "x"}, {"reason": ""}, {"reason": "11010519491231002X"}],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    clerk: Client, place: Town, wrong: dict[str, str]
) -> None:
    address = record(clerk, place, 802)
    given = form(clerk, place, confirmed="yes") | wrong
    assert clerk.post(address, data=given).status_code == 400
    assert "11010519491231002X" not in clerk.get(address).text
    assert clerk.get(f"/records/{address.rsplit('/', 1)[1]}").status_code == 200


def test_only_a_clerk_of_the_agency_may(clerk: Client, other: Client, office: Client, place: Town) -> None:
    address = record(clerk, place, 803)
    assert other.post(address, data=form(other, place, confirmed="yes")).status_code == 404
    assert office.post(address, data=form(office, place, confirmed="yes")).status_code == 403
    assert "登记变更、撤销" not in office.get(address).text
    assert clerk.get("/desk/withdrawals/019a9d2c-5b00-7000-8000-000000000001").status_code == 404


def test_a_record_is_found_by_its_id_and_an_unknown_number_says_so(clerk: Client, place: Town) -> None:
    address = record(clerk, place, 804)
    answer = clerk.get("/desk/withdrawals", params={"q": address.rsplit("/", 1)[1]})
    assert answer.headers["location"] == address
    assert "没有找到" in clerk.get("/desk/withdrawals?q=没有这个文号").text
