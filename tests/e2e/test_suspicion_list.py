"""A list of suspected concealment goes from province to city, county and unit and back: two instances.

The city's office takes the province's sheet in, in the browser, and splits it; the county has a platform of
its own and gets its lines as a package; its market bureau answers with a scan; the county checks, gives its
answers back; the city merges, checks, and what it returns equals the expectation cell by cell.
"""

from __future__ import annotations

import csv
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.conftest import TEMPLATE, SteppingClock, _create
from tests.e2e import invented
from tests.e2e.conftest import Visiting, Visitor, downloaded
from tests.e2e.town import Town, _account
from tests.unit.outward.suspicions import lists as given

from xinheng.faces.app import Settings, init_home, open_app
from xinheng.faces.web.server import server as web_server
from xinheng.ground.store import Server
from xinheng.office.access import service as agencies
from xinheng.office.access.model import AgencyKind

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
TITLE = "省第三批疑似瞒报"
CITY = (
    ("JX", "甲县信用办", "XYB", AgencyKind.OFFICE),
    ("JX-S", given.COUNTY_MARKET, "JX", AgencyKind.AGENCY),
)
COUNTY = (
    ("JXB", "甲县信用办", None, AgencyKind.OFFICE),
    ("JXS", given.COUNTY_MARKET, "JXB", AgencyKind.AGENCY),
)


def _bodies(built: Town, those: tuple[tuple[str, str, str | None, AgencyKind], ...]) -> None:
    app = built.app
    with app.database.transaction() as tx:
        for code, name, parent, kind in those:
            agency = agencies.add_agency(tx, agencies.NewAgency(code, name, parent, kind), app.clock, "测试")
            built.agencies[code] = agency.agency
            _account(built, tx, agency)


@pytest.fixture(scope="module")
def city(place: Town) -> Town:
    """The town, with a county below it."""
    _bodies(place, CITY)
    return place


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[tuple[Town, str]]:
    """The county's own platform, running at an address of its own."""
    folder = tmp_path_factory.mktemp("county")
    _create(server, "county_suspicions", TEMPLATE)
    settings = Settings(home=folder / "home", dsn=server.address("county_suspicions"), site_name="甲县平台")
    clock = SteppingClock()
    init_home(settings, "national", clock)
    with open_app(settings, clock, serving=True) as app:
        built = Town(app, clock)
        _bodies(built, COUNTY)
        with _serving(app) as address:
            yield built, address


@contextmanager
def _serving(app) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = web_server(app, "127.0.0.1", port)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(30)


def _list(folder: Path) -> Path:
    """What the province hands down: one row of it is held by the city already."""
    held = f"示市监罚字〔2026〕{invented_number()}号"
    rows = [
        given.row(1, invented.MARKET, 决定书文号=held, 处罚决定日期=""),
        given.row(2, invented.MARKET, "赵某"),
        given.row(3, given.COUNTY_MARKET),
        given.row(4, given.COUNTY_MARKET),
        given.row(5, "别处的某某局"),
    ]
    path = folder / "疑似瞒报核查表.xlsx"
    path.write_bytes(given.as_xlsx(rows))
    return path


def invented_number() -> str:
    """The ordinal of a decision that the town's market bureau has sent."""
    found = invented.penalty(7, invented_day())["行政处罚决定书文号"]
    return found.split("〕")[1].removesuffix("号")


def invented_day():
    from datetime import date

    return date(2026, 11, 13)


def _fill_act(visitor: Visitor, do: str, note: str = "", outcome: str = "") -> None:
    page = visitor.page
    page.check(f"#do-{do}")
    if outcome:
        page.select_option("#outcome", label=outcome)
    if note:
        page.fill("#note", note)


def _everything(visitor: Visitor, do: str, note: str = "", outcome: str = "") -> None:
    """The same thing with all lines that wait for this body."""
    visitor.page.check("#all")
    _fill_act(visitor, do, note, outcome)
    visitor.page.click("main button:has-text('提交')")
    visitor.page.wait_for_selector("text=已办理")


def _open_list(visitor: Visitor, title: str = TITLE) -> None:
    visitor.page.goto(visitor.address + "/desk/suspicions")
    visitor.page.click(f"main a:has-text('{title}')")
    visitor.page.wait_for_selector(f"h1:has-text('{title}')")


def test_a_list_goes_down_to_the_unit_and_back_to_the_province(
    visit: Visiting, city: Town, county: tuple[Town, str], tmp_path: Path
) -> None:
    built, lower = county
    office = visit(1280)
    office.sign_in("xyb", city.passwords["xyb"])
    page = office.page
    _taken_in(office, tmp_path)
    # -- the county's part leaves for the county's own platform
    with downloaded(page) as handed:
        page.click("button:has-text('导出下发包')")
    _answered_by_bureau(visit, city)
    # -- the county: its office takes the package in, its bureau answers on a phone, its office checks
    answered = _county(visit, built, lower, handed[0], tmp_path)
    # -- the city merges, answers what nobody knew, checks everything, and gives it back
    _open_list(office)
    page.set_input_files("#package", str(answered))
    page.click("main button:text-is('合并')")
    page.wait_for_selector("text=已合并，请逐行审核：2 行")
    office.look()
    _everything(office, "accept")
    page.check("main tbody input[type=checkbox]")
    _fill_act(office, "answer", "不在本市，已告知省信用办", "非本单位")
    page.click("main button:has-text('提交')")
    page.wait_for_selector("text=已办理")
    page.goto(page.url.partition("?")[0])
    page.click("main button:has-text('清单办结')")
    page.wait_for_selector("text=清单已办结")
    office.look()
    with downloaded(page) as back:
        page.click("button:text-is('CSV')")
    rows = list(csv.reader(back[0].read_text(encoding="utf-8-sig").splitlines()))
    assert rows == _expected(tmp_path)


