"""Every list leaves the house as a file or a print, and each is noted."""

from __future__ import annotations

import csv
import io

import pytest
from tests.unit.faces.web.test_desk import sign_in

LISTS = ("receipts", "codes", "numbers", "audit", "figures", "completeness", "exports")


@pytest.fixture
def office(client, place):
    sign_in(client, "xyb", place.passwords["xyb"])
    return client


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_offered_in_three_forms(office, name):
    page = office.get(f"/desk/{name}").text
    assert 'name="format" value="xlsx"' in page
    for form, start in (("xlsx", b"PK"), ("csv", "\ufeff".encode())):
        answer = office.get(f"/desk/{name}?format={form}")
        assert answer.status_code == 200, answer.text
        assert answer.content.startswith(start)
        assert answer.headers["cache-control"] == "no-store"
    assert "记入导出记录" in office.get(f"/desk/{name}?format=print").text


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
