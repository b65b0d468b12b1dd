"""Who asks too fast waits; nobody else notices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from tests.e2e.town import Town
from tests.unit.faces.web.asgi import Client

from xinheng.faces.web import pace
from xinheng.faces.web.application import create_app
from xinheng.faces.web.errors import AskedTooFastError
from xinheng.faces.web.pace import Pace


class Watch:
    """A clock that stands still until it is told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def asked(address: str | None, path: str = "/search") -> dict[str, Any]:
    return {"type": "http", "path": path, "client": None if address is None else (address, 1)}


def admitted(tried: Pace, address: str | None, path: str = "/search", times: int = 1) -> int:
    count = 0
    for _ in range(times):
        try:
            tried.admit(asked(address, path))
        except AskedTooFastError:
            continue
        count += 1
    return count


def test_a_minute_s_worth_at_once_and_then_one_by_one() -> None:
    watch = Watch()
    tried = Pace(60, watch)
    assert admitted(tried, "203.0.113.9", times=70) == 60
    watch.now = 2.5
    assert admitted(tried, "203.0.113.9", times=9) == 2
    with pytest.raises(AskedTooFastError) as held_back:
        tried.admit(asked("203.0.113.9"))
    assert held_back.value.retry_after == 1
    watch.now = 3600.0
    assert admitted(tried, "203.0.113.9", times=70) == 60


def test_each_address_has_a_bucket_of_its_own() -> None:
    tried = Pace(2, Watch())
    assert admitted(tried, "203.0.113.9", times=3) == 2
    assert admitted(tried, "203.0.113.10", times=3) == 2
    # one office may choose among its IPv6 addresses
    assert admitted(tried, "2001:db8:1:2::1", times=2) + admitted(tried, "2001:db8:1:2:ffff::9", times=2) == 2
    assert admitted(tried, "2001:db8:1:3::1", times=1) == 1


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", None])
def test_this_machine_is_not_held_back(address: str | None) -> None:
    assert admitted(Pace(1, Watch()), address, times=50) == 50


def test_pages_that_read_nothing_are_free() -> None:
    tried = Pace(1, Watch())
    for path in ("/", "/about", "/static/xinheng.css", "/desk/sign-in", "/api/v1/openapi.json"):
        assert admitted(tried, "203.0.113.9", path, times=5) == 5


def test_nought_holds_nobody_back() -> None:
    assert admitted(Pace(0, Watch()), "203.0.113.9", times=500) == 500


def test_only_so_many_addresses_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "ADDRESSES", 3)
    tried = Pace(1, Watch())
    for last in range(5):
        assert admitted(tried, f"203.0.113.{last}") == 1
    assert admitted(tried, "203.0.113.0") == 1  # forgotten meanwhile
    assert admitted(tried, "203.0.113.4") == 0


@pytest.fixture
def abroad(place: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Somebody outside, where three questions a minute are allowed."""
    transport = httpx.ASGITransport
    monkeypatch.setattr(httpx, "ASGITransport", lambda app: transport(app, client=("203.0.113.9", 7)))
    monkeypatch.setattr(place.app, "settings", replace(place.app.settings, lookups_per_minute=3))
    with Client(create_app(place.app)) as client:
        yield client


def test_the_refusal_says_how_long_to_wait(abroad: Client) -> None:
    for _ in range(3):
        assert abroad.get("/search", params={"q": "星河"}).status_code == 200
    page = abroad.get("/search", params={"q": "星河"})
    assert (page.status_code, int(page.headers["retry-after"]) > 0) == (429, True)
    assert "XH963" in page.text
    answer = abroad.get("/api/v1/subjects", params={"q": "星河"})
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "XH963"
    assert abroad.get("/").status_code == 200
