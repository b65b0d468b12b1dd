"""The tree of agencies, and for whom each may send."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from xinheng.core.identity import check_character
from xinheng.office.access import audit, service
from xinheng.office.access.errors import AgencyRefused, AgencyUnknown
from xinheng.office.access.model import Agency, AgencyKind, DatedName, Level, Standing, fold_name
from xinheng.office.access.service import NewAgency

ON = date(2024, 5, 1)


@pytest.fixture
def add(database, clock):
    def register(code: str, name: str, **more: object) -> Agency:
        with database.transaction() as tx:
            return service.add_agency(tx, NewAgency(code, name, **more), clock, audit.LOCAL_OPERATOR)

    return register


def standing(database, code: str) -> Standing:
    with database.transaction() as tx:
        return service.standing(tx, service.by_code(tx, code))


def test_the_tree_lists_parents_before_children_by_code(add, database):
    add("M", "明远市信用办", kind=AgencyKind.OFFICE, level=Level.CITY)
    add("M-2", "明远市城管局", parent="M")
    add("M-1", "明远市市场监管局", parent="M")
    add("M-1-A", "开发区分局", parent="M-1", level=Level.ZONE)
    with database.transaction() as tx:
        listed = [(depth, a.code, a.level.value) for depth, a in service.tree(tx)]
    assert listed == [(0, "M", "city"), (1, "M-1", "city"), (2, "M-1-A", "zone"), (1, "M-2", "city")]


@pytest.mark.parametrize("code", ["", "a b", "码", "x" * 41, "-a", "a'b"])
def test_a_code_that_is_none_is_refused(add, code):
    with pytest.raises(AgencyRefused):
        add(code, "明远市城管局")


@pytest.mark.parametrize("name", ["", " ", "局", "局" * 101])
def test_a_name_that_is_none_is_refused(add, name):
    with pytest.raises(AgencyRefused):
        add("A", name)


INVENTED = "11010119900307001" + check_character("11010119900307001")


@pytest.mark.parametrize("name", ["明远\n城管局", "明远\x1b[31m城管局", f"明远{INVENTED}局"])
def test_a_name_with_unseen_characters_or_an_identity_number_is_refused(add, database, clock, name):
    with pytest.raises(AgencyRefused) as refused:
        add("A", name)
    assert INVENTED not in str(refused.value)
    with pytest.raises(AgencyRefused):
        add("A", "明远市城管局", authorities=(name,))
    agency = add("A", "明远市城管局")
    with pytest.raises(AgencyRefused), database.transaction() as tx:
        service.rename(tx, agency, name, date(2024, 3, 1), clock, "office")
    with pytest.raises(AgencyRefused), database.transaction() as tx:
        service.enter_authority(tx, agency, DatedName(name, ON, None), clock, "office")


def test_an_identity_number_is_no_code(add):
    with pytest.raises(AgencyRefused) as refused:
        add(INVENTED, "明远市城管局")
    assert INVENTED not in str(refused.value)


@pytest.mark.parametrize("division", ["", "zzz", "4202", "42020200"])
def test_a_division_of_another_shape_is_refused(add, division):
    with pytest.raises(AgencyRefused):
        add("A", "明远市城管局", division=division)


def test_a_division_that_no_list_knows_is_taken_as_registers_have_them(add):
    assert add("A", "明远新区管委会", division="999900").division == "999900"


def test_a_division_goes_down_to_the_village(add):
    for code, division in (("A", "420202"), ("B", "420202001"), ("C", "420202001001")):
        assert add(code, "明远市城管局", division=division).division == division


def test_an_authority_that_ends_before_it_begins_is_refused(add, database, clock):
    agency = add("A", "明远市城管局")
    span = DatedName("明远市建设局", date(2024, 1, 1), date(2023, 1, 1))
    with pytest.raises(AgencyRefused), database.transaction() as tx:
        service.enter_authority(tx, agency, span, clock, "office")


def test_a_code_is_given_once(add):
    add("A", "甲局")
    with pytest.raises(AgencyRefused):
        add("A", "乙局")


def test_an_unknown_parent_is_refused_and_nothing_is_kept(add, database):
    with pytest.raises(AgencyUnknown):
        add("A", "甲局", parent="nobody")
    with database.transaction() as tx:
        assert service.tree(tx) == []


def test_registering_stands_in_the_audit_log(add, database):
    add("A", "甲局")
    with database.transaction() as tx:
        entry = audit.entries(tx)[0]
    assert (entry.actor, entry.action, entry.detail) == ("命令行", "agency.add", "A 甲局")


def test_it_sends_for_itself_and_for_those_it_is_entered_for(add, database):
    add("A", "明远市城管局", authorities=("明远市建设局",))
    may = standing(database, "A").may_send
    assert may("明远市城管局", ON)
    assert may("明远市建设局", ON)
    assert not may("明远市教育局", ON)
    assert may("明远市教育局", ON, code="A")
    assert may(None, ON)
    assert not may(None, ON, code="B")


def test_blanks_and_widths_in_a_name_do_not_matter(add, database):
    add("A", "明远市城管局（综合执法）")
    assert standing(database, "A").may_send(" 明远市城管局(综合 执法)　", ON)
    assert fold_name("Ａ１（甲）") == "A1(甲)"


def test_being_entered_for_an_authority_is_not_being_it(add, database):
    add("A", "明远市城管局", authorities=("明远市建设局",))
    decided = standing(database, "A").decided
    assert decided("明远市城管局", ON)
    assert not decided("明远市建设局", ON)
    assert not decided(None, ON)


def test_an_authority_holds_from_its_first_day_to_before_its_last(add, database, clock):
    agency = add("A", "明远市城管局")
    with database.transaction() as tx:
        span = DatedName("明远市建设局", date(2023, 1, 1), date(2024, 1, 1))
        service.enter_authority(tx, agency, span, clock, "office")
        service.enter_authority(tx, agency, span, clock, "office")  # a second time changes nothing
    may = standing(database, "A").may_send
    days = [date(2022, 12, 31), date(2023, 1, 1), date(2023, 12, 31), date(2024, 1, 1)]
    assert [may("明远市建设局", day) for day in days] == [False, True, True, False]


def test_a_former_name_holds_for_its_days(add, database, clock):
    agency = add("A", "明远市工商局", from_on=date(2001, 1, 1))
    with database.transaction() as tx:
        renamed = service.rename(tx, agency, "明远市市场监管局", date(2019, 3, 1), clock, "office")
    assert renamed.name == "明远市市场监管局"
    may = standing(database, "A").may_send
    assert may("明远市工商局", date(2019, 2, 28))
    assert not may("明远市工商局", date(2019, 3, 1))
    assert not may("明远市市场监管局", date(2019, 2, 28))
    assert may("明远市市场监管局", date(2019, 3, 1))


def test_a_name_cannot_begin_before_the_one_it_follows(add, database, clock):
    agency = add("A", "明远市工商局", from_on=date(2019, 3, 1))
    with pytest.raises(AgencyRefused), database.transaction() as tx:
        service.rename(tx, agency, "明远市市场监管局", date(2019, 3, 1), clock, "office")


def test_a_successor_sends_what_its_predecessors_decided(add, database):
    oldest = add("Z", "明远市质监局", from_on=date(2001, 1, 1))
    old = add("O", "明远市工商局", from_on=date(2010, 1, 1), predecessor="Z")
    new = add("N", "明远市市场监管局", from_on=date(2019, 3, 1), predecessor="O")
    after = standing(database, "N")
    assert after.own == (new.agency, old.agency, oldest.agency)
    assert after.may_send("明远市工商局", date(2018, 1, 1))
    assert after.decided("明远市质监局", date(2009, 12, 31))
    assert not after.may_send("明远市工商局", date(2020, 1, 1))
    with database.transaction() as tx:
        ended = service.by_code(tx, "O")
    assert ended.exists(date(2019, 2, 28))
    assert not ended.exists(date(2019, 3, 1))


def test_a_successor_begins_after_its_predecessor(add):
    add("O", "明远市工商局", from_on=date(2010, 1, 1))
    with pytest.raises(AgencyRefused):
        add("N", "明远市市场监管局", from_on=date(2010, 1, 1), predecessor="O")


def test_agencies_come_by_id_and_unknown_ids_are_left_out(add, database):
    agency = add("A", "甲局")
    with database.transaction() as tx:
        assert service.by_ids(tx, [agency.agency, UUID(int=0)]) == {agency.agency: agency}
        assert service.may_send(tx, agency, "甲局", None)
