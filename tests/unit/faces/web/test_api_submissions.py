"""`/api/v1/submissions` over the real application: what an agency's system hands in, and what it is told."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import fastexcel
import httpx
import orjson
import pytest
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.programs import PATH, Place, answer, body, code, fresh

from xinheng.evidence.submissions import entering, service
from xinheng.evidence.submissions.model import SMALL, State
from xinheng.faces.web.api import submission_shapes as shapes
from xinheng.faces.web.desk.turns import Turns
from xinheng.ground import queue
from xinheng.office.access import audit, settings
from xinheng.office.access import service as access

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def place(programs: Place) -> Place:
    return programs


def test_rows_come_back_with_their_receipt(place: Place, http: Client) -> None:
    headers = place.bearer()
    bad = fresh(CF_CFLB="罚")
    sent = http.post(PATH, json=body(fresh(), bad), headers=headers)
    value = answer(sent)
    assert (sent.status_code, value.state, value.agency, value.behalf, value.way) == (
        201,
        "done",
        "A",
        None,
        "api",
    )
    assert sent.headers["location"] == f"{PATH}/{value.submission}"
    assert sent.headers["cache-control"] == "no-store"
    assert value.receipt is not None
    assert (value.receipt.counts["accepted"], value.receipt.counts["returned"]) == (1, 1)
    assert value.receipt.repeated is False
    assert answer(http.get(sent.headers["location"], headers=headers)) == value
    back = shapes.ReturnedAnswer.model_validate_json(
        http.get(value.receipt.returned or "", headers=headers).content
    )
    assert (back.count, [r.line for r in back.rows], back.next) == (1, [2], None)
    assert back.rows[0].cells["CF_WSH"] == bad["CF_WSH"]
    assert back.rows[0].checks[0]["field"] == "CF_CFLB"
    book = http.get(value.receipt.returned or "", headers={**headers, "accept": XLSX})
    assert book.headers["content-type"] == XLSX
    assert fastexcel.read_excel(book.content).load_sheet(0).to_arrow().num_rows == 1


def test_a_file_comes_back_with_its_receipt_and_nothing_of_it_is_left(place: Place, http: Client) -> None:
    cells = fresh()
    del cells["CF_FRDB"]
    text = ",".join(cells) + "\n" + ",".join(cells.values()) + "\n"
    sent = http.post(
        PATH,
        data={
            "item": "penalty",
            "set": json.dumps({"CF_FRDB": "李四"}, ensure_ascii=False),
            "callback": "false",
        },
        files={"file": ("十一月.csv", text.encode(), "text/csv")},
        headers=place.bearer(),
    )
    value = answer(sent)
    assert (sent.status_code, value.state, value.file_name) == (201, "done", "十一月.csv")
    assert [p.name for p in place.app.incoming.iterdir() if p.is_dir()] == []


def test_numbers_of_json_keep_their_digits(place: Place, http: Client) -> None:
    cells = json.dumps(fresh(), ensure_ascii=False).replace('"4.8"', "4.80")
    text = '{"item":"penalty","rows":[' + cells + "]}"
    value = answer(
        http.post(PATH, content=text, headers={**place.bearer(), "content-type": "application/json"})
    )
    assert value.receipt is not None
    assert value.receipt.counts["accepted"] == 1
    number = fresh()
    text = json.dumps(number, ensure_ascii=False).replace(f'"{number["CF_XDR_SHXYM"]}"', "914301000000000011")
    wanted = '{"item":"penalty","rows":[' + text + "]}"
    value = answer(
        http.post(PATH, content=wanted, headers={**place.bearer(), "content-type": "application/json"})
    )
    assert value.receipt is not None
    assert value.receipt.counts["returned"] == 1  # a number in a code column is no code


def test_the_same_key_is_the_same_answer_and_another_content_is_refused(place: Place, http: Client) -> None:
    headers = {**place.bearer(), "idempotency-key": "zhifa-2026-1"}
    wanted = body(fresh())
    first = http.post(PATH, json=wanted, headers=headers)
    second = http.post(PATH, json=wanted, headers=headers)
    assert (second.status_code, answer(second)) == (201, answer(first))
    other = http.post(PATH, json=body(fresh()), headers=headers)
    assert (other.status_code, code(other)) == (409, "XH752")
    place.clock.step(seconds=1)
    without = answer(http.post(PATH, json=wanted, headers=place.bearer()))
    assert without.submission != answer(first).submission
    assert without.receipt is not None
    assert (without.receipt.repeated, without.receipt.counts["accepted"]) == (True, 0)


def test_two_at_once_with_one_key_are_one_submission(place: Place, http: Client) -> None:
    headers = {**place.bearer(), "idempotency-key": uuid4().hex}
    wanted = body(fresh())
    before = place.count("submissions")

    async def both() -> list[httpx.Response]:
        return list(
            await asyncio.gather(*(http.http.post(PATH, json=wanted, headers=headers) for _ in range(3)))
        )

    answers = http._runner.run(both())
    assert {r.status_code for r in answers} == {201}
    assert (
        len({(answer(r).submission, answer(r).receipt and answer(r).receipt.receipt) for r in answers}) == 1
    )
    assert place.count("submissions") == before + 1


def test_a_large_one_is_queued_and_told_by_asking(place: Place, http: Client) -> None:
    headers = place.bearer()
    wanted = body(*(fresh(CF_SY="案由" * 500) for _ in range(1_000)))
    sent = http.post(PATH, json=wanted, headers=headers)
    value = answer(sent)
    assert value.size > SMALL
    assert (sent.status_code, value.state, value.receipt) == (202, "queued", None)
    assert (http.get(f"{PATH}/{value.submission}/returned", headers=headers)).status_code == 400
    service.run(place.app, value.submission)
    done = answer(http.get(sent.headers["location"], headers=headers))
    assert (done.state, done.receipt is not None) == ("done", True)


def test_who_would_wait_for_long_is_told_to_ask_later(place: Place, http: Client) -> None:
    web = place.site.state.web
    turns = Turns(at_once=1, patience=0)
    place.site.state.web = replace(web, program_turns=turns)
    with turns.turn():
        sent = http.post(PATH, json=body(fresh()), headers=place.bearer())
    value = answer(sent)
    assert (sent.status_code, value.state) == (202, "queued")
    with place.app.database.transaction() as tx:
        assert queue.waiting(tx, entering.TASK) == 1  # takes over
    assert service.run(place.app, value.submission).state is State.DONE


def test_what_a_colleague_must_see_waits(place: Place, http: Client) -> None:
    with place.app.database.transaction() as tx:
        unit = access.by_code(tx, "B")
        settings.change_settings(tx, unit, settings.AgencySettings(True), place.clock, "test")
    sent = http.post(PATH, json=body(fresh()), headers=place.bearer("B"))
    value = answer(sent)
    assert (sent.status_code, value.state, value.state_text, value.receipt) == (
        202,
        "waiting",
        "待审核",
        None,
    )
    assert value.lapses is not None
    shown = http.get(PATH, params={"state": "waiting"}, headers=place.bearer("B"))
    listed = shapes.SubmissionList.model_validate_json(shown.content)
    assert [s.submission for s in listed.submissions] == [value.submission]


def test_a_county_sends_for_its_township_and_for_nobody_else(place: Place, http: Client) -> None:
    township = "清河市东山镇人民政府"
    cells = fresh(CF_CFJG=township, CF_SJLY=township)
    wanted = body(cells, agency="A1")
    refused = http.post(PATH, json=wanted, headers=place.bearer())
    assert (refused.status_code, code(refused)) == (400, "XH725")  # the office has not allowed it yet
    place.allow("A", "A1")
    value = answer(http.post(PATH, json=wanted, headers=place.bearer()))
    assert (value.state, value.agency, value.behalf) == ("done", "A1", "A")
    assert http.get(f"{PATH}/{value.submission}", headers=place.bearer("A1")).status_code == 200
    for sender, source in (("A", "B"), ("A1", "A"), ("B", "A1")):
        refused = http.post(PATH, json=body(fresh(), agency=source), headers=place.bearer(sender))
        assert (refused.status_code, code(refused)) == (400, "XH725"), (sender, source)
    assert http.post(PATH, json=body(fresh(), agency="nowhere"), headers=place.bearer()).status_code == 404


def test_what_is_another_s_is_not_there(place: Place, http: Client) -> None:
    value = answer(http.post(PATH, json=body(fresh()), headers=place.bearer()))
    stranger = place.bearer("B")
    for path in ("", "/returned"):
        refused = http.get(f"{PATH}/{value.submission}{path}", headers=stranger)
        assert (refused.status_code, code(refused)) == (404, "XH750")
    assert http.post(f"{PATH}/{value.submission}/hand-on", headers=stranger).status_code == 404


def test_rows_about_persons_are_counted_and_handed_on_once(place: Place, http: Client) -> None:
    headers = place.bearer()
    person = fresh(CF_XDR_LB="自然人", CF_XDR_MC="赵某", CF_XDR_SHXYM="", CF_FRDB="")
    sent = http.post(PATH, json=body(fresh(), person), headers=headers)
    value = answer(sent)
    assert value.receipt is not None
    assert value.receipt.counts["persons"] == 1
    assert "赵某" not in sent.text
    assert value.receipt.hand_on == f"{PATH}/{value.submission}/hand-on"
    given = http.post(value.receipt.hand_on, headers=headers)
    assert "赵某" in given.content.decode("utf-8-sig")
    assert http.post(value.receipt.hand_on, headers=headers).status_code == 404
    again = answer(http.get(f"{PATH}/{value.submission}", headers=headers))
    assert again.receipt is not None
    assert again.receipt.hand_on is None
    with place.app.database.transaction() as tx:
        assert not any("赵某" in str(entry) for entry in audit.entries(tx, count=200))


@pytest.mark.parametrize(
    ("sent", "status", "expected"),
    [
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400, "XH952"),
        ({"content": b"[]", "headers": {"content-type": "application/json"}}, 400, "XH952"),
        ({"content": b"[" * 100_000, "headers": {"content-type": "application/json"}}, 400, "XH952"),
        ({"json": {"item": "penalty"}}, 400, "XH952"),
        ({"json": {"item": "penalty", "rows": []}}, 400, "XH952"),
        ({"json": {"item": "penalty", "rows": ["x"]}}, 400, "XH952"),
        ({"json": {"item": 3, "rows": [{"CF_WSH": "1"}]}}, 400, "XH952"),
        ({"json": {"item": "penalty", "rows": [{"CF_WSH": "1"}], "way": "file"}}, 400, "XH952"),
        ({"json": {"item": "penalty", "rows": [{"CF_WSH": "1"}], "set": {"CF_BZ": 1}}}, 400, "XH952"),
        ({"json": {"item": "nothing", "rows": [{"CF_WSH": "1", "CF_NR": "x"}]}}, 404, "XH211"),
        ({"json": {"item": "penalty", "profile": "x", "rows": [{"CF_WSH": "1"}]}}, 404, "XH721"),
        ({"json": {"item": "penalty", "rows": [{"甲": "1", "乙": "2"}]}}, 400, "XH710"),
        ({"content": b"x", "headers": {"content-type": "text/csv"}}, 400, "XH952"),
        ({"data": {"item": "penalty"}, "files": {"file": ("x.pdf", b"%PDF-1.7", "text/csv")}}, 400, "XH705"),
        ({"data": {"item": "penalty"}, "files": {"other": (None, b"x")}}, 400, "XH952"),
        ({"content": b"x" * (9 << 20), "headers": {"content-type": "application/json"}}, 413, "XH954"),
    ],
)
def test_every_refusal_has_the_one_shape(
    place: Place, http: Client, sent: dict[str, Any], status: int, expected: str
) -> None:
    headers = {**place.bearer(), **sent.pop("headers", {})}
    refused = http.post(PATH, headers=headers, **sent)
    value = orjson.loads(refused.content)
    assert (refused.status_code, value["code"], value["status"]) == (status, expected, status)
    assert refused.headers["content-type"] == "application/problem+json"
    assert set(value) == {"type", "status", "code", "title", "found", "expected", "todo", "where"}
    left = [p.name for p in place.app.incoming.iterdir() if p.is_dir() and p.name.startswith("upload-")]
    assert left == []


def test_a_list_is_walked_page_by_page(place: Place, http: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PAGE", 2)
    headers = place.bearer()
    for _ in range(3):
        http.post(PATH, json=body(fresh()), headers=headers)
    seen: list[str] = []
    page: dict[str, str] = {}
    while True:
        value = shapes.SubmissionList.model_validate_json(
            http.get(PATH, params=page, headers=headers).content
        )
        seen += [str(s.submission) for s in value.submissions]
        if value.next is None:
            break
        page = {"page": value.next}
    with place.app.database.transaction() as tx:
        unit = access.by_code(tx, "A").agency
        every = service.listed(tx, service.Filter(agencies=(unit,)), 1_000)
    assert seen == [str(s.id) for s in every]


def test_returned_rows_are_walked_page_by_page(
    place: Place, http: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinheng.faces.web.api.submissions.ROWS", 2)
    headers = place.bearer()
    value = answer(http.post(PATH, json=body(*(fresh(CF_CFLB="罚") for _ in range(5))), headers=headers))
    lines: list[int] = []
    page: dict[str, str] = {}
    while True:
        shown = http.get(f"{PATH}/{value.submission}/returned", params=page, headers=headers)
        back = shapes.ReturnedAnswer.model_validate_json(shown.content)
        lines += [r.line for r in back.rows]
        if back.next is None:
            break
        page = {"page": back.next}
    assert lines == [1, 2, 3, 4, 5]


def test_nothing_is_left_waiting(place: Place) -> None:
    """After all of the above: what was queued has ended, and its jobs are gone."""
    with place.app.database.transaction() as tx:
        assert queue.waiting(tx, entering.TASK) == 0
