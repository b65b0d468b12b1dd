"""Codes and reviews with a browser, wide and on a phone: inspected, ended, appealed about, corrected."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from tests.e2e import invented
from tests.e2e.conftest import Visiting, Visitor
from tests.e2e.town import Town, send

from xinheng.evidence.subjects.code_model import Registrar
from xinheng.evidence.subjects.inspecting import enter_registrar


def picture(visitor: Visitor, name: str) -> None:
    """For whoever wants to look: XINHENG_PICTURES names a folder."""
    if folder := os.environ.get("XINHENG_PICTURES"):
        visitor.page.screenshot(path=Path(folder) / f"{name}-{visitor.width}.png", full_page=True)


def test_a_double_code_is_found_ended_and_another_corrected(
    visit: Visiting, place: Town, tmp_path: Path
) -> None:
    one, two, wrong, right = (invented.code(5_000 + n) for n in (0, 1, 2, 50))
    day = place.day - timedelta(days=280)
    name = "示例市重名商行有限公司"
    rows = [
        invented.penalty(5_000, day, 行政相对人名称=name),
        invented.penalty(5_001, day, 行政相对人名称=name),
        invented.penalty(5_002, day),
    ]
    send(place, tmp_path, "SJJ", "penalty", rows)
    with place.app.database.transaction() as tx:
        enter_registrar(tx, Registrar("9", "", place.agencies["SJJ"]), place.clock)
    office, market = visit(), visit(390)
    office.sign_in("xyb", place.passwords["xyb"])
    market.sign_in("sjj", place.passwords["sjj"])
    inspect_and_end(office, market, (one, two))
    appeal_and_correct(office, market, (wrong, right))
    decide(office, name)


def inspect_and_end(office: Visitor, market: Visitor, twice: tuple[str, str]) -> None:
    """The office looks; the registrar ends what it looked into, with a reason."""
    office.go("/desk/codes")
    office.page.click("text=现在检查一次")
    office.page.wait_for_url("**/desk/codes")
    office.look()
    picture(office, "codes")
    market.go("/desk/codes?kind=two_codes")
    market.page.click(f"text={twice[1]}")
    market.look()
    assert twice[0] in market.page.inner_text("main")
    market.page.click("text=核实无误")
    market.page.click("main button:has-text('办结')")
    market.look()  # the reason is missing
    picture(market, "code-refused")
    market.page.fill("#note", "两家重名的单位")
    market.page.click("text=核实无误")
    market.page.click("main button:has-text('办结')")
    assert "两家重名的单位" in market.page.inner_text("main")
    picture(market, "code")


def appeal_and_correct(office: Visitor, market: Visitor, codes: tuple[str, str]) -> None:
    """The office enters an appeal, the registrar corrects; the old code leads on."""
    wrong, right = codes
    office.go("/desk/code-appeals/new")
    office.page.fill("#code", wrong)
    office.page.fill("#new_code", right)
    office.page.fill("#reason", "执照上是另一个代码")
    picture(office, "appeal-new")
    office.page.click("text=提交申诉")
    office.page.wait_for_url("**/desk/code-appeals/*")
    office.look()
    market.go("/desk/code-appeals")
    picture(market, "appeals")
    market.page.click(f"a:has-text('{wrong}')")
    market.look()
    market.page.fill("#basis", "示市监更〔2026〕2号")
    picture(market, "appeal")
    market.page.click("main button:has-text('更正代码')")
    assert "已更正代码" in market.page.inner_text("main")
    market.go(f"/organisations/{wrong}")
    assert market.page.url.endswith(right)
    assert "曾用代码" in market.page.inner_text("main")
    picture(market, "organisation")


def decide(office: Visitor, name: str) -> None:
    """One name under two codes: two organisations."""
    office.go("/desk/reviews")
    picture(office, "reviews")
    office.page.click(f"a:has-text('{name}')")
    office.look()
    office.page.click("text=确为重名的两个主体")
    office.page.fill("#note", "两家单位地址和法定代表人都不同")
    picture(office, "review")
    office.page.click("main button:has-text('办结')")
    assert "两家单位地址和法定代表人都不同" in office.page.inner_text("main")
    office.look()
