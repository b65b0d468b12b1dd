"""A credit office below another one: its own place and no more, at every page about agencies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from tests.e2e import invented
from tests.e2e.town import Town, send, town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import csrf, sign_in

from xinheng.evidence.completeness import service as completeness
from xinheng.faces.web.application import create_app
from xinheng.ground.store import Server
from xinheng.office.access import accounts, service
from xinheng.office.access.model import AgencyKind, Level, Role
from xinheng.office.access.service import NewAgency
from xinheng.outward.appraisal import assessing

BUREAU = "南溪县市场监管局"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Town]:
    """A town of its own: a county with a file of its own would be met by the others' tests."""
    with town(tmp_path_factory.mktemp("levels"), server) as built:
        yield built


@pytest.fixture(scope="module")
def site(place: Town) -> FastAPI:
    """Its web face."""
    return create_app(place.app)


@pytest.fixture(scope="module")
def county(place: Town, tmp_path_factory: pytest.TempPathFactory) -> UUID:
    """A county's credit office with a bureau that has sent one file; the receipt of it."""
    app = place.app
    with app.database.transaction() as tx:
        for code, name, parent, kind in (
            ("NX", "南溪县信用办", "XYB", AgencyKind.OFFICE),
            ("NX-S", BUREAU, "NX", AgencyKind.AGENCY),
        ):
            new = NewAgency(code, name, parent, kind, Level.COUNTY, from_on=date(2020, 1, 1))
            agency = service.add_agency(tx, new, app.clock, "测试")
            if kind is AgencyKind.OFFICE:
                entered = accounts.NewAccount("nx-office", "南溪县信用办", Role.OFFICE, agency)
                place.passwords["nx-office"] = accounts.add_account(
                    tx, entered, app.passwords, app.clock, "测试"
                )[1]
    row = invented.permit(900, place.day, 许可机关=BUREAU, 数据来源单位=BUREAU)
    return send(place, Path(tmp_path_factory.mktemp("county")), "NX-S", "permit", [row]).receipt


@pytest.fixture
def lower(site: FastAPI, place: Town, county: UUID) -> Iterator[Client]:
    """The county's credit office, signed in."""
    with Client(site) as client:
        assert sign_in(client, "nx-office", place.passwords["nx-office"]).status_code == 303
        yield client


@pytest.fixture
def upper(site: FastAPI, place: Town) -> Iterator[Client]:
    """The platform's own credit office, signed in."""
    with Client(site) as client:
        assert sign_in(client, "xyb", place.passwords["xyb"]).status_code == 303
        yield client


def test_it_sees_the_receipts_of_its_place_and_not_the_citys(
    place: Town, lower: Client, upper: Client, county: UUID
) -> None:
    assert place.penalties is not None
    city = f"/desk/receipts/{place.penalties.receipt}"
    for address in (city, f"{city}/returned", f"{city}/returned.xlsx"):
        assert lower.get(address).status_code == 404, address
        assert upper.get(address).status_code == 200, address
    assert lower.get(f"/desk/receipts/{county}").status_code == 200
    for address in ("/desk", "/desk/receipts"):
        text = lower.get(address).text
        assert f"/desk/receipts/{county}" in text
        assert str(place.penalties.receipt) not in text
        assert text.count("/desk/receipts/0") < upper.get(address).text.count("/desk/receipts/0")


def test_what_belongs_to_no_place_is_the_platforms_own_offices(lower: Client, upper: Client) -> None:
    home = lower.get("/desk").text
    for address in ("/desk/reviews", "/desk/audit", "/desk/timers"):
        assert lower.get(address).status_code == 403, address
        assert f'href="{address}' not in home
        assert upper.get(address).status_code == 200, address
    token = {"csrf": csrf(lower)}
    nobody = "019a9d2c-5b00-7000-8000-000000000001"
    for address in (
        *(f"/desk/reviews/{kind}/{nobody}" for kind in ("subjects", "records")),
        *(f"/desk/proposals/{nobody}/{step}" for step in ("decide", "mended")),
        *("/desk/proposals/issue", "/desk/plans-bodies"),
    ):
        assert lower.post(address, data=token).status_code == 403, address


