"""One morning of a city's credit office and one of a county's, with a browser, each page at both widths.

The city's office opens the desk, sees what is overdue and of which unit, lets the platform watch, finds a
number that was never reported, reminds the unit by letter and issues the month's bulletin. The county's sees
its own alone, its figure is the one that stands in the city's bulletin, and its unit answers on a phone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.conftest import TEMPLATE, SteppingClock, _create
from tests.e2e import invented
from tests.e2e.conftest import Visiting, Visitor, downloaded, serving
from tests.e2e.town import Town, _account, send

from xinheng.faces.app import Settings, init_home, open_app
from xinheng.ground.store import Server
from xinheng.office.access import service as agencies
from xinheng.office.access.model import AgencyKind

CITY, COUNTY, UNIT = "示例市信用办", "林山县信用办", "林山县市场监督管理局"
BODIES = (
    ("XYB", CITY, None, AgencyKind.OFFICE),
    ("SJJ", invented.MARKET, "XYB", AgencyKind.AGENCY),
    ("LS", COUNTY, "XYB", AgencyKind.OFFICE),
    ("LSS", UNIT, "LS", AgencyKind.AGENCY),
)
SENT = datetime(2026, 10, 29, 2, tzinfo=UTC)  # 10:00 in Shanghai
MORNING = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)  # 08:30: the terms are over, October's bulletin is due
MONTH = "2026-10"
Opening = Callable[..., Visitor]


def number(ordinal: int, unit: str = "林") -> str:
    return f"{unit}市监罚字〔2026〕{ordinal}号"


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[tuple[Town, str]]:
    """A city with a county, on the morning after a month in which not all went well; its address."""
    folder = tmp_path_factory.mktemp("mornings")
    _create(server, "mornings", TEMPLATE)
    clock = SteppingClock(SENT)
    settings = Settings(home=folder / "home", dsn=server.address("mornings"), site_name="示例市平台")
    init_home(settings, "national", clock)
    with open_app(settings, clock, serving=True) as app:
        built = Town(app, clock)
        with app.database.transaction() as tx:
            for code, name, above, kind in BODIES:
                agency = agencies.add_agency(
                    tx, agencies.NewAgency(code, name, above, kind), app.clock, "测试"
                )
                built.agencies[code] = agency.agency
                _account(built, tx, agency)
        _month(built, folder)
        app.publish()
        clock.set(MORNING)
        with serving(app) as address:
            yield built, address


def _month(built: Town, folder: Path) -> None:
    """October: the city's bureau sends a wrong row; the county's one wrong, one late, one number never."""
    own = {"处罚机关": UNIT, "数据来源单位": UNIT}
    day = date(2026, 10, 26)
    city = [invented.penalty(n, day) for n in range(5)] + [invented.penalty(5, day, 处罚类别="罚")]
    county = [invented.penalty(20 + n, day, **own, 行政处罚决定书文号=number(n)) for n in (1, 2, 3, 5, 6, 7)]
    county.append(invented.penalty(28, day, **own, 行政处罚决定书文号=number(8), 处罚类别="罚"))
    county.append(invented.penalty(29, day - timedelta(days=60), **own, 行政处罚决定书文号=number(9, "林速")))
    send(built, folder, "SJJ", "penalty", city)
    send(built, folder, "LSS", "penalty", county)


@pytest.fixture
def opened(windows: Visiting, morning: tuple[Town, str]) -> Opening:
    """`opened("xyb")`: a window in which this account is signed in."""
    built, address = morning

    def enter(login: str, width: int = 1280) -> Visitor:
        window = windows(address, width)
        window.sign_in(login, built.passwords[login])
        return window

    return enter


def picture(visitor: Visitor, name: str) -> None:
    """For whoever wants to look: XINHENG_PICTURES names a folder."""
    if folder := os.environ.get("XINHENG_PICTURES"):
        visitor.page.screenshot(path=Path(folder) / f"{name}-{visitor.width}.png", full_page=True)


def press(visitor: Visitor, text: str) -> None:
    visitor.page.click(f"main button:has-text('{text}')")
    visitor.look()


def shown(visitor: Visitor) -> str:
    return visitor.page.inner_text("main")


def test_a_morning_of_the_city_s_office(opened: Opening) -> None:
    office = opened("xyb")
    office.look()
    picture(office, "morning-city")
    overdue = office.page.locator("dl.figures div", has_text="超期")
    assert overdue.locator("dd").inner_text() == "2"
    overdue.locator("a").click()
    office.look()
    picture(office, "morning-city-todo")
    assert invented.MARKET in shown(office)
    assert UNIT in shown(office)
    _watched(office)
    _reminded(office)
    _told(office)


def _watched(office: Visitor) -> None:
    """The platform looks at all series; the number between 3 and 5 was never reported."""
    office.go("/desk/watch")
    press(office, "现在监测一次")
    picture(office, "morning-city-watch")
    office.go("/desk/watch/gaps")
    gap = office.page.locator("main tbody tr")
    assert gap.count() == 1
    assert number(4) in gap.inner_text()
    picture(office, "morning-city-gaps")
    office.go("/desk/watch/late")
    assert number(9, "林速") in shown(office)
    office.go("/desk/cases?kind=suspicion")
    assert number(4) in shown(office)


def _reminded(office: Visitor) -> None:
    """What the county's bureau has not mended goes into one letter."""
    office.go("/desk/letters")
    office.page.click(f"main a:has-text('{UNIT}')")
    office.look()
    press(office, "拟稿")
    press(office, "编号并发出")
    assert "信用催〔2026〕1号" in shown(office)
    assert number(8) in shown(office)
    picture(office, "morning-city-letter")


