"""Form entry: checked by the intake's own checks, kept as a draft, copied, handed in once."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import httpx
import pytest
from tests.e2e import invented
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import csrf, sign_in, token_in

from xinheng.faces.web.access import COOKIE

FORM = "/desk/form/penalty"


@pytest.fixture
def clerk(client: Client, place: Town) -> Client:
    """A clerk of the market office."""
    assert sign_in(client, "sjj", place.passwords["sjj"]).status_code == 303
    return client


def filled(place: Town, number: int, **changes: str) -> dict[str, str]:
    """The inputs of a right form for the decision with this number."""
    row = invented.penalty(number, place.day - timedelta(days=300))
    values = {
        "CF_XDR_MC": row["行政相对人名称"],
        "CF_XDR_LB": row["行政相对人类别"],
        "CF_XDR_SHXYM": row["统一社会信用代码"],
        "CF_FRDB": row["法定代表人"],
        "CF_WSH": row["行政处罚决定书文号"],
        "CF_WFXW": row["违法行为类型"],
        "CF_SY": row["违法事实"],
        "CF_YJ": row["处罚依据"],
        "CF_NR": row["处罚内容"],
        "CF_NR_FK": row["罚款金额（万元）"],
        "CF_JDRQ": row["处罚决定日期"],
        "CF_YXQ": row["处罚有效期"],
        "CF_CFJG": row["处罚机关"],
        "CF_CFJGDM": row["处罚机关统一社会信用代码"],
        "CF_SJLY": row["数据来源单位"],
        "CF_SJLYDM": row["数据来源单位统一社会信用代码"],
        **changes,
    }
    return {f"f.{code}": value for code, value in values.items()} | {"s.CF_CFLB.2": "罚款"}


def post(client: Client, do: str, fields: dict[str, str], **more: str) -> httpx.Response:
    page = client.get(FORM)
    key = re.search(r'name="key" value="([^"]+)"', page.text)
    assert key is not None
    return client.post(FORM, data={"csrf": token_in(page), "key": key[1], "do": do, **fields, **more})


def errors_in(page: str) -> str:
    found = re.search(r'class="error-summary".*?</ul>', page, re.DOTALL)
    return html.unescape(found[0]) if found else ""


def value_of(page: str, code: str) -> str:
    found = re.search(rf'name="f\.{code}"[^>]*(?: value="([^"]*)"[^>]*>|>([^<]*)</textarea>)', page)
    assert found is not None, code
    return html.unescape(found[1] if found[1] is not None else found[2])


def test_every_item_can_be_typed_or_taken_as_an_empty_workbook(clerk: Client) -> None:
    page = clerk.get("/desk/form").text
    for path in ("/desk/form/penalty", "/desk/form/permit", "/desk/templates/penalty.xlsx"):
        assert f'href="{path}"' in page
    file = clerk.get("/desk/templates/penalty.xlsx")
    assert file.content.startswith(b"PK")
    assert "attachment" in file.headers["content-disposition"]
    assert clerk.get("/desk/form/nothing").status_code == 404


def test_the_form_has_every_field_but_identity_numbers(clerk: Client, place: Town) -> None:
    page = clerk.get(FORM).text
    for field in place.app.pack.item("penalty").fields:
        assert (f'"f.{field.code}"' in page) is not field.dropped, field.code
    assert value_of(page, "CF_CFJG") == invented.MARKET


def test_a_check_shows_what_is_wrong_beside_its_field(clerk: Client, place: Town) -> None:
    answer = post(clerk, "check", filled(place, 400, CF_XDR_SHXYM="9142O1OOMA49XK074B", CF_JDRQ="昨天"))
    told = errors_in(answer.text)
    assert 'href="#f-CF_XDR_SHXYM"' in told
    assert 'href="#f-CF_JDRQ"' in told
    assert answer.text.count('aria-invalid="true"') == 2
    assert value_of(answer.text, "CF_JDRQ") == "昨天"
    assert "checked" in answer.text


def test_a_right_row_is_shown_as_it_would_be_taken(clerk: Client, place: Town) -> None:
    page = post(clerk, "check", filled(place, 401, CF_JDRQ="2026年1月2日")).text
    assert errors_in(page) == ""
    assert "可以报送" in page
    assert "迟报" in page
    assert "2026-01-02" in page


def test_what_is_typed_is_handed_in_with_its_way(clerk: Client, place: Town) -> None:
    answer = post(clerk, "send", filled(place, 402))
    assert answer.status_code == 303, errors_in(answer.text)
    page = clerk.get(answer.headers["location"]).text
    assert "已入账" in page
    assert not any(place.app.incoming.glob("*/form.jsonl"))
    with place.app.database.transaction() as tx:
        (way,) = tx.fetch(
            "select way from receipts where receipt = %(receipt)s::uuid",
            {"receipt": answer.headers["location"].split("/")[-1].split("?")[0]},
        )[0]
    assert way == "form"


def test_what_would_come_back_is_not_handed_in(clerk: Client, place: Town) -> None:
    before = count(place)
    answer = post(clerk, "send", filled(place, 403, CF_CFJG=""))
    assert answer.status_code == 400
    assert "处罚机关" in errors_in(answer.text)
    assert count(place) == before


def count(place: Town) -> int:
    with place.app.database.transaction() as tx:
        return int(tx.fetch("select count(*) from submissions")[0][0])


def test_two_clicks_are_one_submission(clerk: Client, place: Town) -> None:
    page = clerk.get(FORM)
    key = re.search(r'name="key" value="([^"]+)"', page.text)
    assert key is not None
    data = {"csrf": token_in(page), "key": key[1], "do": "send", **filled(place, 404)}
    first, second = (clerk.post(FORM, data=data) for _ in range(2))
    assert first.headers["location"].split("?")[0] == second.headers["location"].split("?")[0]
    changed = clerk.post(FORM, data={**data, "f.CF_NR": "处以罚款人民币陆仟元"})
    assert changed.status_code == 409
    assert "XH752" in changed.text
    again = re.search(r'name="key" value="([^"]+)"', changed.text)
    assert again is not None
    assert again[1] != key[1]


def test_a_draft_is_kept_edited_and_deleted(clerk: Client, place: Town) -> None:
    kept = post(clerk, "draft", {"f.CF_WSH": "示草稿〔2026〕1号", "f.CF_NR": "未写完"})
    assert kept.status_code == 303
    page = clerk.get(kept.headers["location"]).text
    assert "草稿已保存" in page
    assert value_of(page, "CF_WSH") == "示草稿〔2026〕1号"
    draft = re.search(r'name="draft" value="([^"]+)"', page)
    assert draft is not None
    assert "示草稿〔2026〕1号" in clerk.get("/desk/drafts").text
    changed = post(clerk, "draft", {"f.CF_WSH": "示草稿〔2026〕2号"}, draft=draft[1])
    assert draft[1] in changed.headers["location"]
    listed = clerk.get("/desk/drafts").text
    assert "2号" in listed
    assert "1号" not in listed
    assert clerk.post(f"/desk/drafts/{draft[1]}/discard", data={"csrf": csrf(clerk)}).status_code == 303
    assert "2号" not in clerk.get("/desk/drafts").text
    assert clerk.get(f"{FORM}?draft={draft[1]}").status_code == 404


def test_a_draft_becomes_a_submission_and_is_gone(clerk: Client, place: Town) -> None:
    kept = post(clerk, "draft", filled(place, 405))
    draft = kept.headers["location"].split("draft=")[1].split("&")[0]
    sent = [post(clerk, "send", filled(place, 405), draft=draft) for _ in range(2)]
    assert [a.status_code for a in sent] == [303, 303]
    assert sent[0].headers["location"].split("?")[0] == sent[1].headers["location"].split("?")[0]
    assert draft not in clerk.get("/desk/drafts").text


def test_nothing_about_a_person_is_kept_or_sent(clerk: Client, place: Town) -> None:
    person = filled(place, 406, CF_XDR_MC="赵某", CF_XDR_LB="自然人", CF_XDR_SHXYM="", CF_FRDB="")
    before = count(place)
    for do in ("check", "draft", "send"):
        answer = post(clerk, do, person)
        assert "自然人" in errors_in(answer.text), do
    aside = clerk.post(f"{FORM}/autosave", data={"csrf": csrf(clerk), **person})
    assert "没有自动保存" in aside.text
    assert count(place) == before


def test_a_draft_is_saved_aside_while_somebody_types(clerk: Client, place: Town) -> None:
    data = {"csrf": csrf(clerk), "f.CF_WSH": "示自动〔2026〕1号"}
    first = clerk.post(f"{FORM}/autosave", data=data).text
    draft = re.search(r'name="draft" value="([^"]+)"', first)
    assert draft is not None
    second = clerk.post(f"{FORM}/autosave", data={**data, "draft": draft[1]}).text
    assert draft[1] in second
    assert "已自动存为草稿" in second
    clerk.post(f"/desk/drafts/{draft[1]}/discard", data={"csrf": csrf(clerk)})


def test_one_form_keeps_one_draft_even_where_an_answer_was_lost(clerk: Client, place: Town) -> None:
    data = {"csrf": csrf(clerk), "key": "one-form", "f.CF_WSH": "示一份〔2026〕1号"}
    aside = clerk.post(f"{FORM}/autosave", data=data).text
    kept = clerk.post(FORM, data={**data, "do": "draft", "f.CF_WSH": "示一份〔2026〕2号"})
    draft = kept.headers["location"].split("draft=")[1].split("&")[0]
    assert draft in aside
    assert "示一份〔2026〕1号" not in clerk.get("/desk/drafts").text
    clerk.post(f"/desk/drafts/{draft}/discard", data={"csrf": csrf(clerk)})


def test_an_earlier_record_is_copied_without_number_and_dates(clerk: Client, place: Town) -> None:
    number = invented.penalty(7, place.day - timedelta(days=7))["行政处罚决定书文号"]
    page = clerk.get(f"{FORM}/copy", params={"q": number}).text
    copy = re.search(r'href="(/desk/form/penalty\?copy=[^"]+)"', page)
    assert copy is not None
    assert invented.party(7)[0] in page
    form = clerk.get(copy[1]).text
    assert value_of(form, "CF_XDR_SHXYM") == invented.code(7)
    assert (value_of(form, "CF_WSH"), value_of(form, "CF_JDRQ")) == ("", "")
    record = copy[1].split("=")[1]
    assert copy[1] in clerk.get(f"{FORM}/copy", params={"q": record}).text
    assert "没有找到" in clerk.get(f"{FORM}/copy", params={"q": "没有这个文号"}).text
    assert "复制这条" in clerk.get(f"{FORM}/copy").text


def test_another_agency_s_records_and_drafts_are_not_there(
    clerk: Client, client: Client, place: Town
) -> None:
    draft = post(clerk, "draft", filled(place, 408)).headers["location"].split("draft=")[1].split("&")[0]
    record = re.search(r"copy=([0-9a-f-]{36})", clerk.get(f"{FORM}/copy").text)
    assert record is not None
    client.http.cookies.clear()
    sign_in(client, "hbj", place.passwords["hbj"])
    assert client.get(f"{FORM}?draft={draft}").status_code == 404
    assert client.get(f"{FORM}?copy={record[1]}").status_code == 404
    assert "复制这条" not in client.get(f"{FORM}/copy").text
    assert client.post(f"/desk/drafts/{draft}/discard", data={"csrf": csrf(client)}).status_code in (403, 404)


def test_what_is_typed_survives_the_end_of_the_session(clerk: Client, place: Town) -> None:
    typed = filled(place, 409, CF_NR="写了很久的内容")
    clerk.http.cookies.delete(COOKIE)
    lost = clerk.post(FORM, data={"csrf": "old", "key": "k", "do": "send", **typed})
    assert lost.status_code == 401
    assert "写了很久的内容" in lost.text
    assert "登录已过期" in clerk.post(f"{FORM}/autosave", data={"csrf": "old", **typed}).text
    sign_in(clerk, "sjj", place.passwords["sjj"])
    again = clerk.post(FORM, data={"key": "k", **typed})
    assert again.status_code == 403
    assert value_of(again.text, "CF_XDR_MC") == typed["f.CF_XDR_MC"]
    assert "写了很久的内容" in again.text
    assert count_of(place, "写了很久的内容") == 0


def count_of(place: Town, text: str) -> int:
    with place.app.database.transaction() as tx:
        return int(
            tx.fetch("select count(*) from contents where position(%(t)s in public) > 0", {"t": text})[0][0]
        )


def test_only_clerks_fill_in_forms(client: Client, place: Town) -> None:
    assert client.get(FORM).status_code == 303
    sign_in(client, "xyb", place.passwords["xyb"])
    for path in (FORM, "/desk/form", "/desk/drafts", "/desk/templates/penalty.xlsx", f"{FORM}/copy"):
        assert client.get(path).status_code == 403, path
