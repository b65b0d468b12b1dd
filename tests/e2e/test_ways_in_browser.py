"""库表交换 and 抓取草稿 with a browser: how an exchange stands and stops, drafts corrected and confirmed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from tests.contract.agencies import (
    LOOPBACK,
    AgencyServer,
    agency_postgresql,  # noqa: F401 - fixture
)
from tests.contract.exchanging import trade
from tests.e2e import invented
from tests.e2e.conftest import Visiting, Visitor
from tests.e2e.town import Town
from tests.unit.outward.capture.serving import Waiter, serving

from xinheng.law.headers import resolve
from xinheng.outward.capture import running as capturing
from xinheng.outward.capture import service as captures
from xinheng.outward.exchange.errors import TablesWrong

FIRST = 7_000  # numbers of parties and documents that no other test of the town uses
COUNTED = ("行数", "接收", "退回", "自然人")


def picture(visitor: Visitor, name: str) -> None:
    """For whoever wants to look: XINHENG_PICTURES names a folder."""
    if folder := os.environ.get("XINHENG_PICTURES"):
        visitor.page.screenshot(path=Path(folder) / f"{name}-{visitor.width}.png", full_page=True)


def by_code(place: Town, row: Mapping[str, str]) -> dict[str, str]:
    """A row of the invented sheet with field codes for its headers."""
    item = place.app.pack.item("penalty")
    named = {resolve(item, header).target: text for header, text in row.items() if text}
    return {code: text for code, text in named.items() if item.has(code)}


def test_an_exchange_is_read_at_the_desk_and_where_it_stopped(
    visit: Visiting,
    place: Town,
    agency_postgresql: AgencyServer,  # noqa: F811 - fixture
) -> None:
    day = place.day - timedelta(days=1)
    rows = [invented.penalty(FIRST + n, day) for n in range(3)]
    rows += [invented.penalty(FIRST + 3, day, 处罚类别="罚"), invented.person(FIRST + 4, day)]
    table = trade(place.app, agency_postgresql.database("browsed"), "SJJ", name="sjj-cases")
    table.write(by_code(place, row) | {"row_id": str(n)} for n, row in enumerate(rows, 1))
    table.run()
    market = visit(390)
    market.sign_in("sjj", place.passwords["sjj"])
    market.go("/desk/exchange")
    picture(market, "exchanges")
    market.page.click("a:has-text('sjj-cases')")
    market.page.wait_for_selector("h1:has-text('sjj-cases')")
    market.look()
    picture(market, "exchange")
    said = market.page.inner_text("main")
    assert str(agency_postgresql.port) not in said
    batch = market.page.locator("table tbody tr").first
    shown = {name: batch.locator(f"td[data-label={name}]").inner_text() for name in COUNTED}
    assert shown == {"行数": "5", "接收": "3", "退回": "1", "自然人": "1"}
    market.page.click("text=查看第 1 批的回执")
    market.page.wait_for_url("**/desk/receipts/*")
    market.look()
    # the agency's administrator renames the table: the run stops, and the page says at what
    table.database.run("alter table xinheng_out_penalty rename to kept_aside")
    with pytest.raises(TablesWrong):
        table.run()
    office = visit()
    office.sign_in("xyb", place.passwords["xyb"])
    office.go("/desk/exchange")
    assert "未完成 XH857" in office.page.inner_text("main")
    office.page.click("a:has-text('sjj-cases')")
    office.page.wait_for_selector("h1:has-text('sjj-cases')")
    office.look()
    assert "没有这张表" in office.page.inner_text("main .notice")
    assert "排除原因后再运行" in office.page.inner_text("main dl")
    picture(office, "exchange-stopped")


DESCRIPTION = """item: penalty
start: {base}/list.html
contact: office@example.invalid
rows: tr
fields:
{fields}
"""


def test_drafts_are_corrected_discarded_and_confirmed_at_a_phone(visit: Visiting, place: Town) -> None:
    day = place.day - timedelta(days=2)
    given = [by_code(place, invented.penalty(FIRST + 10 + n, day)) for n in range(3)]
    given[2]["CF_CFLB"] = "罚"
    with serving() as pages:
        lines = ("".join(f"<td>{text}</td>" for text in row.values()) for row in given)
        pages.put("/list.html", "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>")
        fields = "\n".join(f"  {code}: 'td:nth-child({n})'" for n, code in enumerate(given[0], 1))
        text = DESCRIPTION.format(base=pages.base, fields=fields)
        with place.app.database.transaction() as tx:
            made = captures.register(tx, place.app.pack, "SJJ", "sjj-board", text.encode(), place.app.clock)
        capturing.run(place.app, made, LOOPBACK, Waiter())
    market = visit(390)
    market.sign_in("sjj", place.passwords["sjj"])
    market.go("/desk/capture")
    picture(market, "captures")
    market.page.click("a:has-text('sjj-board')")
    market.page.wait_for_selector("h1:has-text('sjj-board')")
    market.look()
    picture(market, "drafts")
    # the one with advice is put right, another is not to be reported
    wrong = market.page.locator(".panel", has_text="有提示")
    wrong.locator("summary").click()
    wrong.locator("text=修改第").click()
    market.look()
    market.page.fill("#f-CF_CFLB", "罚款")
    market.page.click("text=保存修改")
    assert "修改已保存" in market.page.inner_text("main")
    market.look()
    for box in market.page.locator("input[type=checkbox]").all():
        box.uncheck()
    market.page.click("text=放弃所选")
    assert "还没有勾选草稿" in market.page.inner_text("main")
    for box in market.page.locator("input[type=checkbox]").all()[1:]:
        box.uncheck()
    market.page.click("text=放弃所选")
    assert "待确认 2，已确认 0，已放弃 1" in market.page.inner_text("main")
    market.page.click("text=确认并报送所选")
    market.page.wait_for_url("**/desk/receipts/*")
    market.look()
    picture(market, "confirmed")
    office = visit()
    office.sign_in("xyb", place.passwords["xyb"])
    office.go("/desk/capture")
    office.page.click("a:has-text('sjj-board')")
    office.page.wait_for_selector("h1:has-text('sjj-board')")
    office.look()
    assert "待确认 0，已确认 2，已放弃 1" in office.page.inner_text("main")
    picture(office, "capture")
