"""函件 at the desk: from overdue cases to a letter, its answer with proof, and the end."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta

import docx as python_docx
import pytest
from fastapi import FastAPI
from tests.e2e import invented
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import csrf, rows, sent, sign_in

from xinheng.office.cases import service as cases
from xinheng.office.cases.model import PLATFORM, Case, NewCase

LETTER = re.compile(r"/desk/letters/([0-9a-f-]{36})")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def agency(client: Client, place: Town) -> Client:
    sign_in(client, "jtj", place.passwords["jtj"])
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


@pytest.fixture
def late(place: Town) -> Iterator[list[Case]]:
    """Two overdue cases of the transport bureau."""
    with place.app.database.transaction() as tx:
        made = [
            cases.open_case(
                tx,
                NewCase(
                    kind="revocation",
                    title=f"示交罚〔2026〕{n}号 撤销后没有撤回",
                    owner=place.agencies["JTJ"],
                    ref=f"record:{place.agencies['JTJ']}",
                    due_on=place.day - timedelta(days=9),
                ),
                place.clock,
            )
            for n in (1, 2)
        ]
    yield made
    with place.app.database.transaction() as tx:
        for case in made:
            if cases.by_id(tx, case.case).closed is None:
                cases.close(tx, case.case, PLATFORM, "done", "", place.clock)


def drafted(office: Client, place: Town, late: list[Case]) -> str:
    chosen = {f"case.{case.case}": "1" for case in late}
    to = {"agency": str(place.agencies["JTJ"]), "step": "reminder", "csrf": csrf(office)}
    made = office.post("/desk/letters/new", data=to | chosen)
    assert made.status_code == 303, made.text
    return str(made.headers["location"])


def test_overdue_cases_become_a_letter_that_is_answered_and_closed(
    office: Client, agency: Client, other: Client, place: Town, late: list[Case]
) -> None:
    listed = office.get("/desk/letters").text
    assert "示例市交通运输局：超期 2 件" in listed
    choices = office.get(f"/desk/letters/new?agency={place.agencies['JTJ']}").text
    assert choices.count(" checked") == 3, "both cases, and the first step"
    address = drafted(office, place, late)
    assert "已在函件中" in office.get(f"/desk/letters/new?agency={place.agencies['JTJ']}").text
    assert agency.get(address).status_code == 404, "a draft is its office's alone"
    token = {"csrf": csrf(office)}
    edited = office.post(
        f"{address}/edit",
        data=token
        | {"title": "", "text": "第一段。\n\n　　<b>第二段</b>。", "due_on": "2026-12-01", "note": ""},
    )
    assert edited.status_code == 400
    assert "标题为空" in edited.text
    good = {
        "title": "关于两件撤销决定的催办提醒函",
        "text": "第一段。\n\n　　<b>第二段</b>。",
        "due_on": "2026-12-01",
    }
    assert office.post(f"{address}/edit", data=token | good).status_code == 303
    assert "&lt;b&gt;第二段&lt;/b&gt;。" in office.get(address).text
    assert office.post(f"{address}/issue", data=token).status_code == 303
    page = agency.get(address)
    assert page.status_code == 200
    assert "信用催〔2026〕" in page.text
    assert "签阅" in office.get(address).text
    assert other.get(address).status_code == 404
    assert other.get(f"{address}/file.pdf").status_code == 404
    kept = agency.get(f"{address}/file.docx")
    assert "filename*=UTF-8''" in kept.headers["content-disposition"]
    assert python_docx.Document(io.BytesIO(kept.content)).tables[0].rows[1].cells[1].text == late[0].title
    assert agency.get(f"{address}/file.pdf").content.startswith(b"%PDF-")
    assert agency.get(f"{address}/file.exe").status_code == 404
    answered(agency, office, address)
    exported = agency.get("/desk/letters?format=csv&purpose=核对")
    assert "关于两件撤销决定的催办提醒函" in exported.text
    assert "关于两件撤销决定的催办提醒函" not in other.get("/desk/letters?format=csv").text


def answered(agency: Client, office: Client, address: str) -> None:
    """The second half: a reply with proof, returned, given again, accepted, closed."""
    mine = {
        "csrf": csrf(agency),
        "letter": address.rsplit("/", 1)[1],
        "do": "reply",
        "text": "均已撤回，见附件。",
    }
    wrong = agency.post(
        "/desk/letters/paper", data=mine, files={"file": ("回执.pdf", b"MZ", "application/pdf")}
    )
    assert wrong.status_code == 400
    assert "均已撤回，见附件。" in wrong.text, "what was typed is still there"
    sent = agency.post("/desk/letters/paper", data=mine, files={"file": ("回执.pdf", PDF, "application/pdf")})
    assert sent.status_code == 303, sent.text
    found = re.search(r'href="(/desk/letters/[^"]+/attachments/[^"]+)"', office.get(address).text)
    assert found is not None
    assert office.get(found[1]).content == PDF
    back = {"csrf": csrf(office), "to": "return", "reason": ""}
    assert office.post(f"{address}/judge", data=back).status_code == 400
    assert office.post(f"{address}/judge", data=back | {"reason": "附件不清楚"}).status_code == 303
    assert agency.post(f"{address}/judge", data=back | {"csrf": csrf(agency)}).status_code == 403
    empty = {"file": ("", b"", "application/octet-stream")}
    assert agency.post("/desk/letters/paper", data=mine, files=empty).status_code == 303
    assert office.post(f"{address}/judge", data={"csrf": csrf(office), "to": "accept"}).status_code == 303
    closing = {**mine, "csrf": csrf(office), "do": "close", "text": "已核对，予以销号。"}
    assert (
        agency.post("/desk/letters/paper", data=closing | {"csrf": csrf(agency)}, files=empty).status_code
        == 403
    )
    assert office.post("/desk/letters/paper", data=closing, files=empty).status_code == 303
    page = office.get(address).text
    assert "已销号" in page
    assert "销号时仍有 2 件事项没有办结" in page
    assert "编号并发出" not in page
    assert office.post(f"{address}/issue", data={"csrf": csrf(office)}).status_code == 409


def test_only_the_office_writes_letters(
    agency: Client, office: Client, place: Town, late: list[Case]
) -> None:
    assert agency.get(f"/desk/letters/new?agency={place.agencies['JTJ']}").status_code == 403
    assert agency.post("/desk/letters/new", data={"csrf": csrf(agency)}).status_code == 403
    assert office.get("/desk/letters/new?agency=x").status_code == 404
    none = {"agency": str(place.agencies["JTJ"]), "step": "order", "csrf": csrf(office)}
    refused = office.post("/desk/letters/new", data=none)
    assert refused.status_code == 400
    assert "选中 0 件事项" in refused.text
    assert agency.get("/desk/letters").status_code == 200
    assert agency.get("/desk/letters/00000000-0000-7000-8000-000000000000").status_code == 404


def test_late_records_become_a_letter_and_the_next_one_names_them_again(
    client: Client, office: Client, place: Town
) -> None:
    sign_in(client, "sjj", place.passwords["sjj"])
    given = rows(place, 5_600, 2)
    sent(client, invented.sheet(given))
    asked = f"agency=SJJ&item=penalty&from={place.day:%Y-%m}"
    assert "示市监罚字" in office.get(f"/desk/letters/late?{asked}").text
    assert client.get(f"/desk/letters/late?{asked}").status_code == 403
    assert "没有迟报" in office.get("/desk/letters/late?agency=SJJ&from=2001-01&to=2001-02").text
    assert office.get("/desk/letters/late").status_code == 404
    token = {"csrf": csrf(office), "step": "reminder"}
    made = office.post(f"/desk/letters/late?{asked}", data=token)
    assert made.status_code == 303, made.text
    address = made.headers["location"]
    assert given[1]["行政处罚决定书文号"] in office.get(address).text
    assert "超过报送期限后才报送" in office.get(address).text
    assert office.post(f"{address}/issue", data=token).status_code == 303
    after = office.post(f"{address}/escalate", data=token).headers["location"]
    page = office.get(after).text
    assert "条迟报信用信息的督办函" in page
    assert given[1]["行政处罚决定书文号"] in page
    assert office.post(f"{after}/discard", data=token).status_code == 303
    none = office.post("/desk/letters/late?agency=SJJ&from=2001-01&to=2001-02", data=token)
    assert none.status_code == 400
