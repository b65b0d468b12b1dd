"""The watching on the real database: gaps raised with evidence, silence opened and ended by itself."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.conftest import SteppingClock
from tests.sending import House, row

from xinheng.evidence.completeness import service as completeness
from xinheng.evidence.completeness import store as completeness_store
from xinheng.evidence.intake import numbers
from xinheng.evidence.intake.model_numbers import NumberRange
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, State
from xinheng.outward.monitoring import gaps, service, store
from xinheng.outward.monitoring import late as lateness
from xinheng.outward.monitoring.errors import AlertEnded, ZeroRefused
from xinheng.outward.monitoring.model import Ended, How
from xinheng.outward.monitoring.series import Reason, Verdict
from xinheng.outward.monitoring.store import Alert, Run
from xinheng.outward.suspicions import service as suspicions
from xinheng.outward.suspicions.model import Filter, Outcome, Source

CLERK = Actor(None, None, "甲")


def run(house: House) -> Run:
    with house.database.transaction() as tx:
        return service.run(tx, house.pack, house.clock)


def agency(house: House, code: str = "A") -> Agency:
    with house.database.transaction() as tx:
        return access.by_code(tx, code)


def raised(house: House) -> dict[str, dict[str, str]]:
    with house.database.transaction() as tx:
        found = suspicions.listed(tx, Filter(source=Source.GAP), 1_000)
    return {str(s.number): dict(s.evidence) for s in found}


def decided(numbers_: Iterable[int], day: str = "2026-09-01", **cells: str) -> list[dict[str, str]]:
    return [row(n, CF_JDRQ=day, **cells) for n in numbers_]


# -- gaps --------------------------------------------------------------------------------------------


def test_a_missing_number_is_raised_once_with_its_neighbours(house: House) -> None:
    receipt = house.send(*decided([1, 2, 3, 4, 6, 7]))
    assert run(house).counts["gap_raised"] == 1
    assert run(house).counts["gap_raised"] == 0
    found = raised(house)
    assert list(found) == ["清市监处罚〔2026〕5号"]
    evidence = found["清市监处罚〔2026〕5号"]
    assert (
        evidence["前一号"] == f"清市监处罚〔2026〕4号（决定日期 2026-09-01，回执 {receipt.receipt} 第 5 行）"
    )
    assert evidence["后一号"].startswith("清市监处罚〔2026〕6号（")
    assert evidence["应在何日前报送"] == "2026-09-10"


def test_honest_gaps_accuse_nobody(house: House) -> None:
    person = row(5, CF_JDRQ="2026-09-01", CF_XDR_LB="自然人", CF_XDR_MC="张三", CF_XDR_SHXYM="", CF_FRDB="")
    summary = row(6, CF_JDRQ="2026-09-01", X_PROCEDURE="简易程序")
    wrong = row(9, CF_JDRQ="2026-09-01", CF_XDR_SHXYM="91430100000000000X")
    shared = row(30, CF_JDRQ="2026-09-01", CF_WSH="清市监处罚〔2026〕第0004号")
    house.send(*decided([1, 2, 3, 8, 10]), person, summary, wrong, shared)
    with house.database.transaction() as tx:
        said = NumberRange("penalty", "清市监处罚（2026）7号", None, "跳号")
        numbers.declare(tx, agency(house), said, CLERK, house.clock)
    assert run(house).counts["gap_suspected"] == 0
    assert raised(house) == {}


def test_what_may_still_be_reported_in_time_waits(house: House, clock: SteppingClock) -> None:
    house.send(*decided([1, 2, 3, 4, 6], "2026-11-12"))
    assert run(house).counts["gap_raised"] == 0
    with house.database.transaction() as tx:
        (gap,) = store.gaps(tx, None, None, 10)
    assert (gap.verdict, gap.reason, gap.due_on) == (Verdict.WAITING, Reason.TERM, date(2026, 11, 23))
    clock.set(datetime(2026, 11, 24, 2, tzinfo=UTC))
    assert run(house).counts["gap_raised"] == 1


def test_what_ended_innocently_is_not_raised_again(house: House) -> None:
    house.send(*decided([1, 2, 3, 4, 6, 7]))
    run(house)
    with house.database.transaction() as tx:
        (one,) = suspicions.listed(tx, Filter(source=Source.GAP), 10)
        suspicions.settle(tx, one.suspicion, Outcome.VOIDED, "号码未使用", CLERK, house.clock)
    assert run(house).counts["gap_raised"] == 0


def test_two_agencies_with_one_prefix_fill_each_others_gaps(house: House) -> None:
    house.send(*decided([1, 2, 4]))
    house.send(*decided([3, 5, 6]), source="B")
    assert run(house).counts["gaps"] == 0


def test_two_runs_at_once_raise_nothing_twice(house: House) -> None:
    house.send(*decided([1, 2, 3, 4, 6, 7, 8, 10]))
    found: list[int] = []
    runs = [threading.Thread(target=lambda: found.append(run(house).counts["gap_raised"])) for _ in range(4)]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    assert sorted(found) == [0, 0, 0, 2]
    assert len(raised(house)) == 2


def test_of_several_workers_one_looks_once_a_day(house: House, clock: SteppingClock) -> None:
    def look() -> Run | None:
        with house.database.transaction() as tx:
            return service.run_where_due(tx, house.pack, clock, timedelta(hours=20))

    assert look() is not None
    clock.step(hours=19)
    assert look() is None
    clock.step(hours=2)
    assert look() is not None


# -- lateness ----------------------------------------------------------------------------------------


def test_late_records_stand_one_by_one_as_the_receipts_count_them(house: House, clock: SteppingClock) -> None:
    house.send(*decided([1], "2026-11-12"))
    receipt = house.send(*decided([2, 3], "2026-10-12"))
    days = (date(2026, 11, 1), date(2026, 12, 1))
    clock.step(days=40)
    house.send(row(1, CF_JDRQ="2026-11-12", CF_SY="更正后的事由"))  # a correction is not late
    with house.database.transaction() as tx:
        found = lateness.listed(tx, None, None, days, (10, 0))
        assert lateness.listed(tx, None, None, (days[1], date(2027, 6, 1)), (10, 0)) == []
        assert lateness.counts(tx, None, "penalty", days) == {(agency(house).agency, "penalty"): 2}
        assert lateness.counts(tx, [agency(house, "B").agency], None, days) == {}
    assert len(found) == receipt.counts.late == 2
    assert {f.document for f in found} == {"清市监处罚〔2026〕2号", "清市监处罚〔2026〕3号"}
    assert {(f.due_on, f.received_on, f.days) for f in found} == {
        (date(2026, 10, 21), date(2026, 11, 20), 30)
    }


def test_what_was_entered_later_is_not_late_even_when_daily_reporting_corrects_it(house: House) -> None:
    house.send(*decided([1], "2026-03-02"), profile="collected")
    house.send(*decided([1], "2026-03-02", CF_SY="更正后的事由"))
    with house.database.transaction() as tx:
        days = (date(2026, 1, 1), date(2027, 1, 1))
        assert lateness.listed(tx, None, None, days, (10, 0)) == []
        assert lateness.counts(tx, None, None, days) == {}


# -- silence -----------------------------------------------------------------------------------------


def held(house: House, counts: dict[str, int]) -> None:
    """What the projector would have counted."""
    source = agency(house).agency
    with house.database.transaction() as tx:
        completeness_store.add_held(
            tx, {(source, "penalty", date.fromisoformat(f"{m}-01")): n for m, n in counts.items()}
        )


def months(first: str, count: int, each: int) -> dict[str, int]:
    found, day = {}, date.fromisoformat(f"{first}-01")
    for _ in range(count):
        found[f"{day:%Y-%m}"] = each
        day = (day + timedelta(days=31)).replace(day=1)
    return found


def open_alert(house: House) -> Alert:
    with house.database.transaction() as tx:
        (there,) = store.alerts(tx, None, still=True, limit=10)
    return there


@pytest.fixture
def silent(house: House) -> House:
    """Thirty a month for two years, and nothing of September and October 2026."""
    held(house, months("2024-09", 24, 30))
    with house.database.transaction() as tx:
        completeness.add_feed(tx, house.pack, agency(house), "penalty", date(2024, 9, 1), house.clock, "甲")
    assert run(house).counts["silence_raised"] == 1
    return house


def ended(house: House, alert: Alert) -> Ended | None:
    run(house)
    with house.database.transaction() as tx:
        return service.alert(tx, alert.alert, None).outcome


def test_silence_is_a_case_with_its_evidence(silent: House) -> None:
    alert = open_alert(silent)
    assert (alert.how, alert.held) == (How.FEWER, 0)
    assert (alert.from_month, alert.to_month) == (date(2026, 9, 1), date(2026, 10, 1))
    with silent.database.transaction() as tx:
        case = cases.by_id(tx, alert.case)
    assert case.owner == agency(silent).agency
    assert case.title.startswith("无数据预警：行政处罚 2026-09 至 2026-10 已有 0 条，按历史应有约 ")
    assert case.detail["历史"] == "此前 22 期，同样长的时间里最少 60 条"
    assert run(silent).counts["silence_raised"] == 0


def test_data_end_it(silent: House) -> None:
    alert = open_alert(silent)
    held(silent, {"2026-09": 28, "2026-10": 31})
    assert ended(silent, alert) is Ended.ARRIVED
    with silent.database.transaction() as tx:
        assert cases.by_id(tx, alert.case).state is State.CLOSED
        with pytest.raises(AlertEnded):
            service.answer(tx, alert.alert, "没有案件", CLERK, silent.clock)


def test_a_little_does_not_end_it(silent: House) -> None:
    alert = open_alert(silent)
    held(silent, {"2026-09": 3})
    assert ended(silent, alert) is None


def test_zero_declared_ends_it_at_once_and_it_does_not_come_back(silent: House) -> None:
    alert = open_alert(silent)
    with silent.database.transaction() as tx:
        assert (
            service.declare_zero(tx, silent.pack, alert.alert, CLERK, silent.clock).outcome is Ended.DECLARED
        )
    assert run(silent).counts["silence_raised"] == 0


def test_zero_is_not_declared_of_months_that_hold_something(silent: House) -> None:
    alert = open_alert(silent)
    held(silent, {"2026-10": 1})
    with silent.database.transaction() as tx, pytest.raises(ZeroRefused) as refused:
        service.declare_zero(tx, silent.pack, alert.alert, CLERK, silent.clock)
    assert "2026-10" in refused.value.found


def test_a_reason_is_seen_by_the_office_and_quiet_for_a_while(silent: House, clock: SteppingClock) -> None:
    alert = open_alert(silent)
    with silent.database.transaction() as tx:
        service.answer(tx, alert.alert, "职权已划转", CLERK, clock)
        assert cases.by_id(tx, alert.case).state is State.ANSWERED
        service.send_back(tx, alert.alert, "请附划转文件", CLERK, clock)
        service.answer(tx, alert.alert, "见编办文件", CLERK, clock)
        assert service.accept(tx, alert.alert, "情况属实", CLERK, clock).outcome is Ended.EXPLAINED
    assert run(silent).counts["silence_raised"] == 0
    clock.set(datetime(2026, 12, 25, 2, tzinfo=UTC))  # November is due by then
    assert run(silent).counts["silence_raised"] == 0


def test_the_end_of_the_duty_ends_it(silent: House) -> None:
    alert = open_alert(silent)
    with silent.database.transaction() as tx:
        (feed,) = completeness.listed(tx)
        completeness.end_feed(tx, feed.feed, date(2026, 11, 1), silent.clock, "甲")
    assert ended(silent, alert) is Ended.FEED_ENDED


def test_a_source_that_never_sent_is_asked(house: House) -> None:
    with house.database.transaction() as tx:
        completeness.add_feed(tx, house.pack, agency(house), "permit", date(2026, 7, 1), house.clock, "甲")
    assert run(house).counts["silence_raised"] == 1
    alert = open_alert(house)
    assert (alert.how, alert.item, alert.expected) == (How.NEVER, "permit", None)
    with house.database.transaction() as tx:
        done = service.declare_zero(tx, house.pack, alert.alert, CLERK, house.clock)
    assert done.outcome is Ended.DECLARED


def test_who_has_no_duty_and_no_history_is_not_watched(house: House) -> None:
    assert run(house).counts["silence_watched"] == 0


# -- erasure -----------------------------------------------------------------------------------------


def test_what_a_gap_says_of_an_erased_neighbour_goes(house: House) -> None:
    receipt = house.send(*decided([1, 2, 3, 4, 6, 7]))
    run(house)
    with house.database.transaction() as tx:
        service.forget(tx, house.record(receipt, 5))
        (gap,) = store.gaps(tx, None, None, 10)
    assert (gap.first, gap.evidence) == (5, {})


# -- a million records -------------------------------------------------------------------------------

FILLED = """
insert into records (record, item, key_mac, content_mac, subject, source, event, profile, state, decided_on,
                     document, due_on, received_on, shown_mark, reported_mark)
select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'penalty', sha256(n::text::bytea),
       sha256('c'::bytea), gen_random_uuid(), %(source)s, gen_random_uuid(), 'report', 'current',
       date '2026-01-01' + (n / 3500)::int, '清市监处罚' || (n %% 40) || '队〔2026〕' || (n / 40) || '号',
       date '2026-01-15' + (n / 3500)::int, date '2026-01-10' + (n / 3500)::int, true, true
from generate_series(40, 1000000) n where n %% 20011 <> 0
"""


@pytest.mark.long
def test_a_million_records(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    with house.database.transaction() as tx:
        tx.execute(FILLED, {"source": agency(house).agency})
        tx.execute("analyze records")
    start = time.monotonic()
    with house.database.transaction() as tx:
        found = gaps.look(tx, house.pack, house.clock)
    with capsys.disabled():
        print(f"\n  {found}, {time.monotonic() - start:.1f} s, {peak()} MB")  # noqa: T201 - wanted
    assert (found["gap_series"], found["gap_suspected"]) == (40, 49)


def peak() -> int:
    """Megabytes that this process ever took."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
