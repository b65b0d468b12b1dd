"""From a bad .xls to a green receipt: returned, mended in the workbook, approved by a colleague; and a county
that enters for its township."""

from __future__ import annotations

import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.e2e import invented
from tests.e2e.conftest import WINDOWS, Visiting, Visitor, downloaded
from tests.e2e.town import Town
from tests.unit.evidence.intake.hostile.samples import xls

from xinheng.office.access import accounts, moving, settings
from xinheng.office.access import service as agencies
from xinheng.office.access.model import AgencyKind, Role
from xinheng.office.access.model_tree import Permission

CAREFUL, COUNTY, TOWNSHIP = "示例市城市管理局", "示例县城市管理局", "示例县子镇政府"


@pytest.fixture(scope="module")
def passwords(place: Town) -> dict[str, str]:
    """Two clerks of an agency that looks twice, and one of a county that may enter for a township."""
    app, found = place.app, {}
    with app.database.transaction() as tx:
        made = {
            code: agencies.add_agency(
                tx, agencies.NewAgency(code, name, above, AgencyKind.AGENCY), app.clock, "测试"
            )
            for code, name, above in (
                ("CGJ", CAREFUL, "XYB"),
                ("XCG", COUNTY, "XYB"),
                ("XCG-ZZ", TOWNSHIP, "XCG"),
            )
        }
        settings.change_settings(tx, made["CGJ"], settings.AgencySettings(True), app.clock, "测试")
        given = Permission(made["XCG"].agency, made["XCG-ZZ"].agency, date(2020, 1, 1), None)
        moving.allow_behalf(tx, given, app.clock, "测试")
        for login, code in (("cgj-1", "CGJ"), ("cgj-2", "CGJ"), ("xcg", "XCG")):
            new = accounts.NewAccount(login, f"{login}经办", Role.CLERK, made[code])
            found[login] = accounts.add_account(tx, new, app.passwords, app.clock, "测试")[1]
    return found


def rows(place: Town, start: int, authority: str) -> list[dict[str, str]]:
    """Two right rows and a wrong one."""
    day = place.day - timedelta(days=200)
    long = "没收违法所得、没收非法财物的金额（万元）"  # wider than a phone where it cannot wrap
    own = {"处罚机关": authority, "数据来源单位": authority, long: ""}
    return [
        *(invented.penalty(n, day, **own) for n in (start, start + 1)),
        invented.penalty(start + 2, day, 处罚类别="罚", **own),
    ]


def bad_xls(place: Town, folder: Path, start: int) -> Path:
    given = rows(place, start, CAREFUL)
    path = folder / "十一月处罚.xls"
    path.write_bytes(xls([list(given[0]), *(list(row.values()) for row in given)]))
    return path


def mended(workbook: Path, folder: Path) -> Path:
    """The returned workbook with the one wrong cell put right, as a spreadsheet program would save it."""
    target = folder / "退回-改好.xlsx"
    with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert content.count("<t>罚</t>".encode()) == 1
                content = content.replace("<t>罚</t>".encode(), "<t>罚款</t>".encode())
            new.writestr(name, content)
    return target


def chosen(visitor: Visitor, file: Path, for_whom: str = "") -> Page:
    """A file uploaded, at its preview."""
    page = visitor.page
    page.goto(visitor.address + "/desk/upload")
    if for_whom:
        page.select_option("#for", label=for_whom)
    page.select_option("#item", label="行政处罚")
    page.set_input_files("#file", file)
    page.click("text=上传并预览")
    page.wait_for_url("**/desk/upload/*")
    visitor.look()
    return page


def handed_in(visitor: Visitor, file: Path) -> str:
    """The address where it waits for a colleague."""
    page = chosen(visitor, file)
    page.click("text=正式报送")
    page.wait_for_url("**/desk/submissions/*")
    visitor.look()
    assert "待审核" in page.inner_text("h1")
    assert page.locator("text=审核通过，报送").count() == 0  # nobody approves their own
    return page.url


def approved(visitor: Visitor, told: str) -> str:
    """The receipt after the colleague found the submission in the list and let it go."""
    page = visitor.page
    page.goto(visitor.address + "/desk/submissions")
    visitor.look()
    page.click("main >> text=去审核")
    page.wait_for_url("**/desk/submissions/*")
    assert told in page.inner_text("main")
    visitor.look()
    page.click("text=审核通过，报送")
    page.wait_for_url("**/desk/receipts/*")
    visitor.look()
    return page.url


def test_a_bad_xls_is_mended_approved_and_turns_green(
    visit: Visiting, place: Town, passwords: dict[str, str], tmp_path: Path
) -> None:
    clerk, colleague = visit(), visit(390)
    clerk.sign_in("cgj-1", passwords["cgj-1"])
    colleague.sign_in("cgj-2", passwords["cgj-2"])

    handed_in(clerk, bad_xls(place, tmp_path, 600))
    first = approved(colleague, "将退回")
    page = clerk.page
    page.goto(first.split("?")[0])
    assert "退回 1 行" in page.inner_text("h1")
    with downloaded(page) as files:
        page.click("text=下载退回表")

    handed_in(clerk, mended(files[0], tmp_path))
    second = approved(colleague, "会这样入账（前 1 行）")
    assert second != first
    assert colleague.page.locator("h1 .tag.good").inner_text() == "没有退回"
    clerk.go(first.split("?")[0].removeprefix(clerk.address) + "/cases")
    assert "没有未办结的退回行" in page.inner_text("main")