def test_the_overview_counts_its_own_place(lower: Client, upper: Client) -> None:
    text = lower.get("/desk/office").text
    assert BUREAU in text
    assert invented.MARKET not in text
    assert "/desk/reviews" not in text
    assert invented.MARKET in upper.get("/desk/office").text


def test_it_changes_nothing_of_an_agency_that_is_not_its_own(place: Town, lower: Client) -> None:
    token = {"csrf": csrf(lower)}
    assert lower.post("/desk/agencies/SJJ/settings", data=token | {"review": "yes"}).status_code == 403
    with place.app.database.transaction() as tx:
        city = service.by_code(tx, "JTJ")
        feed = completeness.add_feed(
            tx, place.app.pack, city, "permit", date(2026, 1, 1), place.app.clock, "测试"
        )
    entered = {"agency": "SJJ", "item": "reward", "since": "2026-01"}
    assert lower.post("/desk/completeness/feeds", data=token | entered).status_code == 403
    ended = {"feed": str(feed.feed), "until": "2026-02"}
    assert lower.post("/desk/completeness/end", data=token | ended).status_code == 403
    assert "示例市交通运输局" not in lower.get("/desk/completeness").text
    assert lower.post("/desk/agencies/NX-S/settings", data=token).status_code == 303
    assert (
        lower.post("/desk/completeness/feeds", data=token | entered | {"agency": "NX-S"}).status_code == 303
    )


def test_findings_about_codes_are_those_of_its_place(place: Town, lower: Client, upper: Client) -> None:
    assert upper.post("/desk/codes/inspect", data={"csrf": csrf(upper)}).status_code == 303
    with place.app.database.transaction() as tx:
        found = tx.fetch("select finding from code_findings")
    assert found
    token = {"csrf": csrf(lower), "outcome": "confirmed", "note": "已经核实"}
    for (finding,) in found:
        assert upper.get(f"/desk/codes/{finding}").status_code == 200
        assert lower.get(f"/desk/codes/{finding}").status_code == 404
        assert lower.post(f"/desk/codes/{finding}", data=token).status_code == 404
    for address in ("/desk/codes", "/desk/codes?owner=XYB"):
        assert "/desk/codes/0" in upper.get(address).text
        assert "/desk/codes/0" not in lower.get(address).text


def test_the_log_of_exports_is_of_its_place(lower: Client, upper: Client) -> None:
    taken = {"format": "csv", "purpose": "年度检查留存"}
    assert upper.get("/desk/receipts", params=taken).status_code == 200
    assert "年度检查留存" in upper.get("/desk/exports").text
    assert "年度检查留存" not in lower.get("/desk/exports").text


def test_an_assessment_of_the_city_is_not_the_countys_to_read(
    place: Town, lower: Client, upper: Client, county: UUID
) -> None:
    with place.app.database.transaction() as tx:
        bodies = {code: service.by_code(tx, code) for code in ("SJJ", "HBJ", "XYB", "NX")}
        seen = [
            assessing.commit(
                tx,
                place.app.pack,
                assessing.NewAssessment(
                    name=f"{head}的评估",
                    bodies=[bodies[body]],
                    items=("penalty", "permit"),
                    from_on=date(2026, 1, 1),
                    to_on=place.day,
                    least=1,
                    percent=5,
                    seed_rule="福彩双色球次日开奖号码，中国福彩网可查",
                    seed_on=place.day + timedelta(days=1),
                    office=bodies[head].agency,
                ),
                place.app.clock,
                "测试",
            )
            for head, body in (("XYB", "SJJ"), ("NX", "HBJ"))  # who ordered it decides
        ]
    city, own = (f"/desk/assessments/{one.assessment}" for one in seen)
    assert [lower.get(each).status_code for each in (city, own)] == [404, 200]
    assert [upper.get(each).status_code for each in (city, own)] == [200, 200]
    listed = lower.get("/desk/assessments").text
    assert (city in listed, own in listed) == (False, True)
