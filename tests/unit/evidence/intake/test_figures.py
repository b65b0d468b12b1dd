"""A period's figures: exact, the same at every level, and a past one stays when bodies move."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sending import row

from xinheng.core.times import today
from xinheng.evidence.intake.figures import figures, share
from xinheng.evidence.intake.model import Way
from xinheng.evidence.intake.model_figures import Sums
from xinheng.evidence.ledger import service as ledger
from xinheng.evidence.ledger.day_counts import DayProjector
from xinheng.evidence.ledger.flows import Flow, percentile
from xinheng.office.access import moving, service
from xinheng.office.access.model import AgencyKind, Level
from xinheng.office.access.model_tree import By, Permission
from xinheng.office.access.service import NewAgency

OLD, END = date(2020, 1, 1), date(2027, 1, 1)
B_AUTHORITY = "清河市城市管理局"


@pytest.fixture
def town(house):
    """C (city office) over X (county office); A under X, B under C; A run by the line body L under C."""
    house.projectors = (DayProjector(),)
    with house.database.transaction() as tx:
        for new in (
            NewAgency("C", "清河市信用办", None, AgencyKind.OFFICE, Level.CITY, from_on=OLD),
            NewAgency("X", "清源县信用办", "C", AgencyKind.OFFICE, Level.COUNTY, from_on=OLD),
            NewAgency("L", "清河市条线局", "C", from_on=OLD),
        ):
            service.add_agency(tx, new, house.clock, "test")
        for code, by, under in (("A", By.PLACE, "X"), ("B", By.PLACE, "C"), ("A", By.LINE, "L")):
            agency, above = service.by_code(tx, code), service.by_code(tx, under)
            moving.move(tx, agency, by, above, OLD, house.clock, "test")
    return house


def of(house, code: str | None, from_on: date = OLD, to_on: date = END, by: By | None = None):
    with house.database.transaction() as tx:
        head = service.by_code(tx, code) if code else None
        return figures(tx, moving.parts(tx, head, from_on, to_on, by), from_on, to_on)


def october(house) -> None:
    """In October: A sends two by file, one of them late; one comes back. B sends one by API."""
    house.clock.set(datetime(2026, 10, 20, 2, tzinfo=UTC))
    late, good, bad = (
        row(1, CF_JDRQ="2026-09-01"),
        row(2, CF_JDRQ="2026-10-16"),
        row(3, CF_JDRQ="2026-13-01"),
    )
    house.send(late, good, bad)
    house.send(
        row(4, CF_JDRQ="2026-10-19", CF_CFJG=B_AUTHORITY, CF_SJLY=B_AUTHORITY), source="B", way=Way.API
    )


def november(house) -> None:
    """In November: A corrects one and repeats nothing new."""
    house.clock.set(datetime(2026, 11, 20, 2, tzinfo=UTC))
    house.send(row(2, CF_JDRQ="2026-10-16", CF_SY="发布虚假广告"), way=Way.FORM)


def test_a_figure_is_exact_by_month_way_and_part(town):
    october(town)
    november(town)
    city = of(town, "C")
    assert city.total == Sums(files=3, accepted=3, corrected=1, returned=1, late=1, manual=3)
    months = city.by_month()
    assert months["2026-10"] == Sums(files=2, accepted=3, returned=1, late=1, manual=2)
    assert months["2026-11"] == Sums(files=1, corrected=1, manual=1)
    assert {way: sums.taken for way, sums in city.by_way().items()} == {Way.FILE: 2, Way.API: 1, Way.FORM: 1}
    assert city.by_item().keys() == {"penalty"}
    assert sum(city.by_part().values(), Sums()) == city.total
    assert share(city.total.manual, city.total.taken) == Decimal("75.0")


def test_county_and_city_read_the_same_figure(town):
    october(town)
    november(town)
    with town.database.transaction() as tx:
        county = service.by_code(tx, "X").agency
    city, own = of(town, "C"), of(town, "X")
    assert city.by_part()[county] == own.total != Sums()
    assert city.flow(part=county) == own.flow()
    assert of(town, None).total == city.total
    assert of(town, "L").total == of(town, "A").total == own.total  # by line
    assert of(town, "L", by=By.PLACE).total == Sums()


def test_a_past_figure_stays_when_a_body_moves(town):
    october(town)
    with town.database.transaction() as tx:
        a, c = service.by_code(tx, "A"), service.by_code(tx, "C")
        moving.move(tx, a, By.PLACE, c, date(2026, 11, 1), town.clock, "test")
    november(town)
    county, city = of(town, "X"), of(town, "C")
    assert county.by_month() == {"2026-10": Sums(files=1, accepted=2, returned=1, late=1, manual=2)}
    with town.database.transaction() as tx:
        ids = {code: service.by_code(tx, code).agency for code in "AX"}
    assert city.by_part()[ids["X"]] == county.total
    assert city.by_part()[ids["A"]] == Sums(files=1, corrected=1, manual=1)
    assert city.total == Sums(files=3, accepted=3, corrected=1, returned=1, late=1, manual=3)


def test_the_days_from_decision_to_receipt_are_of_the_first_version(town):
    october(town)
    november(town)  # the correction a month later changes nothing
    with town.database.transaction() as tx:
        own = service.by_code(tx, "A").agency
    county = of(town, "X")
    assert county.flow() == Flow(recorded=2, p50=4, p95=49, withdrawn=0)
    assert county.flow(month="2026-10") == county.flow(part=own) == county.flow()
    assert county.flow(month="2026-11") == Flow(0, None, None, 0)
    assert of(town, "C").flow() == Flow(recorded=3, p50=4, p95=49, withdrawn=0)


def test_withdrawals_are_counted_on_their_day(town):
    sent = town.send(row(1))
    with town.database.transaction() as tx:
        source = service.by_code(tx, "A").agency
        taken = ledger.Withdrawal(
            town.record(sent), source, today(town.clock), "决定被撤销", town.pack.digest
        )
        ledger.withdraw(tx, taken, town.clock, town.projectors)
    assert of(town, "X").flow(month="2026-11").withdrawn == 1
    assert of(town, "B").flow().withdrawn == 0


def test_the_period_begins_and_ends_at_midnight_in_shanghai(town):
    town.clock.set(datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC))
    town.send(row(1, CF_JDRQ="2026-10-28"))
    town.clock.set(datetime(2026, 10, 31, 16, tzinfo=UTC))
    town.send(row(2, CF_JDRQ="2026-10-28"))
    turn = date(2026, 11, 1)
    before, after = of(town, "X", OLD, turn), of(town, "X", turn, END)
    assert before.total == after.total == Sums(files=1, accepted=1, manual=1)
    assert (before.by_month().keys(), after.by_month().keys()) == ({"2026-10"}, {"2026-11"})


def test_what_is_entered_on_behalf_counts_for_the_source_and_is_marked(town):
    with town.database.transaction() as tx:
        upper, lower = service.by_code(tx, "X"), service.by_code(tx, "A")
        given = Permission(upper.agency, lower.agency, today(town.clock), None)
        moving.allow_behalf(tx, given, town.clock, "test")
    town.send(row(1), behalf="X", way=Way.FORM)
    town.send(row(2))
    assert of(town, "A").total == Sums(files=2, accepted=2, manual=2, behalf=1)


def test_collected_rows_stand_apart(town):
    town.send(row(1, CF_JDRQ="2020-11-12"), profile="collected")
    total = of(town, "A").total
    assert (total.collected, total.taken, total.manual, total.late) == (1, 0, 0, 0)
    assert of(town, "A").flow().recorded == 0


def test_nothing_is_nothing(town):
    empty = of(town, "B")
    assert empty.total == Sums()
    assert empty.by_month() == {}
    assert empty.flow() == Flow(0, None, None, 0)


def test_a_share_rounds_halves_up_and_is_none_of_nothing():
    assert share(1, 3) == Decimal("33.3")
    assert share(1, 2000) == Decimal("0.1")
    assert share(0, 0) is None


@given(st.lists(st.integers(-5, 60), max_size=40), st.sampled_from([50, 95, 100]))
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(days, percent):
    found = percentile(Counter(days), percent)
    fitting = [d for d in days if 100 * sum(other <= d for other in days) >= percent * len(days)]
    assert found == min(fitting, default=None)
