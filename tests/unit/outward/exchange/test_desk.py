"""The desk's pages of exchanges: the office sees all, an agency its own, nobody an address."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from fastapi import FastAPI
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.conftest import client, place, site  # noqa: F401 - fixtures
from tests.unit.faces.web.test_desk import sign_in

from xinheng.core.ids import new_id
from xinheng.faces.web.desk.exchange import exchange_line
from xinheng.outward.exchange import service, store
from xinheng.outward.exchange.model import Exchange, State

SECRET = "planted-secret"


@pytest.fixture(scope="session")
def registered(place: Town) -> Exchange:  # noqa: F811 - fixture
    """An exchange of the market office, with one batch done and the next one stopped in the middle."""
    app = place.app
    address = f"postgresql://u:{SECRET}@db.example.invalid/d"
    with app.database.transaction() as tx:
        new = service.NewExchange("SJJ", "sjj-penalty", "penalty", address)
        made = service.register(tx, app.pack, app.home.keys, new, app.clock, "test")
        first = store.insert_batch(tx, new_id(app.clock), made.exchange, app.clock.now().at)
        done = {"state": State.DONE, "taken": 12, "refused": 1, "counts": {"accepted": 9, "returned": 2}}
        store.save(tx, type(first)(**{**vars(first), **done, "first_row": "1", "last_row": "12"}))
        store.insert_batch(tx, new_id(app.clock), made.exchange, app.clock.now().at)
        store.set_ended(tx, made.exchange, app.clock.now().at, "XH855", "单位数据库暂时无法使用")
    return made


@pytest.fixture
def signed(site: FastAPI, place: Town, request: pytest.FixtureRequest) -> Iterator[Client]:  # noqa: F811
    with Client(site) as opened:
        assert sign_in(opened, request.param, place.passwords[request.param]).status_code == 303
        yield opened


@pytest.mark.parametrize("signed", ["xyb", "sjj"], indirect=True)
def test_the_office_and_the_agency_see_how_it_stands(signed: Client, registered: Exchange) -> None:
    page = signed.get("/desk/exchange")
    assert page.status_code == 200
    for text in ("sjj-penalty", "XH855", "读取单位库中的行"):
        assert text in page.text
    one = signed.get(f"/desk/exchange/{registered.exchange}")
    assert one.status_code == 200
    for text in ("单位数据库暂时无法使用", "xinheng_out_penalty", "1 – 12", "PostgreSQL"):
        assert text in one.text
    assert SECRET not in page.text + one.text
    assert "example.invalid" not in page.text + one.text


@pytest.mark.parametrize("signed", ["hbj"], indirect=True)
def test_another_agency_sees_nothing_of_it(signed: Client, registered: Exchange) -> None:
    page = signed.get("/desk/exchange")
    assert "sjj-penalty" not in page.text
    assert "还没有库表交换" in page.text
    assert signed.get(f"/desk/exchange/{registered.exchange}").status_code == 404
    assert signed.get(f"/desk/exchange/{UUID(int=7)}").status_code == 404


def test_what_was_never_run_says_so(registered: Exchange) -> None:
    fresh = Exchange(**{**vars(registered), "last_code": None, "last_run": None})
    line = exchange_line(fresh, None, "甲局", "行政处罚")
    assert (line.tag.text, line.next) == ("尚未运行", "等待新的行")