def test_what_a_colleague_sends_back_says_why(
    visit: Visiting, place: Town, passwords: dict[str, str], tmp_path: Path
) -> None:
    clerk, colleague = visit(390, script=False), visit()
    clerk.page.goto(clerk.address + "/desk")
    clerk.page.fill("#login", "cgj-1")
    clerk.page.fill("#password", passwords["cgj-1"])
    clerk.page.click("main button:has-text('登录')")
    page = clerk.page
    page.goto(clerk.address + "/desk/upload")
    page.select_option("#item", label="行政处罚")
    page.set_input_files("#file", bad_xls(place, tmp_path, 640))
    page.click("text=上传并预览")
    page.click("text=正式报送")
    page.wait_for_url("**/desk/submissions/*")
    colleague.sign_in("cgj-2", passwords["cgj-2"])
    colleague.go(page.url.removeprefix(colleague.address))
    colleague.page.click("text=退回 >> nth=-1")
    colleague.page.wait_for_selector("[role=alert]")
    colleague.look()
    colleague.page.fill("#reason", "第三行的处罚类别不对")
    colleague.page.click("section button:has-text('退回')")
    colleague.page.wait_for_selector("text=同事退回的理由")
    colleague.look()
    page.reload()
    assert "第三行的处罚类别不对" in page.inner_text("main")


def test_a_county_enters_for_its_township(
    visit: Visiting, place: Town, passwords: dict[str, str], tmp_path: Path
) -> None:
    clerk = visit()
    clerk.sign_in("xcg", passwords["xcg"])
    file = tmp_path / "子镇.csv"
    file.write_bytes(invented.sheet(rows(place, 660 + 20, TOWNSHIP)[:2]))
    page = chosen(clerk, file, TOWNSHIP)
    assert f"替{TOWNSHIP}报送" in page.inner_text("main")
    page.click("text=正式报送")
    page.wait_for_url("**/desk/receipts/*")
    clerk.look()
    text = page.inner_text("main")
    assert TOWNSHIP in text
    assert f"代录：{COUNTY}" in text
    assert "没有退回" in page.inner_text("h1")
    clerk.go("/desk/receipts?way=behalf")
    assert f"代录：{COUNTY}" in page.inner_text("main")


@WINDOWS
def test_a_decision_is_typed_checked_and_handed_in(
    visit: Visiting, place: Town, width: int, script: bool
) -> None:
    clerk = visit(width, script=script)
    page = clerk.page
    page.goto(clerk.address + "/desk")
    page.fill("#login", "sjj")
    page.fill("#password", place.passwords["sjj"])
    page.click("main button:has-text('登录')")
    page.goto(clerk.address + "/desk/form")
    page.click("text=填一条 >> nth=0")
    page.wait_for_url("**/desk/form/*")
    page.goto(clerk.address + "/desk/form/penalty")
    if script:
        clerk.look()
    number = 700 + 2 * width + script
    row = invented.penalty(number, place.day - timedelta(days=200))
    name, code = invented.party(number)
    for field, text in {
        "CF_XDR_MC": name,
        "CF_XDR_SHXYM": "9142O1OOMA49XK074B",
        "CF_FRDB": "某某",
        "CF_WSH": row["行政处罚决定书文号"],
        "CF_WFXW": row["违法行为类型"],
        "CF_SY": row["违法事实"],
        "CF_YJ": row["处罚依据"],
        "CF_NR": row["处罚内容"],
        "CF_NR_FK": "0.5",
        "CF_JDRQ": row["处罚决定日期"],
        "CF_YXQ": "2099-12-31",
        "CF_CFJGDM": row["处罚机关统一社会信用代码"],
        "CF_SJLYDM": row["数据来源单位统一社会信用代码"],
    }.items():
        page.fill(f"[name='f.{field}']", text)
    page.select_option("[name='f.CF_XDR_LB']", "法人及非法人组织")
    page.check("[id^='f-CF_CFLB'][value='罚款']")
    page.click("text=检查")
    page.wait_for_selector(".error-summary")
    if script:
        clerk.look()
    page.click(".error-summary a")
    page.fill("#f-CF_XDR_SHXYM", code)
    page.click("text=存草稿")
    page.wait_for_url("**draft=*")
    if script:
        clerk.go("/desk/drafts")
        page.click("main table a >> nth=0")
        page.wait_for_url("**draft=*")
    page.click("button:has-text('提交')")
    page.wait_for_url("**/desk/receipts/*")
    assert "表单填报" in page.inner_text("main")
    assert "没有退回" in page.inner_text("h1")
    if script:
        clerk.look()
        clerk.go("/desk/form")
        clerk.go("/desk/form/penalty/copy")
