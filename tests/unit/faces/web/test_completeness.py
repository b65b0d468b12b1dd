"""The desk's page of completeness, and what the portal says of an empty section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from fastapi import FastAPI
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import csrf, sign_in

from xinheng.evidence.completeness.model import NoneFound
from xinheng.faces.web.portal.none_found import sentence

PATH = "/desk/completeness"


@pytest.fixture
def clerk(site: FastAPI, place: Town) -> Iterator[Client]:
    with Client(site) as client:
        sign_in(client, "jtj", place.passwords["jtj"])
        yield client


@pytest.fixture
def office(site: FastAPI, place: Town) -> Iterator[Client]:
    with Client(site) as client:
        sign_in(client, "xyb", place.passwords["xyb"])
        yield client


def last_month(place: Town) -> str:
    return f"{place.day.replace(day=1) - timedelta(days=1):%Y-%m}"


def test_a_feed_is_entered_declared_and_ended(place: Town, clerk: Client, office: Client) -> None:
    assert "还没有登记归集责任" in clerk.get(PATH).text
    month = last_month(place)
    entered = office.post(
        f"{PATH}/feeds", data={"csrf": csrf(office), "agency": "JTJ", "item": "permit", "since": month}
    )
    assert entered.status_code == 303
    page = clerk.get(PATH).text
    assert "待申报" in page or "未申报" in page
    feed = re.search(r'name="feed" value="([^"]+)"', page)
    assert feed is not None
    form = {"csrf": csrf(clerk), "feed": feed[1], "month": month}
    wrong = clerk.post(f"{PATH}/declare", data=form | {"count": "三"})
    assert wrong.status_code == 422
    assert "数量“三”" in wrong.text
    assert clerk.post(f"{PATH}/declare", data=form | {"count": "2"}).status_code == 303
    assert "还差 2 条" in clerk.get(PATH).text
    assert clerk.post(f"{PATH}/declare", data=form | {"count": "0"}).status_code == 303
    assert "零报送" in clerk.get(PATH).text
    again = office.post(
        f"{PATH}/feeds", data={"csrf": csrf(office), "agency": "JTJ", "item": "permit", "since": month}
    )
    assert again.status_code == 422
    assert "已登记" in again.text
    ended = office.post(
        f"{PATH}/end", data={"csrf": csrf(office), "feed": feed[1], "until": f"{place.day:%Y-%m}"}
    )
    assert ended.status_code == 303
    assert f"至 {place.day:%Y-%m} 前" in office.get(PATH + "?item=permit").text


def test_nobody_declares_for_another_and_only_the_office_enters(
    place: Town, clerk: Client, office: Client
) -> None:
    with place.app.database.transaction() as tx:
        rows = tx.fetch("select 1 from feeds")
    refused = clerk.post(f"{PATH}/feeds", data={"csrf": csrf(clerk), "agency": "JTJ", "item": "permit"})
    assert refused.status_code == 403
    own = clerk.post(
        f"{PATH}/declare", data={"csrf": csrf(clerk), "feed": "x", "month": "2026-09", "count": "1"}
    )
    assert own.status_code == 404
    assert "XH771" in own.text
    with place.app.database.transaction() as tx:
        assert tx.fetch("select 1 from feeds") == rows
    assert office.get(PATH).status_code == 200


def test_an_empty_section_says_what_finding_nothing_is_worth(place: Town, client: Client) -> None:
    with place.app.database.transaction() as tx:
        ((code,),) = tx.fetch(
            """select code from subjects s where not exists
               (select 1 from publicity p join publicity_names i on i.number = p.item
                where p.subject = s.subject and i.name = 'permit') limit 1"""
        )
    page = client.get(f"/organisations/{code}").text
    assert "查不到不等于没有" in page or "都已申报完整" in page


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (NoneFound(0, None, None, ()), "还没有登记：查不到不等于没有"),
        (NoneFound(3, None, None, ()), "还没有申报过完整性：查不到不等于没有"),
        (NoneFound(3, date(2026, 1, 1), date(2026, 10, 31), ()), "2026-01 至 2026-10，应报送的 3 项"),
    ],
)
def test_the_sentence_never_claims_more_than_was_declared(found: NoneFound, words: str) -> None:
    assert words in sentence(found)


def test_what_was_never_sent_stands_first_for_its_agency_and_the_office(
    place: Town, clerk: Client, office: Client
) -> None:
    form = {"csrf": csrf(office), "agency": "JTJ", "item": "ruling", "since": "2026-01"}
    assert office.post(f"{PATH}/feeds", data=form).status_code == 303
    for client in (clerk, office):
        page = client.get(PATH).text
        assert "从未报送和陈旧的事项" in page
        assert re.search("行政裁决.*从未报送", page)
    assert "从未报送和陈旧" not in office.get(f"{PATH}?item=reward").text
    feed = re.search(r'aria-labelledby="f-([0-9a-f-]+)">\s*<h2[^>]*>行政裁决', clerk.get(PATH).text)
    assert feed is not None
    end = {"csrf": csrf(office), "feed": feed[1], "until": "2026-02"}
    assert office.post(f"{PATH}/end", data=end).status_code == 303
    assert "从未报送和陈旧" not in clerk.get(PATH).text
