"""One national pack, one warm engine, and a house for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import SteppingClock
from tests.sending import House

from xinheng.ground.engine import Engine
from xinheng.ground.keys import Keys
from xinheng.ground.store import Database
from xinheng.law import packs
from xinheng.law.packs import Pack


@pytest.fixture(scope="session")
def national() -> Pack:
    return packs.load("national", [packs.shipped()])


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with Engine(800) as opened:
        yield opened


@pytest.fixture
def house(database: Database, engine: Engine, national: Pack, clock: SteppingClock, tmp_path: Path) -> House:
    return House(database, engine, Keys.create(tmp_path / "keys"), national, clock, tmp_path).open()
