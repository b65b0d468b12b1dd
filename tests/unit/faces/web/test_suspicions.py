"""疑似瞒报 at the desk: who sees which line, what is refused, how scans leave, two people at one line."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from uuid import UUID

import pytest
from fastapi import FastAPI
from tests.e2e import invented
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import csrf, sign_in
from tests.unit.outward.suspicions import lists as given

from xinheng.core.errors import XinhengError
from xinheng.office.cases.model import Actor
from xinheng.outward.suspicions import answering, service, store
from xinheng.outward.suspicions.errors import TurnRefused
from xinheng.outward.suspicions.model import Filter, Outcome, Said, State

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
HEADS = {"title": "省第四批疑似瞒报", "sender": "示例省信用办", "item": "penalty", "days_back": "3"}


@pytest.fixture(scope="module")
def kept(site: FastAPI, place: Town) -> str:
    """The address of a list with lines of two agencies and one that nobody knows, split."""
    rows = [given.row(n, invented.MARKET) for n in range(30)] + [
        given.row(30, invented.ENVIRONMENT),
        given.row(31, "别处的某某局"),
    ]
    with Client(site) as office:
        sign_in(office, "xyb", place.passwords["xyb"])
        data = {**HEADS, "csrf": csrf(office), "due_on": "2026-12-04"}
        files = {"file": ("清单.csv", given.as_csv(rows), "text/csv")}
        preview = office.post("/desk/suspicions/import", data=data, files=files).headers["location"]
        shown = office.get(preview)
        assert "示例第1贸易有限公司" in shown.text
        data = {"csrf": csrf(office), "header.0": "省级备注", "map.0": "kept", "header.1": "x", "map.1": "no"}
        assert office.post(f"{preview}/preview", data=data).status_code == 303
        first, second = (office.post(f"{preview}/keep", data={"csrf": csrf(office)}) for _ in range(2))
        assert first.headers["location"] == second.headers["location"]
        address = first.headers["location"].partition("?")[0]
        again = office.post("/desk/suspicions/import", data={**HEADS, "csrf": csrf(office)}, files=files)
        refused = office.post(f"{again.headers['location']}/keep", data={"csrf": csrf(office)})
        assert refused.status_code == 409
        assert "XH885" not in refused.text
        assert "这份清单已经导入过" in refused.text
        split = office.post(f"{address}/split", data={"csrf": csrf(office), "days": "2"})
        assert split.headers["location"].endswith("said=split&n=31")
    return address


@pytest.fixture
def office(site: FastAPI, place: Town) -> Iterator[Client]:
    with Client(site) as client:
        sign_in(client, "xyb", place.passwords["xyb"])
        yield client


@pytest.fixture
def bureau(site: FastAPI, place: Town) -> Iterator[Client]:
    with Client(site) as client:
        sign_in(client, "sjj", place.passwords["sjj"])
        yield client


@pytest.fixture
def other(site: FastAPI, place: Town) -> Iterator[Client]:
    with Client(site) as client:
        sign_in(client, "jtj", place.passwords["jtj"])
        yield client


def line_of(place: Town, code: str, at: int = 0) -> UUID:
    with place.app.database.transaction() as tx:
        found = service.listed(tx, Filter(hand=place.agencies[code], state=State.GIVEN), 50)
    return found[at].suspicion


def act(client: Client, do: str, line: UUID | None, file: tuple[str, bytes] | None = None, **more: str):
    data = {"csrf": csrf(client), "do": do, **more} | ({"one": str(line)} if line else {})
    sent = file or ("", b"")
    return client.post("/desk/suspicions/act", data=data, files={"file": (*sent, "application/pdf")})


def test_everyone_sees_what_went_through_their_hands_and_nothing_else(
    kept: str, bureau: Client, other: Client, office: Client, place: Town
) -> None:
    page = bureau.get(kept).text
    assert "示例第30贸易有限公司" not in page
    assert "共 30 行" in page
    assert "示例第25贸易有限公司" in bureau.get(f"{kept}?page=2").text
    assert "分解" not in page
    mine = f"/desk/suspicions/{line_of(place, 'SJJ')}"
    assert bureau.get(mine).status_code == 200
    case = bureau.get(mine.replace("suspicions", "cases")).text
    assert f'href="{mine}"' in case
    assert "核查并答复" in case
    for address in (kept, mine, f"{mine}/files/{UUID(int=1)}"):
        assert other.get(address).status_code == 404, address
    assert "省第四批" not in other.get("/desk/suspicions").text
    assert "共 32 行" in office.get(kept).text


def test_what_only_the_office_does_is_refused_to_others(kept: str, bureau: Client) -> None:
    token = {"csrf": csrf(bureau)}
    for path in ("split", "close", "export", "package", "package/back", "give"):
        answer = bureau.post(f"{kept}/{path}", data={**token, "kind": "csv", "to": "HBJ"})
        assert answer.status_code == 404, path
    assert bureau.get("/desk/suspicions/import").status_code == 404
    assert bureau.post("/desk/suspicions/merge", data=token, files={"file": ("a", b"x")}).status_code == 404


def test_an_answer_with_somebody_else_s_line_or_a_page_named_pdf_changes_nothing(
    kept: str, bureau: Client, other: Client, place: Town
) -> None:
    line = line_of(place, "SJJ")
    assert act(other, "answer", line, outcome="voided", note="号码作废").status_code == 404
    page = ("决定书.pdf", b"<html><script>alert(1)</script>")
    refused = act(bureau, "answer", line, page, outcome="voided", note="号码作废")
    assert refused.status_code == 400
    assert "号码作废" in refused.text, "what was typed is still there"
    refused = act(bureau, "answer", line, outcome="concealed", note="已补报")
    assert refused.status_code == 409
    assert "没有查到这条记录" in refused.text
    assert act(bureau, "answer", line, outcome="voided", note="").status_code == 400
    assert act(bureau, "fly", line, note="号码作废").status_code == 400
    with place.app.database.transaction() as tx:
        assert service.by_id(tx, line).state is State.GIVEN


def test_a_scan_leaves_as_a_file_to_save_and_the_office_can_take_it_away(
    kept: str, bureau: Client, office: Client, place: Town
) -> None:
    line = line_of(place, "SJJ", 3)
    answer = act(bureau, "answer", line, ("<b>决定书</b>.exe", PDF), outcome="voided", note="号码作废")
    assert answer.status_code == 303, answer.text
    page = bureau.get(f"/desk/suspicions/{line}").text
    (path,) = set(re.findall(r'href="(/desk/suspicions/[0-9a-f-]+/files/[0-9a-f-]+)"', page))
    got = bureau.get(path)
    assert got.content == PDF
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["content-disposition"].endswith(".pdf")
    assert got.headers["x-content-type-options"] == "nosniff"
    data = {"csrf": csrf(bureau), "reason": "含自然人信息"}
    assert bureau.post(f"{path}/remove", data=data).status_code == 404
    assert office.post(f"{path}/remove", data={"csrf": csrf(office), "reason": ""}).status_code == 400
    assert office.post(f"{path}/remove", data={**data, "csrf": csrf(office)}).status_code == 303
    assert bureau.get(path).status_code == 404
    assert "含自然人信息" in bureau.get(f"/desk/suspicions/{line}").text
    files = [p for p in (place.app.home.attachments / "suspicions").rglob("*") if p.is_file()]
    assert files == []


def test_many_at_once_on_a_page_and_as_a_file(kept: str, bureau: Client, place: Town) -> None:
    page = bureau.get(kept).text
    boxes = re.findall(r'name="(line\.[0-9a-f-]+)"', page)
    assert len(boxes) >= 23
    chosen = dict.fromkeys(boxes, "1") | {"list": kept.rpartition("/")[2]}
    answer = act(bureau, "answer", None, outcome="not_due", note="不属报送范围", **chosen)
    assert answer.status_code == 303, answer.text
    with place.app.database.transaction() as tx:
        left = store.by_ids(tx, [UUID(box.removeprefix("line.")) for box in boxes])
    assert {s.state for s in left} == {State.ANSWERED}
    again = act(bureau, "answer", None, outcome="not_due", note="不属报送范围", **chosen)
    assert again.status_code == 409
    sheet = bureau.get(f"{kept}?format=csv")
    assert sheet.headers["content-type"].startswith("text/csv")
    assert sheet.text.count("示例第") == 30


def test_whoever_gets_lines_is_told(kept: str, bureau: Client, office: Client, place: Town) -> None:
    assert "示例市信用办转来疑似瞒报 30 行：省第四批疑似瞒报" in bureau.get("/desk/notices").text
    with place.app.database.transaction() as tx:
        waiting = service.listed(tx, Filter(hand=place.agencies["XYB"], state=State.ANSWERED), 50)
    line = next(s.suspicion for s in waiting if s.agency == place.agencies["SJJ"])
    assert act(office, "return", line, note="").status_code == 400
    assert act(office, "return", line, note="请附决定书").status_code == 303
    assert "示例市信用办退回疑似瞒报的答复 1 行" in bureau.get("/desk/notices").text


def test_of_two_at_the_same_moment_one_is_told(kept: str, place: Town) -> None:
    line, results, start = line_of(place, "HBJ"), [], threading.Barrier(2)

    def answer(name: str) -> None:
        actor = Actor(None, place.agencies["HBJ"], name)
        start.wait()
        try:
            with place.app.database.transaction() as tx:
                answering.answer(tx, [line], Said(Outcome.VOIDED, f"{name}核实作废"), actor, place.clock)
            results.append(None)
        except XinhengError as refusal:
            results.append(type(refusal))

    threads = [threading.Thread(target=answer, args=(name,)) for name in ("甲", "乙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results, key=str) == [TurnRefused, None] or sorted(results, key=str) == [None, TurnRefused]
    with place.app.database.transaction() as tx:
        assert len(service.answers(tx, line)) == 1


def test_a_form_that_says_too_little_is_shown_again(office: Client) -> None:
    data = {
        "csrf": csrf(office),
        "title": "",
        "sender": "",
        "item": "none",
        "due_on": "明年",
        "days_back": "x",
    }
    answer = office.post(
        "/desk/suspicions/import", data=data, files={"file": ("a.csv", b"a,b\n", "text/csv")}
    )
    assert answer.status_code == 400
    for text in ("清单名称", "下发单位", "目录事项", "期限不是日期", "天数"):
        assert text in answer.text
    none = office.post(
        "/desk/suspicions/import", data={**HEADS, "csrf": csrf(office)}, files={"file": ("", b"")}
    )
    assert "请选择文件" in none.text
    web = {"file": ("清单.xlsx", b"<html><table>", "text/html")}
    preview = office.post("/desk/suspicions/import", data={**HEADS, "csrf": csrf(office)}, files=web)
    assert office.get(preview.headers["location"]).status_code == 400
