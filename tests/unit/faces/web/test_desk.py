"""The desk: signing in, sending a file, receipts, and who may see what."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta

import httpx
import pytest
from fastapi import FastAPI
from tests.e2e import invented
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client

from xinheng.faces.web.access import COOKIE
from xinheng.faces.web.desk.upload import constants_of, mapping_of
from xinheng.faces.web.errors import ParameterError


def token_in(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def sign_in(client: Client, login: str, password: str, **more: str) -> httpx.Response:
    form = {"csrf": token_in(client.get("/desk/sign-in")), "login": login, "password": password} | more
    return client.post("/desk/sign-in", data=form)


@pytest.fixture
def clerk(client: Client, place: Town) -> Client:
    """A clerk of the market office."""
    assert sign_in(client, "sjj", place.passwords["sjj"]).status_code == 303
    return client


@pytest.fixture
def other(site: FastAPI, place: Town) -> Iterator[Client]:
    """A clerk of another agency."""
    with Client(site) as client:
        sign_in(client, "hbj", place.passwords["hbj"])
        yield client


@pytest.fixture
def office(site: FastAPI, place: Town) -> Iterator[Client]:
    """The credit office."""
    with Client(site) as client:
        sign_in(client, "xyb", place.passwords["xyb"])
        yield client


def csrf(client: Client) -> str:
    return token_in(client.get("/desk"))


def upload(client: Client, content: bytes, name: str = "表.csv", **fields: str) -> httpx.Response:
    data = {"csrf": csrf(client), "item": "penalty", "profile": "report", "constants": ""} | fields
    return client.post("/desk/upload", data=data, files={"file": (name, content, "text/csv")})


def sent(client: Client, content: bytes) -> str:
    """The address of the receipt of a file that was chosen, previewed and sent."""
    preview = upload(client, content).headers["location"]
    assert client.get(preview).status_code == 200
    answer = client.post(f"{preview}/send", data={"csrf": csrf(client)})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def long_ago(place: Town) -> date:
    """A day that no other test looks at."""
    return place.day - timedelta(days=300)


def rows(place: Town, start: int, count: int) -> list[dict[str, str]]:
    return [invented.penalty(n, long_ago(place)) for n in range(start, start + count)]


# -- signing in --------------------------------------------------------------------------------------


def test_a_session_is_opened_and_closed(client: Client, place: Town) -> None:
    answer = sign_in(client, "sjj", place.passwords["sjj"], next="/desk/receipts")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/receipts")
    cookie = answer.headers["set-cookie"]
    assert all(word in cookie for word in (COOKIE, "HttpOnly", "SameSite=lax", "Path=/desk"))
    page = client.get("/desk")
    assert invented.MARKET in page.text
    assert page.headers["cache-control"] == "no-store"
    kept = client.http.cookies.get(COOKIE)
    assert client.post("/desk/sign-out", data={"csrf": token_in(page)}).headers["location"] == "/"
    client.http.cookies.set(COOKIE, kept, domain="house", path="/desk")
    assert client.get("/desk").status_code == 303


def test_a_wrong_password_and_a_wrong_login_are_one_answer(client: Client) -> None:
    texts = []
    for login in ("sjj", "nobody-here"):
        answer = sign_in(client, login, "wrong")
        assert answer.status_code == 403
        texts.append(re.sub(r'value="[^"]*"', "", answer.text))
    assert texts[0] == texts[1]
    assert "账号或密码不正确" in texts[0]


def test_five_failures_stop_an_account_from_one_place_for_a_while(client: Client, place: Town) -> None:
    answers = [sign_in(client, "jtj", "wrong").status_code for _ in range(6)]
    assert answers == [403] * 5 + [503]
    refused = sign_in(client, "jtj", place.passwords["jtj"])
    assert refused.status_code == 503
    assert "尝试次数过多" in refused.text
    place.clock.step(minutes=16)
    assert sign_in(client, "jtj", place.passwords["jtj"]).status_code == 303


def test_a_sign_in_form_from_elsewhere_is_refused(client: Client, place: Town) -> None:
    form = {"csrf": "f" * 64, "login": "sjj", "password": place.passwords["sjj"]}
    assert client.post("/desk/sign-in", data=form).status_code == 403
    client.get("/desk/sign-in")
    assert client.post("/desk/sign-in", data=form).status_code == 403


@pytest.mark.parametrize(
    "to", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "/about"]
)
def test_signing_in_leads_nowhere_but_to_the_desk(client: Client, place: Town, to: str) -> None:
    assert sign_in(client, "sjj", place.passwords["sjj"], next=to).headers["location"] == "/desk"


def test_a_change_without_the_session_s_token_is_refused(clerk: Client) -> None:
    for token in ("", "x" * 43):
        assert clerk.post("/desk/sign-out", data={"csrf": token}).status_code == 403
    assert clerk.get("/desk").status_code == 200


# -- sending -----------------------------------------------------------------------------------------


def test_a_file_is_previewed_sent_and_receipted(clerk: Client, place: Town) -> None:
    content = invented.sheet(
        [
            *rows(place, 100, 3),
            invented.penalty(103, long_ago(place), 处罚类别="罚"),
            invented.person(104, long_ago(place)),
        ]
    )
    preview = upload(clerk, content)
    assert preview.status_code == 303
    page = clerk.get(preview.headers["location"]).text
    for text in ("将接收", "处罚类别", "不在值表中", "丢弃", "正式报送", "表.csv"):
        assert text in page
    assert "会这样入账（前 3 行）" in page
    assert f"第 2 行　{rows(place, 100, 1)[0]['行政处罚决定书文号']}" in page
    assert "0000-0000000 ／ 0000-0000000" in page
    assert "赵某" not in page
    answer = clerk.post(f"{preview.headers['location']}/send", data={"csrf": csrf(clerk)})
    receipt = clerk.get(answer.headers["location"]).text
    for text in ("已入账", "下载退回表", "有 1 行是针对自然人的", "行号：6"):
        assert text in receipt
    assert not any(place.app.incoming.glob("upload-*/file"))


def test_what_was_sent_is_published_and_can_be_proved_at_once(clerk: Client, place: Town) -> None:
    before = place.app.publish().checkpoint.size
    sent(clerk, invented.sheet(rows(place, 105, 2)))
    assert clerk.get("/api/v1/checkpoint").json()["size"] == before + 2
    shown = clerk.get(f"/api/v1/subjects/{invented.code(105)}").json()["shown"]
    assert clerk.get(f"/api/v1/records/{shown[0]['record']}/proof").status_code == 200


def test_a_second_click_finds_the_same_receipt(clerk: Client, place: Town) -> None:
    preview = upload(clerk, invented.sheet(rows(place, 110, 2))).headers["location"]
    token = csrf(clerk)
    answers = [clerk.post(f"{preview}/send", data={"csrf": token}) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert clerk.get(preview).headers["location"] == answers[0].headers["location"].split("?")[0]


def test_the_same_file_again_changes_nothing_and_says_so(clerk: Client, place: Town) -> None:
    content = invented.sheet(rows(place, 120, 2))
    first = sent(clerk, content)
    place.clock.step(seconds=1)
    again = sent(clerk, content)
    assert again == first.replace("said=new", "said=repeated")
    assert "以前报送过" in clerk.get(again).text


def test_returned_rows_come_with_reasons_and_a_workbook(clerk: Client, place: Town) -> None:
    wrong = [invented.penalty(n, long_ago(place), 处罚类别="罚") for n in range(130, 133)]
    receipt = sent(clerk, invented.sheet([*rows(place, 133, 1), *wrong])).split("?")[0]
    page = clerk.get(f"{receipt}/returned").text
    assert "退回的行（3）" in page
    assert "不在值表中" in page
    workbook = clerk.get(f"{receipt}/returned.xlsx")
    assert zipfile.ZipFile(io.BytesIO(workbook.content)).testzip() is None
    assert "attachment" in workbook.headers["content-disposition"]
    assert workbook.headers["cache-control"] == "no-store"


def test_rows_about_persons_are_handed_back_once(clerk: Client, place: Town) -> None:
    content = invented.sheet([*rows(place, 140, 1), invented.person(141, long_ago(place))])
    receipt = sent(clerk, content).split("?")[0]
    assert "只能下载一次" in clerk.get(receipt).text
    first, second = (clerk.post(f"{receipt}/hand-on", data={"csrf": csrf(clerk)}) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 404)
    assert "赵某" in first.content.decode("utf-8-sig")
    assert "转交文件已经下载" in clerk.get(receipt).text


def test_a_mapping_can_be_changed_before_sending(clerk: Client, place: Town) -> None:
    named = [
        {("文书" if k == "行政处罚决定书文号" else k): v for k, v in r.items()} for r in rows(place, 150, 2)
    ]
    preview = upload(clerk, invented.sheet(named)).headers["location"]
    page = clerk.get(preview).text
    assert "没有认出 1 列" in page
    index = re.search(r'name="header\.(\d+)" value="文书"', page)
    assert index is not None
    change = {"csrf": csrf(clerk), f"header.{index[1]}": "文书", f"map.{index[1]}": "CF_WSH", "constants": ""}
    assert clerk.post(f"{preview}/preview", data=change).headers["location"] == preview
    after = clerk.get(preview).text
    assert "没有认出" not in after


def test_a_constant_fills_what_the_sheet_lacks(clerk: Client, place: Town) -> None:
    lacking = [{k: v for k, v in r.items() if k != "处罚机关"} for r in rows(place, 160, 2)]
    preview = upload(clerk, invented.sheet(lacking), constants=f"处罚机关={invented.MARKET}").headers[
        "location"
    ]
    page = clerk.get(preview).text
    assert f"处罚机关={invented.MARKET}" in page
    assert "会退回的行" not in page


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [(b"", "空.csv", "文件是空的"), (b"\x00\x01\x02" * 50, "乱.xlsx", "还不能继续")],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    clerk: Client, content: bytes, name: str, told: str
) -> None:
    answer = upload(clerk, content, name)
    page = answer.text if answer.status_code == 400 else clerk.get(answer.headers["location"]).text
    assert told in page
    assert "正式报送" not in page


def test_an_upload_names_its_item(clerk: Client) -> None:
    answer = upload(clerk, b"a,b\n1,2\n", item="")
    assert answer.status_code == 400
    assert "请选择目录事项" in answer.text
    assert 'value="penalty" selected' in clerk.get("/desk/upload").text  # what the agency sent last


def test_an_upload_without_the_token_leaves_nothing_behind(clerk: Client, place: Town) -> None:
    before = set(place.app.incoming.iterdir())
    answer = clerk.post("/desk/upload", data={"csrf": "no"}, files={"file": ("a.csv", b"a,b", "text/csv")})
    assert answer.status_code == 403
    assert set(place.app.incoming.iterdir()) == before


def test_giving_up_deletes_the_file(clerk: Client, place: Town) -> None:
    preview = upload(clerk, invented.sheet(rows(place, 170, 1))).headers["location"]
    clerk.post(f"{preview}/discard", data={"csrf": csrf(clerk)})
    assert clerk.get(preview).status_code == 404
    assert not (place.app.incoming / f"upload-{preview.rsplit('/', 1)[1]}").exists()


def test_constants_are_read_line_by_line() -> None:
    assert constants_of(" 处罚机关 = 甲局 \n\nCF_SJLY＝乙=丙") == {"处罚机关": "甲局", "CF_SJLY": "乙=丙"}
    for wrong in ("处罚机关", "=甲局", "处罚机关="):
        with pytest.raises(ParameterError):
            constants_of(wrong)


def test_an_empty_choice_takes_an_override_back() -> None:
    form = {"header.0": "文号", "map.0": "", "header.1": "机关", "map.1": "CF_CFJG", "csrf": "x"}
    assert mapping_of(form, {"文号": "CF_WSH", "别的": "ignored"}) == {"别的": "ignored", "机关": "CF_CFJG"}


# -- who sees what -----------------------------------------------------------------------------------


def test_another_agency_s_receipt_is_as_if_it_did_not_exist(
    clerk: Client, other: Client, place: Town
) -> None:
    receipt = sent(
        clerk, invented.sheet([*rows(place, 180, 1), invented.person(181, long_ago(place))])
    ).split("?")[0]
    missing = "/desk/receipts/019a9d2c-5b00-7000-8000-000000000001"
    for end in ("", "/returned", "/returned.xlsx"):
        assert other.get(receipt + end).status_code == other.get(missing + end).status_code == 404
    assert other.post(f"{receipt}/hand-on", data={"csrf": csrf(other)}).status_code == 404
    assert receipt.rsplit("/", 1)[1] not in other.get("/desk/receipts").text
    assert clerk.post(f"{receipt}/hand-on", data={"csrf": csrf(clerk)}).status_code == 200


def test_another_account_s_upload_is_as_if_it_did_not_exist(
    clerk: Client, other: Client, place: Town
) -> None:
    preview = upload(clerk, invented.sheet(rows(place, 190, 1))).headers["location"]
    assert other.get(preview).status_code == 404
    for end in ("send", "preview", "discard"):
        assert other.post(f"{preview}/{end}", data={"csrf": csrf(other)}).status_code == 404
    assert clerk.get(preview).status_code == 200


def test_the_office_sees_all_agencies_and_sends_nothing(office: Client, place: Town) -> None:
    page = office.get("/desk/office").text
    for text in (invented.MARKET, invented.ENVIRONMENT, "从未报送", "可以写入", "退回比例"):
        assert text in page
    assert office.get("/desk/upload").status_code == 403
    assert invented.MARKET in office.get("/desk/receipts").text
    assert "下载转交文件" not in office.get("/desk/receipts").text


def test_a_clerk_does_not_see_the_office_s_pages(clerk: Client) -> None:
    for path in ("/desk/office", "/desk/audit"):
        assert clerk.get(path).status_code == 403
        assert path not in clerk.get("/desk").text


def test_what_is_done_at_the_desk_is_in_the_audit_log(clerk: Client, office: Client, place: Town) -> None:
    receipt = sent(clerk, invented.sheet([invented.penalty(195, long_ago(place), 处罚类别="罚")])).split("?")[
        0
    ]
    clerk.get(f"{receipt}/returned.xlsx")
    page = office.get("/desk/audit").text
    for text in ("登录", "报送", "下载退回表", receipt.rsplit("/", 1)[1], "sjj"):
        assert text in page


def test_a_mutilated_address_is_explained_to_people(clerk: Client) -> None:
    told = clerk.get("/desk/cases/019a9d2c-5b00")
    assert told.status_code == 400
    assert "地址里的 case" in told.text
    assert "接口文档" not in told.text.split("<main", 1)[1].split("</main", 1)[0]
