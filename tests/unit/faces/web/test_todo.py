"""The to-do list at the desk: the order of urgency, places of pages, work given out, the first page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import csrf, sign_in

from xinheng.faces.web.desk import todo_views as views
from xinheng.office.access import accounts, succession
from xinheng.office.access import service as agencies
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import After, Filter, NewCase, working_day_before

CHOSEN = {"kind": "", "state": "", "colour": "", "owner": "", "hand": ""}


@pytest.fixture(scope="module")
def full(place: Town) -> Town:
    """Sixty cases of the traffic bureau, in all stretches of the list; nobody else looks at it."""
    owner, office, day = place.agencies["JTJ"], place.agencies["XYB"], place.day
    dues = [day] * 2 + [day - timedelta(days=3)] * 54 + [day + timedelta(days=9)] * 2 + [None] * 2
    with place.app.database.transaction() as tx:
        for number, due in enumerate(dues):
            opener = office if number == 57 else None
            new = NewCase("silence", f"第{number}件", owner, f"agency:{number}", due, opener=opener)
            cases.open_case(tx, new, place.clock)
    return place


@pytest.fixture
def clerk(site: FastAPI, full: Town) -> Iterator[Client]:
    with Client(site) as client:
        sign_in(client, "jtj", full.passwords["jtj"])
        yield client


def titles(text: str) -> list[str]:
    """The headings of a page's stretches and the cases below them, in order."""
    main = text.split("<h2>按种类", maxsplit=1)[0]
    return re.findall(r"<h2>([^<]+)</h2>|>(第\d+件)<", main) and [
        a or b for a, b in re.findall(r"<h2>([^<]+)</h2>|>(第\d+件)</a>", main)
    ]


def test_the_list_goes_by_urgency_and_turns_without_losing_or_repeating(clerk: Client) -> None:
    first = clerk.get("/desk/cases").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = clerk.get(following[1].replace("&amp;", "&")).text
    seen = [*titles(first), *titles(second)]
    heads = [text for text in seen if not text.startswith("第")]
    assert heads == ["今天到期", "超期", "超期", "交办", "其余"]
    found = [text for text in seen if text.startswith("第")]
    assert len(found) == len(set(found)) == 60
    assert set(found[:2]) == {"第0件", "第1件"}
    assert found[56] == "第57件"
    assert "回到第一页" in second
    assert "回到第一页" not in first
    assert "下一个期限" in first


def test_each_number_leads_to_what_it_counts(clerk: Client) -> None:
    page = clerk.get("/desk/cases").text
    shown = dict(re.findall(r"<dt>([^<]+)</dt><dd><a href=\"[^\"]*\"[^>]*>([^<]+)</a>", page))
    # what was ended today depends on who looked at the town before
    wanted = {"未办结": "60", "今天到期": "2", "超期": "54", "交办": "1", "无人经办": "60"}
    assert {name: shown[name] for name in wanted} == wanted
    for query, count in (("colour=today", 2), ("colour=handed", 1), ("hand=nobody", 60), ("hand=mine", 0)):
        text = clerk.get(f"/desk/cases?{query}").text
        assert (f"共 {count} 件" in text) is bool(count), query
    assert "没有符合条件的待办" in clerk.get("/desk/cases?hand=mine").text
    assert clerk.get("/desk/todo").headers["location"] == "/desk/cases"
    for broken in ("after=9~x~y", "after=~", "after=1~2026-13-01~x", "kind=nothing", "owner=x"):
        assert clerk.get(f"/desk/cases?{broken}").status_code == 200, broken


def test_what_is_ticked_is_given_to_a_colleague(clerk: Client, full: Town) -> None:
    page = clerk.get("/desk/cases?colour=handed").text
    ticked = re.findall(r'name="case" value="([^"]+)"', page)
    with full.app.database.transaction() as tx:
        mine = accounts.by_login(tx, "jtj").account
        foreign = accounts.by_login(tx, "hbj").account
    form = {"csrf": csrf(clerk), "case": ticked[0], "account": str(mine)}
    assert clerk.post("/desk/cases/assign", data=form | {"account": str(foreign)}).status_code == 400
    assert clerk.post("/desk/cases/assign", data=form | {"case": ""}).status_code == 400
    assert clerk.post("/desk/cases/assign", data=form | {"csrf": "x"}).status_code == 403
    answer = clerk.post("/desk/cases/assign", data=form)
    assert answer.headers["location"] == "/desk/cases?given=1"
    assert "指定了 1 件" in clerk.get(answer.headers["location"]).text
    assert "第57件" in clerk.get("/desk/cases?hand=mine").text


