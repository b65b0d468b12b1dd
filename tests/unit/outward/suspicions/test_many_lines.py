"""A list of fifty thousand lines goes the whole way, and no step takes a minute."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.unit.outward.suspicions import lists as given
from tests.unit.outward.suspicions.instance import PDF, Place

from xinheng.outward.documents.attachments import Attachments
from xinheng.outward.suspicions import answering, packages, returning, service
from xinheng.outward.suspicions.model import Filter, Outcome, Said, State

LINES = 50_000


@contextmanager
def within(what: str, most: float) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    assert time.perf_counter() - begin < most, what


@pytest.mark.long
def test_fifty_thousand_lines(place: Place) -> None:
    bodies = (given.MARKET, given.ENVIRONMENT, given.COUNTY_MARKET)
    rows = [given.row(n, bodies[n % 3]) for n in range(LINES)]
    with within("read", 60):
        sheet = place.read(given.as_xlsx(rows), "清单.xlsx")
    with within("keep", 60):
        of = place.keep(sheet)
    with within("split", 60):
        assert place.split(of).total == LINES
    with within("page", 2):
        service.listed(place.tx, Filter(list_id=of.list_id, sees=place["SJJ"]), 25, 10_000)
        service.count(place.tx, Filter(list_id=of.list_id, sees=place["SJJ"]))
    path = place.folder / "handed.zip"
    with within("hand on", 60):
        packages.hand_on(place.tx, of, place.bodies["COUNTY"], place.actor("CITY"), place.clock, path)
    with within("read handed", 60):
        packages.read_handed(path, of.received_on)
    said = Said(Outcome.NOT_DUE, "不属报送范围")
    mine = service.ids(place.tx, Filter(hand=place["SJJ"], state=State.GIVEN), LINES)
    with within("answer", 60):
        place.answer("SJJ", said, mine, scan=Attachments(place.folder / "s").put(PDF, "决定书.pdf"))
    theirs = service.ids(place.tx, Filter(hand=place["CITY"], state=State.ANSWERED), LINES)
    with within("accept", 60):
        answering.accept(place.tx, theirs, place.actor("CITY"), place.clock)
    with within("give back", 60):
        what = returning.returned(place.tx, of)
        assert len(returning.as_xlsx(of, what)) > 1_000_000
