"""A clerk and the credit office with a browser: from upload to workbook, and what is not theirs."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from tests.e2e import invented
from tests.e2e.conftest import WIDTHS, WINDOWS, Visiting, downloaded
from tests.e2e.town import Town


def sheet(place: Town, folder: Path, start: int) -> Path:
    """Two right rows, one wrong, one about a person."""
    day = place.day - timedelta(days=300)
    rows = [
        *(invented.penalty(n, day) for n in (start, start + 1)),
        invented.penalty(start + 2, day, 处罚类别="罚"),
        invented.person(start + 3, day),
    ]
    path = folder / "十一月处罚.csv"
    path.write_bytes(invented.sheet(rows))
    return path


@WINDOWS
def test_from_a_file_to_the_workbook_of_what_came_back(
    visit: Visiting, place: Town, tmp_path: Path, width: int, script: bool
) -> None:
    clerk = visit(width, script=script)
    page = clerk.page
    page.goto(clerk.address + "/desk")
    page.fill("#login", "sjj")
    page.fill("#password", place.passwords["sjj"])
    page.click("main button:has-text('登录')")
    page.click("main a:has-text('报送文件')")
    page.set_input_files("#file", sheet(place, tmp_path, 300 + 10 * width + script))
    page.click("text=上传并预览")
    page.wait_for_url("**/desk/upload/*")
    text = page.inner_text("main")
    for told in ("将接收", "不在值表中", "丢弃 1 列"):
        assert told in text
    assert "赵某" not in text
    if script:
        clerk.look()
    page.click("text=正式报送")
    page.wait_for_url("**/desk/receipts/*")
    assert "已入账" in page.inner_text("main")
    if script:
        clerk.look()
    with downloaded(page) as files:
        page.click("text=下载退回表")
    assert zipfile.ZipFile(files[0]).testzip() is None
    page.click("text=看退回的行和原因")
    page.wait_for_url("**/returned")
    assert "退回的行（1）" in page.inner_text("h1")
    if script:
        clerk.look()
    page.go_back()
    with downloaded(page) as files:
        page.click("text=下载转交文件")
    assert "赵某" in files[0].read_text(encoding="utf-8-sig")
    page.reload()
    assert "转交文件已经下载" in page.inner_text("main")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_office_s_pages_are_free_of_barriers(visit: Visiting, place: Town, width: int) -> None:
    office = visit(width)
    office.sign_in("xyb", place.passwords["xyb"])
    for path in ("/desk", "/desk/office", "/desk/audit", "/desk/receipts", "/desk/upload"):
        office.go(path)


def test_a_clerk_s_pages_are_free_of_barriers(visit: Visiting, place: Town) -> None:
    clerk = visit(390)
    clerk.sign_in("hbj", place.passwords["hbj"])
    for path in ("/desk", "/desk/upload", "/desk/receipts", "/desk/office"):
        clerk.go(path)
    clerk.page.goto(clerk.address + "/desk/upload")
    clerk.page.evaluate("document.querySelector('#file').removeAttribute('required')")
    clerk.page.click("text=上传并预览")
    clerk.page.wait_for_selector("text=请选择文件")
    clerk.look()


def test_another_agency_s_receipt_is_not_there(visit: Visiting, place: Town) -> None:
    assert place.penalties is not None
    clerk = visit()
    clerk.sign_in("hbj", place.passwords["hbj"])
    answer = clerk.page.goto(f"{clerk.address}/desk/receipts/{place.penalties.receipt}")
    assert answer is not None
    assert answer.status == 404
    clerk.look()


def test_a_wrong_password_is_said_and_nothing_else(visit: Visiting) -> None:
    stranger = visit(390)
    stranger.go("/desk")
    stranger.page.fill("#login", "sjj")
    stranger.page.fill("#password", "wrong")
    stranger.page.click("main button:has-text('登录')")
    stranger.page.wait_for_selector("[role=alert]")
    assert "账号或密码不正确" in stranger.page.inner_text("[role=alert]")
    stranger.look()


def test_signing_out_closes_the_desk(visit: Visiting, place: Town) -> None:
    clerk = visit()
    clerk.sign_in("sjj", place.passwords["sjj"])
    clerk.page.click("text=退出")
    clerk.page.goto(clerk.address + "/desk")
    assert "/desk/sign-in" in clerk.page.url
