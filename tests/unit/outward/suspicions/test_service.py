"""Suspicions in a real database: raised once, ended with proof, counted as known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from tests.conftest import SteppingClock

from xinheng.ground.store import Database
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import load, shipped
from xinheng.office.access import service as agencies
from xinheng.office.access.model import AgencyKind
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import PLATFORM
from xinheng.outward.suspicions import service
from xinheng.outward.suspicions.errors import AnswerRefused, NotHeld, SuspicionAbsent, TurnRefused
from xinheng.outward.suspicions.model import Filter, NewSuspicion, Outcome, Source, State

PACK = load("national", [shipped()])
FROM, TO = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def tx(database: Database) -> Iterator[Transaction]:
    with database.transaction() as opened:
        yield opened


@pytest.fixture
def bodies(tx: Transaction, clock: SteppingClock) -> tuple[UUID, UUID]:
    """An office and an agency below it."""
    office = agencies.add_agency(
        tx, agencies.NewAgency("XYB", "示例市信用办", None, AgencyKind.OFFICE), clock, ""
    )
    agency = agencies.add_agency(tx, agencies.NewAgency("SJJ", "示例市市场监督管理局", "XYB"), clock, "")
    return office.agency, agency.agency


def gap(agency: UUID, n: int = 1, **more: object) -> NewSuspicion:
    given = {
        "source": Source.GAP,
        "item": "penalty",
        "number": f"示市监罚〔2026〕{n}号",
        "party": None,
        "decided_on": None,
        "evidence": {"前一号": f"示市监罚〔2026〕{n - 1}号"},
        "dedupe": f"gap:{n}",
    }
    return NewSuspicion(agency, **{**given, **more})  # type: ignore[arg-type]


def raised(tx: Transaction, clock: SteppingClock, *news: NewSuspicion) -> int:
    return service.raise_many(tx, news, clock, PACK)


def test_a_suspicion_is_a_case_of_the_agency_checked_by_its_office(
    tx: Transaction, clock: SteppingClock, bodies: tuple[UUID, UUID]
) -> None:
    office, agency = bodies
    assert raised(tx, clock, gap(agency, due_on=date(2026, 11, 30), basis="通知要求")) == 1
    (there,) = service.listed(tx, Filter(sees=agency), 10)
    assert (there.chain, there.level, there.state, there.hand) == ((office, agency), 1, State.GIVEN, agency)
    case = cases.by_id(tx, there.suspicion)
    assert (case.kind, case.owner, case.due_on) == ("suspicion", agency, date(2026, 11, 30))
    assert case.ref == f"suspicion:{there.suspicion}"
    assert there.evidence == {"前一号": "示市监罚〔2026〕0号"}


def test_none_is_raised_twice_while_open_or_after_an_innocent_end(
    tx: Transaction, clock: SteppingClock, bodies: tuple[UUID, UUID]
) -> None:
    _, agency = bodies
    assert raised(tx, clock, gap(agency), gap(agency), gap(agency, 2)) == 2
    assert raised(tx, clock, gap(agency)) == 0
    first = next(s for s in service.listed(tx, Filter(), 10) if s.dedupe == "gap:1")
    service.settle(tx, first.suspicion, Outcome.VOIDED, "号码作废", PLATFORM, clock)
    assert raised(tx, clock, gap(agency)) == 0
    assert len(cases.by_ref(tx, f"suspicion:{first.suspicion}")) == 1


def test_an_end_is_final_and_closes_the_case(
    tx: Transaction, clock: SteppingClock, bodies: tuple[UUID, UUID]
) -> None:
    raised(tx, clock, gap(bodies[1]))
    (there,) = service.listed(tx, Filter(), 10)
    with pytest.raises(AnswerRefused):
        service.settle(tx, there.suspicion, Outcome.VOIDED, " ", PLATFORM, clock)
    ended = service.settle(tx, there.suspicion, Outcome.VOIDED, "号码作废", PLATFORM, clock)
    assert (ended.outcome, ended.settled_by, ended.note) == (Outcome.VOIDED, "平台", "号码作废")
    assert cases.by_id(tx, there.suspicion).outcome == "voided"
    with pytest.raises(TurnRefused):
        service.settle(tx, there.suspicion, Outcome.VOIDED, "号码作废", PLATFORM, clock)
    with pytest.raises(SuspicionAbsent):
        service.settle(tx, UUID(int=9), Outcome.VOIDED, "号码作废", PLATFORM, clock)


@pytest.mark.parametrize("outcome", [Outcome.CONCEALED, Outcome.HELD])
@pytest.mark.parametrize("number", ["示市监罚〔2026〕1号", None])
def test_what_is_said_to_be_held_must_be_held(
    tx: Transaction, clock: SteppingClock, bodies: tuple[UUID, UUID], outcome: Outcome, number: str | None
) -> None:
    raised(tx, clock, gap(bodies[1], number=number))
    (there,) = service.listed(tx, Filter(), 10)
    with pytest.raises(NotHeld) as refused:
        service.settle(tx, there.suspicion, outcome, "已经补报", PLATFORM, clock)
    assert (number or "没有文号") in refused.value.found


def test_counts_say_what_was_known_then(
    tx: Transaction, clock: SteppingClock, bodies: tuple[UUID, UUID]
) -> None:
    _, agency = bodies
    raised(tx, clock, gap(agency), gap(agency, 2))
    then = clock.now().at
    clock.step(days=1)
    raised(tx, clock, gap(agency, 3))
    for there in service.listed(tx, Filter(number="〔2026〕1号"), 10):
        service.settle(tx, there.suspicion, Outcome.PERSON, "自然人", PLATFORM, clock)
    now = service.counts(tx, [agency], FROM, TO)
    assert (now.raised, now.open, now.by) == (3, 2, {Outcome.PERSON: 1})
    before = service.counts(tx, [agency], FROM, TO, then)
    assert (before.raised, before.open, before.by) == (2, 2, {})
    assert service.counts(tx, [agency], TO, date(2027, 1, 1)).raised == 0
    assert service.counts(tx, [], FROM, TO).raised == 0


def test_identity_numbers_are_masked_before_anything_is_kept(
    tx: Transaction, clock: SteppingClock, bodies: tuple[UUID, UUID]
) -> None:
    raised(tx, clock, gap(bodies[1], evidence={"备注": "身份证 11010519491231002X"}))
    (there,) = service.listed(tx, Filter(), 10)
    assert "11010519491231002X" not in str(there)
