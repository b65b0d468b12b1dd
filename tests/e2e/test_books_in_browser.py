"""The books with a browser, wide and on a phone: bulletin, charts, exports, the public quality page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.e2e.conftest import Visiting, Visitor, downloaded, serving
from tests.e2e.town import Town, town

from xinheng.ground.store import Server


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[tuple[Town, str]]:
    """A town of its own, a month after its files came."""
    with town(tmp_path_factory.mktemp("months"), server) as built:
        built.clock.set(datetime(2026, 12, 15, 2, tzinfo=UTC))
        with serving(built.app) as address:
            yield built, address


def picture(visitor: Visitor, name: str) -> None:
    """For whoever wants to look: XINHENG_PICTURES names a folder."""
    if folder := os.environ.get("XINHENG_PICTURES"):
        visitor.page.screenshot(path=Path(folder) / f"{name}-{visitor.width}.png", full_page=True)


def test_the_office_makes_its_books(visit: Visiting, later: tuple[Town, str]) -> None:
    built, address = later
    office = visit()
    office.address = address
    office.sign_in("xyb", built.passwords["xyb"])
    office.go("/desk/bulletins")
    picture(office, "bulletins")
    office.page.click("text=2026-11")
    office.look()
    assert "2026年11月公共信用信息归集情况通报" in office.page.inner_text("h1")
    picture(office, "bulletin")
    with downloaded(office.page) as files:
        office.page.click("main a:has-text('PDF')")
    assert files[0].read_bytes().startswith(b"%PDF")
    office.go("/desk/dashboard")
    assert office.page.locator(".chart svg").count() == 5
    assert "行政处罚" in (office.page.locator(".chart svg").first.text_content() or "")
    picture(office, "dashboard")
    office.go("/desk/receipts")
    office.page.click("summary:has-text('导出')")
    office.page.fill("#export-purpose", "月末核对")
    with downloaded(office.page) as files:
        office.page.click("button:has-text('导出 Excel')")
    assert files[0].read_bytes().startswith(b"PK")
    office.go("/desk/exports")
    assert "月末核对" in office.page.inner_text("main")
    picture(office, "exports")


@pytest.mark.parametrize(("width", "script"), [(1280, True), (390, False)])
def test_anyone_reads_the_quality_page(
    visit: Visiting, later: tuple[Town, str], width: int, script: bool
) -> None:
    anyone = visit(width, script=script)
    anyone.address = later[1]
    if script:
        anyone.go("/quality")
        assert anyone.page.locator(".chart svg").count() == 1
    else:
        anyone.page.goto(anyone.address + "/quality")
        assert not anyone.page.locator(".chart").first.is_visible()
    assert "示例市市场监督管理局" in anyone.page.inner_text("#units")
    picture(anyone, "quality")
