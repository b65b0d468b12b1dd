"""As-of answers: both clocks, and nothing that was answered once is answered differently later."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from uuid import uuid4

import pytest
from tests.unit.evidence.ledger.conftest import PACK, SOURCE, Put

from xinheng.core.identity import check_character
from xinheng.core.times import Known
from xinheng.evidence.ledger.erasure import Erasure, erase
from xinheng.evidence.ledger.errors import BeyondKnown, RecordAbsent, WordsRefused, WrongState
from xinheng.evidence.ledger.history import Answer, Standing, as_of, history
from xinheng.evidence.ledger.service import Withdrawal, withdraw
from xinheng.ground.store import Database

EARLY, LATE = date(2026, 1, 1), date(2026, 6, 1)


def ask(ledger: Database, record, valid_on: date, known_at: Known) -> Answer:
    with ledger.transaction() as tx:
        return as_of(tx, record, valid_on, known_at)


def test_an_answer_is_made_from_what_was_known_then(ledger, clock, put: Put) -> None:
    record = uuid4()
    before = clock.now()
    put("别的")
    clock.step(days=1)
    first = put("旧", record=record, valid_from=EARLY)
    at_first = clock.now()
    clock.step(days=1)
    put("新", record=record, previous=first, valid_from=EARLY)
    assert ask(ledger, record, LATE, before).standing == Standing.UNKNOWN
    assert '"旧"' in ask(ledger, record, LATE, at_first).version.public
    assert '"新"' in ask(ledger, record, LATE, clock.now()).version.public


def test_what_is_not_yet_so_in_law_is_said_to_be_so(ledger, clock, put: Put) -> None:
    record = uuid4()
    put("一", record=record, valid_from=LATE)
    assert ask(ledger, record, LATE - timedelta(days=1), clock.now()).standing == Standing.NOT_YET_VALID
    assert ask(ledger, record, LATE, clock.now()).standing == Standing.HELD


def test_a_moment_that_the_ledger_has_not_reached_is_refused(ledger, clock, put: Put) -> None:
    record = uuid4()
    with pytest.raises(BeyondKnown, match="尚无任何事件"):
        ask(ledger, record, LATE, clock.now())
    put("一", record=record)
    with pytest.raises(BeyondKnown):
        ask(ledger, record, LATE, Known(clock.now().at + timedelta(microseconds=1)))


def test_a_withdrawal_holds_from_its_day_and_is_known_from_its_moment(ledger, clock, put: Put) -> None:
    record = uuid4()
    put("一", record=record, valid_from=EARLY)
    earlier = clock.now()
    clock.step(hours=1)
    with ledger.transaction() as tx:
        withdraw(tx, Withdrawal(record, SOURCE, LATE, "行政复议撤销", PACK), clock, [])
    assert ask(ledger, record, LATE, earlier).standing == Standing.HELD
    assert ask(ledger, record, LATE - timedelta(days=1), clock.now()).standing == Standing.HELD
    assert ask(ledger, record, LATE, clock.now()).standing == Standing.WITHDRAWN
    with ledger.transaction() as tx:
        assert [v.kind for v in history(tx, record)] == ["recorded", "withdrawn"]
        assert tx.fetch("select state from records where record = %(r)s", {"r": record}) == [("withdrawn",)]


def test_only_a_record_that_stands_can_be_withdrawn(ledger, clock, put: Put) -> None:
    record = uuid4()
    put("一", record=record)
    withdrawal = Withdrawal(record, SOURCE, LATE, "错报", PACK)
    with ledger.transaction() as tx:
        withdraw(tx, withdrawal, clock, [])
    with pytest.raises(WrongState, match="已撤回"), ledger.transaction() as tx:
        withdraw(tx, withdrawal, clock, [])
    with pytest.raises(RecordAbsent), ledger.transaction() as tx:
        withdraw(tx, Withdrawal(uuid4(), SOURCE, LATE, "错报", PACK), clock, [])


@pytest.mark.parametrize(
    "reason",
    [
        "",
        " ",
        "错",
        "错\n报",
        "错" * 501,
        "错报" + "11010119900307001" + check_character("11010119900307001"),
    ],
)
def test_a_reason_that_may_not_stand_for_ever_is_refused(ledger, clock, put: Put, reason: str) -> None:
    record = uuid4()
    put("一", record=record, valid_from=EARLY)
    with pytest.raises(WordsRefused), ledger.transaction() as tx:
        withdraw(tx, Withdrawal(record, SOURCE, LATE, reason, PACK), clock, [])
    with pytest.raises(WordsRefused), ledger.transaction() as tx:
        erase(tx, Erasure(record, reason, PACK), clock, [])
    assert ask(ledger, record, LATE, clock.now()).standing == Standing.HELD


def test_a_version_carries_its_provenance_and_its_salts(ledger, clock, put: Put) -> None:
    record = uuid4()
    put("一", record=record, valid_from=EARLY)
    with ledger.transaction() as tx:
        (version,) = history(tx, record)
    assert (version.provenance.source, version.provenance.valid_from) == (SOURCE, EARLY)
    assert [len(s) for s in version.salts] == [16, 16, 16]
    assert [len(c) for c in version.commitments] == [32, 32, 32]


def test_two_withdrawals_at_once_leave_one(ledger, clock, put: Put) -> None:
    record = uuid4()
    put("一", record=record)
    withdrawal = Withdrawal(record, SOURCE, LATE, "错报", PACK)
    outcomes: list[str] = []

    def task() -> None:
        try:
            with ledger.transaction() as tx:
                withdraw(tx, withdrawal, clock, [])
            outcomes.append("done")
        except WrongState:
            outcomes.append("refused")

    threads = [threading.Thread(target=task) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]
