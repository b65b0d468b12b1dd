"""The watching with a browser, wide and on a phone: looked, read, an alert answered, a list compared."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.e2e import invented
from tests.e2e.conftest import Visiting, Visitor
from tests.e2e.test_codes_in_browser import picture
from tests.e2e.town import Town, send

from xinheng.evidence.completeness import service as completeness
from xinheng.office.access import service as access


def test_the_watching_from_a_look_to_an_answer(visit: Visiting, place: Town, tmp_path: Path) -> None:
    day = place.day - timedelta(days=60)
    rows = [
        invented.penalty(6_100 + n, day, 行政处罚决定书文号=f"示市监巡罚〔{day.year}〕{n}号")
        for n in (1, 2, 3, 4, 5, 7, 8)
    ]
    send(place, tmp_path, "SJJ", "penalty", rows)
    with place.app.database.transaction() as tx:
        agency, since = access.by_code(tx, "SJJ"), place.day - timedelta(days=200)
        completeness.add_feed(tx, place.app.pack, agency, "coercion", since, place.clock, "甲")
    office, market = visit(), visit(390, script=False)
    office.sign_in("xyb", place.passwords["xyb"])
    market.page.goto(market.address + "/desk")
    market.page.fill("#login", "sjj")
    market.page.fill("#password", place.passwords["sjj"])
    market.page.click("main button:has-text('登录')")
    look_round(office)
    answer(office, market)
    compare(office, tmp_path, day.isoformat())


def look_round(office: Visitor) -> None:
    """The office looks, and reads what was found."""
    office.go("/desk/watch")
    office.page.click("text=现在监测一次")
    office.page.wait_for_url("**/desk/watch")
    office.look()
    assert invented.MARKET in office.page.inner_text("main")
    picture(office, "watch")
    office.go("/desk/watch/gaps")
    assert "示市监巡罚" in office.page.inner_text("main")
    picture(office, "watch-gaps")
    office.go("/desk/watch/late")
    picture(office, "watch-late")


def answer(office: Visitor, market: Visitor) -> None:
    """The agency, on a phone without script, says why; the office takes it."""
    market.page.goto(market.address + "/desk/watch/silence")
    picture(market, "watch-silence")
    market.page.click("main tbody a")
    market.page.fill("#note", "强制职权由执法队行使，本局没有这类决定")
    picture(market, "watch-alert")
    market.page.click("text=提交说明")
    assert "已答复" in market.page.inner_text("main")
    office.go("/desk/watch/silence")
    office.page.click("main tbody a")
    office.look()
    picture(office, "watch-alert")
    office.page.fill("#note", "情况属实")
    office.page.click("main button:has-text('提交')")
    office.page.wait_for_load_state("load")
    assert "说明情况属实" in office.page.inner_text("main")


def compare(office: Visitor, folder: Path, day: str) -> None:
    """An auditor's list is compared and raised."""
    file = folder / "审计清单.csv"
    file.write_text(
        f"文号,当事人,决定日期\n示市监巡罚〔2026〕9号,示例市未报商贸有限公司,{day}\n"
        f"示市监巡罚〔2026〕第1号,{invented.party(6_101)[0]},{day}\n示市监巡罚〔2026〕10号,张三,{day}\n",
        encoding="utf-8",
    )
    office.go("/desk/watch/lists")
    office.page.click("text=比对 >> nth=-1")
    picture(office, "watch-lists")
    office.go("/desk/watch/lists")
    office.page.select_option("#agency", "SJJ")
    office.page.set_input_files("#file", str(file))
    office.page.click("main form button:has-text('比对')")
    office.page.wait_for_url("**/desk/watch/lists/*")
    office.look()
    assert "示例市未报商贸有限公司" in office.page.inner_text("main")
    picture(office, "watch-list")
    office.page.click("main button:has-text('提出疑似瞒报')")
    office.page.wait_for_load_state("load")
    office.look()
    assert "已提出 1 件疑似瞒报" in office.page.inner_text("main")
