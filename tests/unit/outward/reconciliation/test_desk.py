"""The desk's pages of reconciliation: the office sees all, an agency its own, nobody how it is reached."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from tests.contract.reconciling import province
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.conftest import client, place, site  # noqa: F401 - fixtures
from tests.unit.faces.web.test_desk import sign_in

from xinheng.faces.jobs.reconciling import reconcile
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Filter
from xinheng.outward.reconciliation import service
from xinheng.outward.reconciliation.differences_store import Wanted
from xinheng.outward.reconciliation.model import Kind, Partner

SECRET = "planted-folder-name"


@pytest.fixture(scope="session")
def between(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("upward") / SECRET
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def partner(place: Town, between: Path) -> Partner:  # noqa: F811 - fixture
    """The province: takes all but the first row of the market office, which it returns."""
    return province(place.app, between)


@pytest.fixture
def signed(site: FastAPI, place: Town, request: pytest.FixtureRequest) -> Iterator[Client]:  # noqa: F811
    with Client(site) as opened:
        assert sign_in(opened, request.param, place.passwords[request.param]).status_code == 303
        yield opened


def returned(place: Town, partner: Partner) -> UUID:  # noqa: F811 - fixture
    with place.app.database.transaction() as tx:
        (found,) = service.differences(tx, Wanted(partner.partner, Kind.RETURNED))
    return UUID(found.about.removeprefix("record:"))


@pytest.mark.parametrize("signed", ["xyb"], indirect=True)
def test_the_office_sees_what_was_sent_taken_and_returned(
    signed: Client,
    partner: Partner,
    place: Town,  # noqa: F811 - fixture
    between: Path,
) -> None:
    page = signed.get("/desk/upward")
    assert page.status_code == 200
    for text in ("湖口省平台", "截止时的上行队列", "行政处罚", "行政许可", "示例市市场监督管理局", "未清空"):
        assert text in page.text
    listed = signed.get(f"/desk/upward/differences?partner={partner.partner}&kind=returned")
    for text in ("对方退回", "处罚类别不在省目录内", "由信源单位更正后重新报送", "共 1 项"):
        assert text in listed.text
    assert "没有差异" in signed.get("/desk/upward/differences?kind=missing").text
    record = returned(place, partner)
    one = signed.get(f"/desk/upward/records/{record}")
    for text in (str(record), "对方退回", "第 1 批", "重发给湖口省平台"):
        assert text in one.text
    assert SECRET not in page.text + listed.text + one.text
    assert signed.get("/desk/upward?month=x").status_code == 400
    assert signed.get("/desk/upward/differences?kind=x").status_code == 400
    assert signed.get(f"/desk/upward/records/{UUID(int=7)}").status_code == 404
    sheet = signed.get("/desk/upward/differences?format=csv&purpose=核对")
    assert "处罚类别不在省目录内" in sheet.text


@pytest.mark.parametrize("signed", ["sjj"], indirect=True)
def test_the_agency_sees_its_returned_row_as_a_task(
    signed: Client,
    partner: Partner,
    place: Town,  # noqa: F811 - fixture
) -> None:
    record = returned(place, partner)
    one = signed.get(f"/desk/upward/records/{record}")
    assert "请更正这条记录" in one.text
    form = signed.get(f"/desk/form/penalty?correct={record}")
    assert "更正原记录" in form.text
    assert "处以罚款人民币" in form.text
    assert "重发给" not in one.text
    assert "截止时的上行队列" not in signed.get("/desk/upward").text
    with place.app.database.transaction() as tx:
        (task,) = cases.listed(tx, Filter(kind="upward_returned"))
    assert task.owner == place.agencies["SJJ"]
    assert task.title in signed.get("/desk/cases?kind=upward_returned").text


@pytest.mark.parametrize("signed", ["hbj"], indirect=True)
def test_another_agency_sees_nothing_of_it(
    signed: Client,
    partner: Partner,
    place: Town,  # noqa: F811 - fixture
) -> None:
    assert "没有差异" in signed.get("/desk/upward/differences").text
    assert "行政处罚" not in signed.get("/desk/upward").text
    assert signed.get(f"/desk/upward/records/{returned(place, partner)}").status_code == 404


def test_the_office_sends_once_more(site: FastAPI, partner: Partner, place: Town) -> None:  # noqa: F811
    record = returned(place, partner)
    with Client(site) as office:
        sign_in(office, "xyb", place.passwords["xyb"])
        page = office.get(f"/desk/upward/records/{record}").text
        token = page.partition('name="csrf" value="')[2].partition('"')[0]
        path = f"/desk/upward/records/{record}/again"
        assert office.post(path, data={"partner": str(partner.partner)}).status_code == 403
        done = office.post(path, data={"csrf": token, "partner": str(partner.partner)})
        assert done.status_code == 303
        assert "已排入下一次发送" in office.get(done.headers["location"]).text
    with Client(site) as agency:
        sign_in(agency, "sjj", place.passwords["sjj"])
        assert agency.post(path, data={"csrf": token}).status_code == 403


def test_the_worker_makes_a_pass_with_each_partner(partner: Partner, place: Town) -> None:  # noqa: F811
    place.clock.step(minutes=15)
    reconcile(place.app)
    with place.app.database.transaction() as tx:
        known = service.by_id(tx, partner.partner)
    assert (known.last_run, known.last_code) == (place.clock.now().at, None)
