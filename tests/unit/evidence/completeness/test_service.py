"""Feeds on the real database: declared, held, judged; the numbers follow the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from tests.conftest import SteppingClock
from tests.unit.judgement.publicity.conftest import SOURCE, Penalty, batch_of, penalty

from xinheng.core.ids import new_id
from xinheng.evidence.completeness import service, store
from xinheng.evidence.completeness.errors import DeclarationRefused, FeedRefused, FeedUnknown
from xinheng.evidence.completeness.model import Feed, State
from xinheng.evidence.completeness.projector import HeldProjector
from xinheng.evidence.ledger.service import append, open_log
from xinheng.ground.store import Database
from xinheng.law import packs
from xinheng.office.access import service as access
from xinheng.office.access import store as access_store
from xinheng.office.access.model import Agency, AgencyKind, Level

DAY = date(2026, 11, 20)
AGENCY = Agency(SOURCE, "A", "演示市应急管理局", AgencyKind.AGENCY, Level.CITY, None, date(2000, 1, 1), None)


@dataclass
class House:
    database: Database
    clock: SteppingClock
    folder: Path
    pack: packs.Pack
    feed: Feed

    def put(self, *penalties: Penalty) -> Sequence[Penalty]:
        batch = batch_of(self.folder / new_id(self.clock).hex, penalties, self.clock)
        with self.database.transaction() as tx:
            append(tx, batch, self.clock, [HeldProjector()])
        return penalties

    def declare(self, month: str, count: int) -> None:
        self.clock.step(seconds=1)
        with self.database.transaction() as tx:
            service.declare(tx, self.feed, date.fromisoformat(month), count, self.clock, "甲")

    def states(self, since: str = "2026-08-01") -> dict[str, State]:
        with self.database.transaction() as tx:
            feeds = service.listed(tx, [SOURCE])
            ((judged),) = service.judged(tx, self.pack, feeds, date.fromisoformat(since), DAY)
        return {f"{m.month:%Y-%m}": m.state for m in judged.months}


@pytest.fixture(scope="module")
def pack() -> packs.Pack:
    return packs.load("national", [packs.shipped()])


@pytest.fixture
def house(database: Database, clock: SteppingClock, tmp_path: Path, pack: packs.Pack) -> House:
    with database.transaction() as tx:
        open_log(tx, "demo.invalid/xinheng")
        access_store.insert_agency(tx, AGENCY)
        feed = service.add_feed(tx, pack, AGENCY, "penalty", date(2026, 8, 15), clock, "信用办")
    return House(database, clock, tmp_path, pack, feed)


def test_what_is_held_is_counted_by_month_of_decision_and_follows_corrections(house: House) -> None:
    (first,), (second,) = house.put(penalty("2026-09-30")), house.put(penalty("2026-10-01"))
    assert house.states() == {
        "2026-08": State.UNDECLARED,
        "2026-09": State.UNDECLARED,
        "2026-10": State.UNDECLARED,
    }
    house.declare("2026-09-30", 1)
    house.declare("2026-10-01", 1)
    house.declare("2026-08-01", 0)
    assert house.states() == {"2026-08": State.NIL, "2026-09": State.COMPLETE, "2026-10": State.COMPLETE}
    house.put(replace(second, decided="2026-09-29", previous=second.event, event=new_id(house.clock)))
    assert house.states() == {"2026-08": State.NIL, "2026-09": State.CONTRADICTED, "2026-10": State.PARTIAL}
    with house.database.transaction() as tx:
        assert store.held(tx, "penalty", [SOURCE], date(2026, 1, 1)) == {
            (SOURCE, date(2026, 9, 1)): 2,
            (SOURCE, date(2026, 10, 1)): 0,
        }
    assert first.record != second.record


def test_the_later_declaration_counts_and_the_earlier_one_stays(house: House) -> None:
    house.declare("2026-09-01", 5)
    house.declare("2026-09-01", 0)
    assert house.states()["2026-09"] is State.NIL
    with house.database.transaction() as tx:
        assert [d.count for d in store.declarations(tx, house.feed.feed, date(2026, 9, 1))] == [0, 5]


def test_none_found_is_said_only_where_every_source_is_whole(house: House) -> None:
    with house.database.transaction() as tx:
        assert not service.statement(tx, house.pack, "penalty", date(2026, 1, 1), DAY).may_be_said
    for month in ("2026-08-01", "2026-09-01", "2026-10-01"):
        house.declare(month, 0)
    with house.database.transaction() as tx:
        said = service.statement(tx, house.pack, "penalty", date(2026, 1, 1), DAY)
    assert (said.since, said.until) == (date(2026, 8, 1), date(2026, 10, 31))


@pytest.mark.parametrize(
    ("month", "count", "found"),
    [
        ("2026-11-01", 1, "还没有结束"),
        ("2026-07-01", 1, "起止月份"),
        ("2026-09-01", -1, "-1"),
        ("2026-09-01", 10**9, "10"),
    ],
)
def test_what_cannot_be_declared_is_refused(house: House, month: str, count: int, found: str) -> None:
    with pytest.raises(DeclarationRefused) as refused:
        house.declare(month, count)
    assert found in refused.value.found


def test_a_second_feed_of_the_same_item_is_refused_until_the_first_has_ended(house: House) -> None:
    with house.database.transaction() as tx:
        with pytest.raises(FeedRefused, match="XH770"):
            service.add_feed(tx, house.pack, AGENCY, "penalty", date(2026, 10, 1), house.clock, "信用办")
        service.end_feed(tx, house.feed.feed, date(2026, 10, 9), house.clock, "信用办")
        again = service.add_feed(tx, house.pack, AGENCY, "行政处罚", date(2026, 10, 1), house.clock, "信用办")
        assert again.from_on == date(2026, 10, 1)
        assert len(service.listed(tx, [SOURCE])) == 2
        with pytest.raises(FeedUnknown):
            service.by_id(tx, UUID(int=1))


def test_a_successor_answers_with_what_its_predecessor_sent(house: House) -> None:
    house.put(penalty("2026-09-30"))
    with house.database.transaction() as tx:
        heir = access.add_agency(
            tx,
            access.NewAgency("B", "演示市应急管理和消防局", from_on=date(2026, 10, 1), predecessor="A"),
            house.clock,
            "信用办",
        )
        feed = service.add_feed(tx, house.pack, heir, "penalty", date(2026, 9, 1), house.clock, "信用办")
        service.declare(tx, feed, date(2026, 9, 1), 1, house.clock, "乙")
        ((judged),) = service.judged(tx, house.pack, [feed], date(2026, 9, 1), DAY)
    assert judged.months[0].state is State.COMPLETE
