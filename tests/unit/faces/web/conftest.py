"""The web face over a small town: one for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from tests.e2e.town import Town, town
from tests.unit.faces.web import programs as calling
from tests.unit.faces.web.asgi import Client

from xinheng.faces.web.application import create_app
from xinheng.ground.store import Server


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Town]:
    """The town."""
    with town(tmp_path_factory.mktemp("town"), server) as built:
        yield built


@pytest.fixture(scope="session")
def site(place: Town) -> FastAPI:
    """Portal, desk and api over the town."""
    return create_app(place.app)


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[calling.Place]:
    """The house that agencies' systems call."""
    with calling.programs(tmp_path_factory.mktemp("api"), server) as built:
        yield built


@pytest.fixture
def http(programs: calling.Place) -> Iterator[Client]:
    """A program's connection to that house."""
    with Client(programs.site) as opened:
        yield opened


@pytest.fixture
def client(site: FastAPI) -> Iterator[Client]:
    """Somebody without an account, with no cookie."""
    with Client(site) as opened:
        yield opened
