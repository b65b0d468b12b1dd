"""The loop with a browser, wide and on a phone: contested, answered; a revoked decision withdrawn."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from tests.e2e import invented
from tests.e2e.conftest import Visiting, Visitor
from tests.e2e.town import Town, send


def picture(visitor: Visitor, name: str) -> None:
    """For whoever wants to look: XINHENG_PICTURES names a folder."""
    if folder := os.environ.get("XINHENG_PICTURES"):
        visitor.page.screenshot(path=Path(folder) / f"{name}-{visitor.width}.png", full_page=True)


def test_a_returned_row_is_contested_answered_and_dropped(
    visit: Visiting, place: Town, tmp_path: Path
) -> None:
    day, number = place.day - timedelta(days=200), 7_000
    wrong = [invented.penalty(number + n, day, 处罚类别="罚") for n in range(2)]
    receipt = send(place, tmp_path, "SJJ", "penalty", wrong).receipt
    clerk, office = visit(), visit(390)
    clerk.sign_in("sjj", place.passwords["sjj"])
    office.sign_in("xyb", place.passwords["xyb"])
    clerk.go("/desk/cases")
    picture(clerk, "cases")
    clerk.go(f"/desk/receipts/{receipt}/cases")
    picture(clerk, "receipt-cases")
    clerk.page.click("main p.actions a:has-text('对规则有异议')")
    clerk.look()
    clerk.page.fill("#reason", "办案系统的类别代码就是这样")
    clerk.page.click("text=对这 2 件照此办理")
    clerk.look()
    office.go("/desk/cases?state=contested")
    office.page.click(f"a:has-text('〕{number + 1}号')")
    office.look()
    picture(office, "case")
    office.page.check("#act-row_wrong")
    office.page.fill("#reason", "按代码表填写")
    office.page.click("main button:has-text('提交')")
    office.look()
    assert "答复：规则无误，请改正" in office.page.inner_text("main")
    clerk.go("/desk/cases/hand-over")
    clerk.go("/desk/numbers")
    picture(clerk, "numbers")


def test_a_revoked_decision_is_withdrawn_after_a_second_look(
    visit: Visiting, place: Town, tmp_path: Path
) -> None:
    day, number = place.day - timedelta(days=30), 7_500
    row = invented.penalty(number, day)
    send(place, tmp_path, "SJJ", "penalty", [row])
    clerk = visit()
    clerk.sign_in("sjj", place.passwords["sjj"])
    clerk.go("/desk/withdrawals")
    clerk.page.select_option("#item", "penalty")
    clerk.page.fill("#q", row["行政处罚决定书文号"])
    clerk.page.click("text=查找记录")
    clerk.look()
    clerk.page.click(f"caption:has-text('找到') ~ tbody a:has-text('〕{number + 1}号')")
    clerk.look()
    clerk.page.fill("#reason", "复议决定撤销")
    picture(clerk, "withdrawal")
    clerk.page.click("main button:has-text('继续')")
    clerk.look()
    assert "撤回后不能恢复" in clerk.page.inner_text("main")
    picture(clerk, "withdrawal-asked")
    clerk.page.click("main button:has-text('确认撤回')")
    clerk.look()
    assert "已撤回" in clerk.page.inner_text("main")
    clerk.go("/desk/withdrawals")
    picture(clerk, "withdrawals")
