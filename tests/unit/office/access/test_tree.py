"""Who stands under whom: moving, merging, splitting, ending; who is counted where; entry on behalf."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.office.access import audit, moving, service, succession
from xinheng.office.access.errors import AgencyRefused, TreeRefused
from xinheng.office.access.model import Account, Agency, AgencyKind, Level, Role
from xinheng.office.access.model_tree import (
    By,
    Counted,
    Links,
    Permission,
    Under,
    administers,
    circle_on,
    counted,
    level_fits,
    may_be_given,
    may_enter_for,
    scope,
)
from xinheng.office.access.service import NewAgency

OLD, ON, LATER = date(2020, 1, 1), date(2024, 5, 1), date(2025, 1, 1)


@pytest.fixture
def house(database, clock):
    """A city and a county with their offices, a tax bureau of each, a township: {code: Agency}."""
    news = (
        NewAgency("C", "明远市信用办", None, AgencyKind.OFFICE, Level.CITY, "999900", OLD),
        NewAgency("C-T", "明远市税务局", "C", from_on=OLD),
        NewAgency("X", "东平县信用办", "C", AgencyKind.OFFICE, Level.COUNTY, from_on=OLD),
        NewAgency("X-T", "东平县税务局", "X", from_on=OLD, line="C-T"),
        NewAgency("X-S", "东平县市场监管局", "X", from_on=OLD),
        NewAgency("X-V", "石桥镇", "X", level=Level.TOWNSHIP, from_on=OLD),
        NewAgency("Z", "明远高新区管委会", "C", level=Level.ZONE, from_on=OLD),
    )
    with database.transaction() as tx:
        return {n.code: service.add_agency(tx, n, clock, "test") for n in news}


def codes(database, house, code: str | None, on: date, by: By | None = None) -> set[str]:
    names = {a.agency: a.code for a in house.values()}
    with database.transaction() as tx:
        return {names[i] for i in moving.scope(tx, house[code] if code else None, on, by)}


def move(database, clock, house, code, under, on, by=By.PLACE):
    with database.transaction() as tx:
        moving.move(tx, house[code], by, house[under] if under else None, on, clock, "office")


# -- who is counted ----------------------------------------------------------------------------------


def test_an_office_counts_what_works_in_its_area_and_a_line_what_it_runs(house, database):
    assert codes(database, house, "C", ON) == set(house)
    assert codes(database, house, "X", ON) == {"X", "X-T", "X-S", "X-V"}
    assert codes(database, house, "C-T", ON) == {"C-T", "X-T"}
    assert codes(database, house, "C-T", ON, By.PLACE) == {"C-T"}
    assert codes(database, house, "X", ON, By.LINE) == {"X", "X-S", "X-V"}
    assert codes(database, house, None, ON) == set(house)


def test_nobody_is_counted_before_it_was_there(house, database):
    assert codes(database, house, None, OLD - timedelta(days=1)) == set()


def test_a_move_leaves_the_past_where_it_was(house, database, clock):
    move(database, clock, house, "X-V", "Z", ON)
    day_before = ON - timedelta(days=1)
    assert "X-V" in codes(database, house, "X", day_before)
    assert "X-V" not in codes(database, house, "X", ON)
    assert "X-V" in codes(database, house, "Z", ON)
    with database.transaction() as tx:
        month = moving.parts(tx, house["X"], date(2024, 4, 15), date(2024, 5, 15))
        zone = moving.parts(tx, house["Z"], date(2024, 4, 15), date(2024, 5, 15))
    moved, steady = house["X-V"].agency, house["X-S"].agency
    assert month[moved] == [Counted(moved, date(2024, 4, 15), ON)]
    assert zone[moved] == [Counted(moved, ON, date(2024, 5, 15))]
    assert month[steady] == [Counted(steady, date(2024, 4, 15), date(2024, 5, 15))]


def test_a_line_can_be_given_and_taken(house, database, clock):
    move(database, clock, house, "X-T", None, ON, By.LINE)
    assert codes(database, house, "C-T", ON) == {"C-T"}
    assert "X-T" in codes(database, house, "X", ON, By.LINE)
    move(database, clock, house, "X-S", "C-T", ON, By.LINE)
    assert codes(database, house, "C-T", ON) == {"C-T", "X-S"}
    assert codes(database, house, "X", ON) == {"X", "X-T", "X-S", "X-V"}  # by place nothing changed


@pytest.mark.parametrize(
    ("code", "under", "on", "by"),
    [
        ("C", "X", ON, By.PLACE),
        ("C", "C", ON, By.PLACE),
        ("C-T", "X-T", ON, By.LINE),
        ("X-V", "X", ON, By.PLACE),  # it is there
        ("X-V", "Z", OLD, By.PLACE),  # not after the present place began
        ("X-S", "X-V", ON, By.PLACE),  # a county's bureau under a township
        ("X-V", "Z", OLD - timedelta(days=1), By.PLACE),
    ],
)
def test_what_would_break_the_tree_is_refused(house, database, clock, code, under, on, by):
    with pytest.raises(TreeRefused):
        move(database, clock, house, code, under, on, by)


def test_a_circle_that_only_a_past_day_had_is_found(house, database, clock):
    move(database, clock, house, "Z", "X", date(2022, 1, 1))
    move(database, clock, house, "Z", "C", date(2023, 1, 1))
    with pytest.raises(TreeRefused):  # in 2022 Z stood under X
        move(database, clock, house, "X", "Z", date(2022, 6, 1))
    move(database, clock, house, "X", "Z", date(2023, 1, 1))


def test_a_zone_may_run_a_county_and_lie_in_one():
    assert level_fits(Level.ZONE, Level.COUNTY)
    assert level_fits(Level.COUNTY, Level.ZONE)
    assert level_fits(Level.CITY, Level.CITY)
    assert not level_fits(Level.TOWNSHIP, Level.COUNTY)


def test_an_agency_above_its_parent_is_refused(house, database, clock):
    with pytest.raises(AgencyRefused), database.transaction() as tx:
        service.add_agency(
            tx, NewAgency("P", "某省厅", "X", level=Level.PROVINCE, from_on=OLD), clock, "test"
        )


def test_the_tree_of_a_day(house, database, clock):
    move(database, clock, house, "X-V", "Z", ON)

    def drawn(on):
        with database.transaction() as tx:
            return [(depth, a.code) for depth, a in service.tree(tx, on)]

    assert (2, "X-V") in drawn(ON - timedelta(days=1))
    assert drawn(ON)[-2:] == [(1, "Z"), (2, "X-V")] == drawn(None)[-2:]
    assert drawn(OLD - timedelta(days=1)) == []


# -- any tree, any order of moves --------------------------------------------------------------------

IDS = [UUID(int=n) for n in range(1, 9)]
DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(12)]
MOVES = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from(By), st.sampled_from([None, *IDS]), st.integers(1, 11)),
    max_size=14,
)


def grown(moves) -> Links:
    """A tree after the moves that are accepted, as `moving.move` enters them."""
    spans = [Under(a, By.PLACE, None, DAYS[0], None) for a in IDS]
    for agency, by, superior, day in moves:
        new = Under(agency, by, superior, DAYS[day], None)
        last = next((u for u in reversed(spans) if u.agency == agency and u.by is by), None)
        if last is not None and new.from_on <= last.from_on:
            continue
        rest = [replace(u, to_on=new.from_on) if u is last else u for u in spans]
        if circle_on(Links(tuple(rest)), new) is None:
            spans = [*rest, new]
    return Links(tuple(spans))


@given(MOVES)
def test_no_move_that_is_accepted_puts_a_body_under_itself(moves):
    links = grown(moves)
    for day in DAYS:
        for by in By:
            superiors = links.superiors(by, day)
            for agency in IDS:
                steps, upper = 0, superiors[agency]
                while upper is not None:
                    assert upper != agency
                    steps, upper = steps + 1, superiors[upper]
                    assert steps <= len(IDS)


@given(MOVES, st.integers(0, 10), st.integers(1, 11))
def test_a_figure_is_its_own_and_that_of_its_branches_and_nobody_counts_twice(moves, start, length):
    links = grown(moves)
    first, end = DAYS[0] + timedelta(days=start), DAYS[0] + timedelta(days=start + length)

    def days(spans):
        return [
            (c.agency, c.from_on + timedelta(days=n))
            for c in spans
            for n in range((c.to_on - c.from_on).days)
        ]

    for by in By:
        whole = days(counted(links, None, by, first, end))
        assert len(whole) == len(set(whole)) == len(IDS) * length
        for head in IDS:
            span = days(counted(links, head, by, first, end))
            assert len(span) == len(set(span))
            for n in range(length):
                day = first + timedelta(days=n)
                there = {a for a, d in span if d == day}
                assert there == scope(links, head, by, day)
                parts = [scope(links, b, by, day) for b in links.branches(head, by, day)]
                assert sum(map(len, parts)) + 1 == len(there)
                assert frozenset({head}).union(*parts) == there


# -- ending, merging, splitting ----------------------------------------------------------------------


def test_a_body_ends_without_a_successor_and_keeps_its_place_in_old_figures(house, database, clock):
    with database.transaction() as tx:
        succession.end(tx, house["X-V"], ON, clock, "office")
        ended = service.by_code(tx, "X-V")
    assert ended.exists(ON - timedelta(days=1))
    assert not ended.exists(ON)
    assert "X-V" in codes(database, house, "X", LATER)  # what it sent is still counted
    with pytest.raises(AgencyRefused), database.transaction() as tx:
        succession.end(tx, ended, LATER, clock, "office")


def test_a_body_with_others_below_does_not_end(house, database, clock):
    for code in ("X", "C-T"):
        with pytest.raises(TreeRefused, match="个单位"), database.transaction() as tx:
            succession.end(tx, house[code], ON, clock, "office")


def test_a_body_does_not_end_before_what_was_entered_of_it(house, database, clock):
    with database.transaction() as tx:
        service.rename(tx, house["X-V"], "石桥街道", LATER, clock, "office")
    with pytest.raises(AgencyRefused), database.transaction() as tx:
        succession.end(tx, house["X-V"], ON, clock, "office")


def test_two_merge_into_one_that_may_mend_what_both_sent(house, database, clock):
    with database.transaction() as tx:
        new = NewAgency("X-Z", "东平县综合执法局", "X", from_on=ON, predecessor="X-S")
        merged = service.add_agency(tx, new, clock, "office")
        succession.succeed(tx, house["X-V"], merged, ON, clock, "office")
        standing = service.standing(tx, merged)
    before = ON - timedelta(days=1)
    assert set(standing.own) == {merged.agency, house["X-S"].agency, house["X-V"].agency}
    assert standing.own[0] == merged.agency
    assert standing.decided("石桥镇", before)
    assert standing.decided("东平县市场监管局", before)
    assert not standing.decided("石桥镇", ON)
    assert standing.may_send(None, code="X-V")


def test_one_is_split_and_each_part_may_mend(house, database, clock):
    with database.transaction() as tx:
        parts = [
            service.add_agency(tx, NewAgency(c, n, "X", from_on=ON, predecessor="X-S"), clock, "office")
            for c, n in (("X-1", "东平县知识产权局"), ("X-2", "东平县市场局"))
        ]
        assert all(service.standing(tx, p).decided("东平县市场监管局", OLD) for p in parts)
        assert service.by_code(tx, "X-S").to_on == ON


def test_those_below_follow_to_the_successor_in_either_order(house, database, clock):
    with database.transaction() as tx:
        new = NewAgency("C-T2", "明远市税务总局", "C", from_on=ON, predecessor="C-T")
        house["C-T2"] = service.add_agency(tx, new, clock, "office")
        succession.succeed(tx, house["X"], house["Z"], ON, clock, "office")
    assert codes(database, house, "C-T2", ON) == {"C-T2", "X-T"}
    assert codes(database, house, "Z", ON, By.PLACE) == {"Z", "X-T", "X-S", "X-V"}
    assert codes(database, house, "X", ON - timedelta(days=1)) == {"X", "X-T", "X-S", "X-V"}


def test_one_below_may_take_the_place_of_the_one_above(house, database, clock):
    move(database, clock, house, "Z", "X", date(2022, 1, 1))
    with database.transaction() as tx:
        succession.succeed(tx, house["X"], house["Z"], ON, clock, "office")
    assert codes(database, house, "C", ON) == set(house)
    assert codes(database, house, "Z", ON, By.PLACE) == {"Z", "X-T", "X-S", "X-V"}


def test_nobody_succeeds_itself_or_one_that_ended_later(house, database, clock):
    with pytest.raises(TreeRefused), database.transaction() as tx:
        succession.succeed(tx, house["Z"], house["Z"], ON, clock, "office")
    with database.transaction() as tx:
        succession.end(tx, house["X-V"], LATER, clock, "office")
        ended = service.by_code(tx, "X-V")
    with pytest.raises(AgencyRefused), database.transaction() as tx:
        succession.succeed(tx, ended, house["Z"], ON, clock, "office")
    with pytest.raises(AgencyRefused), database.transaction() as tx:
        succession.succeed(tx, house["Z"], ended, LATER, clock, "office")
    with database.transaction() as tx:
        succession.succeed(tx, ended, house["Z"], LATER, clock, "office")  # found later: that is allowed
        succession.succeed(tx, ended, house["Z"], LATER, clock, "office")  # twice changes nothing
        assert [e.action for e in audit.entries(tx)][:2] == ["agency.succeed", "agency.end"]


def test_an_authority_ends(house, database, clock):
    with database.transaction() as tx:
        named = NewAgency("E", "明远市城管局", from_on=OLD, authorities=("明远市建设局",))
        agency = service.add_agency(tx, named, clock, "office")
        service.end_authority(tx, agency, "明远市建设局", ON, clock, "office")
        may = service.standing(tx, agency).may_send
        assert [may("明远市建设局", d) for d in (ON - timedelta(days=1), ON)] == [True, False]
        with pytest.raises(AgencyRefused):
            service.end_authority(tx, agency, "明远市建设局", LATER, clock, "office")


# -- entry on behalf ---------------------------------------------------------------------------------


def test_entry_on_behalf_asks_for_standing_above_and_the_offices_word(house, database, clock):
    county, town = house["X-S"], house["X-V"]
    with database.transaction() as tx:
        assert service.is_above(tx, house["X"], town)
        assert service.is_above(tx, house["C-T"], house["X-T"])  # by line
        assert not service.is_above(tx, county, town)
        assert not service.enters_for(tx, house["X"], town, ON)
        given = Permission(house["X"].agency, town.agency, ON, None)
        moving.allow_behalf(tx, given, clock, "office")
        moving.allow_behalf(tx, given, clock, "office")
        assert service.enters_for(tx, house["X"], town, ON)
        assert not service.enters_for(tx, house["X"], town, ON - timedelta(days=1))
        assert service.entered_for(tx, house["X"], ON) == [town]
        with pytest.raises(TreeRefused):
            moving.allow_behalf(tx, replace(given, upper=county.agency), clock, "office")
        moving.end_behalf(tx, house["X"], town, LATER, clock, "office")
        assert not service.enters_for(tx, house["X"], town, LATER)
        with pytest.raises(TreeRefused):
            moving.end_behalf(tx, house["X"], town, LATER, clock, "office")
    move(database, clock, house, "X-V", "Z", date(2024, 8, 1))
    with database.transaction() as tx:  # the permission stays, but it no longer stands above
        assert service.enters_for(tx, house["X"], town, date(2024, 7, 31))
        assert not service.enters_for(tx, house["X"], town, date(2024, 8, 1))


def test_a_permission_without_standing_above_is_none():
    links = Links((Under(IDS[0], By.PLACE, None, OLD, None), Under(IDS[1], By.PLACE, None, OLD, None)))
    assert not may_enter_for(IDS[0], IDS[1], links, [Permission(IDS[0], IDS[1], OLD, None)], ON)


# -- accounts one level down -------------------------------------------------------------------------


def test_an_administrator_reaches_its_own_and_one_level_down(house, database):
    at = datetime(2024, 1, 1, tzinfo=UTC)

    def of(code: str, role: Role = Role.ADMIN) -> Account:
        return Account(UUID(int=1), "admin", "管理员", role, house[code].agency, at, None)

    with database.transaction() as tx:
        links = moving.links(tx)

    def reach(account: Account) -> set[str]:
        return {a.code for a in house.values() if administers(account, a.agency, links, ON)}

    assert reach(of("C")) == {"C", "C-T", "X", "Z"}
    assert reach(of("X")) == {"X", "X-T", "X-S", "X-V"}
    assert reach(of("C-T")) == {"C-T", "X-T"}  # by line
    assert reach(of("X-V")) == {"X-V"}
    assert reach(of("C", Role.OFFICE)) == reach(of("C", Role.CLERK)) == set()
    assert reach(replace(of("X"), disabled=at)) == set()
    assert reach(replace(of("X", Role.CLERK), also=frozenset([Role.ADMIN]))) == reach(of("X"))
    assert reach(replace(of("X"), agency=None)) == set()


def test_roles_of_the_office_are_not_given_by_administrators():
    assert may_be_given([Role.CLERK, Role.REVIEWER])
    assert may_be_given([Role.ADMIN])
    assert not may_be_given([Role.CLERK, Role.OFFICE])
    assert not may_be_given([Role.AUDITOR])
    assert not may_be_given([])


def test_ids_stay_when_names_and_places_change(house, database, clock):
    move(database, clock, house, "X-V", "Z", ON)
    with database.transaction() as tx:
        service.rename(tx, house["X-V"], "石桥街道", LATER, clock, "office")
        found: Agency = service.by_code(tx, "X-V")
    assert found.agency == house["X-V"].agency
