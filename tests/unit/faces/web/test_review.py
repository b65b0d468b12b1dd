"""A colleague's 审核 before anything is sent; nobody approves their own; entering for a lower agency."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from fastapi import FastAPI
from tests.e2e import invented
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import csrf, sign_in, upload
from tests.unit.faces.web.test_form import filled, post

from xinheng.office.access import accounts, moving, settings
from xinheng.office.access import service as agencies
from xinheng.office.access.model import AgencyKind, Role
from xinheng.office.access.model_tree import Permission

NAME = "示例市城市管理局"


@pytest.fixture(scope="module")
def careful(place: Town) -> dict[str, str]:
    """An agency that looks twice, with two clerks: login -> password."""
    app, passwords = place.app, {}
    with app.database.transaction() as tx:
        new = agencies.NewAgency("CGJ", NAME, "XYB", AgencyKind.AGENCY)
        agency = agencies.add_agency(tx, new, app.clock, "测试")
        settings.change_settings(tx, agency, settings.AgencySettings(True), app.clock, "测试")
        for login in ("cgj-1", "cgj-2"):
            wanted = accounts.NewAccount(login, f"{login}经办", Role.CLERK, agency)
            passwords[login] = accounts.add_account(tx, wanted, app.passwords, app.clock, "测试")[1]
    return passwords


@pytest.fixture
def clerk(client: Client, careful: dict[str, str]) -> Client:
    assert sign_in(client, "cgj-1", careful["cgj-1"]).status_code == 303
    return client


@pytest.fixture
def colleague(site: FastAPI, careful: dict[str, str]) -> Iterator[Client]:
    with Client(site) as opened:
        sign_in(opened, "cgj-2", careful["cgj-2"])
        yield opened


def sheet(place: Town, start: int, count: int = 2) -> bytes:
    day: date = place.day - timedelta(days=300)
    rows = [invented.penalty(n, day, 处罚机关=NAME, 数据来源单位=NAME) for n in range(start, start + count)]
    rows.append(invented.penalty(start + count, day, 处罚机关=NAME, 数据来源单位=NAME, 处罚类别="罚"))
    return invented.sheet(rows)


def handed_in(client: Client, content: bytes) -> str:
    """The address where the submission waits."""
    preview = upload(client, content).headers["location"]
    answer = client.post(f"{preview}/send", data={"csrf": csrf(client)})
    assert answer.headers["location"].startswith("/desk/submissions/"), answer.text
    return answer.headers["location"]


def do(client: Client, path: str, what: str, **fields: str) -> str:
    answer = client.post(f"{path}/{what}", data={"csrf": csrf(client), **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_what_a_colleague_has_not_seen_is_not_sent(clerk: Client, colleague: Client, place: Town) -> None:
    path = handed_in(clerk, sheet(place, 500))
    own = clerk.get(path).text
    assert "待审核" in own
    assert "不能自己审核" in own
    assert "审核通过，报送" not in own
    assert clerk.post(f"{path}/approve", data={"csrf": csrf(clerk)}).status_code == 403
    assert "去审核" not in clerk.get("/desk/submissions").text
    assert "去审核" in colleague.get("/desk/submissions").text
    page = colleague.get(path).text
    for told in ("将接收", "将退回", "不在值表中", "会这样入账（前 2 行）", "cgj-1经办"):
        assert told in page
    receipt = do(colleague, path, "approve")
    assert "/desk/receipts/" in receipt
    assert "已入账" in colleague.get(receipt).text
    assert do(colleague, path, "approve") == receipt
    assert "看回执" in clerk.get(path).text


def test_what_came_back_says_why_and_is_mended(clerk: Client, colleague: Client, place: Town) -> None:
    mine = {"CF_CFJG": NAME, "CF_SJLY": NAME}
    path = post(clerk, "send", filled(place, 510, **mine)).headers["location"]
    assert path.startswith("/desk/submissions/")
    short = colleague.post(f"{path}/refuse", data={"csrf": csrf(colleague), "reason": ""})
    assert short.status_code == 400
    assert "退回理由" in short.text
    do(colleague, path, "refuse", reason="罚款金额与决定书不一致")
    page = clerk.get(path).text
    assert "罚款金额与决定书不一致" in page
    assert "审核退回" in clerk.get("/desk/submissions").text
    form = do(clerk, path, "reopen")
    assert "罚款金额与决定书不一致" in clerk.get(form).text
    draft = form.split("draft=")[1]
    again = post(clerk, "send", filled(place, 510, CF_NR_FK="0.4", **mine), draft=draft)
    assert again.headers["location"] == path
    assert "已入账" in colleague.get(do(colleague, path, "approve")).text


def test_its_sender_takes_it_back_and_nobody_else(clerk: Client, colleague: Client, place: Town) -> None:
    path = handed_in(clerk, sheet(place, 520))
    assert colleague.post(f"{path}/take-back", data={"csrf": csrf(colleague)}).status_code == 403
    do(clerk, path, "take-back")
    assert "已撤回" in clerk.get(path).text
    assert colleague.post(f"{path}/approve", data={"csrf": csrf(colleague)}).status_code == 409


def test_another_agency_sees_nothing_of_it(
    clerk: Client, colleague: Client, site: FastAPI, place: Town
) -> None:
    path = handed_in(clerk, sheet(place, 530))
    with Client(site) as other:
        sign_in(other, "hbj", place.passwords["hbj"])
        assert other.get(path).status_code == 404
        for what in ("approve", "refuse", "take-back", "reopen"):
            assert other.post(f"{path}/{what}", data={"csrf": csrf(other)}).status_code == 404, what
        assert path not in other.get("/desk/submissions").text
    draft = post(clerk, "draft", {"f.CF_WSH": "示审〔2026〕1号"}).headers["location"]
    number = draft.split("draft=")[1].split("&")[0]
    assert colleague.get(f"/desk/submissions/{number}").status_code == 404
    do(clerk, path, "take-back")


@pytest.fixture(scope="module")
def county(place: Town) -> str:
    """The password of a county's clerk: it may enter for one of its townships, not for the other."""
    app = place.app
    with app.database.transaction() as tx:
        made = {
            code: agencies.add_agency(
                tx, agencies.NewAgency(code, name, above, AgencyKind.AGENCY), app.clock, "测试"
            )
            for code, name, above in (
                ("YX", "示例县城管局", "XYB"),
                ("YX-ZZ", TOWNSHIP, "YX"),
                ("YX-CZ", "示例县丑镇政府", "YX"),
            )
        }
        given = Permission(made["YX"].agency, made["YX-ZZ"].agency, date(2020, 1, 1), None)
        moving.allow_behalf(tx, given, app.clock, "测试")
        wanted = accounts.NewAccount("yx", "县里经办", Role.CLERK, made["YX"])
        return accounts.add_account(tx, wanted, app.passwords, app.clock, "测试")[1]


