"""`/api/v1/holdings`, `/withdrawals` and `/submissions/…/rows`: each program sees and takes back its own."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.programs import PATH, Place, answer, body, fresh
from tests.unit.faces.web.programs import programs as calling

from xinheng.faces.web.api import submission_shapes as shapes
from xinheng.faces.web.api.holdings import HoldingsAnswer, WithdrawalsAnswer
from xinheng.ground.store import Server
from xinheng.office.access.model_clients import Scope

HOLDINGS, WITHDRAWALS = "/api/v1/holdings", "/api/v1/withdrawals"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Place]:
    """A house of these tests' own: they count what an agency has."""
    with calling(tmp_path_factory.mktemp("holdings"), server) as built:
        yield built


@pytest.fixture
def place(programs: Place) -> Place:
    return programs


def walked(http: Client, headers: dict[str, str]) -> list[str]:
    """Ids of everything held, a page of two at a time."""
    seen: list[str] = []
    page: dict[str, str] = {"limit": "2"}
    while True:
        value = HoldingsAnswer.model_validate_json(http.get(HOLDINGS, params=page, headers=headers).content)
        seen += [str(h.record) for h in value.holdings]
        if value.next is None:
            return seen
        page["page"] = value.next


def test_what_was_sent_is_held_row_by_row_and_can_be_taken_back(place: Place, http: Client) -> None:
    mine, others = place.bearer(), place.bearer("B")
    sent = answer(http.post(PATH, json=body(fresh(), fresh(), fresh(CF_CFLB="罚")), headers=mine))
    rows = shapes.RowsAnswer.model_validate_json(
        http.get(f"{PATH}/{sent.submission}/rows", headers=mine).content
    )
    assert [r.outcome for r in rows.rows] == ["accepted", "accepted", "returned"]
    first, second = (str(r.record) for r in rows.rows[:2])
    assert rows.rows[2].checks
    assert http.get(f"{PATH}/{sent.submission}/rows", headers=others).status_code == 404
    assert walked(http, mine) == sorted([first, second])
    assert walked(http, others) == []
    asked = {"withdrawals": [{"record": first, "reason": "复议决定撤销"}]}
    theirs = WithdrawalsAnswer.model_validate_json(http.post(WITHDRAWALS, json=asked, headers=others).content)
    assert [w.outcome for w in theirs.withdrawals] == ["refused"]
    for expected in ("withdrawn", "already"):
        told = WithdrawalsAnswer.model_validate_json(http.post(WITHDRAWALS, json=asked, headers=mine).content)
        assert [w.outcome for w in told.withdrawals] == [expected]
    value = HoldingsAnswer.model_validate_json(http.get(HOLDINGS, headers=mine).content)
    states = {str(h.record): (h.state, h.shown) for h in value.holdings}
    assert states == {first: ("withdrawn", False), second: ("current", True)}
    assert all(len(h.digest or "") == 64 for h in value.holdings)


def test_scopes_and_limits_hold(place: Place, http: Client) -> None:
    reader, writer = place.bearer("A", Scope.READ), place.bearer("A", Scope.WRITE)
    assert http.get(HOLDINGS).status_code == 401
    assert http.get(HOLDINGS, headers=writer).status_code == 403
    asked = {"withdrawals": [{"record": "01a1f6c2-bd40-7069-8df6-9d6f8a06dfa8", "reason": "撤销"}]}
    assert http.post(WITHDRAWALS, json=asked, headers=reader).status_code == 403
    for wrong in ({"withdrawals": []}, {"withdrawals": asked["withdrawals"] * 1001}, {}):
        refused = http.post(WITHDRAWALS, json=wrong, headers=writer)
        assert (refused.status_code, orjson.loads(refused.content)["code"][:2]) == (400, "XH")
    assert http.get(HOLDINGS, params={"limit": "0"}, headers=reader).status_code == 400
    assert http.get(HOLDINGS, params={"item": "nothing"}, headers=reader).status_code in (400, 404)
