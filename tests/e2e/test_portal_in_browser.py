"""A citizen with a browser: wide and narrow, with script and without."""

from __future__ import annotations

import json

import pytest
from tests.e2e import invented
from tests.e2e.conftest import WIDTHS, WINDOWS, Visiting, downloaded
from tests.e2e.town import Town

from xinheng.verify.command import main as verify

STAR, STAR_CODE = invented.party(0)
PAGES = (
    "/",
    "/search",
    "/search?q=%E6%98%9F%E6%B2%B3",
    "/search?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E5%AE%B6",
    "/lists?item=penalty",
    "/lists?item=permit&from=2026-13-01",
    "/about",
    "/boundary",
    "/help",
    "/patterns",
    "/desk/sign-in",
    "/no-such-page",
)


@WINDOWS
def test_from_a_name_to_the_proof_of_a_record(
    visit: Visiting, place: Town, tmp_path, width: int, script: bool
) -> None:
    citizen = visit(width, script=script)
    page = citizen.page
    page.goto(citizen.address)
    page.fill("#q", "星河")
    page.click("main button:has-text('查询')")
    page.click(f"a:has-text('{STAR}')")
    assert page.url.endswith(f"/organisations/{STAR_CODE}")
    assert "未经登记核实" in page.inner_text("main")
    page.click(f"a:has-text('示市监罚字〔{place.day.year}〕1号')")
    text = page.inner_text("main")
    for told in ("处以罚款人民币伍仟元", "信用修复管理办法", "公示至", "信用中国", invented.MARKET):
        assert told in text
    with downloaded(page) as files:
        page.click("text=下载证明")
    proof = tmp_path / "proof.json"
    proof.write_bytes(files[0].read_bytes())
    assert json.loads(proof.read_bytes())["format"].startswith("xinheng-proof/")
    assert verify(["proof", str(proof), "--key", place.app.keys.log.verifier]) == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_free_of_barriers_and_fits_the_screen(visit: Visiting, place: Town, width: int) -> None:
    citizen = visit(width)
    for path in PAGES:
        citizen.go(path)
    citizen.go(f"/organisations/{STAR_CODE}")
    citizen.page.click("main table a >> nth=0")
    citizen.look()


def test_search_replaces_the_results_alone_and_keeps_the_address(visit: Visiting) -> None:
    citizen = visit()
    page = citizen.page
    citizen.go("/search?q=%E6%98%9F%E6%B2%B3")
    page.evaluate("window.kept = true")
    page.fill("#q", "大有商贸")
    page.click("main button:has-text('查询')")
    page.wait_for_selector("#results mark:has-text('大有商贸')")
    assert page.evaluate("window.kept") is True
    assert "q=%E5%A4%A7%E6%9C%89" in page.url
    citizen.look()
    page.go_back()
    page.wait_for_selector("#results mark:has-text('星河')")
    assert page.locator("header.banner").count() == 1


def test_a_refusal_takes_the_place_of_the_page_and_not_of_nothing(visit: Visiting) -> None:
    citizen = visit()
    citizen.go("/search")
    citizen.page.evaluate(
        "htmx.ajax('GET', '/lists?authority=' + '局'.repeat(150), {target: '#results', swap: 'outerHTML'})"
    )
    citizen.page.wait_for_selector("text=XH952")
    assert citizen.page.locator("header.banner").count() == 1


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_list_is_filtered_and_turned(visit: Visiting, script: bool) -> None:
    citizen = visit(390, script=script)
    page = citizen.page
    page.goto(citizen.address + "/lists?item=permit")
    page.click("text=下一页")
    page.wait_for_selector("text=第 2 页")
    assert page.locator("tbody tr").count() == 10
    page.click("text=回到第一页")
    page.fill("#authority", "生态")
    page.click("main button:has-text('筛选')")
    page.wait_for_selector("tbody tr")
    assert page.locator("tbody tr").count() == 20
    page.select_option("#item", "penalty")
    page.fill("#authority", "")
    page.click("main button:has-text('筛选')")
    page.wait_for_url("**item=penalty**")
    assert page.inner_text("h1") == "双公示：行政处罚"  # what the page is called and what it lists agree
    assert page.title().startswith("行政处罚公示")


def test_one_long_content_does_not_squeeze_the_names_beside_it(visit: Visiting) -> None:
    citizen = visit(1280)
    citizen.go("/lists?item=penalty")
    citizen.page.evaluate("document.querySelector('.clamp').textContent = '很长的事实'.repeat(600)")
    widths = citizen.page.evaluate("[...document.querySelectorAll('thead th')].map(e => e.offsetWidth)")
    assert min(widths[1], widths[3]) > 130, widths


def test_the_keyboard_reaches_the_content_first(visit: Visiting) -> None:
    citizen = visit()
    citizen.go("/")
    citizen.page.keyboard.press("Tab")
    assert citizen.page.evaluate("document.activeElement.textContent") == "跳到正文"
    citizen.page.keyboard.press("Enter")
    assert citizen.page.evaluate("document.activeElement.id") == "main"


def test_stacked_tables_keep_their_heads_for_those_who_listen(visit: Visiting) -> None:
    citizen = visit(390)
    citizen.go("/lists?item=penalty")
    roles = citizen.page.evaluate(
        "[...document.querySelectorAll('tbody tr:first-child > *')].map(e => e.getAttribute('role'))"
    )
    assert set(roles) == {"cell"}
    assert citizen.page.get_by_role("columnheader", name="决定文书号").count() == 1
