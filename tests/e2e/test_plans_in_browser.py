"""Work plans with a browser, wide and on a phone: a unit enters its value, the office looks and confirms."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.e2e.conftest import Visiting, serving
from tests.e2e.test_codes_in_browser import picture
from tests.e2e.town import Town
from tests.unit.faces.web.plan_town import ARTICLES, MONTHLY, PLAN, plan_town

from xinheng.ground.store import Server

PATH = f"/desk/plans/{PLAN}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Town]:
    """A city under a pack that has plans."""
    with plan_town(tmp_path_factory.mktemp("e2eplans"), server) as built:
        yield built


@pytest.fixture(scope="module")
def address(place: Town) -> Iterator[str]:
    with serving(place.app) as found:
        yield found


def test_a_unit_enters_what_it_is_asked_and_the_office_confirms_it(visit: Visiting, place: Town) -> None:
    place.clock.step(seconds=1)  # the later of two values stands first
    unit, office = visit(), visit()
    unit.sign_in("sjj", place.passwords["sjj"])
    unit.go("/desk/plans")
    unit.page.click("text=2023年黄石市信用体系建设工作要点")
    unit.look()
    assert "本单位的任务" in unit.page.inner_text("main")
    unit.go(f"{PATH}/{MONTHLY}")
    unit.page.click(f"form:has(#amount-{ARTICLES}) button:has-text('提交')")
    unit.look()  # nothing was entered
    unit.page.fill(f"#as_of-{ARTICLES}", "2023-10-31")
    unit.page.fill(f"#amount-{ARTICLES}", "2")
    unit.page.fill(f"#evidence-{ARTICLES}", "网站后台统计")
    unit.page.click(f"form:has(#amount-{ARTICLES}) button:has-text('提交')")
    unit.page.wait_for_url(f"**{PATH}/{MONTHLY}")
    unit.look()
    assert "网站后台统计" in unit.page.inner_text("main")
    picture(unit, "plan-task")
    office.sign_in("xyb", place.passwords["xyb"])
    office.go(PATH)
    picture(office, "plan")
    office.go(f"{PATH}/{MONTHLY}")
    office.page.click("summary:has-text('确认或退回') >> nth=0")
    office.look()
    office.page.click("button:has-text('确认') >> nth=0")
    office.page.wait_for_url(f"**{PATH}/{MONTHLY}")
    office.look()
    assert "已确认" in office.page.inner_text("main")
    for path in (f"{PATH}/huangshi-2023-11", "/desk/plans-bodies"):  # beyond the boundary; who is who
        office.go(path)
    picture(office, "plan-bodies")
