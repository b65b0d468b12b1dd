"""外购数据 at the desk: licence, price and last day; nothing the day after, whoever asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from fastapi import FastAPI
from tests.e2e import invented
from tests.e2e.town import Town, send
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import sign_in

from xinheng.faces.web.desk.bought import standing
from xinheng.law.packs import load, shipped
from xinheng.office.access import audit
from xinheng.office.access import service as agencies
from xinheng.office.access.model import DatedName

PATH = "/desk/bought"
LAST = "2026-11-20"
SELLER = "示例信用服务有限公司"


def bought(number: int, until: str) -> dict[str, str]:
    name, code = invented.party(8_000 + number)
    return {
        "主体名称": name,
        "统一社会信用代码": code,
        "数据种类": "司法涉诉摘要",
        "数据期间": "2026",
        "数据内容": f"第{number}家的购买内容",
        "取得日期": "2026-11-12",
        "使用许可": "仅供本市政务使用，不得转让",
        "价格（元）": "1200",
        "使用到期日": until,
        "供应单位": SELLER,
    }


@pytest.fixture(scope="module")
def records(place: Town, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two records of the environment's office, one with a licence until today; it sends for who sold them."""
    with place.app.database.transaction() as tx:
        buyer = agencies.by_code(tx, "HBJ")
        agencies.enter_authority(tx, buyer, DatedName(SELLER, date(2020, 1, 1), None), place.clock, "测试")
    rows = [bought(1, LAST), bought(2, "2027-11-19")]
    receipt = send(place, tmp_path_factory.mktemp("bought"), "HBJ", "bought", rows)
    assert (receipt.counts.accepted, receipt.counts.returned) == (2, 0)


@pytest.fixture
def people(site: FastAPI, place: Town) -> Iterator[tuple[Client, Client, Client]]:
    """Who bought, another agency, the office."""
    with Client(site) as owner, Client(site) as other, Client(site) as office:
        for client, login in ((owner, "hbj"), (other, "sjj"), (office, "xyb")):
            sign_in(client, login, place.passwords[login])
        yield owner, other, office


@pytest.mark.usefixtures("records")
def test_bought_data_says_its_licence_and_is_silent_the_day_after(
    people: tuple[Client, Client, Client], place: Town
) -> None:
    owner, other, office = people
    assert place.day.isoformat() == LAST
    for client in (owner, office):
        page = client.get(f"{PATH}?item=bought").text
        assert "今日到期" in page
        assert "还有 364 天" in page
        assert "0.12 万元" in page
        assert invented.party(8_001)[0] in page
    assert "没有这一类数据" in other.get(f"{PATH}?item=bought").text
    today, later = (f"{PATH}/bought/{found}" for found in _ids(owner))
    assert "第1家的购买内容" in owner.get(today).text
    assert other.get(today).status_code == 404
    assert owner.get(f"{PATH}/penalty/{today[-36:]}").status_code == 404
    with place.app.database.transaction() as tx:
        noted = [e for e in audit.entries(tx, count=20) if e.action == "bought.read"]
    assert [(e.actor, e.detail) for e in noted] == [("hbj", f"bought {today[-36:]}")]
    copy = f"/desk/form/bought?copy={today[-36:]}"
    assert "第1家的购买内容" in owner.get(copy).text
    place.clock.step(hours=24)
    try:
        sign_in(owner, "hbj", place.passwords["hbj"])
        page = owner.get(f"{PATH}?item=bought").text
        assert invented.party(8_001)[0] not in page
        assert invented.party(8_002)[0] in page
        shown = owner.get(today).text
        assert "第1家的购买内容" not in shown
        assert "许可已到期，不再显示" in shown
        assert "仅供本市政务使用" in shown
        assert owner.get(copy).status_code == 404
        assert "第2家的购买内容" in owner.get(later).text
    finally:
        place.clock.step(hours=-24)


def _ids(client: Client) -> list[str]:
    """The records of the page: the one that ends first, then the other."""
    page = client.get(f"{PATH}?item=bought").text
    found = re.findall(rf"{PATH}/bought/([0-9a-f-]{{36}}).*?(今日到期|还有)", page)
    return [record for record, _ in sorted(found, key=lambda one: one[1])]


def test_the_last_day_counts_and_a_month_before_it_is_pointed_out() -> None:
    item = load("national", [shipped()]).item("bought")

    def said(until: str) -> tuple[str, str]:
        tag = standing(item, {"GM_DQ": until}, date(2026, 11, 20))
        return tag.text, tag.tone

    assert said("2026-11-19") == ("许可已到期，不再显示", "bad")
    assert said("2026-11-20") == ("今日到期", "warn")
    assert said("2026-12-20") == ("还有 30 天", "warn")
    assert said("2026-12-21") == ("还有 31 天", "good")
    assert said("") == ("许可已到期，不再显示", "bad")
