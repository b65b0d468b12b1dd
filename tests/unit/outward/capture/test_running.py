"""Capture against pages served on loopback: what becomes a draft, and how politely it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.contract.agencies import LOOPBACK
from tests.sending import AUTHORITY, House, row
from tests.unit.evidence.intake.conftest import engine, house, national  # noqa: F401 - fixtures
from tests.unit.outward.capture.serving import Answer, Pages, Waiter, serving

from xinheng.evidence.intake import service as intake
from xinheng.evidence.submissions.model import State as Sent
from xinheng.outward.capture import fetching, running, service, store
from xinheng.outward.capture.errors import (
    AskedToStop,
    CaptureBusy,
    CaptureWrong,
    DraftAbsent,
    LayoutChanged,
    LeftHost,
    PageUnavailable,
    RobotsForbid,
)
from xinheng.outward.capture.model import Capture, Draft, State
from xinheng.outward.targets import TargetForbidden

LABELS = {
    "CF_XDR_MC": "当事人", "CF_XDR_LB": "类别", "CF_XDR_SHXYM": "代码", "CF_WSH": "决定书文号",
    "CF_WFXW": "违法行为", "CF_SY": "事实", "CF_YJ": "依据", "CF_CFLB": "处罚类别", "CF_NR": "处罚内容",
    "CF_NR_FK": "罚款（万元）", "CF_JDRQ": "决定日期", "CF_YXQ": "有效期", "CF_FRDB": "法定代表人",
}  # fmt: skip
CONSTANTS = {name: row(1)[name] for name in ("CF_CFJG", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM")}


def description(pages: Pages, **more: str) -> str:
    given = {
        "item": "penalty",
        "start": f"{pages.base}/list.html",
        "contact": "office@example.invalid",
        "rows": "table.list tr",
        "link": "td a",
        **more,
    }
    lines = [f"{k}: {v}" for k, v in given.items()]
    lines += ["constants:", *(f"  {k}: '{v}'" for k, v in CONSTANTS.items())]
    lines += ["fields:", *(f"  {k}: {{label: {v}}}" for k, v in LABELS.items())]
    return "\n".join(lines) + "\n"


def decision(number: int, **cells: str) -> str:
    """A page of one decision, as careless sites make them: unclosed cells, labels with colons."""
    said = row(number, **cells)
    body = "".join(f"<tr><td>{LABELS[k]}：<td><span>{v}</span>" for k, v in said.items() if k in LABELS)
    return f"<html><body><table>{body}</table></body>"


def listing(*numbers: int, more: str = "") -> str:
    rows = "".join(f"<tr><td><a href='/d/{n}.html'>第{n}号</a><td>2026-11-12</tr>" for n in numbers)
    return f"<h1>行政处罚</h1><table class=list><tr><th>标题<th>日期</tr>{rows}</table>{more}"


@pytest.fixture
def pages() -> Iterator[Pages]:
    with serving() as running_:
        running_.put("/list.html", listing(1, 2))
        for n in range(1, 10):
            running_.put(f"/d/{n}.html", decision(n))
        yield running_


@pytest.fixture
def waiter() -> Waiter:
    return Waiter()


def capture(house: House, text: str, name: str = "list") -> Capture:  # noqa: F811 - fixture
    with house.database.transaction() as tx:
        return service.register(tx, house.pack, "A", name, text.encode(), house.clock)


def run(house: House, which: Capture, waiter: Waiter) -> running.Tally:  # noqa: F811 - fixture
    with house.database.transaction() as tx:
        now = service.by_name(tx, which.name)
    return running.run(house, now, LOOPBACK, waiter)


def drafts(house: House, which: Capture) -> list[Draft]:  # noqa: F811 - fixture
    with house.database.transaction() as tx:
        return service.drafts(tx, which, 100)


def by(house: House, which: Capture) -> service.Decider:  # noqa: F811 - fixture
    return service.Decider(None, "sjj", which.agency)


def test_decisions_become_drafts_with_their_lineage(house, pages, waiter) -> None:  # noqa: F811
    which = capture(house, description(pages))
    tally = run(house, which, waiter)
    assert (tally.pages, tally.rows, tally.drafts, tally.persons) == (1, 2, 2, 0)
    first, second = drafts(house, which)
    assert first.fields["CF_WSH"] == row(1)["CF_WSH"]
    assert first.fields["CF_CFJG"] == AUTHORITY
    assert first.fields["CF_NR_FK"] == "4.8"
    assert (first.source, second.source) == (f"{pages.base}/d/1.html", f"{pages.base}/d/2.html")
    assert len(first.page_sha256) == 64
    assert first.advice == ()
    assert house.count("records") == 0


def test_it_says_who_it_is_and_waits_between_requests(house, pages, waiter) -> None:  # noqa: F811
    run(house, capture(house, description(pages, interval="4")), waiter)
    assert pages.paths == ["/robots.txt", "/list.html", "/d/1.html", "/d/2.html"]
    assert waiter.slept == [4, 4, 4]
    for _, headers in pages.asked:
        assert headers["user-agent"] == "xinheng-capture/1 (+office@example.invalid)"
        assert headers["host"] == f"127.0.0.1:{pages.port}"
        assert "cookie" not in headers


def test_what_was_read_is_not_asked_for_again(house, pages, waiter) -> None:  # noqa: F811
    which = capture(house, description(pages))
    run(house, which, waiter)
    pages.put("/list.html", listing(3, 1, 2))
    pages.asked.clear()
    tally = run(house, which, waiter)
    assert pages.paths == ["/robots.txt", "/list.html", "/d/3.html"]
    assert (tally.drafts, tally.known) == (1, 2)


def test_an_unchanged_list_is_one_conditional_request(house, pages, waiter) -> None:  # noqa: F811
    pages.put("/list.html", listing(1), etag='"v1"')
    which = capture(house, description(pages))
    run(house, which, waiter)
    pages.asked.clear()
    tally = run(house, which, waiter)
    assert pages.paths == ["/robots.txt", "/list.html"]
    assert pages.asked[1][1]["if-none-match"] == '"v1"'
    assert tally.notes == ["列表页自上次以来没有变化"]


def test_of_natural_persons_only_the_number_stays(house, pages, waiter) -> None:  # noqa: F811
    pages.put("/d/2.html", decision(2, CF_XDR_MC="张三丰", CF_XDR_LB="自然人", CF_XDR_SHXYM=""))
    which = capture(house, description(pages))
    tally = run(house, which, waiter)
    assert (tally.drafts, tally.persons) == (1, 1)
    with house.database.transaction() as tx:
        for (name,) in tx.fetch("select tablename from pg_tables where schemaname = 'public'"):
            assert tx.fetch(f"select count(*) from {name} t where t::text like '%%张三丰%%'", {}) == [(0,)]
            assert tx.fetch(f"select count(*) from {name} t where t::text like '%%d/2.html%%'", {}) == [(0,)]
    assert list(house.incoming.rglob("*.jsonl")) == []
    pages.asked.clear()
    run(house, which, waiter)
    assert "/d/2.html" not in pages.paths


def test_identity_numbers_are_masked_before_anything_is_kept(house, pages, waiter) -> None:  # noqa: F811
    number = "11010519491231002X"
    pages.put("/d/1.html", decision(1, CF_SY=f"当事人的经办人身份证号{number}在场"))
    which = capture(house, description(pages))
    run(house, which, waiter)
    assert number not in drafts(house, which)[0].fields["CF_SY"]
    assert "经办人" in drafts(house, which)[0].fields["CF_SY"]


def test_pages_in_gb18030_are_read_whoever_says_so(house, pages, waiter) -> None:  # noqa: F811
    meta = "<meta http-equiv=Content-Type content='text/html; charset=gb2312'>"
    name = "清河市㐂堂商贸有限公司"  # outside GB 2312
    pages.answers["/d/1.html"] = Answer(
        (meta + decision(1, CF_XDR_MC=name)).encode("gb18030"), headers={"content-type": "text/html"}
    )
    pages.answers["/d/2.html"] = Answer(
        decision(2, CF_XDR_MC=name).encode("gb18030"), headers={"content-type": "text/html; charset=GBK"}
    )
    which = capture(house, description(pages))
    run(house, which, waiter)
    assert [d.fields["CF_XDR_MC"] for d in drafts(house, which)] == [name, name]
    pages.answers["/d/3.html"] = Answer(decision(3).encode("gb18030"), headers={"content-type": "text/html"})
    pages.put("/list.html", listing(3))
    stated = capture(house, description(pages, encoding="GB18030"), "stated")
    with pytest.raises(LayoutChanged):  # the list itself is UTF-8: what is stated holds for all pages
        pages.put("/list.html", "<p>空</p>")
        run(house, stated, waiter)


def test_lists_go_on_by_link_or_by_number(house, pages, waiter) -> None:  # noqa: F811
    pages.put("/list.html", listing(1, 2, more="<a class=next href='list_2.html'>下一页</a>"))
    pages.put("/list_2.html", listing(3, more="<a class=next href='javascript:void(0)'>下一页</a>"))
    by_link = capture(house, description(pages) + "pages: {next: a.next, most: 5}\n", "by-link")
    assert run(house, by_link, waiter).drafts == 3
    text = description(pages) + f"pages: {{number: '{pages.base}/list_{{page}}.html', most: 2}}\n"
    by_number = capture(house, text, "by-number")
    tally = run(house, by_number, waiter)
    assert (tally.pages, tally.drafts) == (2, 3)


def test_a_list_that_says_all_needs_no_further_page(house, pages, waiter) -> None:  # noqa: F811
    cells = "".join(f"<td class={k}>{v}</td>" for k, v in row(5).items())
    pages.put("/list.html", f"<table class=list><tr>{cells}</tr></table>")
    text = description(pages).replace("link: td a\n", "")
    text = text[: text.index("fields:")] + "fields:\n" + "".join(f"  {k}: 'td.{k}'\n" for k in LABELS)
    which = capture(house, text)
    assert run(house, which, waiter).drafts == 1
    assert drafts(house, which)[0].source == f"{pages.base}/list.html"
    assert run(house, which, waiter).drafts == 0  # the same row is the same draft


def test_missing_fields_are_told_with_their_rule(house, pages, waiter) -> None:  # noqa: F811
    pages.put("/d/1.html", decision(1).replace("决定书文号", "文书编号"))
    which = capture(house, description(pages))
    tally = run(house, which, waiter)
    assert tally.notes == ["1 行没有取到 CF_WSH（标签“决定书文号”）"]
    with_gap = drafts(house, which)[0]
    assert "CF_WSH" not in with_gap.fields
    assert any("文号" in text for text in with_gap.advice)


def test_a_changed_layout_names_the_selector(house, pages, waiter) -> None:  # noqa: F811
    pages.put("/list.html", "<div class=newlist><a href='/d/1.html'>一</a></div>")
    which = capture(house, description(pages))
    with pytest.raises(LayoutChanged, match=r"选择器 table\.list tr 匹配到 0 行"):
        run(house, which, waiter)
    with house.database.transaction() as tx:
        now = service.by_name(tx, "list")
    assert (now.last_code, now.completed) == ("XH873", None)
    assert "table.list tr" in (now.last_said or "")


def test_broken_html_and_dead_links_do_not_stop_the_rest(house, pages, waiter) -> None:  # noqa: F811
    broken = listing(1, 8, 2).replace("</tr>", "").replace("</table>", "<table><div></a>")
    pages.put("/list.html", broken)
    del pages.answers["/d/8.html"]
    which = capture(house, description(pages))
    tally = run(house, which, waiter)
    assert (tally.drafts, tally.unreadable) == (2, 1)
    pages.put("/d/8.html", decision(8))
    assert run(house, which, waiter).drafts == 1  # asked for again: it was never read


def test_robots_are_obeyed(house, pages, waiter) -> None:  # noqa: F811
    pages.put("/robots.txt", "User-agent: *\nDisallow: /list")
    which = capture(house, description(pages))
    with pytest.raises(RobotsForbid):
        run(house, which, waiter)
    assert pages.paths == ["/robots.txt"]
    pages.answers["/robots.txt"] = Answer(b"", 403)
    with pytest.raises(RobotsForbid):
        run(house, which, waiter)
    pages.put("/robots.txt", "User-agent: *\nCrawl-delay: 9")
    waiter.slept.clear()
    run(house, which, waiter)
    assert set(waiter.slept) == {9}


@pytest.mark.parametrize(
    ("answers", "pauses"),
    [
        ([Answer(b"", 429, {"retry-after": "30"})], [30, 30]),
        ([Answer(b"", 503)], [20, 40]),
        ([Answer(b"", 429, {"retry-after": "86400"})], []),
        ([Answer(b"", 503, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"})], []),
    ],
)
def test_a_site_that_asks_for_a_pause_gets_it(house, pages, waiter, answers, pauses) -> None:  # noqa: F811
    pages.answers["/list.html"] = answers
    which = capture(house, description(pages, interval="5"))
    with pytest.raises(AskedToStop):
        run(house, which, waiter)
    assert [s for s in waiter.slept if s > 5] == pauses


def test_after_a_pause_it_goes_on(house, pages, waiter) -> None:  # noqa: F811
    pages.answers["/d/1.html"] = [Answer(b"", 503), Answer(decision(1).encode())]
    assert run(house, capture(house, description(pages)), waiter).drafts == 2


def test_what_was_kept_stays_when_a_run_breaks_off(house, pages, waiter) -> None:  # noqa: F811
    pages.put("/list.html", listing(1, more="<a class=next href='list_2.html'>下一页</a>"))
    pages.put("/list_2.html", listing(2))
    pages.answers["/d/2.html"] = [Answer(b"", 503)]
    which = capture(house, description(pages) + "pages: {next: a.next}\n")
    with pytest.raises(AskedToStop):
        run(house, which, waiter)
    assert len(drafts(house, which)) == 1
    pages.put("/d/2.html", decision(2))
    tally = run(house, which, waiter)
    assert (tally.drafts, len(drafts(house, which))) == (1, 2)


def test_other_hosts_are_not_followed(house, pages, waiter) -> None:  # noqa: F811
    pages.answers["/list.html"] = Answer(b"", 302, {"location": "http://127.0.0.2:1/list.html"})
    which = capture(house, description(pages))
    with pytest.raises(LeftHost):
        run(house, which, waiter)
    pages.answers["/list.html"] = Answer(b"", 302, {"location": "/moved.html"})
    pages.put(
        "/moved.html", listing(1) + "<table class=list><tr><td><a href='//evil.invalid/x'>x</a></table>"
    )
    tally = run(house, which, waiter)
    assert (tally.drafts, tally.unreadable) == (1, 1)
    pages.answers["/moved.html"] = Answer(b"", 302, {"location": "/moved.html"})
    with pytest.raises(PageUnavailable):
        run(house, which, waiter)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"x" * 3_000_000),
        Answer(b"%PDF-1.4", headers={"content-type": "application/pdf"}),
        Answer(b"", 404),
    ],
)
def test_what_is_no_readable_page_is_refused(house, pages, waiter, answer) -> None:  # noqa: F811
    pages.answers["/list.html"] = answer
    with pytest.raises(PageUnavailable):
        run(house, capture(house, description(pages)), waiter)


def test_a_page_that_takes_too_long_is_left(house, pages, waiter, monkeypatch) -> None:  # noqa: F811
    slow = replace(waiter)
    monkeypatch.setattr(slow, "elapsed", lambda: slow.slept.append(0) or 100.0 + 40 * len(slow.slept))
    with pytest.raises(PageUnavailable, match="没有传完"):
        run(house, capture(house, description(pages)), slow)


def test_private_places_are_refused_unless_listed(house, pages, waiter) -> None:  # noqa: F811
    with pytest.raises(TargetForbidden):
        running.run(house, capture(house, description(pages)), (), waiter)
    assert pages.asked == []


def test_two_runs_at_once_are_one(house, pages, waiter) -> None:  # noqa: F811
    which = capture(house, description(pages))
    with running._alone(house.incoming, which), pytest.raises(CaptureBusy):
        run(house, which, waiter)


def test_confirmed_drafts_go_through_the_intake(house, pages, waiter) -> None:  # noqa: F811
    which = capture(house, description(pages))
    run(house, which, waiter)
    found = drafts(house, which)
    sent = service.confirm(house, which, [d.draft for d in found], by(house, which))
    assert sent.state is Sent.DONE
    assert sent.receipt is not None
    with house.database.transaction() as tx:
        kept = intake.kept_receipt(tx, sent.receipt)
        left = [store.draft(tx, d.draft) for d in found]
    assert (kept.way, kept.counts["accepted"]) == ("capture", 2)
    assert [(d.state, d.line, d.submission, d.fields) for d in left] == [
        (State.CONFIRMED, 1, sent.id, {}),
        (State.CONFIRMED, 2, sent.id, {}),
    ]
    assert left[0].source.endswith("/d/1.html")
    with pytest.raises(DraftAbsent):
        service.confirm(house, which, [found[0].draft], by(house, which))


def test_drafts_are_edited_and_discarded(house, pages, waiter) -> None:  # noqa: F811
    which = capture(house, description(pages))
    run(house, which, waiter)
    first, second = drafts(house, which)
    with house.database.transaction() as tx:
        fields = {**first.fields, "CF_NR_FK": " 5 ", "CF_SY": "证件11010519491231002X", "CF_FRDB": ""}
        service.edit(tx, house.pack, first, fields, by(house, which), house.clock)
        assert service.discard(tx, which, [second.draft], by(house, which), house.clock) == 1
    (left,) = drafts(house, which)
    assert (left.edited, left.fields["CF_NR_FK"]) == (True, "5")
    assert "11010519491231002X" not in left.fields["CF_SY"]
    assert "CF_FRDB" not in left.fields
    with house.database.transaction() as tx:
        for wrong in ({"CF_FR_ZJHM": "1", "CF_SY": "x"}, {"CF_SY": "x"}):
            with pytest.raises(CaptureWrong):
                service.edit(tx, house.pack, left, wrong, by(house, which), house.clock)
    run(house, which, waiter)
    assert len(drafts(house, which)) == 1  # what was discarded does not come back


def test_another_agency_s_drafts_are_not_there(house, pages, waiter) -> None:  # noqa: F811
    which = capture(house, description(pages))
    other = capture(house, description(pages), "other")
    run(house, which, waiter)
    (one, _) = drafts(house, which)
    with house.database.transaction() as tx, pytest.raises(DraftAbsent):
        service.discard(tx, other, [one.draft], by(house, other), house.clock)


def test_names_are_resolved_once_a_run(house, pages, waiter, monkeypatch) -> None:  # noqa: F811
    asked: list[Any] = []
    real = fetching.resolve
    monkeypatch.setattr(fetching, "resolve", lambda *a: asked.append(a) or real(*a))
    run(house, capture(house, description(pages)), waiter)
    assert len(asked) == 1
