# ruff: noqa: F811 - fixtures
"""监测 at the desk: overview, late records, gaps, an alert answered and accepted, a list compared."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.e2e import invented
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_cases import clerk, office, other  # noqa: F401 - fixtures
from tests.unit.faces.web.test_desk import csrf, sent

from xinheng.core.times import today
from xinheng.evidence.completeness import service as completeness
from xinheng.office.access import service as access
from xinheng.outward.monitoring import store


@pytest.fixture(scope="module")
def ran(place: Town) -> Town:
    """A source that was to send something for months and never did."""
    clock, pack = place.app.clock, place.app.pack
    with place.app.database.transaction() as tx:
        agency = access.by_code(tx, "SJJ")
        since = today(clock) - timedelta(days=200)
        completeness.add_feed(tx, pack, agency, "permit", since, clock, "甲")
    return place


def test_the_overview_counts_and_leads_on(clerk: Client, office: Client, ran: Town) -> None:
    day = today(ran.app.clock) - timedelta(days=90)
    rows = [
        invented.penalty(7_700 + n, day, 行政处罚决定书文号=f"示市监测罚〔{day.year}〕{n}号")
        for n in (1, 2, 3, 4, 5, 7)
    ]
    sent(clerk, invented.sheet(rows))
    assert clerk.post("/desk/watch/run", data={"csrf": csrf(clerk)}).status_code == 403
    assert office.post("/desk/watch/run", data={"csrf": csrf(office)}).status_code == 303
    page = office.get("/desk/watch").text
    for text in ("最近一次", invented.MARKET, "近十二个月", "疑似瞒报", "合计"):
        assert text in page
    late = clerk.get("/desk/watch/late").text
    assert "收到时已过报送期限" in late
    assert "7 个工作日（" in late
    assert clerk.get("/desk/watch/late?from=2001-01&to=2001-02").text.count("这段时间没有迟报") == 1
    assert clerk.get("/desk/watch/late?from=x").status_code == 422
    assert "示市监测罚〔2026〕1号" in office.get("/desk/watch/late?format=csv&purpose=核对").text
    gaps = clerk.get("/desk/watch/gaps").text
    assert "示市监测罚〔2026〕6号" in gaps
    for verdict in ("waiting", "unclear", "nonsense"):
        assert clerk.get(f"/desk/watch/gaps?verdict={verdict}").status_code == 200
    for path in ("late", "gaps", "silence"):
        assert clerk.get(f"/desk/watch/{path}?format=xlsx").status_code == 200


def test_another_agency_sees_nothing_of_it(other: Client, office: Client, ran: Town) -> None:
    office.post("/desk/watch/run", data={"csrf": csrf(office)})
    assert invented.MARKET not in other.get("/desk/watch").text
    assert "这段时间没有迟报" in other.get("/desk/watch/late?agency=SJJ").text
    assert "没有这样的缺号" in other.get("/desk/watch/gaps").text
    assert "没有无数据预警" in other.get("/desk/watch/silence").text
    with ran.app.database.transaction() as tx:
        (alert,) = store.alerts(tx, None, still=True, limit=5)
    assert other.get(f"/desk/watch/silence/{alert.alert}").status_code == 404


def test_an_alert_is_answered_and_accepted(clerk: Client, office: Client, ran: Town) -> None:
    office.post("/desk/watch/run", data={"csrf": csrf(office)})
    with ran.app.database.transaction() as tx:
        (alert,) = store.alerts(tx, None, still=True, limit=5)
    address = f"/desk/watch/silence/{alert.alert}"
    page = clerk.get(address).text
    assert "从未报送或申报" in page
    assert "申报零报送" in page
    wrong = clerk.post(address, data={"csrf": csrf(clerk), "act": "answer", "note": "无"})
    assert (wrong.status_code, "4 至 500 个字" in wrong.text) == (400, True)
    assert (
        clerk.post(address, data={"csrf": csrf(clerk), "act": "accept", "note": "情况属实"}).status_code
        == 403
    )
    assert clerk.post(address, data={"csrf": csrf(clerk), "act": "x"}).status_code in (400, 422)
    said = {"csrf": csrf(clerk), "act": "answer", "note": "许可职权已划转审批局"}
    assert clerk.post(address, data=said).status_code == 303
    assert "许可职权已划转审批局" in office.get(address).text
    done = {"csrf": csrf(office), "act": "accept", "note": "情况属实"}
    assert office.post(address, data=done).status_code == 303
    assert "说明情况属实" in office.get("/desk/watch/silence?ended=1").text
    assert office.post(address, data=done).status_code == 409


def upload(client: Client, text: str, **fields: str) -> tuple[int, str]:
    answer = client.post(
        "/desk/watch/lists",
        data={"csrf": csrf(client), **fields},
        files={"file": ("清单.csv", text.encode(), "text/csv")},
    )
    return answer.status_code, answer.headers.get("location", "") or answer.text


LIST = """文号,当事人,决定日期
示市监罚字〔2026〕8001号,某某商贸有限公司,2026-09-01
示市监罚字〔2026〕8002号,张三,2026-09-01
"""


def test_a_list_is_compared_raised_and_downloaded(clerk: Client, office: Client, other: Client) -> None:
    code, where = upload(office, LIST, agency="SJJ", item="penalty", origin="audit")
    assert code == 303
    page = office.get(where).text
    assert "8001号" in page
    everything = office.get(f"{where}?outcome=all").text
    assert "8002号" in everything
    assert "张三" not in everything
    csv = office.get(f"{where}?format=csv").text
    assert "未报送,示市监罚字〔2026〕8001号" in csv
    assert "张三" not in csv
    assert clerk.post(f"{where}/raise", data={"csrf": csrf(clerk)}).status_code == 403
    assert other.get(where).status_code == 404
    assert office.post(f"{where}/raise", data={"csrf": csrf(office)}).status_code == 303
    assert "已提出 1 件疑似瞒报" in office.get(where).text
    assert office.post(f"{where}/raise", data={"csrf": csrf(office)}).status_code == 409


def test_a_self_check_is_for_the_agency_alone(clerk: Client, office: Client, ran: Town) -> None:
    text = "文号,当事人\n示市监罚字〔2026〕8003号,某某商贸有限公司\n"
    code, where = upload(clerk, text, item="penalty")
    assert code == 303
    page = clerk.get(where).text
    assert "单位自查" in page
    assert "提出疑似瞒报" not in page
    assert office.get(where).status_code == 404
    assert "自查" in clerk.get("/desk/watch/lists").text


def test_a_list_that_is_none_is_refused_on_the_page(clerk: Client, office: Client, ran: Town) -> None:
    for fields, text in (
        ({"item": ""}, "文号\n1\n"),
        ({"item": "penalty"}, ""),
        ({"item": "penalty"}, "甲,乙\n1,2\n"),
    ):
        code, page = upload(clerk, text, **fields)
        assert code in (400, 422)
        assert "还不能继续" in page
    assert upload(office, "文号\n1\n", item="penalty")[0] == 400
