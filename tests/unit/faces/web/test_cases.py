"""待办 at the desk: seen, contested, answered, handed over; each sees its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from tests.e2e import invented
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.cases_samples import PAGES, WHO
from tests.unit.faces.web.test_desk import csrf, long_ago, rows, sent, sign_in
from tests.unit.faces.web.test_templates import Checker

from xinheng.faces.web.pages import Renderer, Site
from xinheng.office.access import accounts
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role

CASE = re.compile(r'href="(/desk/cases/[0-9a-f-]{36})"')


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


def returned(clerk: Client, place: Town, start: int, count: int = 1) -> str:
    """The address of the receipt of a file whose rows all came back."""
    wrong = [invented.penalty(n, long_ago(place), 处罚类别="罚") for n in range(start, start + count)]
    return sent(clerk, invented.sheet(wrong)).split("?")[0]


def case_of(client: Client, number: int, query: str = "") -> str:
    """The address of the case of one row: searched for in the list, page by page."""
    for page in range(1, 20):
        text = client.get(f"/desk/cases?{query}page={page}").text
        for line in text.split("<tr")[1:]:
            if f"〕{number + 1}号" in line and (found := CASE.search(line)):
                return found[1]
    raise AssertionError(f"no case for {number}")


def act(client: Client, case: str, what: str, reason: str = "规则与文件不符") -> int:
    form = {"csrf": csrf(client), "act": what, "reason": reason}
    return client.post(f"{case}/act", data=form).status_code


@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_page_is_sound_html_without_anything_inline(page: str) -> None:
    template, given = PAGES[page]
    checker = Checker()
    checker.feed(Renderer(Site("示例市公共信用信息平台")).text(template, "cases", who=WHO, **given))
    assert (checker.faults, checker.open) == ([], [])
    assert len(checker.ids) == len(set(checker.ids))


def test_a_returned_row_is_seen_contested_answered_and_closed(
    clerk: Client, office: Client, place: Town
) -> None:
    returned(clerk, place, 700)
    case = case_of(clerk, 700)
    assert "还没有人办理" in office.get(case).text, "the office looking is not the agency looking"
    page = clerk.get(case).text
    for text in ("打开查看", "在办", "处罚类别", "退回编号", "对规则有异议", "超期"):
        assert text in page
    assert "规则无误" not in page
    assert act(clerk, case, "contest", "不") == 400
    assert act(clerk, case, "contest", "身份证110105194912310021") == 400
    assert act(clerk, case, "row_wrong") == 403
    assert act(clerk, case, "contest") == 303
    assert "有异议" in clerk.get(case).text
    assert act(clerk, case, "contest") == 400, "nothing to contest twice"
    assert act(office, case, "row_wrong", "代码表第二条") == 303
    page = clerk.get(case).text
    assert "答复：规则无误，请改正" in page
    assert "代码表第二条" in page
    clerk.get("/desk")
    sent(clerk, invented.sheet(rows(place, 700, 1)))
    page = clerk.get(case).text
    assert "改正后入库，销号" in page
    assert "怎么办" not in page


def test_a_case_of_another_agency_does_not_exist(clerk: Client, other: Client, place: Town) -> None:
    receipt = returned(clerk, place, 710)
    case = case_of(clerk, 710)
    for address in (case, f"{receipt}/cases", f"{receipt}/cases/act?act=contest"):
        assert other.get(address).status_code == 404
    assert act(other, case, "contest") == 404
    assert other.post(f"{case}/note", data={"csrf": csrf(other), "note": "x"}).status_code == 404
    assert "〕711号" not in other.get("/desk/cases").text


def test_a_receipt_s_rows_are_contested_and_closed_by_rule_at_once(
    clerk: Client, office: Client, place: Town
) -> None:
    receipt = returned(clerk, place, 720, 3)
    page = clerk.get(f"{receipt}/cases").text
    rule = re.search(r'rule=([^"&]+)"', page)
    assert rule is not None
    asked = f"{receipt}/cases/act?act=contest&rule={rule[1]}"
    assert "对规则有异议：3 件" in clerk.get(asked).text
    form = {"csrf": csrf(clerk), "act": "contest", "rule": rule[1].replace("%2E", "."), "reason": "不"}
    assert clerk.post(f"{receipt}/cases/act", data=form).status_code == 400
    assert clerk.post(f"{receipt}/cases/act", data=form | {"reason": "编码表有误"}).status_code == 303
    assert "对规则有异议：0 件" in clerk.get(asked).text
    assert clerk.get(f"{receipt}/cases/act?act=row_wrong").status_code == 403
    assert "规则有误：3 件" in office.get(f"{receipt}/cases/act?act=check_wrong").text
    assert clerk.get(f"{receipt}/cases/act?act=nothing").status_code == 400
    drop = {"csrf": csrf(clerk), "act": "not_reported", "rule": "", "reason": "测试数据不应报送"}
    assert clerk.post(f"{receipt}/cases/act", data=drop).status_code == 303
    assert "没有未办结的退回行" in clerk.get(f"{receipt}/cases").text
    closed = case_of(clerk, 720, "state=closed&")
    assert "结果</dt><dd>不应报送" in clerk.get(closed).text


def test_the_list_is_filtered_and_says_when_it_is_empty(clerk: Client, office: Client, place: Town) -> None:
    returned(clerk, place, 730)
    for query in ("?kind=returned_row", "?state=open", "?colour=red", "?page=1"):
        assert "〕731号" in clerk.get(f"/desk/cases{query}").text, query
    for query in ("?kind=revocation", "?colour=yellow", "?hand=mine", "?owner=x"):
        assert "没有符合条件的待办" in clerk.get(f"/desk/cases{query}").text, query
    assert invented.MARKET in office.get("/desk/cases").text
    assert "未办结" in clerk.get("/desk").text


def test_a_colleague_takes_over(clerk: Client, other: Client, place: Town, site: FastAPI) -> None:
    app = place.app
    with app.database.transaction() as tx:
        agency = agencies.by_code(tx, "SJJ")
        account, password = accounts.add_account(
            tx, accounts.NewAccount("sjj2", "李接手", Role.CLERK, agency), app.passwords, app.clock, "测试"
        )
        mine = accounts.by_login(tx, "sjj").account
        foreign = accounts.by_login(tx, "hbj").account
    returned(clerk, place, 740)
    case = case_of(clerk, 740)
    token = csrf(clerk)
    assert clerk.post(f"{case}/assign", data={"csrf": token, "account": str(foreign)}).status_code == 400
    assert clerk.post(f"{case}/assign", data={"csrf": token, "account": str(mine)}).status_code == 303
    assert "〕741号" in clerk.get("/desk/cases?hand=mine").text
    given = {"csrf": token, "from": str(mine), "to": str(foreign)}
    assert clerk.post("/desk/cases/hand-over", data=given).status_code == 400
    assert clerk.post("/desk/cases/hand-over", data=given | {"to": str(mine)}).status_code == 400
    answer = clerk.post("/desk/cases/hand-over", data=given | {"to": str(account.account)})
    assert answer.headers["location"] == "/desk/cases/hand-over?done=1"
    assert "移交了 1 件" in clerk.get(answer.headers["location"]).text
    with Client(site) as colleague:
        sign_in(colleague, "sjj2", password)
        assert "〕741号" in colleague.get("/desk/cases?hand=mine").text
        assert "移交" in colleague.get(case).text
        assert (
            colleague.post(
                f"{case}/note", data={"csrf": csrf(colleague), "note": "已联系办案机构"}
            ).status_code
            == 303
        )
        assert "已联系办案机构" in colleague.get(case).text
        assert colleague.post(f"{case}/note", data={"csrf": csrf(colleague), "note": " "}).status_code == 400