TOWNSHIP = "示例县子镇政府"


def test_a_county_enters_for_its_township_and_every_page_says_so(
    client: Client, county: str, place: Town
) -> None:
    sign_in(client, "yx", county)
    day = place.day - timedelta(days=300)
    content = invented.sheet([invented.penalty(540, day, 处罚机关=TOWNSHIP, 数据来源单位=TOWNSHIP)])
    page = client.get("/desk/upload").text
    assert f'<option value="YX-ZZ">{TOWNSHIP}</option>' in page
    assert "丑镇" not in page
    preview = upload(client, content, **{"for": "YX-ZZ"}).headers["location"]
    assert TOWNSHIP in client.get(preview).text
    receipt = client.post(f"{preview}/send", data={"csrf": csrf(client)}).headers["location"]
    page = client.get(receipt).text
    assert "代录：示例县城管局" in page
    assert "已入账" in page
    assert "代录" in client.get("/desk/receipts").text
    assert "代录" in client.get("/desk/submissions?state=done").text
    form = post(client, "send", filled(place, 541, CF_CFJG=TOWNSHIP, CF_SJLY=TOWNSHIP), **{"for": "YX-ZZ"})
    assert "代录" in client.get(form.headers["location"]).text


def test_nobody_enters_for_whom_they_may_not(client: Client, county: str, place: Town) -> None:
    sign_in(client, "yx", county)
    for code in ("YX-CZ", "SJJ", "NICHTS"):
        answer = post(client, "send", filled(place, 542), **{"for": code})
        assert answer.status_code in (400, 403, 404), code
        assert re.search(r"XH(401|725)", answer.text), code