def test_a_case_is_passed_to_a_unit_below_and_from_one_that_is_no_more(site: FastAPI, place: Town) -> None:
    clock, day = place.clock, place.day
    with place.app.database.transaction() as tx:
        office = place.agencies["XYB"]
        gone = agencies.add_agency(tx, agencies.NewAgency("GJJ", "示例市旧局", "XYB"), clock, "test")
        new = NewCase("code_appeal", "代码申诉：转交", office, "code:x", detail={"code": "x"})
        down = cases.open_case(tx, new, clock).case
        held = cases.open_case(tx, NewCase("silence", "不可转交", office, "agency:y"), clock).case
        left = cases.open_case(tx, NewCase("silence", "留下的", gone.agency, "agency:z"), clock).case
        succession.end(tx, gone, day, clock, "test")
    with Client(site) as client:
        sign_in(client, "xyb", place.passwords["xyb"])
        page = client.get(f"/desk/cases/{down}").text
        assert "转交给" in page
        assert "转交给" not in client.get(f"/desk/cases/{held}").text
        form = {"csrf": csrf(client), "to": str(place.agencies["HBJ"]), "note": "请贵局核对"}
        assert client.post(f"/desk/cases/{held}/pass", data=form).status_code == 403
        assert client.post(f"/desk/cases/{down}/pass", data=form | {"note": ""}).status_code == 400
        assert client.post(f"/desk/cases/{down}/pass", data=form).status_code == 303
        assert "示例市旧局" in client.get("/desk/cases").text.split("责任单位已不存在")[1].split("</p>")[0]
        assert client.post(f"/desk/cases/{left}/pass", data=form).status_code == 303
        assert "责任单位已不存在" not in client.get("/desk/cases").text
    with Client(site) as client:
        sign_in(client, "hbj", place.passwords["hbj"])
        assert "请贵局核对" in client.get(f"/desk/cases/{down}").text


def test_the_first_page_says_what_waits(clerk: Client, site: FastAPI, full: Town) -> None:
    page = clerk.get("/desk").text
    for text in ("今天到期", "超期", "新到", "未读消息", "下一个期限"):
        assert text in page
    with Client(site) as office:
        sign_in(office, "xyb", full.passwords["xyb"])
        listing = office.get("/desk/cases").text
        assert "未办结的事项，按责任单位" in listing
        assert "示例市交通运输局" in listing


@given(
    st.integers(0, 3),
    st.one_of(st.none(), st.dates()),
    st.uuids(),
    st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))),
)
def test_a_place_comes_back_as_it_was_written(
    stretch: int, due: date | None, case: UUID, closed: datetime | None
) -> None:
    if closed is not None:
        place = views.Place(0, After(None, case, closed))
        assert views.place_of(views.written(place), closed=True) == place
    place = views.Place(stretch, After(due, case))
    assert views.place_of(views.written(place)) == place


@given(st.text(max_size=60))
def test_a_place_that_nobody_wrote_is_the_beginning(text: str) -> None:
    for closed in (True, False):
        found = views.place_of(text, closed=closed)
        assert 0 <= found.stretch <= 3


def test_every_open_case_is_in_one_stretch_alone() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    today = views.Today(date(2026, 11, 20), date(2026, 11, 23), at, at)
    whole = views.stretches(Filter(), "", today)
    assert [s.title for s in whole] == ["今天到期", "超期", "交办", "其余"]
    assert [len(views.stretches(Filter(), when, today)) for when in views.WHEN] == [1] * len(views.WHEN)


def test_the_working_day_before_is_found_over_a_weekend() -> None:
    assert working_day_before(date(2026, 11, 23), lambda day: day.weekday() < 5) == date(2026, 11, 20)
