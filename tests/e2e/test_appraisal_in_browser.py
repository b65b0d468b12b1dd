"""A scorecard with its objection and a third-party assessment, walked through at both widths."""

# ruff: noqa: PLR0915 - a walk is one walk

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.e2e.conftest import WIDTHS, Visiting, Visitor, downloaded
from tests.e2e.town import Town

from xinheng.office.access import accounts
from xinheng.office.access.model import Role

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(scope="module")
def assessor(place: Town) -> str:
    """The password of a third party's account."""
    with place.app.database.transaction() as tx:
        new = accounts.NewAccount("assessor", "某某评估公司", Role.ASSESSOR)
        return accounts.add_account(tx, new, place.app.passwords, place.app.clock, "测试")[1]


@pytest.fixture
def later(place: Town):
    """Lets the town's clock stand later, and puts it back: others look at the same town."""
    start = place.clock.now().at

    def stand(day: str) -> None:
        place.clock.set(datetime.fromisoformat(f"{day}T02:00").replace(tzinfo=UTC))

    yield stand
    place.clock.set(start)


def said(visitor: Visitor, text: str) -> None:
    visitor.page.wait_for_selector(f".notice:has-text('{text}')")
    visitor.look()


def test_a_unit_objects_and_the_office_decides(visit: Visiting, place: Town, tmp_path: Path) -> None:
    wide, narrow = WIDTHS
    proof = tmp_path / "佐证.pdf"
    proof.write_bytes(PDF)
    office, unit = visit(wide), visit(narrow)
    office.sign_in("xyb", place.passwords["xyb"])
    office.go("/desk/appraisal")
    office.page.fill("#from", "2026-10")
    office.page.fill("#to", "2026-10")
    office.page.click("main button:has-text('计算')")
    said(office, "已按截止时刻计算")
    run = office.page.url.partition("?")[0]
    office.page.click("main a:has-text('示例市市场监督管理局')")
    office.page.click("summary:has-text('制度机制落实')")
    office.page.fill("#office-system", "9")
    office.page.fill("#office-note-system", "制度齐全，已核")
    office.page.click("main details[open] button:has-text('录入')")
    said(office, "已录入")

    unit.sign_in("sjj", place.passwords["sjj"])
    unit.go("/desk/appraisal")
    assert unit.page.locator("main table a").count()
    unit.page.goto(f"{run}/SJJ")
    assert "公布后可见" in unit.page.inner_text("main")
    assert "制度齐全" not in unit.page.inner_text("main")
    unit.page.click("summary:has-text('自评：制度机制落实')")
    unit.page.fill("#self-system", "10")
    unit.page.fill("#self-note-system", "制度全部落实")
    unit.page.click("main details[open] button:has-text('提交自评')")
    said(unit, "已录入")

    office.page.goto(run)
    office.page.click("main button:has-text('向各单位公布')")
    said(office, "已公布")
    unit.page.reload()
    unit.page.click("summary:has-text('提异议：瞒报')")
    unit.page.click("main details[open] button:has-text('提交异议')")
    unit.page.wait_for_selector("text=还不能继续")
    unit.look()
    unit.page.click("summary:has-text('提异议：制度机制落实')")
    unit.page.fill("#object-system", "制度已全部落实，见附件")
    unit.page.set_input_files("#object-file-system", proof)
    unit.page.click("main details[open] button:has-text('提交异议')")
    said(unit, "异议已提交")
    assert unit.page.is_visible("a:has-text('佐证.pdf')")

    office.go("/desk/cases")
    assert office.page.locator("main a:has-text('考核指标')").count()
    office.page.goto(run)
    office.page.click("main a:has-text('示例市市场监督管理局')")
    office.page.fill("#value-system", "10")
    office.page.fill("#decide-system", "佐证属实，调整为满分")
    office.page.click("main button:has-text('调整')")
    said(office, "已答复")
    assert "异议后调整" in office.page.inner_text("main")
    office.page.goto(run)
    office.page.click("main button:has-text('重算核对')")
    said(office, "重算一致")


