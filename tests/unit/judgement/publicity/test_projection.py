"""Publicity follows the ledger: recorded, corrected, withdrawn, erased, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.conftest import SteppingClock
from tests.unit.judgement.publicity.conftest import SOURCE, Penalty, Put, batch_of, penalty

from xinheng.core.times import today
from xinheng.evidence.ledger.erasure import Erasure, erase
from xinheng.evidence.ledger.errors import RecordMoved, WrongState
from xinheng.evidence.ledger.service import Withdrawal, append, withdraw
from xinheng.ground.engine import Engine
from xinheng.ground.store import Database
from xinheng.judgement.publicity.errors import NotInPublicity
from xinheng.judgement.publicity.model import Status, decide, is_shown, status
from xinheng.judgement.publicity.projector import PublicityProjector
from xinheng.judgement.publicity.service import (
    COUNT_LIMIT,
    Ending,
    Listing,
    end_publicity,
    publicity_of,
    shown_count,
    shown_counts,
    shown_records,
)
from xinheng.law import packs
from xinheng.law.publicity import Publicity

DAY = date(2026, 11, 20)


def shown(ledger: Database, asked: Listing | None = None, day: date = DAY) -> list[UUID]:
    with ledger.transaction() as tx:
        return [row.record for row in shown_records(tx, asked or Listing(), day).rows]


def test_what_is_stored_is_what_the_model_decides(ledger: Database, put: Put, national: packs.Pack) -> None:
    penalties = put(
        penalty("2026-04-01", CF_CFLB="吊销许可证件", CF_NR="吊销许可证"),
        penalty("2026-04-01", CF_CFLB="罚款", CF_NR_FK="1", CF_NR="罚款1万元"),
        penalty("2017-07-30", CF_CFLB="罚款"),
        penalty(
            "2022-02-28",
            CF_CFLB="罚款",
            CF_NR_FK="5",
            X_PUBLISHED="2022-03-15",
            authority="演示市市场监督管理局",
        ),
        penalty("2026-04-01", CF_CFLB="吊销许可证件", marked=False),
    )
    with ledger.transaction() as tx:
        stored = publicity_of(tx, [p.record for p in penalties])
    for each in penalties:
        given = {"CF_JDRQ": each.decided, "CF_CFJG": each.authority, **each.fields}
        expected = decide(national, "penalty", given, marked=each.marked)
        got = stored[each.record]
        assert {row.decision.channel: row.decision for row in got} == {d.channel: d for d in expected}
        assert {row.pack for row in got} == {national.label}
        assert {row.decided_on for row in got} == {date.fromisoformat(each.decided)}
    assert [len(stored[p.record]) for p in penalties] == [1, 1, 1, 2, 1]
    assert shown(ledger) == [penalties[0].record]  # the fine of 2022 expired on 2023-02-28 at the latest


def test_a_record_is_shown_through_its_last_day(ledger: Database, put: Put) -> None:
    (one,) = put(penalty("2026-04-01", CF_CFLB="暂扣许可证件"))
    last = date(2027, 4, 1)
    assert shown(ledger, day=last) == [one.record]
    assert shown(ledger, day=last + timedelta(days=1)) == []
    assert shown(ledger, day=date(2026, 3, 31)) == []


def test_what_was_over_when_it_came_in_is_never_listed(ledger: Database, put: Put) -> None:
    """All were received on 2026-11-20, `DAY`."""
    kind = {"CF_CFLB": "罚款", "X_SEVERITY": "一般"}  # three years in the days of 2023
    over, last, endless = (
        *put(penalty("2023-11-19", **kind), penalty("2023-11-20", **kind)),
        *put(penalty("2019-05-01"), item="permit"),
    )
    assert set(shown(ledger)) == {last.record, endless.record}
    assert set(shown(ledger, day=date(2024, 1, 1))) == {last.record, endless.record}
    assert standing(ledger, over.record) == {"信用网站": Status.EXPIRED}
    with ledger.transaction() as tx:
        assert shown_counts(tx, [over.subject], date(2024, 1, 1)) == {over.subject: 2}
        assert tx.fetch("select record from publicity where not listed") == [(over.record,)]


def test_a_correction_lists_what_was_over_by_mistake(ledger: Database, put: Put) -> None:
    (one,) = put(penalty("2016-04-01", CF_CFLB="责令关闭"))
    assert shown(ledger) == []
    put(replace(one, decided="2026-04-01", previous=one.event, event=uuid4()))
    assert shown(ledger) == [one.record]


def test_a_correction_decides_anew(ledger: Database, put: Put) -> None:
    (one,) = put(penalty("2026-04-01", CF_CFLB="罚款"))
    assert shown(ledger) == []
    put(replace(one, fields={"CF_CFLB": "吊销许可证件"}, previous=one.event, event=uuid4()))
    assert shown(ledger) == [one.record]


def test_a_correction_that_leaves_a_channel_leaves_no_row_there(ledger: Database, put: Put) -> None:
    (one,) = put(penalty("2026-04-01", CF_CFLB="罚款", authority="演示市市场监督管理局"))
    put(replace(one, authority="演示市应急管理局", previous=one.event, event=uuid4()))
    with ledger.transaction() as tx:
        assert [row.decision.channel for row in publicity_of(tx, [one.record])[one.record]] == ["信用网站"]


def test_a_withdrawn_record_is_gone_and_so_is_an_erased_one(
    ledger: Database, put: Put, clock: SteppingClock, projector: PublicityProjector
) -> None:
    one, other = put(*(penalty("2026-04-01", CF_CFLB="责令关闭") for _ in range(2)))
    with ledger.transaction() as tx:
        withdraw(tx, Withdrawal(one.record, SOURCE, DAY, "误报", "demo"), clock, [projector])
        erase(tx, Erasure(other.record, "演示条例第一条", "demo"), clock, [projector])
    with ledger.transaction() as tx:
        assert publicity_of(tx, [one.record, other.record]) == {}


def test_the_last_erased_record_takes_its_authority_along(
    ledger: Database, put: Put, clock: SteppingClock, projector: PublicityProjector
) -> None:
    typed = "演示市某某局（张某填）"
    one, hidden, other = put(
        penalty("2026-04-01", CF_CFLB="责令关闭", authority=typed),
        penalty("2026-04-01", CF_CFLB="警告", authority=typed),
        penalty("2026-04-01", CF_CFLB="警告"),
    )

    def authorities() -> set[str]:
        with ledger.transaction() as tx:
            return {name for (name,) in tx.fetch("select name from publicity_names where kind = 'authority'")}

    assert authorities() == {typed, other.authority}
    for each, left in ((one, {typed, other.authority}), (hidden, {other.authority})):
        with ledger.transaction() as tx:
            erase(tx, Erasure(each.record, "演示条例第一条", "demo"), clock, [projector])
        assert authorities() == left


def end(
    ledger: Database, record: UUID, clock: SteppingClock, projector: PublicityProjector, **more: object
) -> None:
    ending = Ending(record, SOURCE, today(clock), "修复决定", "demo", **more)  # type: ignore[arg-type]  # shorthand
    with ledger.transaction() as tx:
        end_publicity(tx, ending, clock, [projector])


def test_ended_publicity_is_gone_with_the_commit(
    ledger: Database, put: Put, clock: SteppingClock, projector: PublicityProjector
) -> None:
    (one,) = put(penalty("2026-04-01", CF_CFLB="责令关闭"))
    assert shown(ledger) == [one.record]
    end(ledger, one.record, clock, projector)
    assert shown(ledger) == []
    with ledger.transaction() as tx:
        (row,) = publicity_of(tx, [one.record])[one.record]
    assert status(row, DAY) is Status.ENDED
    assert is_shown(row, DAY - timedelta(days=1))  # a past day keeps its answer
    assert shown(ledger, day=DAY - timedelta(days=1)) == [one.record]


def test_a_correction_does_not_revive_ended_publicity(
    ledger: Database, put: Put, clock: SteppingClock, projector: PublicityProjector
) -> None:
    (one,) = put(penalty("2026-04-01", CF_CFLB="责令关闭"))
    end(ledger, one.record, clock, projector)
    put(replace(one, fields={"CF_CFLB": "吊销许可证件"}, previous=one.event, event=uuid4()))
    assert shown(ledger) == []


def test_one_channel_can_end_alone(
    ledger: Database, put: Put, clock: SteppingClock, projector: PublicityProjector
) -> None:
    (one,) = put(
        penalty(
            "2025-12-01", CF_CFLB="责令停产停业", X_PUBLISHED="2025-12-05", authority="演示市市场监督管理局"
        )
    )
    end(ledger, one.record, clock, projector, channel="公示系统")
    assert shown(ledger) == [one.record]
    with ledger.transaction() as tx:
        found = {row.decision.channel: status(row, DAY) for row in publicity_of(tx, [one.record])[one.record]}
    assert found == {"信用网站": Status.SHOWN, "公示系统": Status.ENDED}


BOTH = {"CF_CFLB": "责令停产停业", "X_PUBLISHED": "2025-12-05"}
MARKET = "演示市市场监督管理局"


def standing(ledger: Database, record: UUID) -> dict[str, Status]:
    with ledger.transaction() as tx:
        rows = publicity_of(tx, [record]).get(record, ())
    return {row.decision.channel: status(row, DAY) for row in rows}


def test_what_ended_in_one_channel_stays_ended_there_as_long_as_it_concerns_the_record(
    ledger: Database, put: Put, clock: SteppingClock, projector: PublicityProjector
) -> None:
    (one,) = put(penalty("2025-12-01", **BOTH, authority=MARKET))
    end(ledger, one.record, clock, projector, channel="公示系统")
    said = {"信用网站": Status.SHOWN, "公示系统": Status.ENDED}
    assert standing(ledger, one.record) == said
    again = replace(one, fields={**BOTH, "CF_NR": "停业"}, previous=one.event, event=uuid4())
    put(again)
    assert standing(ledger, one.record) == said
    other = replace(again, authority="演示市应急管理局", previous=again.event, event=uuid4())
    put(other)
    assert standing(ledger, one.record) == {"信用网站": Status.SHOWN}
    put(replace(again, previous=other.event, event=uuid4()))
    assert standing(ledger, one.record) == {"信用网站": Status.SHOWN, "公示系统": Status.SHOWN}


def test_an_end_in_a_channel_that_does_not_concern_the_record_ends_nothing(
    ledger: Database, put: Put, clock: SteppingClock, projector: PublicityProjector
) -> None:
    (one,) = put(penalty("2025-12-01", **BOTH))
    with pytest.raises(NotInPublicity):
        end(ledger, one.record, clock, projector, channel="公示系统")
    end(ledger, one.record, clock, projector)
    put(replace(one, authority=MARKET, previous=one.event, event=uuid4()))
    assert standing(ledger, one.record) == {"信用网站": Status.ENDED, "公示系统": Status.SHOWN}


def test_a_record_that_no_channel_concerns_has_no_row(
    ledger: Database, clock: SteppingClock, engine: Engine, national: packs.Pack, tmp_path: Path
) -> None:
    system = tuple(r for r in national.publicity.for_item("penalty") if r.channel == "公示系统")
    projector = PublicityProjector(replace(national, publicity=Publicity(system)), engine)

    def put(given: Penalty) -> None:
        with ledger.transaction() as tx:
            append(tx, batch_of(tmp_path / uuid4().hex, [given], clock), clock, [projector])

    one, other = penalty("2025-12-01", **BOTH, authority=MARKET), penalty("2025-12-01", **BOTH)
    put(one)
    put(other)
    assert standing(ledger, one.record) == {"公示系统": Status.SHOWN}
    assert standing(ledger, other.record) == {}
    assert shown(ledger) == []  # this site shows neither
    put(replace(one, authority=other.authority, previous=one.event, event=uuid4()))
    with ledger.transaction() as tx:
        assert tx.fetch("select record from publicity") == []


def test_what_is_not_shown_cannot_be_ended(
    ledger: Database, put: Put, clock: SteppingClock, projector: PublicityProjector
) -> None:
    hidden, one = put(penalty("2026-04-01", CF_CFLB="警告"), penalty("2026-04-01", CF_CFLB="责令关闭"))
    with pytest.raises(NotInPublicity):
        end(ledger, hidden.record, clock, projector)
    end(ledger, one.record, clock, projector)
    with pytest.raises(NotInPublicity):
        end(ledger, one.record, clock, projector)
    with ledger.transaction() as tx:
        withdraw(tx, Withdrawal(one.record, SOURCE, DAY, "误报", "demo"), clock, [projector])
    with pytest.raises(WrongState):
        end(ledger, one.record, clock, projector)


def test_a_lost_append_leaves_no_publicity(
    ledger: Database, put: Put, clock: SteppingClock, projector: PublicityProjector, tmp_path: Path
) -> None:
    (one,) = put(penalty("2026-04-01", CF_CFLB="罚款"))
    moved = replace(one, fields={"CF_CFLB": "责令关闭"}, previous=uuid4(), event=uuid4())
    with pytest.raises(RecordMoved), ledger.transaction() as tx:
        append(tx, batch_of(tmp_path / "moved", [moved], clock), clock, [projector])
    assert shown(ledger) == []


def test_the_bulk_adapter_does_the_same(
    ledger: Database, clock: SteppingClock, projector: PublicityProjector, tmp_path: Path
) -> None:
    penalties = [penalty(f"2026-04-{30 - i % 30:02}", CF_CFLB="责令关闭") for i in range(50)]
    batch = batch_of(tmp_path / "bulk", penalties, clock)
    with ledger.bulk() as tx:
        append(tx, batch, clock, [projector])
    assert {p.name for p in (tmp_path / "bulk").iterdir() if p.name.startswith("publicity")} == set()
    with ledger.transaction() as tx:
        assert shown_count(tx, Listing(), DAY) == 50
        days = tx.fetch("select decided_on from publicity order by ctid")
    assert days == sorted(days)  # as the index of lists has them


def test_permits_have_no_end(ledger: Database, put: Put) -> None:
    (one,) = put(penalty("2019-05-01"), item="permit")
    assert shown(ledger, Listing(item="permit"), day=date(2050, 1, 1)) == [one.record]


def several(put: Put) -> Sequence[Penalty]:
    return put(
        *(
            penalty(
                f"2026-{5 + i // 20:02}-{1 + i % 20:02}",
                CF_CFLB="责令关闭",
                authority=("演示市应急管理局", "演示市生态环境局", "新川县应急管理局")[i % 3],
                subject=UUID(int=100 + i % 2),
            )
            for i in range(30)
        )
    )


def test_a_listing_pages_through_everything_once_latest_first(ledger: Database, put: Put) -> None:
    penalties = several(put)
    seen: list[tuple[date | None, UUID]] = []
    after = None
    with ledger.transaction() as tx:
        for _ in range(5):
            page = shown_records(tx, Listing(after=after), DAY, limit=7)
            seen += [(row.decided_on, row.record) for row in page.rows]
            after = page.after
            if after is None:
                break
    assert {record for _, record in seen} == {p.record for p in penalties}
    assert len(seen) == 30
    assert [day for day, _ in seen] == sorted((day for day, _ in seen), reverse=True)  # type: ignore[type-var]  # no None


def test_a_listing_filters(ledger: Database, put: Put) -> None:
    penalties = several(put)
    with ledger.transaction() as tx:
        assert shown_count(tx, Listing(authority="应急管理"), DAY) == 20
        assert shown_count(tx, Listing(authority="新川县应急管理局"), DAY) == 10
        assert shown_count(tx, Listing(authority="新川%"), DAY) == 0
        assert shown_count(tx, Listing(subject=UUID(int=100)), DAY) == 15
        assert shown_count(tx, Listing(item="permit"), DAY) == 0
        assert shown_count(tx, Listing(decided_from=date(2026, 6, 1)), DAY) == 10
        assert shown_count(tx, Listing(decided_to=date(2026, 5, 20)), DAY) == 20
        both = Listing(authority="生态", subject=penalties[1].subject, item="penalty")
        assert shown_count(tx, both, DAY) == 5
        assert {row.authority for row in shown_records(tx, both, DAY).rows} == {"演示市生态环境局"}


def test_a_part_that_many_authorities_share_finds_them_all(ledger: Database, put: Put) -> None:
    names = [f"演示{n}县应急管理局" for n in range(12)]
    put(*(penalty("2026-04-01", CF_CFLB="责令关闭", authority=name) for name in names))
    put(penalty("2026-04-01", CF_CFLB="责令关闭", authority="演示市生态环境局"))
    with ledger.transaction() as tx:
        rows = shown_records(tx, Listing(authority="应急管理局"), DAY).rows
        assert sorted(row.authority or "" for row in rows) == sorted(names)
        assert shown_count(tx, Listing(authority="应急管理局"), DAY) == 12


def test_a_count_stops_at_its_limit(
    ledger: Database, clock: SteppingClock, projector: PublicityProjector, tmp_path: Path
) -> None:
    penalties = [penalty("2026-04-01", CF_CFLB="责令关闭") for _ in range(COUNT_LIMIT + 5)]
    with ledger.bulk() as tx:
        append(tx, batch_of(tmp_path / "many", penalties, clock), clock, [projector])
    with ledger.transaction() as tx:
        assert shown_count(tx, Listing(), DAY) == COUNT_LIMIT + 1


def test_a_page_has_a_limit(ledger: Database) -> None:
    with ledger.transaction() as tx, pytest.raises(ValueError, match="rows"):
        shown_records(tx, Listing(), DAY, limit=101)
