"""The desk's pages of captured drafts: confirm, discard, correct; only the agency's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from tests.contract.agencies import LOOPBACK
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.conftest import client, place, site  # noqa: F401 - fixtures
from tests.unit.faces.web.test_desk import csrf, rows, sign_in
from tests.unit.outward.capture.serving import Waiter, serving

from xinheng.law.headers import resolve
from xinheng.outward.capture import running, service
from xinheng.outward.capture.model import Capture

DESCRIPTION = """item: penalty
start: {base}/list.html
contact: office@example.invalid
rows: tr
fields:
{fields}
"""


@pytest.fixture(scope="module")
def captured(place: Town) -> Capture:  # noqa: F811 - fixture
    """Three drafts of the market office."""
    given = rows(place, 9_100, 3)
    item = place.app.pack.item("penalty")
    names = [n for n in given[0] if given[0][n] and item.has(resolve(item, n).target)]
    with serving() as pages:
        lines = ("".join(f"<td>{r[n]}</td>" for n in names) for r in given)
        pages.put("/list.html", "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>")
        fields = "\n".join(f"  {n}: 'td:nth-child({i})'" for i, n in enumerate(names, 1))
        text = DESCRIPTION.format(base=pages.base, fields=fields)
        with place.app.database.transaction() as tx:
            made = service.register(tx, place.app.pack, "SJJ", "sjj-list", text.encode(), place.app.clock)
        assert running.run(place.app, made, LOOPBACK, Waiter()).drafts == 3
    return made


@pytest.fixture
def clerk(client: Client, place: Town) -> Client:  # noqa: F811 - fixtures
    assert sign_in(client, "sjj", place.passwords["sjj"]).status_code == 303
    return client


@pytest.fixture
def others(site: FastAPI, place: Town) -> Iterator[dict[str, Client]]:  # noqa: F811 - fixtures
    with Client(site) as office, Client(site) as other:
        sign_in(office, "xyb", place.passwords["xyb"])
        sign_in(other, "hbj", place.passwords["hbj"])
        yield {"office": office, "other": other}


def drafts(page: str) -> list[str]:
    return re.findall(r'name="draft\.([0-9a-f-]{36})"', page)


def test_a_clerk_corrects_discards_and_confirms(clerk: Client, captured: Capture) -> None:
    home = f"/desk/capture/{captured.capture}"
    page = clerk.get(home)
    first, second, third = drafts(page.text)
    assert "sjj-list" in clerk.get("/desk/capture").text
    token = {"csrf": csrf(clerk)}

    assert clerk.post(home, data=token | {"action": "confirm"}).status_code == 400  # nothing ticked
    assert clerk.post(home, data=token | {f"draft.{first}": "1"}).status_code == 400  # no decision
    assert clerk.post(home, data=token | {"draft.x": "1", "action": "confirm"}).status_code == 400

    edit = clerk.get(f"{home}/{first}")
    fields = dict(re.findall(r'name="field\.(\w+)" value="([^"]*)"', edit.text))
    assert fields["CF_WSH"]
    assert clerk.post(f"{home}/{first}", data=token | {"field.BZ": "只有一项"}).status_code == 400
    changed = {f"field.{k}": v for k, v in fields.items()} | {"field.BZ": "核对过"}
    saved = clerk.post(f"{home}/{first}", data=token | changed)
    assert saved.headers["location"] == f"{home}?said=saved"
    assert "改过" in clerk.get(home).text

    gone = clerk.post(home, data=token | {f"draft.{second}": "1", "action": "discard"})
    assert gone.headers["location"] == f"{home}?said=discarded"
    sent = clerk.post(home, data=token | {f"draft.{third}": "1", "action": "confirm"})
    assert sent.headers["location"].startswith("/desk/receipts/")
    assert drafts(clerk.get(home).text) == [first]
    again = clerk.post(home, data=token | {f"draft.{third}": "1", "action": "confirm"})
    assert again.status_code == 404
    assert "XH877" in again.text


def test_the_office_looks_on_and_another_agency_sees_nothing(
    others: dict[str, Client], captured: Capture
) -> None:
    home = f"/desk/capture/{captured.capture}"
    page = others["office"].get(home)
    assert page.status_code == 200
    assert drafts(page.text) == []
    assert "sjj-list" in others["office"].get("/desk/capture").text
    assert others["other"].get(home).status_code == 404
    assert "没有登记抓取" in others["other"].get("/desk/capture").text
    form = {"csrf": csrf(others["other"]), "action": "discard", f"draft.{captured.capture}": "1"}
    assert others["other"].post(home, data=form).status_code == 404
