"""Every list leaves the house as a file or a print, and each is noted."""

from __future__ import annotations

import csv
import io

import pytest
from tests.unit.faces.web.test_desk import sign_in

from xinheng.outward.reports import exports

LISTS = (
    *("receipts", "cases", "codes", "numbers", "audit", "figures", "completeness", "exports", "reviews"),
    "reviews?kind=records",
)


@pytest.fixture
def office(client, place):
    sign_in(client, "xyb", place.passwords["xyb"])
    return client


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_offered_in_three_forms(office, name):
    page = office.get(f"/desk/{name}").text
    assert 'name="format" value="xlsx"' in page
    for form, start in (("xlsx", b"PK"), ("csv", "\ufeff".encode())):
        answer = office.get(f"/desk/{name}{'&' if '?' in name else '?'}format={form}")
        assert answer.status_code == 200, answer.text
        assert answer.content.startswith(start)
        assert answer.headers["cache-control"] == "no-store"
    assert "记入导出记录" in office.get(f"/desk/{name}{'&' if '?' in name else '?'}format=print").text


def test_what_is_exported_is_what_was_filtered_for_and_it_is_noted(office):
    answer = office.get("/desk/receipts?item=permit&format=csv&purpose=核对十一月")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["事项"] for row in rows} == {"行政许可"}
    log = office.get("/desk/exports").text
    for text in ("核对十一月", "item=permit", "回执"):
        assert text in log
    kept = list(
        csv.DictReader(io.StringIO(office.get("/desk/exports?format=csv").content.decode("utf-8-sig")))
    )
    assert kept[0]["SHA-256"] == answer.headers["x-sha256"]


def test_a_purpose_with_an_identity_number_and_an_unknown_form_are_refused(office):
    refused = office.get("/desk/receipts?format=csv&purpose=11010519491231002X")
    assert (refused.status_code, "XH826" in refused.text) == (400, True)
    assert "XH826" in office.get("/desk/receipts?format=exe").text


def test_an_agency_sees_only_its_own_exports(client, place, office):
    office.get("/desk/numbers?format=csv&purpose=信用办用的")
    office.http.cookies.clear()
    sign_in(client, "sjj", place.passwords["sjj"])
    client.get("/desk/receipts?format=csv&purpose=本局用的")
    page = client.get("/desk/exports").text
    assert "本局用的" in page
    assert "信用办用的" not in page


def test_the_cases_of_all_stretches_leave_and_submissions_too(client, place, monkeypatch):
    sign_in(client, "sjj", place.passwords["sjj"])
    monkeypatch.setattr(exports, "PAGE", 1)  # turned at every row
    found = client.get("/desk/cases?format=csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(found)))
    with place.app.database.transaction() as tx:
        [(held,)] = tx.fetch(
            "select count(*) from cases where closed is null and owner = %(owner)s",
            {"owner": place.agencies["SJJ"]},
        )
    assert len({row["编号"] for row in rows}) == len(rows) == held > 1
    assert client.get("/desk/submissions?format=xlsx").content.startswith(b"PK")