def _told(office: Visitor) -> None:
    """The bulletin of the month is issued, once, and taken along as a document."""
    office.go(f"/desk/bulletins/{MONTH}")
    press(office, "印发")
    assert "印发" in shown(office)
    picture(office, "morning-city-bulletin")
    with downloaded(office.page) as got:
        office.page.click("main a:has-text('Word')")
    assert got[0].read_bytes()[:2] == b"PK"
    for path in ("/desk/dashboard", "/quality"):
        office.go(path)
        picture(office, "morning-city" + path.replace("/", "-"))


def test_a_morning_of_a_county_s_office(opened: Opening) -> None:
    office = opened("ls")
    picture(office, "morning-county")
    assert office.page.locator("dl.figures div", has_text="超期").locator("dd").inner_text() == "1"
    for path in ("/desk/cases", "/desk/figures", "/desk/watch"):
        office.go(path)
        assert UNIT in shown(office)
        assert invented.MARKET not in shown(office)
    picture(office, "morning-county-watch")
    assert _rate(office, f"/desk/bulletins/{MONTH}", UNIT) == "87.50"
    city = opened("xyb")
    assert _rate(city, f"/desk/bulletins/{MONTH}", COUNTY) == "87.50"
    _look_again(city)
    _answered(office, opened("lss", 390))


def press_if_there(city: Visitor) -> None:
    """The morning of the city may have been walked before this one, or not."""
    city.go("/desk/watch")
    press(city, "现在监测一次")


def _look_again(city: Visitor) -> None:
    """Watching may be run again at any time: nothing is raised twice."""
    city.go("/desk/watch")
    press(city, "现在监测一次")


def _rate(visitor: Visitor, path: str, unit: str) -> str:
    """合规率 of a unit's row in a bulletin's first table that names it."""
    visitor.go(path)
    table = visitor.page.locator("main table", has=visitor.page.locator(f"td:has-text('{unit}')")).first
    heads = table.locator("thead th").all_inner_texts()
    cells = table.locator(f"tbody tr:has-text('{unit}')").first.locator("th, td").all_inner_texts()
    found = re.search(r"[0-9.]+", cells[heads.index(next(h for h in heads if h.startswith("合规率")))])
    assert found is not None
    return found[0]


def _answered(office: Visitor, unit: Visitor) -> None:
    """The unit says on a phone why a number is missing; the county's office accepts that."""
    unit.go("/desk/cases?kind=suspicion")
    _open(unit)
    unit.page.check("#do-answer")
    unit.page.select_option("#outcome", label="作废")
    unit.page.fill("#note", "文书印制有误，未送达即作废，号码未再使用")
    picture(unit, "morning-unit-answer")
    press(unit, "提交")
    office.go("/desk/cases?kind=suspicion")
    _open(office)
    assert "文书印制有误" in shown(office)
    office.page.check("#do-accept")
    press(office, "提交")
    picture(office, "morning-county-accepted")
    office.go("/desk/cases?kind=suspicion")
    assert number(4) not in shown(office)


def _open(visitor: Visitor) -> None:
    visitor.page.click(f"main a:has-text('{number(4)}')")
    visitor.look()
    visitor.page.click("main a:has-text('核查并答复')")
    visitor.look()