def _taken_in(office: Visitor, folder: Path) -> None:
    """The city's office takes the province's sheet in and splits it."""
    office.go("/desk/suspicions/import")
    page = office.page
    page.fill("#title", TITLE)
    page.fill("#sender", "示例省信用办")
    page.fill("#due_on", "2026-12-04")
    page.set_input_files("#file", str(_list(folder)))
    page.click("main button:has-text('上传并核对')")
    page.wait_for_selector("h1:has-text('核对清单')")
    assert "示例省疑似瞒报行政处罚信息核查表" in page.inner_text("main")
    assert "赵某" not in page.content()
    office.look()
    page.click("main button:has-text('导入清单')")
    page.wait_for_selector(f"h1:has-text('{TITLE}')")
    office.look()
    page.click("button:has-text('按决定机关分解')")
    page.wait_for_selector("text=已分解：3 行")


def _answered_by_bureau(visit: Visiting, city: Town) -> None:
    """The bureau answers on a phone without script; what is no scan is refused, and nothing is lost."""
    bureau = visit(390, script=False)
    clerk = city.passwords["sjj"]
    bureau.page.goto(bureau.address + "/desk")
    bureau.page.fill("#login", "sjj")
    bureau.page.fill("#password", clerk)
    bureau.page.click("main button:has-text('登录')")
    bureau.page.goto(bureau.address + "/desk/suspicions")
    bureau.page.click(f"main a:has-text('{TITLE}')")
    bureau.page.click("main tbody a:has-text('第 4 行')")
    _fill_act(bureau, "answer", "当月已报送", "已报送，比对有误")
    bureau.page.set_input_files(
        "#file", {"name": "决定书.pdf", "mimeType": "application/pdf", "buffer": b"<html>"}
    )
    bureau.page.click("main button:has-text('提交')")
    bureau.page.wait_for_selector("text=还不能继续")
    assert bureau.page.input_value("#note") == "当月已报送"
    bureau.page.set_input_files("#file", {"name": "决定书.pdf", "mimeType": "application/pdf", "buffer": PDF})
    bureau.page.click("main button:has-text('提交')")
    bureau.page.wait_for_selector("text=已办理")


def _county(visit: Visiting, built: Town, address: str, handed: Path, folder: Path) -> Path:
    office = visit(390)
    office.address = address
    office.sign_in("jxb", built.passwords["jxb"])
    office.go("/desk/suspicions/import")
    office.page.set_input_files("#file", str(handed))
    office.page.click("main button:has-text('上传并核对')")
    office.page.wait_for_selector("h1:has-text('核对清单')")
    office.page.click("main button:has-text('导入清单')")
    office.page.wait_for_selector(f"h1:has-text('{TITLE}')")
    office.page.click("button:has-text('按决定机关分解')")
    office.page.wait_for_selector("text=已分解：2 行")
    bureau = visit(390)
    bureau.address = address
    bureau.sign_in("jxs", built.passwords["jxs"])
    _open_list(bureau)
    bureau.look()
    bureau.page.set_input_files(
        "#file", {"name": "作废说明.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    _everything(bureau, "answer", "号码作废", "作废")
    bureau.page.click("main tbody a >> nth=0")
    bureau.page.wait_for_selector("a:has-text('作废说明.pdf')")
    bureau.look()
    with downloaded(bureau.page) as scan:
        bureau.page.click("a:has-text('作废说明.pdf')")
    assert scan[0].read_bytes() == PDF
    _open_list(office)
    _everything(office, "accept")
    with downloaded(office.page) as given_back:
        office.page.click("button:has-text('导出答复包')")
    path = folder / "答复包.zip"
    path.write_bytes(given_back[0].read_bytes())
    return path


def _expected(folder: Path) -> list[list[str]]:
    held = f"示市监罚字〔2026〕{invented_number()}号"
    blank = {"法定代表人": "", "是否瞒报": "否"}
    person = ["" for _ in given.HEADER]
    for header, text in {
        "决定书文号": "示市监罚字〔2026〕2号",
        "反馈情况": "自然人",
        "说明": "针对自然人的行平台不留存，仅登记文号",
    }.items():
        person[given.HEADER.index(header)] = text
    void = {**blank, "反馈情况": "作废", "说明": "号码作废"}
    return [
        ["附件3"],
        ["示例省疑似瞒报行政处罚信息核查表"],
        list(given.HEADER),
        given.row(
            1,
            invented.MARKET,
            **blank,
            决定书文号=held,
            处罚决定日期="",
            反馈情况="已报送，比对有误",
            说明="当月已报送",
            附件名="第4行-1-决定书.pdf",
        ),
        person,
        given.row(3, given.COUNTY_MARKET, **void, 附件名="第6行-1-作废说明.pdf"),
        given.row(4, given.COUNTY_MARKET, **void, 附件名="第7行-1-作废说明.pdf"),
        given.row(5, "别处的某某局", **blank, 反馈情况="非本单位", 说明="不在本市，已告知省信用办"),
    ]
