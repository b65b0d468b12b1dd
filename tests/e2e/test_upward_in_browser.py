"""Reconciliation with a browser: what the province took and returned, and the agency's task."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from tests.contract.reconciling import province
from tests.e2e.conftest import Visiting
from tests.e2e.town import Town

from xinheng.office.cases import service as cases
from xinheng.office.cases.model import PLATFORM, Filter, State
from xinheng.outward.reconciliation import service
from xinheng.outward.reconciliation.model import Partner


@pytest.fixture(scope="module")
def partner(place: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    """The province; gone afterwards with its cases, so that nobody else meets them."""
    made = province(place.app, tmp_path_factory.mktemp("province"))
    yield made
    app = place.app
    with app.database.transaction() as tx:
        open_ = [c.case for c in cases.listed(tx, Filter(kind="upward_returned", closed=False))]
        cases.step_many(tx, open_, "gone", PLATFORM, "", app.clock, State.CLOSED, outcome="gone")
        service.remove(tx, app.home.keys, made.name, app.clock, "test")


def test_the_office_sees_how_it_stands_above_and_the_agency_its_task(
    visit: Visiting, place: Town, partner: Partner
) -> None:
    office = visit()
    office.sign_in("xyb", place.passwords["xyb"])
    office.go("/desk/upward")
    assert "湖口省平台" in office.page.inner_text("main")
    assert office.page.is_visible("text=未清空")
    office.page.click("main table a:has-text('项，湖口省平台的差异')")
    office.page.wait_for_selector("h1:has-text('上报差异')")
    assert "处罚类别不在省目录内" in office.page.inner_text("main")
    office.look()
    office.page.click("main table tbody a")
    office.page.wait_for_selector("h1:has-text('上报过程')")
    record = UUID(office.page.url.rpartition("/")[2])
    office.look()
    office.page.click("button:has-text('重发给湖口省平台')")
    office.page.wait_for_selector("text=已排入下一次发送")
    agency = visit(390)
    agency.sign_in("sjj", place.passwords["sjj"])
    agency.go("/desk/cases?kind=upward_returned")
    assert "上级退回：湖口省平台" in agency.page.inner_text("main")
    agency.go(f"/desk/upward/records/{record}")
    assert "退回" in agency.page.inner_text("main")
