"""Messages at the desk: read by who they are for, sent where they were asked for, logged for the office."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.notices_samples import PAGES
from tests.unit.faces.web.samples import WHO
from tests.unit.faces.web.test_desk import csrf, sign_in
from tests.unit.faces.web.test_templates import Checker

from xinheng.core.webhooks import WAITS
from xinheng.faces.web.desk.notices_views import page_of
from xinheng.faces.web.pages import Renderer, Site
from xinheng.ground.queue import recurring
from xinheng.office.notices import service as notices
from xinheng.office.notices.model import Fate, NewNotice

SAID = {"title": "限期补报", "number": "〔2026〕3号", "issuer": "示例市信用办", "due": "2026-11-27"}
LINK = re.compile(r'href="(/desk/notices/[0-9a-f-]{36})"')


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


def told(place: Town, count: int = 1, agency: str = "JTJ") -> None:
    with place.app.database.transaction() as tx:
        for _ in range(count):
            place.clock.step(milliseconds=1)
            new = NewNotice(place.agencies[agency], "letter_arrived", SAID, "letter:x")
            notices.send(tx, new, place.app.clock, place.app.pack)


@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_page_is_sound_html_without_anything_inline(page: str) -> None:
    template, given = PAGES[page]
    checker = Checker()
    checker.feed(Renderer(Site("示例市公共信用信息平台")).text(template, "notices", who=WHO, **given))
    assert (checker.faults, checker.open) == ([], [])
    assert len(checker.ids) == len(set(checker.ids))


def test_a_message_is_unread_until_it_is_opened(clerk: Client, office: Client, place: Town) -> None:
    told(place)
    page = clerk.get("/desk/notices?unread=1").text
    address = LINK.search(page)
    assert address is not None
    assert "收到示例市信用办的函件：限期补报" in clerk.get("/desk").text
    opened = clerk.get(address[1]).text
    assert "请登录示例市公共信用信息平台查看并答复" in opened
    assert 'href="/desk/letters/x"' in opened
    assert address[1] not in clerk.get("/desk/notices?unread=1").text
    assert address[1] in clerk.get("/desk/notices").text
    assert office.get(address[1]).status_code == 404
    assert clerk.get(f"/desk/notices/{UUID(int=3)}").status_code == 404


def test_a_long_list_turns_and_is_read_all_at_once(clerk: Client, place: Town) -> None:
    told(place, notices.PAGE + 2)
    first = clerk.get("/desk/notices").text
    more = re.search(r'rel="next" href="([^"]+)"', first)
    assert more is not None
    assert not set(LINK.findall(first)) & set(LINK.findall(clerk.get(more[1]).text))
    assert clerk.post("/desk/notices/read-all", data={"csrf": csrf(clerk)}).status_code == 303
    assert "没有未读消息" in clerk.get("/desk/notices?unread=1").text


def test_an_agency_says_where_its_messages_go(clerk: Client, place: Town) -> None:
    form = {"csrf": csrf(clerk), "scope": "agency", "channel": "mail", "address": "jtj@example.gov.cn"}
    assert clerk.post("/desk/notices/settings", data=form | {"template": "letter_arrived"}).status_code == 303
    page = clerk.get("/desk/notices/settings?saved=1").text
    assert 'value="jtj@example.gov.cn"' in page
    assert "已保存" in page
    assert "还没有配置这个渠道" in page
    for wrong, status in (
        ({"address": "nobody"}, 400),
        ({"channel": "sms", "address": "110"}, 400),
        ({"channel": "pigeon"}, 400),
        ({"template": "nothing"}, 404),
        ({"channel": "webhook", "address": "http://127.0.0.1/x"}, 403),
        ({"scope": "own", "channel": "webhook"}, 400),
        ({"csrf": "x"}, 403),
    ):
        assert clerk.post("/desk/notices/settings", data=form | wrong).status_code == status, wrong
    own = form | {"scope": "own", "address": "li@example.gov.cn", "template": "todo_digest"}
    assert clerk.post("/desk/notices/settings", data=own).status_code == 303
    assert clerk.post("/desk/notices/settings", data=form | {"address": ""}).status_code == 303
    page = clerk.get("/desk/notices/settings").text
    assert "jtj@example.gov.cn" not in page
    assert "li@example.gov.cn" in page


def test_the_office_sees_what_was_sent_and_tries_again(
    clerk: Client, office: Client, place: Town, site: FastAPI
) -> None:
    form = {"csrf": csrf(clerk), "scope": "agency", "channel": "mail", "address": "log@example.gov.cn"}
    clerk.post("/desk/notices/settings", data=form | {"template": "letter_arrived"})
    told(place)
    clerk.post("/desk/notices/settings", data=form | {"address": ""})
    with place.app.database.transaction() as tx:
        number = notices.deliveries(tx)[0][0].delivery
        for _ in range(len(WAITS) + 1):
            notices.settle(tx, number, delivered=False, answer="SMTP 550", clock=place.app.clock)
    page = office.get("/desk/notices/log?state=dead").text
    for text in ("lo***@example.gov.cn", "SMTP 550", "未送出", "再试"):
        assert text in page
    assert "log@example.gov.cn" not in page
    again = {"csrf": csrf(office), "delivery": str(number)}
    assert office.post("/desk/notices/log/retry", data=again).status_code == 303
    assert office.post("/desk/notices/log/retry", data=again).status_code == 404
    assert office.post("/desk/notices/log/retry", data=again | {"delivery": "x"}).status_code == 404
    assert clerk.get("/desk/notices/log").status_code == 403
    with place.app.database.transaction() as tx:
        assert notices.deliveries(tx, state=Fate.WAITING)[0][0].delivery == number


def test_the_office_sees_what_runs_by_the_clock(clerk: Client, office: Client, place: Town) -> None:
    at = place.app.clock.now().at
    with place.app.database.transaction() as tx:
        recurring.begin(tx, "inspect", at, at)
        recurring.end(tx, "inspect", "[XH650] 没有可以承办的信用办", at, failed=True)
        recurring.begin(tx, "capture", at, at - timedelta(days=1))
    page = office.get("/desk/timers").text
    for text in ("重错码检查", "XH650", "未完成", "正在运行", "尚未运行", "每 1 天"):
        assert text in page
    assert clerk.get("/desk/timers").status_code == 403


def test_what_a_message_is_about_has_a_page_or_none() -> None:
    assert page_of("/desk/cases?colour=red") == "/desk/cases?colour=red"
    assert page_of("case:1") == "/desk/cases/1"
    assert page_of("https://elsewhere.example") is None
    assert page_of("unknown:1") is None
    assert page_of("case:") is None
