"""Pictures of a running demo for the README: `python -m tests.e2e.screens ADDRESS [LOGIN=PASSWORD]…`.

Public pages always; with a clerk's and the office's account the desk too. They land in docs/screens/.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from tests.e2e import invented
from tests.e2e.conftest import chromium

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


def public(page: Page, address: str, end: str) -> None:
    """Home, results, an organisation that has a penalty, the penalty, the list."""
    page.goto(address)
    shot(page, f"home{end}")
    page.goto(f"{address}/lists?item=penalty")
    shot(page, f"lists{end}")
    page.click("tbody tr:nth-child(3) td:nth-child(1) a")
    shot(page, f"record{end}", whole=not end)
    page.click(".crumbs a >> nth=1")
    shot(page, f"organisation{end}")
    name = page.inner_text("h1")
    page.goto(f"{address}/search?q={name[3:5]}")
    shot(page, f"results{end}")


def desk(browser: Browser, address: str, account: str) -> None:
    """What an account sees: the office its overview, a clerk the preview of a file."""
    login, _, password = account.partition("=")
    page = browser.new_context(viewport=WIDE, locale="zh-CN").new_page()
    page.goto(f"{address}/desk")
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("main button:has-text('登录')")
    page.wait_for_url("**/desk")
    if page.goto(f"{address}/desk/office").ok:
        shot(page, "office")
        return
    page.goto(f"{address}/desk")
    authority = page.inner_text("h1")
    with tempfile.TemporaryDirectory() as folder:
        day = page.inner_text("main .muted")[-10:]
        page.goto(f"{address}/desk/upload")
        page.set_input_files("#file", str(_sheet(Path(folder), authority, day)))
        page.click("text=上传并预览")
        page.wait_for_url("**/desk/upload/*")
        shot(page, "preview")
        page.click("text=放弃，删除文件")


def _sheet(folder: Path, authority: str, day: str) -> Path:
    rows = [
        invented.penalty(n, date.fromisoformat(day), 处罚机关=authority, 数据来源单位=authority)
        for n in range(40)
    ]
    rows[6]["处罚类别"], rows[11]["统一社会信用代码"] = "罚", "9142O1OOMA49XK074B"
    path = folder / "十一月行政处罚.csv"
    path.write_bytes(invented.sheet(rows))
    return path


def shot(page: Page, name: str, *, whole: bool = False) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png", full_page=whole)


def main(address: str, *accounts: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        public(browser.new_context(viewport=WIDE, locale="zh-CN").new_page(), address, "")
        narrow = browser.new_context(viewport=NARROW, locale="zh-CN")
        public(narrow.new_page(), address, "-phone")
        for account in accounts:
            desk(browser, address, account)


if __name__ == "__main__":
    main(*sys.argv[1:])
