"""A morning with a browser, wide and on a phone: the desk, the list, work given out, messages and where
they go."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from tests.e2e.conftest import Visiting, Visitor
from tests.e2e.town import Town

from xinheng.office.cases import service as cases
from xinheng.office.cases.model import NewCase
from xinheng.office.notices import service as notices
from xinheng.office.notices.model import NewNotice


def picture(visitor: Visitor, name: str) -> None:
    """For whoever wants to look: XINHENG_PICTURES names a folder."""
    if folder := os.environ.get("XINHENG_PICTURES"):
        visitor.page.screenshot(path=Path(folder) / f"{name}-{visitor.width}.png", full_page=True)


def waiting(place: Town) -> None:
    """The traffic bureau has something due today, overdue, handed down and later; a letter has come."""
    owner, office, day = place.agencies["JTJ"], place.agencies["XYB"], place.day
    titles = (
        "行政处罚退回：清交罚字〔2026〕31号",
        "疑似瞒报核查：十一月行政许可",
        "连续二十天没有数据：行政许可",
    )
    with place.app.database.transaction() as tx:
        for number, due in enumerate((0, -3, 9)):
            new = NewCase(
                ("returned_row", "suspicion", "silence")[number],
                titles[number],
                owner,
                f"agency:{number}",
                day + timedelta(days=due),
                basis="信用网站报送时限：7个工作日",
                opener=office if number == 2 else None,
            )
            cases.open_case(tx, new, place.clock)
        said = {
            "title": "关于限期补报的通知",
            "number": "〔2026〕3号",
            "issuer": "示例市信用办",
            "due": str(day),
        }
        notices.send(tx, NewNotice(owner, "letter_arrived", said, "/desk/cases"), place.clock, place.app.pack)


def test_a_morning_at_the_desk(visit: Visiting, place: Town) -> None:
    waiting(place)
    clerk = visit(390)  # each page is looked at in both widths
    clerk.sign_in("jtj", place.passwords["jtj"])
    clerk.go("/desk")
    picture(clerk, "morning")
    clerk.page.click("main .figures div:has-text('超期') a")
    clerk.look()
    assert "疑似瞒报核查" in clerk.page.inner_text("main")
    clerk.go("/desk/cases")
    picture(clerk, "todo")
    assert clerk.page.locator("main h2").all_inner_texts()[:2] == ["今天到期", "超期"]
    clerk.page.check("main input[name=case] >> nth=0")
    clerk.page.click("main button:has-text('指定经办人')")
    clerk.look()
    assert "指定了 1 件" in clerk.page.inner_text("main")
    clerk.go("/desk/notices")
    picture(clerk, "notices")
    clerk.page.click("main a:has-text('关于限期补报的通知')")
    clerk.look()
    picture(clerk, "notice")
    clerk.go("/desk/notices/settings")
    clerk.page.click("main summary >> nth=0")
    clerk.page.fill("#agency-mail", "jtj@example.gov.cn")
    clerk.page.check("#agency-mail-todo_digest")
    clerk.page.click("form:has(#agency-mail) button")
    clerk.look()
    picture(clerk, "notices-settings")
    assert clerk.page.input_value("#agency-mail") == "jtj@example.gov.cn"


def test_the_office_sees_every_unit_and_what_runs_by_the_clock(visit: Visiting, place: Town) -> None:
    office = visit()
    office.sign_in("xyb", place.passwords["xyb"])
    office.go("/desk")
    office.go("/desk/cases")
    picture(office, "todo-office")
    assert "按责任单位" in office.page.inner_text("main")
    office.go("/desk/notices/log")
    office.go("/desk/timers")
    picture(office, "timers")
