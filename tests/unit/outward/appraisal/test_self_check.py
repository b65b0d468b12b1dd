"""The self-check of the city monitoring: gaps with owners, proofs, ranks, and a package of the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import SteppingClock

from xinheng.ground.store import Database
from xinheng.law import packs
from xinheng.law.scorecards import Reading
from xinheng.office.access import service as agencies
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, Filter
from xinheng.outward.appraisal import model_monitoring as model
from xinheng.outward.appraisal import self_check
from xinheng.outward.appraisal.errors import SelfCheckRefused
from xinheng.outward.appraisal.model_monitoring import Figure, Proof, Rank, State
from xinheng.outward.appraisal.self_check import NewCheck

OFFICE = Actor(None, None, "xyb")
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def pack() -> packs.Pack:
    return packs.load("national", [packs.shipped()])


def figure(name: str) -> Figure:
    return Figure(name, Reading(Decimal("99.50"), 199, 200, "%"), "试")


def rank(month: date, place: int, of: int | None = 36, source: str = "国家公共信用信息中心月报") -> Rank:
    return Rank(month, place, of, source, AT, "xyb")


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 60))
def test_the_window_is_whole_months_that_have_passed(day: date, months: int) -> None:
    first, end = model.window(day, months)
    assert first.day == end.day == 1
    assert end <= day
    assert (end.year * 12 + end.month) - (first.year * 12 + first.month) == months


def test_a_gap_is_a_case_of_its_owner_until_it_is_met(
    database: Database, clock: SteppingClock, pack: packs.Pack
) -> None:
    with database.transaction() as tx:
        owner = agencies.add_agency(tx, agencies.NewAgency("SJJ", "示例市市场监督管理局"), clock, "测试")
        with pytest.raises(SelfCheckRefused, match="责任单位"):
            self_check.enter(tx, pack, NewCheck("codes", State.GAP, "重错码三个"), clock, OFFICE)
        new = NewCheck("codes", State.GAP, "重错码三个", owner, date(2026, 12, 1))
        self_check.enter(tx, pack, new, clock, OFFICE)
        case = cases.listed(tx, Filter(kind=model.GAP, closed=False))[0]
        assert (case.owner, case.due_on) == (owner.agency, date(2026, 12, 1))
        clock.step(days=1)
        later = replace(new, due_on=date(2026, 12, 15))
        self_check.enter(tx, pack, later, clock, OFFICE)
        assert [c.due_on for c in cases.listed(tx, Filter(kind=model.GAP, closed=False))] == [later.due_on]
        clock.step(days=1)
        self_check.enter(tx, pack, NewCheck("codes", State.MET, "已全部更正"), clock, OFFICE)
        assert cases.count(tx, Filter(kind=model.GAP, closed=False)) == 0
        table = self_check.table_of(pack)
        board = {s.indicator.id: s for s in self_check.board(tx, table, figure)}
        assert (board["codes"].state, board["legality"].state) == (State.MET, State.UNKNOWN)
        assert [f.name for f in board["codes"].figures] == ["重错码率"]
        assert [c.state for c in self_check.history(tx, pack, "codes")] == [State.MET, State.GAP, State.GAP]


def test_the_package_holds_index_and_proofs_and_is_the_same_each_time(
    database: Database, clock: SteppingClock, pack: packs.Pack
) -> None:
    content = b"%PDF-1.4 proof %%EOF"
    digest = hashlib.sha256(content).hexdigest()
    table = self_check.table_of(pack)
    with database.transaction() as tx:
        for indicator in ("codes", "security"):
            proof = Proof(table.id, indicator, digest, "佐证.pdf", "整改前后对照", clock.now().at, "xyb")
            self_check.add_proof(tx, pack, proof, clock)
        self_check.add_rank(tx, rank(date(2026, 9, 1), 12), clock)
        said = ("示例市信用办", date(2025, 11, 1), date(2026, 11, 1))

        def made() -> bytes:
            board = self_check.board(tx, table, figure)
            return self_check.package(tx, table, board, said, lambda d: content if d == digest else b"")

        first = made()
        assert made() == first
        with zipfile.ZipFile(io.BytesIO(first)) as packed:
            index = json.loads(packed.read("index.json"))
            named = [f for i in index["indicators"] for f in i["files"]]
            assert [hashlib.sha256(packed.read(f["path"])).hexdigest() for f in named] == [digest, digest]
            assert "佐证" in packed.read("index.csv").decode("utf-8-sig")
        assert index["ranks"] == [
            {"month": "2026-09", "place": 12, "of": 36, "source": "国家公共信用信息中心月报"}
        ]
        assert len(index["indicators"]) == 15
        self_check.remove_proof(tx, pack, "codes", digest, clock, "xyb")
        assert made() != first
        with pytest.raises(SelfCheckRefused):
            self_check.remove_proof(tx, pack, "codes", digest, clock, "xyb")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (rank(date(2026, 9, 2), 3), "月份"),
        (rank(date(2026, 12, 1), 3), "月份"),
        (rank(date(2026, 9, 1), 37), "名次"),
        (rank(date(2026, 9, 1), 3, None, "网"), "出处"),
    ],
)
def test_a_rank_without_sense_or_source_is_refused(
    database: Database, clock: SteppingClock, wrong: Rank, words: str
) -> None:
    with database.transaction() as tx, pytest.raises(SelfCheckRefused) as refused:
        self_check.add_rank(tx, wrong, clock)
    assert words in str(refused.value)


def test_a_rank_entered_again_replaces_what_is_shown_and_keeps_what_was(
    database: Database, clock: SteppingClock
) -> None:
    with database.transaction() as tx:
        self_check.add_rank(tx, rank(date(2026, 9, 1), 12), clock)
        self_check.add_rank(tx, replace(rank(date(2026, 9, 1), 11), at=AT.replace(hour=3)), clock)
        self_check.add_rank(tx, rank(date(2026, 8, 1), 14, None), clock)
        assert [(r.month.month, r.place, r.of) for r in self_check.ranks(tx)] == [(9, 11, 36), (8, 14, None)]


def test_nothing_is_known_of_an_indicator_that_is_not_printed(
    database: Database, clock: SteppingClock, pack: packs.Pack
) -> None:
    with database.transaction() as tx, pytest.raises(SelfCheckRefused, match="third"):
        proof = Proof("city-2020", "third", "0" * 64, "a.pdf", "某某", AT, "xyb")
        self_check.add_proof(tx, pack, proof, clock)
