"""A pack change with a file in flight: a record keeps the digest it was checked under (decision 17)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.conftest import SteppingClock
from tests.sending import House, outcomes, row

from xinheng.core.times import Known
from xinheng.evidence.intake import service
from xinheng.evidence.ledger.projection import Batch
from xinheng.faces.app.activation import activate, active_digest
from xinheng.ground.store.transaction import Transaction
from xinheng.law import packs
from xinheng.law.packs import Pack


@pytest.fixture(scope="module")
def local() -> Pack:
    return packs.load("hubei", [packs.shipped()])


class Meanwhile:
    """A projector during whose preparation somebody else activates another pack."""

    def __init__(self, house: House, pack: Pack) -> None:
        self._house, self._pack = house, pack

    def begin(self) -> None:
        pass

    def compute(self, batch: Batch) -> None:
        pass

    def prepare(self, tx: Transaction, batch: Batch) -> None:
        with self._house.database.transaction() as other:
            activate(other, self._pack, self._house.clock, ())

    def finish(self, tx: Transaction) -> None:
        pass


def test_records_in_flight_keep_the_pack_they_were_checked_under(
    house: House, national: Pack, local: Pack, clock: SteppingClock
) -> None:
    with house.database.transaction() as tx:
        activate(tx, national, clock, ())
    house.projectors = (Meanwhile(house, local),)
    receipt = house.send(row(1), row(2))
    assert outcomes(receipt) == ["accepted", "accepted"]
    assert receipt.pack == national.label
    with house.database.transaction() as tx:
        assert active_digest(tx) == local.digest
        kept = tx.fetch("""select distinct pack from contents c join provenances using (provenance)
               join records r on r.record = c.record""")
        assert kept == [(national.label,)]
        changed = tx.fetch("select known from events where kind = 'pack_activated' order by seq desc limit 1")
        entered = tx.fetch("select distinct known from events where kind = 'recorded'")
        assert entered > changed
        # as of the moment before the change, the old pack still answers
        assert active_digest(tx, Known(changed[0][0])) == local.digest


def test_a_new_pack_returns_nothing_that_is_held(
    house: House, national: Pack, local: Pack, clock: SteppingClock
) -> None:
    first = house.send(row(1))
    house.pack = local
    again = house.send(row(1), row(2))
    assert outcomes(again) == ["known", "accepted"]
    assert house.record(again) == house.record(first)
    with house.database.transaction() as tx:
        found = tx.fetch(
            "select pack from contents join provenances using (provenance) where record = %(r)s",
            {"r": house.record(first)},
        )
    assert found == [(national.label,)]


def test_a_file_that_was_answered_keeps_its_receipt_under_a_new_pack(house: House, local: Pack) -> None:
    request = house.request([row(1)])
    first = service.submit(house, request)
    house.pack = local
    again = service.submit(house, replace(request))
    assert again.repeated
    assert (again.receipt, again.pack) == (first.receipt, first.pack)
