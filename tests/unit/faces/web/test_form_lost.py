"""What was typed comes back where the session has ended or changed, at every form of the desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import csrf, sign_in, token_in

from xinheng.faces.web.access import COOKIE

APPEAL = "/desk/code-appeals"
TYPED = {"code": "91420100MA000000XX", "reason": "写了很久的理由，“照原样”回来", "by": "某公司"}
OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def clerk(site: FastAPI, place: Town) -> Iterator[Client]:
    """A clerk whose page was opened in a session that another one has followed."""
    with Client(site) as client:
        assert sign_in(client, "sjj", place.passwords["sjj"]).status_code == 303
        yield client


def test_a_form_of_an_ended_session_waits_for_the_sign_in(clerk: Client) -> None:
    clerk.http.cookies.delete(COOKIE)
    lost = clerk.post(APPEAL, data={"csrf": "old", **TYPED}, headers=OURS)
    assert lost.status_code == 401
    assert TYPED["reason"] in lost.text
    assert f'action="{APPEAL}"' in lost.text
    assert "old" not in lost.text.split("<main", 1)[1]
    assert lost.headers["cache-control"] == "no-store"
    empty = clerk.post(APPEAL, data={"csrf": "old"}, headers=OURS)
    assert empty.status_code == 303, "where nothing was typed there is nothing to hand back"


def test_a_form_of_an_earlier_session_is_confirmed_with_the_new_ones_token(clerk: Client) -> None:
    again = clerk.post(APPEAL, data={"csrf": "old", **TYPED}, headers=OURS)
    assert again.status_code == 403
    assert TYPED["reason"] in again.text
    assert "重新提交" in again.text
    token = token_in(again)
    assert token == csrf(clerk)
    taken = clerk.post(APPEAL, data={"csrf": token, **TYPED}, headers=OURS)
    assert taken.status_code == 400, "the form's own answer: no such organisation"
    assert "主体库中没有代码" in taken.text


def test_a_form_that_no_page_of_ours_sent_is_refused_as_before(clerk: Client) -> None:
    for headers in ({}, {"sec-fetch-site": "cross-site"}, {"origin": "http://elsewhere"}):
        refused = clerk.post(APPEAL, data=TYPED, headers=headers)
        assert refused.status_code == 403
        assert TYPED["reason"] not in refused.text
        assert "XH956" in refused.text
