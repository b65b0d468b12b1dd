"""目录 at the desk: every item with who answers for it and its three marks; one with fields and rules."""

from __future__ import annotations

import pytest
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import sign_in

PATH = "/desk/catalogue"


@pytest.fixture
def clerk(client: Client, place: Town) -> Client:
    assert sign_in(client, "hbj", place.passwords["hbj"]).status_code == 303
    return client


def test_the_catalogue_says_of_each_item_who_how_often_how_open_and_what_becomes_of_it(
    clerk: Client, place: Town
) -> None:
    page = clerk.get(PATH).text
    items = [item for item in place.app.pack.items.values() if not item.secret]
    assert f"现行目录的 {len(items)} 个事项" in page
    for item in items:
        assert f'href="{PATH}/{item.id}"' in page
        assert item.provider in page
    assert "否（无现行规则）" in page
    some = clerk.get(f"{PATH}?kind=utility").text
    assert "水费缴纳" in some
    assert "行政处罚</a>" not in some
    assert "没有这一类事项" in clerk.get(f"{PATH}?kind=nothing").text


def test_an_item_says_its_grounds_fields_and_rules(clerk: Client) -> None:
    page = clerk.get(f"{PATH}/penalty").text
    for text in ("保存期限", "7 个工作日", "CF_WSH", "不采集", "没有登记归集责任", "行政处罚决定书文号"):
        assert text in page, text
    assert "{found}" not in page
    assert clerk.get(f"{PATH}/nothing").status_code == 404