def test_an_assessment_is_drawn_filled_in_and_appealed(
    visit: Visiting, place: Town, assessor: str, later, tmp_path: Path
) -> None:
    wide, narrow = WIDTHS
    name = "双公示季度评估"
    office, third, unit = visit(narrow), visit(wide), visit(narrow)
    office.sign_in("xyb", place.passwords["xyb"])
    office.go("/desk/assessments")
    office.page.fill("#name", name)
    office.page.fill("#from", "2026-09-01")
    office.page.check("#item-penalty")
    office.page.fill("#least", "3")
    office.page.fill("#percent", "0")
    office.page.fill("#seed_rule", "福彩双色球当日开奖号码，中国福彩网")
    office.page.fill("#seed_on", "2026-11-20")
    office.page.select_option("#assessor", "assessor")
    office.page.click("main button:has-text('固定')")
    office.page.wait_for_selector("text=不能挑选")
    office.look()
    office.page.check("#item-penalty")
    office.page.fill("#seed_on", "2026-11-21")
    office.page.select_option("#assessor", "assessor")
    office.page.click("main button:has-text('固定')")
    said(office, "抽样框已固定")
    address = office.page.url.partition("?")[0]
    assert not office.page.is_visible("#seed")
    later("2026-11-21")
    office.sign_in("xyb", place.passwords["xyb"])  # the session ended with the day
    office.page.goto(address)
    office.page.fill("#seed", "02 11 13 24 28 31 + 07")
    office.page.fill("#source", "中国福彩网 2026-11-21")
    office.page.click("main button:has-text('抽样')")
    said(office, "样本已抽出")

    third.go("/desk/assessments")
    third.page.fill("#login", "assessor")
    third.page.fill("#password", assessor)
    third.page.click("main button:has-text('登录')")
    third.page.wait_for_url("**/desk/assessments")
    third.page.click(f"main a:has-text('{name}')")
    with downloaded(third.page) as got:
        third.page.click("main a:has-text('导出样本表')")
    rows = list(csv.reader(io.StringIO(got[0].read_text(encoding="utf-8-sig"), newline="")))
    for row in rows[1:]:
        row[7], row[8] = ("不合格", "网上查不到") if row[0] == "1" else ("合格", "")
    sheet = tmp_path / "结果.csv"
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    third.page.set_input_files("#results", sheet)
    third.page.click("main button:has-text('导入结果')")
    said(third, "结果已导入")
    refused = third.page.goto(third.address + "/desk/receipts")
    assert refused is not None
    assert refused.status == 403

    unit.sign_in("sjj", place.passwords["sjj"])
    unit.go(address.removeprefix(unit.address))
    unit.page.click("summary:has-text('申诉')")
    unit.page.fill("#words-1", "网页可以查到，链接见公示")
    unit.page.click("main details[open] button:has-text('提交申诉')")
    said(unit, "申诉已提交")
    office.page.goto(address)
    office.page.fill("#reply-1", "核对网页，确已公示")
    office.page.click("main button:has-text('改判合格')")
    said(office, "已答复")
    later("2026-12-05")
    office.sign_in("xyb", place.passwords["xyb"])
    office.page.goto(address)
    office.page.click("main button:has-text('定稿')")
    said(office, "已定稿")
    assert "100.00%" in office.page.inner_text("main")
    with downloaded(office.page) as report:
        office.page.click("main a:has-text('PDF')")
    assert report[0].read_bytes().startswith(b"%PDF")
    reader = visit(narrow)
    reader.go(address.removeprefix(reader.address).removeprefix("/desk"))
    assert "怎样重新抽一遍" in reader.page.inner_text("main")
    reader.go("/assessments")


def test_the_office_checks_itself_against_the_city_monitoring(
    visit: Visiting, place: Town, tmp_path: Path
) -> None:
    wide, narrow = WIDTHS
    proof = tmp_path / "整改照片.pdf"
    proof.write_bytes(PDF)
    office = visit(narrow)
    office.sign_in("xyb", place.passwords["xyb"])
    office.go("/desk/openness?from=2026-09&to=2026-11")
    assert "示例市市场监督管理局" in office.page.inner_text("main table")
    office.go("/desk/monitoring-check")
    assert "2020年以后的版本未找到" in office.page.inner_text("main")
    office.page.click("summary:has-text('登记自查：统一社会信用代码')")
    office.page.select_option("#state-codes", "gap")
    office.page.fill("#gap-codes", "重错码三个")
    office.page.select_option("#owner-codes", "")
    office.page.click("main details[open] button:has-text('登记')")
    office.page.wait_for_selector("text=还不能继续")  # whose gap is it
    office.page.click("summary:has-text('登记自查：统一社会信用代码')")
    office.page.select_option("#state-codes", "gap")
    office.page.fill("#gap-codes", "重错码三个")
    office.page.select_option("#owner-codes", "SJJ")
    office.page.click("main details[open] button:has-text('登记')")
    said(office, "已登记")
    office.page.click("summary:has-text('补充佐证：统一社会信用代码')")
    office.page.fill("#what-codes", "整改前后对照")
    office.page.set_input_files("#file-codes", proof)
    office.page.click("main details[open] button:has-text('收存')")
    said(office, "佐证已收存")
    with downloaded(office.page) as got:
        office.page.click("main a:has-text('导出上报材料')")
    with zipfile.ZipFile(got[0]) as packed:
        assert "佐证/codes/01-整改照片.pdf" in packed.namelist()
    unit = visit(wide)
    unit.sign_in("sjj", place.passwords["sjj"])
    unit.go("/desk/monitoring-check")
    assert unit.page.locator("main section").count() == 1
