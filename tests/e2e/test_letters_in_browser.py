"""催办 → 督办 → 通报 → 考核 with a browser: the office wide, the agency on a phone; answered and closed."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import docx as python_docx
from tests.e2e.conftest import Visiting, Visitor, downloaded
from tests.e2e.town import Town
from tests.unit.outward.documents import printed

from xinheng.office.cases import service as cases
from xinheng.office.cases.model import PLATFORM, Case, NewCase

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def picture(visitor: Visitor, name: str) -> None:
    """For whoever wants to look: XINHENG_PICTURES names a folder."""
    if folder := os.environ.get("XINHENG_PICTURES"):
        visitor.page.screenshot(path=Path(folder) / f"{name}-{visitor.width}.png", full_page=True)


def overdue(place: Town) -> list[Case]:
    with place.app.database.transaction() as tx:
        return [
            cases.open_case(
                tx,
                NewCase(
                    kind="revocation",
                    title=f"示环罚〔2026〕{n}号 撤销后没有撤回",
                    owner=place.agencies["HBJ"],
                    ref=f"record:{place.agencies['HBJ']}",
                    due_on=place.day - timedelta(days=7 * n),
                ),
                place.clock,
            )
            for n in (2, 3)
        ]


def press(visitor: Visitor, text: str, *, look: bool = True) -> None:
    visitor.page.click(f"main button:has-text('{text}')")
    if look:
        visitor.look()


def test_a_late_record_is_walked_through_the_chain_to_its_end(
    visit: Visiting, place: Town, tmp_path: Path
) -> None:
    late = overdue(place)
    office, agency = visit(), visit(390)
    office.sign_in("xyb", place.passwords["xyb"])
    agency.sign_in("hbj", place.passwords["hbj"])
    office.go("/desk/letters")
    picture(office, "letters")
    office.page.click(f"a[href$='agency={place.agencies['HBJ']}']")
    office.look()
    picture(office, "letter-new")
    press(office, "拟稿")
    office.page.fill("#note", "联系人：综合科")
    press(office, "保存草稿", look=False)
    picture(office, "letter-draft")
    press(office, "编号并发出", look=False)
    for step in ("督办", "通报", "考核"):
        press(office, f"拟{step}稿", look=False)
        press(office, "编号并发出", look=step == "考核")
    picture(office, "letter-out")
    assert "信用考〔2026〕" in office.page.inner_text(".sheet .no")
    assert "已转下一步" in office.page.inner_text("main ol.chain >> nth=0")
    agency.go("/desk/letters")
    picture(agency, "letters")
    agency.page.click("td a:has-text('考核记录')")
    agency.look()
    with downloaded(agency.page) as got:
        agency.page.click("text=下载 docx")
    assert late[1].title in [cell.text for cell in python_docx.Document(str(got[0])).tables[0].rows[1].cells]
    with downloaded(agency.page) as got:
        agency.page.click("text=下载 PDF")
    assert "信用考〔2026〕" in printed.text(got[0].read_bytes())
    proof = tmp_path / "整改说明.pdf"
    proof.write_bytes(PDF)
    agency.page.fill("#reply-text", "两件均已撤回，说明附后。")
    agency.page.set_input_files("#reply-file", str(proof))
    press(agency, "提交答复")
    picture(agency, "letter-replied")
    assert "整改说明.pdf" in agency.page.inner_text("main")
    office.page.reload()
    press(office, "认可答复", look=False)
    with place.app.database.transaction() as tx:
        for case in late:
            cases.close(tx, case.case, PLATFORM, "done", "", place.clock)
    office.page.reload()
    assert "函中事项已经全部办结" in office.page.inner_text("main")
    office.page.fill("#close-text", "核对无误，予以销号。")
    press(office, "销号")
    assert "已销号" in office.page.inner_text("main .tags")
    picture(office, "letter-closed")
