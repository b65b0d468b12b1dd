"""The monthly bulletin: what it says, and that a past one never changes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from tests.conftest import ROOT
from tests.sending import row

from xinheng.core.times import today
from xinheng.evidence.completeness import service as completeness
from xinheng.evidence.ledger import erasure
from xinheng.evidence.ledger import service as ledger
from xinheng.office.access import moving
from xinheng.office.access import service as access
from xinheng.office.access.model_tree import By
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, NewCase
from xinheng.office.cases.model import Filter as CaseFilter
from xinheng.outward.reports import scope as scopes
from xinheng.outward.reports import service
from xinheng.outward.reports.errors import AlreadyIssued, Differs, NoCutoff, NotIssued, NotYet
from xinheng.outward.suspicions import service as suspicions
from xinheng.outward.suspicions.model import NewSuspicion, Outcome, Source

OCTOBER = date(2026, 10, 1)


def made(town, code="C", pack=None, month=OCTOBER):
    with town.database.transaction() as tx:
        head = access.by_code(tx, code) if code else None
        given = service.scope_of(tx, pack or town.pack, head, month, town.clock, "清河市平台")
        return service.make(tx, pack or town.pack, given)


def cells(document, title):
    table = next(t for t in document.tables if t.title.endswith(title))
    return [dict(zip((c.name for c in table.columns), r, strict=True)) for r in table.rows]


def test_it_says_what_was_counted(town):
    document = made(town).document
    assert document.title == "2026年10月公共信用信息归集情况通报"
    assert document.issuer == "清河市信用办"
    penalty = next(r for r in cells(document, "各类信息") if r["类别"] == "行政处罚")
    assert (penalty["报送"], penalty["接收"], penalty["退回"], penalty["迟报"]) == ("4", "3", "1", "1")
    assert (penalty["合规率"], penalty["及时率"]) == ("75.00%", "66.66%")
    [county] = cells(document, "县市区")
    assert (county["名次"], county["单位"], county["合规率"]) == ("1", "清源县信用办", "66.66%")
    [bureau] = cells(document, "部门和单位")
    assert (bureau["单位"], bureau["合规率"]) == ("清河市城市管理局", "100.00%")
    assert any("清河市静默局" in b.text for b in document.blocks if hasattr(b, "text"))
    named = cells(document, "点名和整改")
    assert {r["单位"] for r in named} == {"清河市市场监督管理局"}
    assert any(r["问题"].startswith("退回 1 行：行政处罚：“") for r in named)
    assert {r["期限"] for r in named} == {"2026年11月25日前"}


def test_the_countys_own_figure_is_its_row_in_the_citys(town):
    city, county = made(town, "C"), made(town, "X")
    [theirs] = cells(city.document, "县市区")
    own = next(r for r in cells(county.document, "各类信息") if r["类别"] == "七类合计")
    for column in ("报送", "接收", "更正", "退回", "迟报", "合规率", "及时率", "上月合规率"):
        assert theirs[column] == own[column]
    line = next(b for b in city.facts.branches if b.body.code == "X")
    assert line.now == county.facts.total.now
    assert line.coverage == county.facts.total.coverage


def test_a_month_is_ready_when_its_cutoff_has_passed(town):
    with pytest.raises(NotYet, match="XH820"):
        made(town, month=date(2026, 11, 1))
    with pytest.raises(NoCutoff, match="XH821"):
        made(town, month=date(2029, 12, 1))


def test_the_cutoff_is_after_the_term_of_the_months_last_day(national):
    # 2026-10-31 is a Saturday: seven working days end on Tuesday 2026-11-10
    assert scopes.cutoff_of(national, OCTOBER) == scopes.starts(date(2026, 11, 11))


def test_a_scope_is_read_as_it_was_kept(town):
    given = made(town).facts.scope
    assert scopes.from_json(scopes.as_json(given)) == given


def test_two_makings_are_the_same_to_the_byte_in_any_time_zone(town, monkeypatch):
    first = made(town).files()
    monkeypatch.setenv("TZ", "America/St_Johns")
    time.tzset()
    try:
        assert made(town).files() == first
    finally:
        monkeypatch.undo()
        time.tzset()


ELSEWHERE = """
import hashlib, sys
from datetime import UTC, date, datetime
from xinheng.core.times import FixedClock, Known
from xinheng.ground.store import Database
from xinheng.law import packs
from xinheng.office.access import service as access
from xinheng.outward.reports import service

pack = packs.load("national", [packs.shipped()])
clock = FixedClock(Known(datetime(2031, 5, 1, tzinfo=UTC)))
with Database(sys.argv[1], size=1) as database, database.transaction() as tx:
    head = access.by_code(tx, "C")
    given = service.scope_of(tx, pack, head, date(2026, 10, 1), clock, "清河市平台")
    files = service.make(tx, pack, given).files()
for name in sorted(files):
    print(name, hashlib.sha256(files[name]).hexdigest())
