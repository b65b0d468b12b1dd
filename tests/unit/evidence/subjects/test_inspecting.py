"""The standing inspection of codes, over a real register."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evidence.subjects.samples import candidates, code, many

from xinheng.core.times import today
from xinheng.core.uscc import CodeVerdict, judge
from xinheng.evidence.subjects import code_store
from xinheng.evidence.subjects.code_errors import (
    FindingEnded,
    NoSuchFinding,
    NotTheOwner,
    OfficeMissing,
    RegistrarWrong,
)
from xinheng.evidence.subjects.code_model import (
    FindingKind,
    MetCode,
    Outcome,
    Place,
    Rate,
    Registrar,
    covers,
    owner_of,
)
from xinheng.evidence.subjects.inspecting import (
    Inspected,
    enter_registrar,
    finding,
    inspect,
    rate,
    settle,
)
from xinheng.evidence.subjects.model import Decision
from xinheng.evidence.subjects.service import close_review, enter, open_reviews
from xinheng.ground.store import Database
from xinheng.office.access import service as access
from xinheng.office.access.model import AgencyKind
from xinheng.office.cases import service as cases
from xinheng.office.cases.errors import NoteRefused
from xinheng.office.cases.model import Actor, State

WHEN = datetime(2026, 11, 19, tzinfo=UTC)


@pytest.fixture
def office(database: Database, clock) -> UUID:
    with database.transaction() as tx:
        new = access.NewAgency("XYB", "云台市信用办", kind=AgencyKind.OFFICE, division="429000")
        return access.add_agency(tx, new, clock, "test").agency


@pytest.fixture
def market(database: Database, clock, office: UUID) -> UUID:
    """The authority that registers enterprises in 429021."""
    with database.transaction() as tx:
        agency = access.add_agency(tx, access.NewAgency("SJJ", "云台市市场监督管理局"), clock, "test").agency
        enter_registrar(tx, Registrar("9", "429021", agency), clock)
    return agency


def run(database: Database, clock, *met: MetCode) -> Inspected:
    with database.transaction() as tx:
        return inspect(tx, met, clock)


def standing(database: Database, **asked) -> list:
    with database.transaction() as tx:
        return code_store.listed(tx, code_store.Asked(**asked), 100)


def enter_all(database: Database, clock, *rows: tuple[str, str]) -> None:
    with database.transaction() as tx:
        enter(tx, candidates(*rows), clock)


def test_one_organisation_with_two_codes_is_a_case_of_its_registrar(database, clock, office, market) -> None:
    enter_all(database, clock, (code(1), "青禾商贸"), (code(2), "青禾 商贸"), (code(3), "远澜物流"))
    done = run(database, clock)
    [found] = standing(database)
    assert (found.kind, found.code, found.other_code, found.owner) == (
        FindingKind.TWO_CODES,
        code(2),
        code(1),
        market,
    )
    assert (done.opened, done.standing, done.rate) == (1, 1, Rate(today(clock), 2, 3))
    with database.transaction() as tx:
        [case] = cases.by_ref(tx, f"code:{code(2)}")
    assert (case.case, case.owner, case.kind, case.due_on) == (found.finding, market, "code_duplicate", None)
    assert code(1) in case.detail["says"]


def test_the_same_name_elsewhere_is_another_organisation(database, clock, office) -> None:
    elsewhere = "91110108MA0000001X"
    elsewhere = next(
        c
        for c in (elsewhere[:17] + last for last in "0123456789ABCDEFGHJKLMNPQRTUWXY")
        if judge(c).verdict is CodeVerdict.VALID
    )
    enter_all(database, clock, (code(1), "青禾商贸"), (elsewhere, "青禾商贸"))
    assert run(database, clock).standing == 0


def test_one_code_with_two_names_and_how_it_ends(database, clock, office, market) -> None:
    enter_all(database, clock, (code(1), "青禾商贸"), (code(1), "远澜贸易"))
    assert run(database, clock).opened == 1
    [found] = standing(database)
    assert (found.kind, found.name, found.other_name) == (FindingKind.TWO_NAMES, "青禾商贸", "远澜贸易")
    with database.transaction() as tx:
        [review], _ = open_reviews(tx)
        close_review(tx, review.review, Decision.FORMER, "xyb", clock)
    clock.step(days=1)
    done = run(database, clock)
    assert (done.ended, done.standing) == (1, 0)
    with database.transaction() as tx:
        ended, case = finding(tx, found.finding), cases.by_id(tx, found.finding)
    assert (ended.outcome, ended.ended_on, case.state) == (Outcome.GONE, today(clock), State.CLOSED)


def test_a_second_inspection_changes_nothing(database, clock, office) -> None:
    enter_all(database, clock, (code(1), "青禾商贸"), (code(2), "青禾商贸"), (code(1), "远澜贸易"))
    first = run(database, clock)
    before = standing(database)
    clock.step(hours=1)
    again = run(database, clock)
    assert (first.opened, again.opened, again.ended, again.standing) == (2, 0, 0, 2)
    assert standing(database) == before


def test_two_organisations_of_one_name_are_no_finding(database, clock, office) -> None:
    enter_all(database, clock, (code(1), "青禾商贸"), (code(2), "青禾商贸"))
    with database.transaction() as tx:
        [review], _ = open_reviews(tx)
        close_review(tx, review.review, Decision.DISTINCT, "xyb", clock)
    assert run(database, clock).standing == 0


def test_a_cancelled_code_that_comes_with_another_name_was_given_away_again(database, clock, office) -> None:
    enter_all(database, clock, (code(1), "青禾商贸"))
    with database.transaction() as tx:
        tx.execute("update subjects set status = '注销'")
    enter_all(database, clock, (code(1), "远澜贸易"))
    run(database, clock)
    assert [f.kind for f in standing(database)] == [FindingKind.REASSIGNED]


def test_a_wrong_code_of_the_register_and_of_rows_that_went_back(database, clock, office, market) -> None:
    wrong = code(1)[:17] + ("0" if code(1)[17] != "0" else "1")
    enter_all(database, clock, (wrong, "青禾商贸"), (code(2), "远澜物流"))
    met = MetCode("9142902100000000O0", "穆木餐饮", 3, WHEN)
    done = run(database, clock, met, MetCode(code(3), "校验正确", 1, WHEN))
    found = {f.place: f for f in standing(database)}
    assert found[Place.REGISTER].code == wrong
    assert (found[Place.INTAKE].code, found[Place.INTAKE].met) == (met.code, 3)
    assert done.rate == Rate(today(clock), 1, 2)  # what was typed in a row is not in the register's rate


def test_a_code_met_again_after_it_was_put_right_is_found_again(database, clock, office) -> None:
    met = MetCode("9142902100000000O0", None, 3, WHEN)
    run(database, clock, met)
    [found] = standing(database)
    with database.transaction() as tx:
        settle(tx, found.finding, Outcome.MENDED, "报送单位已改", Actor(None, None, "命令行"), clock)
    assert run(database, clock, met).standing == 0
    assert run(database, clock, MetCode(met.code, None, 4, WHEN + timedelta(days=1))).opened == 1


def test_a_code_that_was_kept_is_not_found_again(database, clock, office) -> None:
    enter_all(database, clock, (code(1), "青禾商贸"), (code(2), "青禾商贸"))
    run(database, clock)
    [found] = standing(database)
    with database.transaction() as tx:
        settle(tx, found.finding, Outcome.KEPT, "两家重名的单位", Actor(None, office, "xyb"), clock)
    clock.step(days=1)
    assert run(database, clock).standing == 0
    with database.transaction() as tx:
        assert rate(tx, today(clock) - timedelta(days=2)).codes == 0  # before anything was registered
        assert rate(tx, today(clock)).faulty == 0


def test_only_the_registrar_or_the_office_ends_a_finding(database, clock, office, market) -> None:
    with database.transaction() as tx:
        other = access.add_agency(tx, access.NewAgency("HBJ", "云台市生态环境局"), clock, "test").agency
    enter_all(database, clock, (code(1), "青禾商贸"), (code(2), "青禾商贸"))
    run(database, clock)
    [found] = standing(database)
    with database.transaction() as tx, pytest.raises(NotTheOwner):
        settle(tx, found.finding, Outcome.KEPT, "不是我们的事", Actor(None, other, "hbj"), clock)
    with database.transaction() as tx, pytest.raises(NoteRefused):
        settle(tx, found.finding, Outcome.KEPT, "", Actor(None, market, "sjj"), clock)
    with database.transaction() as tx:
        done = settle(tx, found.finding, Outcome.KEPT, "两家重名的单位", Actor(None, market, "sjj"), clock)
    assert (done.outcome, done.decided_by) == (Outcome.KEPT, "sjj")
    with database.transaction() as tx, pytest.raises(FindingEnded):
        settle(tx, found.finding, Outcome.MENDED, "再办一次", Actor(None, market, "sjj"), clock)
    with database.transaction() as tx, pytest.raises(NoSuchFinding):
        settle(tx, uuid4(), Outcome.MENDED, "没有这条", Actor(None, market, "sjj"), clock)


def test_a_registrar_entered_later_takes_over_what_the_office_had(database, clock, office) -> None:
    enter_all(database, clock, (code(1), "青禾商贸"), (code(2), "青禾商贸"))
    run(database, clock)
    assert [f.owner for f in standing(database)] == [office]
    with database.transaction() as tx:
        market = access.add_agency(tx, access.NewAgency("SJJ", "云台市市场监督管理局"), clock, "test").agency
        enter_registrar(tx, Registrar("91", "", market), clock)
    run(database, clock)
    [found] = standing(database, owners=(market,))
    with database.transaction() as tx:
        assert cases.by_id(tx, found.finding).owner == market


def test_without_an_office_nothing_is_inspected(database, clock) -> None:
    with pytest.raises(OfficeMissing):
        run(database, clock)


@pytest.mark.parametrize(("prefix", "division"), [("Z", ""), ("9", "4290"), ("", ""), ("98", "")])
def test_a_registrar_of_no_code_is_refused(database, clock, office, prefix: str, division: str) -> None:
    with database.transaction() as tx, pytest.raises(RegistrarWrong):
        enter_registrar(tx, Registrar(prefix, division, office), clock)


def test_the_register_is_searched_for_suspects_without_missing_one(database, clock) -> None:
    """The SQL look is wider than the verdict, never narrower."""
    good = [code(n) for n in range(40)]
    bad = [c[:17] + ("0" if c[17] != "0" else "1") for c in good[:5]] + [
        "",
        "91",
        "O" * 18,
        "Z" + good[0][1:],
    ]
    with database.transaction() as tx:
        enter(tx, many(40), clock)
        rows = [(uuid4(), c) for c in bad]
        for subject, each in rows:
            tx.execute(
                "insert into subjects (subject, code, name, folded, grams, kind, status, registered, since,"
                " named) values (%(s)s, %(c)s, 'x', 'x', '{}', 'x', '未知', false, now(), now())",
                {"s": subject, "c": each},
            )
        assert {c for c, _ in code_store.suspects(tx)} == set(bad)


# -- pure --------------------------------------------------------------------------------------------

A, B, C = (UUID(int=n) for n in (1, 2, 3))


def test_the_nearest_registrar_answers_then_the_longer_prefix() -> None:
    entered = [Registrar("9", "430000", A), Registrar("9", "431100", B), Registrar("92", "431100", C)]
    assert owner_of("91431102" + "0" * 10, entered, []) == B
    assert owner_of("92431102" + "0" * 10, entered, []) == C
    assert owner_of("91430100" + "0" * 10, entered, []) == A
    assert owner_of("51430100" + "0" * 10, entered, []) is None


def test_an_unknown_registrar_leaves_it_to_the_nearest_office() -> None:
    offices = [("430000", A), ("431100", B)]
    assert owner_of("51431102" + "0" * 10, [], offices) == B
    assert owner_of("51420000" + "0" * 10, [], offices) == A  # of no place here: the highest
    assert owner_of("?", [], offices) == A


def test_places() -> None:
    assert covers("431100", "431102")
    assert covers("", "431102")
    assert not covers("431102", "431103")


@given(faulty=st.integers(0, 10**7), more=st.integers(0, 10**7))
def test_the_share_never_flatters_and_the_target_is_exact(faulty: int, more: int) -> None:
    found = Rate(date(2026, 11, 20), faulty, faulty + more)
    if found.codes == 0:
        assert (found.share, found.within, found.percent) == (None, None, "无代码")
        return
    assert found.share is not None
    assert found.share * found.codes >= faulty
    assert found.within == (faulty * 10_000 <= found.codes)
    assert Rate(date(2026, 11, 20), 1, 10_000).share == Decimal("0.0001")


def test_two_inspections_at_once_take_turns(database, clock, office) -> None:
    enter_all(database, clock, (code(1), "青禾商贸"), (code(2), "青禾商贸"))
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda _: run(database, clock), range(2)))
    assert sorted(d.opened for d in done) == [0, 1]
    assert [d.standing for d in done] == [1, 1]
