"""What the public is shown, asked of a real house: found, shown, proved, and gone when it ends."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from tests.e2e import invented
from tests.e2e.town import NAME, Town
from tests.unit.faces.web.asgi import Client

from xinheng.faces.web.portal.home import examples_of
from xinheng.faces.web.portal.outlived import outlived
from xinheng.faces.web.portal.views import RecordLine
from xinheng.faces.web.portal.windows import windows_of
from xinheng.judgement.publicity import service as publicity

STAR, STAR_CODE = invented.party(0)


def record_of(place: Town, line: int) -> UUID:
    assert place.penalties is not None
    found = next(r.record for r in place.penalties.rows if r.line == line)
    assert found is not None
    return found


def test_the_first_page_counts_what_is_shown_and_lists_the_latest(client: Client, place: Town) -> None:
    page = client.get("/").text
    assert NAME in page
    assert "正在公示的行政处罚" in page
    assert f"示市监罚字〔{place.day.year}〕1号" in page


def test_the_example_is_not_whoever_was_fined_last(client: Client) -> None:
    fined = RecordLine(uuid4(), "甲", "乙", "丙", date(2026, 11, 2), date(2027, 11, 2), "91A", "某公司")
    permitted = replace(fined, until=None, party_code="91B", party_name="另一公司")
    assert examples_of([fined]) == ()
    assert examples_of([fined, permitted]) == ("另一公司", "91B")
    assert "例如：<a" in client.get("/").text


def test_part_of_a_name_finds_organisations_and_marks_it(client: Client) -> None:
    page = client.get("/search", params={"q": "星河"}).text
    assert "<mark>星河</mark>精密制造有限公司" in page
    assert STAR_CODE in page


def test_a_whole_code_leads_straight_to_its_organisation(client: Client) -> None:
    answer = client.get("/search", params={"q": f" {STAR_CODE.lower()} "})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/organisations/{STAR_CODE}")
    by_script = client.get("/search", params={"q": STAR_CODE}, headers={"hx-request": "true"})
    assert by_script.headers["hx-redirect"] == f"/organisations/{STAR_CODE}"


def test_a_misspelt_name_is_answered_with_names_much_like_it(client: Client) -> None:
    page = client.get("/search", params={"q": "星河精蜜制造"}).text
    assert "写法相近" in page
    assert STAR in page


def test_a_question_that_cannot_be_answered_says_why(client: Client) -> None:
    assert "查询内容过长" in client.get("/search", params={"q": "星" * 101}).text
    assert "输入名称或代码开始查询" in client.get("/search", params={"q": "　 "}).text


def test_nothing_found_is_said_without_claiming_too_much(client: Client) -> None:
    page = client.get("/search", params={"q": "不存在的单位名称"}).text
    assert "不能证明" in page


def test_a_hit_says_how_many_of_its_records_are_shown(client: Client) -> None:
    page = client.get("/search", params={"q": "星河"}).text
    assert "正在公示 2 条" in page
    assert "正在公示 1 条" in page


def test_an_organisation_shows_what_is_shown_about_it_and_no_person(client: Client) -> None:
    page = client.get(f"/organisations/{STAR_CODE}").text
    assert "未经登记核实" in page
    assert "行政处罚（正在公示 1 条）" in page
    assert "行政许可（正在公示 1 条）" in page
    assert "某某" not in page  # the legal representative


def test_an_unknown_organisation_is_a_refusal_that_does_not_overclaim(client: Client) -> None:
    answer = client.get("/organisations/91420100MA000000XX")
    assert answer.status_code == 404
    assert "没有记录不等于没有许可或处罚" in answer.text


def test_a_record_shows_every_published_field_with_its_law_and_end(client: Client, place: Town) -> None:
    page = client.get(f"/records/{record_of(place, 2)}").text
    for text in ("示市监罚字", "处以罚款人民币伍仟元", "合 5\N{NO-BREAK SPACE}000.00 元", invented.MARKET):
        assert text in page
    assert "《信用修复管理办法》（国家发展改革委令第36号）" in page
    assert "公示至" in page
    assert "信用中国" in page
    assert "某某" not in page
    assert "下载证明" in page


def test_a_corrected_record_shows_the_correction_and_not_what_it_said_before(
    client: Client, place: Town
) -> None:
    page = client.get(f"/records/{record_of(place, 7)}").text
    assert "更正过" in page
    assert "处以罚款人民币叁仟元" in page
    assert "处以罚款人民币伍仟元" not in page


@pytest.mark.parametrize("path", ["/records/{}", "/api/v1/records/{}", "/api/v1/records/{}/proof"])
def test_what_was_never_recorded_and_what_has_run_out_are_one_answer(
    client: Client, place: Town, path: str
) -> None:
    expired, never = record_of(place, 62), uuid4()
    answers = [client.get(path.format(record)) for record in (expired, never)]
    assert [a.status_code for a in answers] == [404, 404]
    texts = [a.text.replace(str(r), "") for a, r in zip(answers, (expired, never), strict=True)]
    assert texts[0] == texts[1]
    assert "XH960" in texts[0]


def test_ended_publicity_is_gone_from_everywhere_at_once(client: Client, place: Town) -> None:
    record = record_of(place, 30)
    _name, code = invented.party(28)
    paths = [
        f"/records/{record}",
        f"/organisations/{code}",
        f"/lists?item=penalty&party={code}",
        f"/api/v1/subjects/{code}",
        f"/api/v1/records/{record}",
        f"/api/v1/records/{record}/proof",
    ]
    before = {path: client.get(path) for path in paths}
    assert all(str(record) in answer.text for answer in before.values())
    ending = publicity.Ending(
        record, place.agencies["SJJ"], place.day, "已准予信用修复", place.app.pack.label
    )
    with place.app.database.transaction() as tx:
        publicity.end_publicity(tx, ending, place.app.clock, place.app.projectors)
    for path, answer in before.items():
        after = client.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert after.status_code != 304, path
        assert "处以罚款" not in after.text, path
        assert f"/records/{record}" not in after.text, path


def test_what_is_unchanged_is_not_sent_again(client: Client) -> None:
    for path in ("/", "/lists", "/about", f"/organisations/{STAR_CODE}", f"/api/v1/subjects/{STAR_CODE}"):
        first = client.get(path)
        again = client.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path
        assert client.get(path, headers={"if-none-match": "*"}).status_code == 304, path
        assert first.headers["cache-control"] == "no-cache"


def test_search_engines_keep_no_copy_of_what_may_end(client: Client) -> None:
    for path in ("/", "/lists", "/search?q=星河", f"/organisations/{STAR_CODE}"):
        assert client.get(path).headers["x-robots-tag"] == "noarchive", path


def test_a_list_that_there_is_not_is_not_shown_as_another(client: Client) -> None:
    answer = client.get("/lists", params={"item": "no-such-item"})
    assert answer.status_code == 404
    assert "没有公示事项“no-such-item”的列表" in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/about", "/help", "/lists", f"/organisations/{STAR_CODE}", "/assessments"]
)
def test_a_page_without_a_part_of_its_own_is_sent_whole(client: Client, path: str) -> None:
    answer = client.get(path, headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert answer.content == client.get(path).content


def test_a_list_is_filtered_by_item_authority_date_and_organisation(client: Client, place: Town) -> None:
    def shown(**filters: str) -> int:
        return client.get("/lists", params=filters).text.count('data-label="决定文书号"')

    week = (place.day - timedelta(days=6)).isoformat()
    assert shown(item="penalty") == 20
    assert shown(item="permit", authority="生态") == 20
    assert shown(item="permit", authority="税务") == 0
    assert shown(**{"item": "penalty", "from": week}) == 7
    assert shown(**{"item": "penalty", "from": week, "to": week}) == 1
    assert shown(item="penalty", party=STAR) == 1
    assert shown(item="penalty", party=STAR_CODE) == 1
    assert shown(item="permit", party="星河精密") == 4  # of several organisations whose name holds it
    assert shown(item="permit", party="星河精密制造第") == 3


def test_a_list_can_be_walked_to_its_end_without_missing_or_repeating(client: Client, place: Town) -> None:
    path, seen = "/lists?item=permit", []
    while path:
        page = client.get(path).text
        seen += [part.split('"')[0] for part in page.split('href="/records/')[1:]]
        marker = 'rel="next" href="'
        path = page.split(marker)[1].split('"')[0].replace("&amp;", "&") if marker in page else ""
    assert len(seen) == len(set(seen)) == 30


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        ({"from": "2026-13-01"}, "不是日期"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "起始日期晚于截止日期"),
        ({"party": "有限公司"}, "请写得更全，或写代码"),
        ({"party": "不存在的单位名称"}, "没有名称含这几个字的单位"),
        ({"party": "\u200b"}, "没有可查询的内容"),
    ],
)
def test_a_filter_that_makes_no_sense_is_named(client: Client, filters: dict[str, str], told: str) -> None:
    assert told in client.get("/lists", params=filters).text


def test_whoever_wants_a_remedy_is_told_where_and_how_soon_with_the_law(client: Client, place: Town) -> None:
    for path in ("/help", f"/records/{record_of(place, 2)}"):
        page = client.get(path).text
        for told in (
            "信用中国办理信用修复 10 个工作日，行业主管部门答复信用修复 3 个工作日",
            "（国办发〔2025〕22号）",
            "延长规定未读到",
            "处罚决定变更、撤销后撤回公开信息 3 个工作日",
            "第四十八条",
            "多久答复的规定没有读到原文",
        ):
            assert told in page, (path, told)


def test_the_windows_of_a_record_are_those_that_it_has(place: Town) -> None:
    def titles(*, ends: bool, elsewhere: bool) -> list[str]:
        return [w.title[:4] for w in windows_of(place.app.pack, place.day, ends=ends, elsewhere=elsewhere)]

    assert titles(ends=False, elsewhere=False) == ["内容有误"]  # a permit
    assert titles(ends=True, elsewhere=False) == ["内容有误", "信用修复", "处罚决定"]
    assert titles(ends=True, elsewhere=True) == ["内容有误", "信用修复", "市场监管", "处罚决定"]


@pytest.mark.parametrize(
    ("regime", "day", "told"),
    [
        ("R2026", date(2026, 11, 20), None),
        ("R2023", date(2026, 3, 31), None),
        ("R2023", date(2026, 4, 1), "自 2026-04-01 起失效"),
        ("R1999", date(2026, 4, 1), None),  # of an older pack
    ],
)
def test_a_record_whose_rule_was_repealed_since_says_so(
    place: Town, regime: str, day: date, told: str | None
) -> None:
    with place.app.database.transaction() as tx:
        row = publicity.publicity_of(tx, [record_of(place, 2)])[record_of(place, 2)][0]
    said = outlived(place.app.pack, replace(row, decision=replace(row.decision, regime=regime)), day)
    assert (said is None) == (told is None)
    if said and told:
        assert told in said
        assert "现行的是《信用修复管理办法》（国家发展改革委令第36号）" in said
        assert "过渡规定未读到" in said  # so whether the old penalties are kept as they were is open


def test_no_instrument_read_in_part_is_said_to_be_read_in_full(client: Client) -> None:
    page = client.get("/about").text
    assert "仅读到开头部分" in page
    assert "指读过条文全文" not in page


def test_the_about_page_holds_what_a_checker_needs(client: Client, place: Town) -> None:
    page = client.get("/about").text
    assert place.app.keys.log.verifier in page
    assert place.app.pack.digest in page
    assert "待核实" in page
    assert client.get("/log/checkpoint").headers["location"] == "/log/0/checkpoint"


def test_the_published_log_is_served_and_nothing_else_of_its_folder(client: Client, place: Town) -> None:
    note = client.get("/log/0/checkpoint")
    assert note.text.startswith(place.app.keys.log.name)
    assert client.get("/log/0/tile/entries/000.p/" + note.text.split("\n")[1]).status_code == 200
    (place.app.home.log / "0" / "secret").write_text("x")
    tag = {"if-none-match": note.headers["etag"]}
    assert client.get("/log/0/checkpoint", headers=tag).status_code == 304  # mirrors ask for it all day
    for path in ("0/secret", ".lock", "0/../../keys/log.key", "0/tile/", "../keys/log.key", "0"):
        assert client.get(f"/log/{path}").status_code == 404, path


def test_a_proof_from_the_page_holds_for_the_independent_checker(
    client: Client, place: Town, tmp_path
) -> None:
    from xinheng.verify.command import main

    proof = client.get(f"/api/v1/records/{record_of(place, 2)}/proof")
    assert proof.headers["content-disposition"].startswith("attachment")
    file = tmp_path / "proof.json"
    file.write_bytes(proof.content)
    assert json.loads(proof.content)["format"].startswith("xinheng-proof/")
    assert main(["proof", str(file), "--key", place.app.keys.log.verifier]) == 0