"""


def test_another_process_years_later_makes_the_same_bytes(town):
    ran = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, town.database.dsn],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "TZ": "Pacific/Kiritimati",
            "PYTHONHASHSEED": "7",
            "LC_ALL": "C",
        },
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    files = made(town).files()
    here = [f"{name} {hashlib.sha256(files[name]).hexdigest()}" for name in sorted(files)]
    assert ran.stdout.decode().splitlines() == here


# -- what was issued comes out the same whatever happened since; these change the town for good --------------


@pytest.fixture(scope="module")
def issued(town):
    first = made(town)
    with town.database.transaction() as tx:
        return service.issue(tx, first, town.clock, "测试")


def again(town, issued):
    return service.verify(issued, made(town))


def test_it_is_issued_once(town, issued):
    with town.database.transaction() as tx, pytest.raises(AlreadyIssued, match="XH822"):
        service.issue(tx, made(town), town.clock, "测试")
    with town.database.transaction() as tx, pytest.raises(NotIssued, match="XH823"):
        service.issued(tx, "C", date(2026, 9, 1))


def test_later_receipts_change_nothing(town, issued):
    town.clock.set(datetime(2026, 12, 1, 2, tzinfo=UTC))
    town.send(row(20, CF_JDRQ="2026-10-16"), row(21, CF_JDRQ="2026-13-16"))
    assert again(town, issued) == issued.digests


def test_a_renaming_and_a_move_entered_for_a_past_day_change_nothing(town, issued):
    with town.database.transaction() as tx:
        agency = access.by_code(tx, "B")
        access.rename(tx, agency, "清河市综合执法局", date(2026, 10, 5), town.clock, "测试")
        moving.move(
            tx,
            access.by_code(tx, "B"),
            By.PLACE,
            access.by_code(tx, "X"),
            date(2026, 10, 6),
            town.clock,
            "测试",
        )
    assert again(town, issued) == issued.digests


def test_later_feeds_declarations_and_withdrawals_change_nothing(town, issued):
    with town.database.transaction() as tx:
        agency = access.by_code(tx, "A")
        feed = completeness.add_feed(tx, town.pack, agency, "penalty", date(2026, 1, 1), town.clock, "测试")
        completeness.declare(tx, feed, OCTOBER, 9, town.clock, "测试")
        [(record, source)] = tx.fetch(
            "select record, source from records where document like %(d)s", {"d": "%〕1号"}
        )
        taken = ledger.Withdrawal(record, source, today(town.clock), "决定被撤销", town.pack.digest)
        ledger.withdraw(tx, taken, town.clock, town.projectors)
    assert again(town, issued) == issued.digests


def test_cases_that_were_opened_closed_or_given_away_since_change_nothing(town, issued):
    with town.database.transaction() as tx:
        one, other = (access.by_code(tx, code).agency for code in ("A", "Q"))
        waiting = cases.listed(tx, CaseFilter(owners=(one,), closed=False))
        assert waiting  # the rows that were returned in October
        clerk = Actor(None, None, "测试")
        cases.step(tx, waiting[0].case, "transferred", clerk, "改由另一单位办理", town.clock, owner=other)
        cases.close(tx, waiting[0].case, clerk, "accepted", "办结", town.clock)
        new = NewCase("returned_row", "退回", one, "receipt:x/1", None, None, {})
        cases.open_case(tx, new, town.clock)
    assert again(town, issued) == issued.digests


def test_suspicions_settled_or_raised_since_change_nothing(town, issued):
    with town.database.transaction() as tx:
        [(suspicion, agency)] = tx.fetch("select suspicion, agency from suspicions")
        tx.execute("update suspicions set agency = %(b)s", {"b": access.by_code(tx, "Q").agency})  # handed on
        suspicions.settle(
            tx, suspicion, Outcome.NOT_OURS, "属于另一单位", Actor(None, None, "测试"), town.clock
        )
        new = NewSuspicion(agency, Source.COMPARED, "penalty", "x〕10号", None, None, {}, "x〕10号")
        assert suspicions.raise_many(tx, [new], town.clock, town.pack) == 1
    assert again(town, issued) == issued.digests


def test_an_erasure_changes_nothing(town, issued):
    with town.database.transaction() as tx:
        [(record,)] = tx.fetch("select record from records where document like %(d)s", {"d": "%〕2号"})
        erase(tx, town, record)
    assert again(town, issued) == issued.digests


def test_what_differs_is_named(town, issued):
    other = made(town, "X")
    with pytest.raises(Differs, match="XH824") as refused:
        service.verify(issued, other)
    assert "bulletin-2026-10-C.pdf" in str(refused.value)


def erase(tx, town, record: UUID) -> None:
    erasing = erasure.Erasure(record, "《个人信息保护法》第四十七条", town.pack.digest)
    erasure.erase(tx, erasing, town.clock, town.projectors)
