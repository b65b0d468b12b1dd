"""陈旧事项: by each frequency, on both sides of its boundary; what is to be sent and never was."""

from __future__ import annotations

from datetime import date

import pytest
from tests.conftest import SteppingClock

from xinheng.core.times import today
from xinheng.evidence.completeness import freshness, service, store
from xinheng.evidence.completeness.model_freshness import Freshness, months_before, standing
from xinheng.ground.store import Database
from xinheng.law.kinds import Every
from xinheng.law.packs import load, shipped
from xinheng.office.access import service as access

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("every", "newest", "expected"),
    [
        (Every.MONTH, "2026-09", Freshness.FRESH),
        (Every.MONTH, "2026-08", Freshness.STALE),
        (Every.DAY, "2026-08", Freshness.STALE),
        (Every.QUARTER, "2026-05", Freshness.FRESH),
        (Every.QUARTER, "2026-04", Freshness.STALE),
        (Every.YEAR, "2024-11", Freshness.FRESH),
        (Every.YEAR, "2024-10", Freshness.STALE),
        (Every.EVENT, "2020-01", Freshness.NO_PERIOD),
        (Every.UNREAD, "2020-01", Freshness.NO_PERIOD),
    ],
)
def test_two_periods_without_a_record_are_stale(every: Every, newest: str, expected: Freshness) -> None:
    assert standing(every, date.fromisoformat(f"{newest}-01"), None, DAY) is expected


def test_what_is_to_be_sent_and_never_was_is_named_after_its_first_period() -> None:
    assert standing(Every.EVENT, None, date(2026, 9, 1), DAY) is Freshness.NEVER
    assert standing(Every.MONTH, None, date(2026, 10, 1), DAY) is Freshness.NO_PERIOD
    assert standing(Every.YEAR, None, date(2026, 1, 1), DAY) is Freshness.NO_PERIOD
    assert standing(Every.MONTH, None, None, DAY) is Freshness.NO_PERIOD


def test_months_are_counted_over_years() -> None:
    assert months_before(DAY, 11) == date(2025, 12, 1)
    assert months_before(date(2026, 1, 31), 1) == date(2025, 12, 1)
    assert months_before(DAY, 0) == date(2026, 11, 1)


def test_an_agency_sees_what_it_owes_before_what_is_fresh(database: Database, clock: SteppingClock) -> None:
    pack = load("national", [shipped()])
    with database.transaction() as tx:
        one = access.add_agency(tx, access.NewAgency("SJJ", "甲局"), clock, "测试")
        two = access.add_agency(tx, access.NewAgency("HBJ", "乙局"), clock, "测试")
        service.add_feed(tx, pack, one, "penalty", date(2026, 1, 1), clock, "测试")
        store.add_held(
            tx,
            {
                (one.agency, "water", date(2026, 10, 1)): 3,
                (one.agency, "social-insurance", date(2026, 5, 1)): 3,
                (two.agency, "water", date(2026, 5, 1)): 3,
                (one.agency, "gone", date(2026, 5, 1)): 3,
            },
        )
        found = freshness.supplies(tx, pack, [one.agency], today(clock))
        assert [(s.item, s.standing) for s in found] == [
            ("penalty", Freshness.NEVER),
            ("social-insurance", Freshness.STALE),
            ("water", Freshness.FRESH),
        ]
        everybody = freshness.supplies(tx, pack, None, today(clock))
        assert [(s.agency, s.item) for s in everybody if s.standing is Freshness.STALE] == [
            (one.agency, "social-insurance"),
            (two.agency, "water"),
        ]
