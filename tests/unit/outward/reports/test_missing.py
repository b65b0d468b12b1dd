"""缺失 and what was counted by day: as it was known then, whatever came later."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.sending import row

from xinheng.evidence.completeness import service as completeness
from xinheng.evidence.completeness.model import State
from xinheng.evidence.ledger import day_counts
from xinheng.evidence.subjects import coverage
from xinheng.office.access import service as access
from xinheng.outward.reports.measuring import measured

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)
CUTOFF = datetime(2026, 11, 10, 16, tzinfo=UTC)  # 2026-11-11 in Shanghai


@pytest.fixture(scope="module")
def fed(town):
    """A and B are to send penalties since September; A has declared two for October, in time."""
    town.clock.set(datetime(2026, 11, 20, 3, tzinfo=UTC))
    with town.database.transaction() as tx:
        feeds = {}
        early = type(town.clock)(datetime(2026, 9, 1, 2, tzinfo=UTC))
        for code in ("A", "B"):
            agency = access.by_code(tx, code)
            feeds[code] = completeness.add_feed(tx, town.pack, agency, "penalty", OCTOBER, early, "测试")
        said = type(town.clock)(datetime(2026, 11, 3, 2, tzinfo=UTC))
        completeness.declare(tx, feeds["A"], OCTOBER, 2, said, "测试")
    return feeds


def states(town, feeds, known=CUTOFF, month=OCTOBER):
    with town.database.transaction() as tx:
        found = completeness.month_as_known(tx, town.pack, feeds.values(), month, known)
    return {code: j.months[0] for code, feed in feeds.items() for j in found if j.feed == feed}


def test_a_month_stands_as_it_was_known(town, fed):
    found = states(town, fed)
    # A decided one of its two in September and one in October
    assert (found["A"].state, found["A"].held, found["A"].declared) == (State.PARTIAL, 1, 2)
    assert found["B"].state is State.UNDECLARED
    early = states(town, fed, datetime(2026, 11, 2, tzinfo=UTC))
    assert (early["A"].declared, early["B"].state) == (None, State.OPEN)
    assert states(town, fed, datetime(2026, 8, 1, tzinfo=UTC), date(2026, 10, 1)) == {}


def test_missing_counts_what_is_not_whole(town, fed):
    with town.database.transaction() as tx:
        head = access.by_code(tx, "C")
        found = measured(tx, town.pack, "缺失", head, OCTOBER, NOVEMBER, CUTOFF)
    assert (found.value, found.part, found.whole) == (2, 2, 2)


def test_what_is_declared_and_sent_later_does_not_count(town, fed):
    before = states(town, fed)
    with town.database.transaction() as tx:
        completeness.declare(tx, fed["B"], OCTOBER, 1, town.clock, "测试")
    town.send(row(30, CF_JDRQ="2026-10-28"))
    assert states(town, fed) == before
    assert states(town, fed, datetime(2026, 11, 30, tzinfo=UTC))["A"].held == 2


def test_a_corrected_day_of_decision_moves_to_its_month_from_then_on(town, fed):
    town.clock.set(datetime(2026, 11, 22, 2, tzinfo=UTC))
    with town.database.transaction() as tx:
        source = access.by_code(tx, "A").agency

    def held(before):
        with town.database.transaction() as tx:
            return day_counts.held(tx, [source], (OCTOBER, NOVEMBER), before).get((source, "penalty"), 0)

    then = held(date(2026, 11, 22))
    town.send(row(30, CF_JDRQ="2026-09-28"))
    assert held(date(2026, 11, 22)) == then
    assert held(date(2026, 11, 23)) == then - 1


def test_an_organisation_is_covered_from_its_first_record_on(town, fed):
    with town.database.transaction() as tx:
        by_day = [
            sum(c.count for c in coverage.covered(tx, day, [coverage.ANY]))
            for day in (OCTOBER, NOVEMBER, DECEMBER)
        ]
        of_penalties = sum(c.count for c in coverage.covered(tx, DECEMBER, ["penalty"]))
        both = sum(c.count for c in coverage.covered_by_any(tx, DECEMBER, ["penalty", "permit"]))
    assert by_day == [0, 3, 5]
    assert of_penalties == both == 5
