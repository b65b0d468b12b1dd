"""A town for the books: a city office over a county office, agencies under both, two months of sheets.

Built once a module; tests that add to it say what they expect to stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from tests.conftest import TEMPLATE, SteppingClock, _create, _run
from tests.sending import AUTHORITY, House, row

from xinheng.evidence.completeness.projector import HeldProjector
from xinheng.evidence.ledger.day_counts import DayProjector
from xinheng.evidence.subjects.coverage import CoverageProjector
from xinheng.ground.engine import Engine
from xinheng.ground.keys import Keys
from xinheng.ground.store import Database, Server
from xinheng.law import packs
from xinheng.law.packs import Pack
from xinheng.office.access import moving, service
from xinheng.office.access.model import AgencyKind, Level
from xinheng.office.access.model_tree import By
from xinheng.office.access.service import NewAgency
from xinheng.outward.suspicions import service as suspicions
from xinheng.outward.suspicions.model import NewSuspicion, Source

OLD = date(2020, 1, 1)
B_AUTHORITY = "清河市城市管理局"


@pytest.fixture(scope="session")
def national() -> Pack:
    return packs.load("national", [packs.shipped()])


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with Engine(800) as opened:
        yield opened


@pytest.fixture(scope="module")
def town(
    server: Server, engine: Engine, national: Pack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """C (city office, 430100) over X (county office, 430121); A under X, B and Q under C."""
    folder = tmp_path_factory.mktemp("town")
    name = f"reports_{folder.name.replace('-', '_')}".lower()
    _create(server, name, TEMPLATE)
    with Database(server.address(name), size=2) as database:
        clock = SteppingClock(datetime(2026, 9, 1, 2, tzinfo=UTC))
        house = House(
            database,
            engine,
            Keys.create(folder / "keys"),
            national,
            clock,
            folder,
            (HeldProjector(), CoverageProjector(), DayProjector()),
        ).open()
        _tree(house)
        _october(house)
        _november(house)
        yield house
    _run(server, f"drop database {name} with (force)")


def _tree(house: House) -> None:
    with house.database.transaction() as tx:
        for new in (
            NewAgency("C", "清河市信用办", None, AgencyKind.OFFICE, Level.CITY, "430100", OLD),
            NewAgency("X", "清源县信用办", "C", AgencyKind.OFFICE, Level.COUNTY, "430121", OLD),
            NewAgency("Q", "清河市静默局", "C", from_on=OLD),
        ):
            service.add_agency(tx, new, house.clock, "test")
        for code, under in (("A", "X"), ("B", "C")):
            moving.move(
                tx,
                service.by_code(tx, code),
                By.PLACE,
                service.by_code(tx, under),
                OLD,
                house.clock,
                "test",
            )


def _october(house: House) -> None:
    """A: two taken in, one of them late, one returned, one suspected to be missing. B: one in time."""
    house.clock.set(datetime(2026, 10, 20, 2, tzinfo=UTC))
    with house.database.transaction() as tx:
        agency = service.by_code(tx, "A").agency
        new = NewSuspicion(agency, Source.COMPARED, "penalty", "x〕9号", None, None, {}, "x〕9号")
        assert suspicions.raise_many(tx, [new], house.clock, house.pack) == 1
    house.send(row(1, CF_JDRQ="2026-09-01"), row(2, CF_JDRQ="2026-10-16"), row(3, CF_JDRQ="2026-13-01"))
    house.send(row(4, CF_JDRQ="2026-10-19", CF_CFJG=B_AUTHORITY, CF_SJLY=B_AUTHORITY), source="B")


def _november(house: House) -> None:
    """A: one corrected, one new."""
    house.clock.set(datetime(2026, 11, 20, 2, tzinfo=UTC))
    house.send(row(2, CF_JDRQ="2026-10-16", CF_SY="发布虚假广告"), row(5, CF_JDRQ="2026-11-18"))


__all__ = ["AUTHORITY", "B_AUTHORITY"]
