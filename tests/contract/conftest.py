"""Both adapters of `Transaction`, under one name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from xinheng.ground.store import Database, Transaction

Open = Callable[[], AbstractContextManager[Transaction]]


@pytest.fixture(params=["psycopg", "adbc"])
def opened(request: pytest.FixtureRequest, database: Database) -> Open:
    """Opens transactions of one adapter on a database of the test's own."""
    return database.transaction if request.param == "psycopg" else database.bulk
