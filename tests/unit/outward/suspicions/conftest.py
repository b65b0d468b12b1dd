"""A city's instance with its tree, for the tests of lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import SteppingClock
from tests.unit.outward.suspicions.instance import Place, bodies

from xinheng.ground.engine import Engine
from xinheng.ground.store import Database


@pytest.fixture(scope="package")
def engine() -> Iterator[Engine]:
    """A warm one: many small lists are read."""
    with Engine(400, 1) as warm:
        yield warm


@pytest.fixture
def place(database: Database, clock: SteppingClock, tmp_path: Path, engine: Engine) -> Iterator[Place]:
    """The instance, inside a transaction."""
    with database.transaction() as tx:
        yield Place(tx, clock, tmp_path, bodies(tx, clock), engine)
