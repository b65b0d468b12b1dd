"""目录, 目录建议 and 外购数据 with a browser: a new item proposed at a phone and accepted, a licence."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

from tests.e2e import invented
from tests.e2e.conftest import Visiting, Visitor
from tests.e2e.town import Town, send

from xinheng.office.access import service as agencies
from xinheng.office.access.model import DatedName
from xinheng.office.proposals import service as proposals
from xinheng.office.proposals.model import RuleDoubt

SELLER = "示例信用服务有限公司"


def picture(visitor: Visitor, name: str) -> None:
    """For whoever wants to look: XINHENG_PICTURES names a folder."""
    if folder := os.environ.get("XINHENG_PICTURES"):
        visitor.page.screenshot(path=Path(folder) / f"{name}-{visitor.width}.png", full_page=True)


def test_a_new_item_is_proposed_at_a_phone_and_accepted(visit: Visiting, place: Town) -> None:
    rule = RuleDoubt("penalty.kind-listed", "处罚类别“责令退赔”不在列表内")
    said = proposals.Doubt(place.agencies["JTJ"], "xyb", "penalty", rule, "法律另设的类别没有列入")
    with place.app.database.transaction() as tx:
        proposals.doubt(tx, said, place.clock)
    clerk, office = visit(390), visit()
    clerk.sign_in("jtj", place.passwords["jtj"])
    clerk.go("/desk/catalogue")
    picture(clerk, "catalogue")
    clerk.page.click("main a:has-text('行政处罚') >> nth=0")
    clerk.page.click("summary:has-text('条校验规则')")
    clerk.look()
    clerk.go("/desk/proposals")
    clerk.page.click("summary:has-text('写一个新事项')")
    clerk.page.fill("#item-name", "公路养护质量")
    clerk.page.fill("#item-code", "GLYH")
    clerk.page.fill("#part-name-1", "养护路段")
    clerk.page.fill("#item-reason", "省里每季要一次，现在靠表格传")
    clerk.page.click("text=提交新事项")
    assert "X 加 2 至 4 个" in clerk.page.inner_text(".error-summary")
    clerk.look()
    clerk.page.fill("#item-code", "XGLY")
    clerk.page.check("text=按季报送")
    clerk.page.check("#part-required-1")
    picture(clerk, "proposals")
    clerk.page.click("text=提交新事项")
    assert "新事项：公路养护质量" in clerk.page.inner_text("main")
    clerk.look()
    office.sign_in("xyb", place.passwords["xyb"])
    office.go("/desk/proposals")
    picture(office, "proposals")
    wanted = office.page.locator("section", has_text="新事项：公路养护质量")
    wanted.locator("button:has-text('采纳') >> nth=0").click()
    office.look()
    assert "已采纳、待发布 1 项" in office.page.inner_text("main")
    office.page.click("button:has-text('现行版本已经修订')")
    assert "已随规则包修订" in office.page.inner_text("main")
    # taken back by the office: the town's pack is everybody's, so no version is issued
    office.page.fill("section:has-text('新事项：公路养护质量') input[name=note]", "先用表格报一季")
    office.page.locator("section", has_text="新事项：公路养护质量").locator(
        "button:has-text('不采纳')"
    ).click()
    assert "先用表格报一季" in office.page.inner_text("main")
    office.look()


def test_a_licence_is_seen_to_run_out(visit: Visiting, place: Town, tmp_path: Path) -> None:
    with place.app.database.transaction() as tx:
        buyer = agencies.by_code(tx, "JTJ")
        agencies.enter_authority(tx, buyer, DatedName(SELLER, date(2020, 1, 1), None), place.clock, "测试")
    rows = []
    for n, days in enumerate((0, 20, 300)):
        name, code = invented.party(9_000 + n)
        rows.append(
            {
                "主体名称": name, "统一社会信用代码": code, "数据种类": "招投标活跃度", "数据期间": "2026Q3",
                "数据内容": f"指数 {60 + n}", "取得日期": place.day.isoformat(), "价格（元）": "800",
                "使用许可": "仅供本市政务使用，不得转让", "供应单位": SELLER,
                "使用到期日": (place.day + timedelta(days=days)).isoformat(),
            }
        )  # fmt: skip
    send(place, tmp_path, "JTJ", "bought", rows)
    office = visit()
    office.sign_in("xyb", place.passwords["xyb"])
    office.go("/desk/bought")
    picture(office, "bought")
    assert "今日到期" in office.page.inner_text("main")
    office.page.click(f"a:has-text('{invented.party(9_001)[0]}')")
    office.look()
    assert "指数 61" in office.page.inner_text("main")
    assert "已记入操作日志" in office.page.inner_text("main")
    picture(office, "bought-record")
