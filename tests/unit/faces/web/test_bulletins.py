"""The pages of the books, a month after the town's: made, issued, downloaded, and told to nobody else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from fastapi import FastAPI
from tests.e2e.town import Town, town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import csrf, sign_in

from xinheng.faces.app import activate, books
from xinheng.faces.web.application import create_app
from xinheng.ground.store import Server
from xinheng.law import packs
from xinheng.office.access import service as agencies

PATH = "/desk/bulletins"
NOVEMBER = f"{PATH}/2026-11"


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("books"), server) as built:
        built.clock.set(datetime(2026, 12, 15, 2, tzinfo=UTC))
        yield built


@pytest.fixture(scope="module")
def house(later: Town) -> FastAPI:
    return create_app(later.app)


Opening = Callable[[str | None], Client]


@pytest.fixture
def as_(house: FastAPI, later: Town) -> Iterator[Opening]:
    opened: list[Client] = []

    def open_as(login: str | None) -> Client:
        client = Client(house)
        client.__enter__()
        opened.append(client)
        if login:
            sign_in(client, login, later.passwords[login])
        return client

    yield open_as
    for client in opened:
        client.__exit__(None, None, None)


def test_the_list_says_which_months_are_ready(as_):
    page = as_("xyb").get(PATH).text
    assert "月度通报　示例市信用办" in page
    assert re.search(r'href="/desk/bulletins/2026-11\?agency=XYB">2026-11', page)
    assert "可以生成" in page


def test_the_page_holds_the_bulletin_and_its_files(as_):
    client = as_("xyb")
    page = client.get(NOVEMBER).text
    assert "2026年11月公共信用信息归集情况通报" in page
    assert re.search(r"<td>七类合计</td><td class=\"num\">\d+</td>", page)
    for form, start in (("json", b"{"), ("xlsx", b"PK"), ("docx", b"PK"), ("pdf", b"%PDF")):
        answer = client.get(f"{NOVEMBER}.{form}")
        assert answer.status_code == 200
        assert answer.content.startswith(start)
        assert answer.headers["cache-control"] == "no-store"


def test_a_month_without_cutoff_and_a_wrong_month_say_so(as_):
    client = as_("xyb")
    assert "XH821" in client.get(f"{PATH}/2026-12").text  # no calendar for 2027
    assert "XH825" in client.get(f"{PATH}/2026-13").text
    assert client.get(f"{NOVEMBER}.exe").status_code == 400


def test_a_clerk_sees_its_own_and_may_not_issue(as_):
    client = as_("sjj")
    page = client.get(NOVEMBER)
    assert page.status_code == 200
    assert "印发</button>" not in page.text
    assert client.get(f"{NOVEMBER}?agency=XYB").status_code == 403
    refused = client.post(f"{NOVEMBER}/issue", data={"csrf": csrf(client)})
    assert refused.status_code == 403


def test_it_is_issued_once_and_the_page_shows_the_digests(as_):
    client = as_("xyb")
    token = csrf(client)
    answer = client.post(f"{NOVEMBER}/issue", data={"csrf": token, "agency": "XYB"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{NOVEMBER}?agency=XYB")
    page = client.get(NOVEMBER).text
    assert "bulletin-2026-11-XYB.pdf" in page
    again = client.post(f"{NOVEMBER}/issue", data={"csrf": token, "agency": "XYB"})
    assert "XH822" in again.text


def test_every_chart_stands_as_a_table(as_):
    page = as_("xyb").get("/desk/dashboard").text
    for key, column in (
        ("volume", "行政处罚"),
        ("rates", "及时率"),
        ("units", "合规率"),
        ("returns", "行数"),
        ("cases", "件数"),
    ):
        chart = re.search(rf'data-table="{key}" data-series="([^"]+)" role="img" aria-label="[^"]+"', page)
        assert chart
        table = page[page.index(f'id="{key}">') :]
        head = table[: table.index("</thead>")]
        assert column in head
        assert all(f">{name}</th>" in head for name in chart[1].split("|"))
    assert as_("sjj").get("/desk/dashboard?agency=XYB").status_code == 403


# -- what anyone may see and work out again ------------------------------------------------------------


def test_the_quality_page_publishes_the_last_month_that_is_ready(as_):
    page = as_(None).get("/quality").text
    assert "数据质量　2026-11" in page
    assert '<option value="2026-10">' in page
    for formula in (
        "(accepted + corrected) / (accepted + corrected + returned)",
        "late / (accepted - undated)",
    ):
        assert formula in page
    assert "示例市市场监督管理局" in page
    assert 'id="units"' in page


def test_what_is_not_published_is_not_there(as_):
    client = as_(None)
    for name in ("2026-12.csv", "2020-01.csv", "2026-11.xlsx", "2026-11-rates.json", "x"):
        assert client.get(f"/quality/{name}").status_code == 404


def test_the_json_says_what_each_field_means(as_):
    told = json.loads(as_(None).get("/quality/2026-11.json").content)
    assert told["counts"][0].keys() == told["fields"]["counts"].keys()
    assert told["rates"][0].keys() == told["fields"]["rates"].keys()


@pytest.fixture
def taken(as_, tmp_path):
    """What a stranger takes home: both files and the program."""
    client = as_(None)
    for name, address in (
        ("counts.csv", "/quality/2026-11.csv"),
        ("rates.csv", "/quality/2026-11-rates.csv"),
        ("recompute.py", "/static/recompute.py"),
    ):
        (tmp_path / name).write_bytes(client.get(address).content)
    return tmp_path


def stranger(folder):
    return subprocess.run(
        [sys.executable, "-I", "-S", "recompute.py", "counts.csv", "rates.csv"],
        cwd=folder,
        env={"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
        capture_output=True,
        check=False,
        timeout=30,
    )


def test_a_stranger_works_every_published_rate_out_again(taken, as_):
    ran = stranger(taken)
    told = ran.stdout.decode()
    assert ran.returncode == 0, told + ran.stderr.decode()
    assert told.endswith("全部一致\n")
    page = as_(None).get("/quality").text
    for rate in ("合规率", "及时率", "迟报率"):
        found = re.search(rf"一致  {rate}  全平台  重算 ([0-9.]+)  公布 \1\n", told)
        assert found
        assert f"{found[1]}%" in page


def test_a_rate_that_was_touched_up_is_found(taken):
    file = taken / "rates.csv"
    text = file.read_text(encoding="utf-8-sig")
    touched = re.sub(r"(,合规率,\d+,\d+),[0-9.]+", r"\1,99.99", text, count=1)
    assert touched != text
    file.write_text(touched, encoding="utf-8-sig")
    ran = stranger(taken)
    assert ran.returncode == 1
    assert "不同的有 1 个" in ran.stdout.decode()


# -- this one changes the house for good: last -----------------------------------------------------------


def files(later, code):
    with later.app.database.transaction() as tx:
        head = agencies.by_code(tx, code) if code else None
        return books.bulletin(later.app, tx, head, date(2026, 11, 1)).files()


def test_a_newer_pack_changes_no_past_month_issued_or_not(later):
    before = {code: files(later, code) for code in ("XYB", "SJJ", "")}
    app = later.app
    newer = packs.load("hubei-huangshi", [packs.shipped()])
    with app.database.transaction() as tx:
        assert activate(tx, newer, app.clock, app.projectors)
    assert app.reload_pack()
    assert {code: files(later, code) for code in before} == before
    assert app.pack.digest not in before[""]["bulletin-2026-11.json"].decode()
