"""The tree, an agency, its accounts and figures with a browser: no barriers, nothing wider than a phone."""

from __future__ import annotations

from datetime import date

import pytest
from tests.e2e.conftest import WINDOWS, Visiting
from tests.e2e.town import Town

from xinheng.office.access import accounts, service
from xinheng.office.access.model import AgencyKind, Level, Role
from xinheng.office.access.service import NewAgency

BODIES = (
    ("YS", "云山县信用办", "XYB", AgencyKind.OFFICE, Level.COUNTY),
    ("YS-S", "云山县市场监督管理局", "YS", AgencyKind.AGENCY, Level.COUNTY),
    ("YS-V", "石桥镇人民政府", "YS", AgencyKind.AGENCY, Level.TOWNSHIP),
    ("YS-Z", "云山工业园管理委员会", "YS", AgencyKind.AGENCY, Level.ZONE),
)


@pytest.fixture(scope="module")
def county(place: Town) -> Town:
    """A county below the town's office, with an administrator; its market bureau is run by the city's."""
    app = place.app
    with app.database.transaction() as tx:
        for code, name, parent, kind, level in BODIES:
            line = "SJJ" if code == "YS-S" else None
            new = NewAgency(code, name, parent, kind, level, from_on=date(2020, 1, 1), line=line)
            agency = service.add_agency(tx, new, app.clock, "测试")
            if code == "YS":
                admin = accounts.NewAccount("ys-admin", "云山县管理员", Role.ADMIN, agency)
                _, place.passwords["ys-admin"] = accounts.add_account(
                    tx, admin, app.passwords, app.clock, "测试"
                )
        township = service.by_code(tx, "YS-V")
        service.rename(tx, township, "石桥街道办事处", date(2025, 3, 1), app.clock, "测试")
    return place


def test_the_office_reads_the_tree_and_the_figures(visit: Visiting, county: Town) -> None:
    office = visit()
    office.sign_in("xyb", county.passwords["xyb"])
    office.go("/desk/tree")
    assert not office.page.is_visible("text=石桥街道办事处")
    office.page.click("summary:has-text('云山县信用办')")
    assert office.page.is_visible("text=石桥街道办事处")
    office.look()
    office.page.click("main a:has-text('石桥街道办事处')")
    office.page.wait_for_selector("h1:has-text('石桥街道办事处')")
    assert "石桥镇人民政府" in office.page.inner_text("main")
    office.look()
    office.go("/desk/figures")
    office.page.click("main table a:has-text('云山县信用办')")
    office.page.wait_for_selector("h1:has-text('云山县信用办')")
    office.look()


@WINDOWS
def test_an_administrator_opens_and_closes_an_account(
    visit: Visiting, county: Town, width: int, script: bool
) -> None:
    admin = visit(width, script=script)
    admin.page.goto(admin.address + "/desk")  # `go` looks at the page, which takes script
    admin.page.fill("#login", "ys-admin")
    admin.page.fill("#password", county.passwords["ys-admin"])
    admin.page.click("main button:has-text('登录')")
    admin.page.wait_for_url("**/desk")
    login = f"ys-{width}-{'s' if script else 'n'}"
    admin.page.goto(admin.address + "/desk/agencies/YS-V")
    admin.page.click("a:has-text('开设账号')")
    admin.page.click("main button:has-text('开设')")
    admin.page.wait_for_selector("text=还不能继续")
    if script:
        admin.look()
    admin.page.fill("#login", login)
    admin.page.fill("#name", "石桥经办")
    admin.page.check("#role-reviewer")
    admin.page.click("main button:has-text('开设')")
    admin.page.wait_for_selector("text=密码只显示这一次")
    if script:
        admin.look()
    admin.page.click("a:has-text('返回石桥街道办事处')")
    admin.page.click(f"tr:has-text('{login}') a:has-text('停用')")
    admin.page.wait_for_selector("text=没有未办结的事项")
    if script:
        admin.look()
    admin.page.click("main button:has-text('停用')")
    admin.page.wait_for_url("**/desk/agencies/YS-V#accounts")
    assert "停用" in admin.page.inner_text(f"tr:has-text('{login}')")
