"""A home with two agencies for the worker: real keys, database and engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import SteppingClock
from tests.sending import AUTHORITY

from xinheng.core.networks import networks
from xinheng.faces.app import App, Settings, init_home, open_app
from xinheng.office.access import service as access
from xinheng.office.access.service import NewAgency


@pytest.fixture
def app(dsn: str, home: Path, clock: SteppingClock) -> Iterator[App]:
    settings = Settings(home=home / "home", dsn=dsn, private_networks=networks("127.0.0.0/8"))
    init_home(settings, "national", clock)
    with open_app(settings, clock, serving=True) as opened:
        with opened.database.transaction() as tx:
            for code, name in (("A", AUTHORITY), ("B", "清河市城市管理局")):
                access.add_agency(tx, NewAgency(code, name), clock, "test")
        yield opened
