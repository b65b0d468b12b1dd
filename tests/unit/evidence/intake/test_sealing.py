"""A long submission is sealed and loaded piece by piece, and nothing of that is seen from outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SteppingClock
from tests.sending import House, outcomes, row

from xinheng.evidence.completeness.projector import HeldProjector
from xinheng.evidence.intake import acts
from xinheng.evidence.intake.model import Receipt
from xinheng.evidence.intake.sealed import Sealed
from xinheng.evidence.ledger.day_counts import DayProjector
from xinheng.evidence.subjects import store as subjects
from xinheng.evidence.subjects.coverage import CoverageProjector
from xinheng.ground.engine import Engine, EngineFailed
from xinheng.ground.keys import Keys
from xinheng.ground.store import Database
from xinheng.judgement.publicity.projector import PublicityProjector
from xinheng.law.packs import Pack

ROWS = 8
FOLLOWING = {  # everything that follows from what was sent, but ids and times
    "log": """select e.seq, e.kind, c.line, c.public, c.shared, c.authorised, c.valid_from, p.pack,
                     c.content_mac
              from events e join contents c using (event) join provenances p using (provenance)
              order by e.seq""",
    "records": """select s.code, r.item, r.profile, r.state, r.decided_on, r.document, r.authority, r.due_on,
                         r.received_on, r.shown_mark, r.reported_mark, r.content_mac
                  from records r join subjects s using (subject) order by r.document""",
    "publicity": """select r.document, p.item, p.authority, p.decided_on, p.listed, g.channel, g.shown,
                           g.reason, p.site_first_day, p.site_earliest_end, p.site_last_day,
                           p.system_first_day, p.system_earliest_end, p.system_last_day
                    from publicity p join records r using (record)
                    join publicity_grounds g on g.ground in (p.site_ground, p.system_ground)
                    order by r.document, g.channel""",
    "days": "select item, kind, decided_on, count from day_counts order by 1, 2, 3",
    "covered": """select s.code, c.item, c.known_on, c.first from coverage c join subjects s using (subject)
                  order by 1, 2""",
    "held": "select item, month, held from feed_counts order by 1, 2",
    "back": "select line, checks, cells from returned_rows order by 1",
    "lines": "select line, outcome from receipt_lines order by 1",
}


def sheet(first: int = 1) -> list[dict[str, str]]:
    """Three organisations; a row that goes back and one said twice among the others; two that are late."""
    rows = [row(1 + n % 3, CF_WSH=f"清市监处罚〔2026〕{n}号") for n in range(first, first + ROWS)]
    rows[2]["CF_JDRQ"] = "2026-09-01"
    rows[6]["CF_JDRQ"] = "2026-09-02"
    return [*rows[:4], row(90, CF_CFLB=""), *rows[4:], rows[0]]


def corrected(first: int = 1) -> list[dict[str, str]]:
    """The same once more: the second, fourth and seventh say something else."""
    rows = sheet(first)
    for place in (1, 3, 7):
        rows[place]["CF_SY"] = "发布含有引人误解内容的广告"
    return rows


Opened = Callable[[], House]


@pytest.fixture
def opened(
    fresh_dsn: Callable[[], str], engine: Engine, national: Pack, clock: SteppingClock, tmp_path: Path
) -> Opened:
    """Opens houses with the projectors of a real one, and the same keys."""
    keys = Keys.create(tmp_path / "keys")
    there: list[Database] = []

    def make() -> House:
        there.append(Database(fresh_dsn(), size=2))
        folder = tmp_path / f"house-{len(there)}"
        folder.mkdir()
        kept = (PublicityProjector(national, engine), HeldProjector(), CoverageProjector(), DayProjector())
        return House(there[-1].__enter__(), engine, keys, national, clock, folder, kept).open()

    return make


def following(house: House) -> dict[str, list[Any]]:
    with house.database.transaction() as tx:
        return {name: tx.fetch(sql) for name, sql in FOLLOWING.items()}


def both(house: House) -> list[tuple[list[str], Any]]:
    """A sheet and its corrections sent; what their receipts say."""

    def said(receipt: Receipt) -> tuple[list[str], Any]:
        return outcomes(receipt), receipt.counts

    return [said(house.send(*sheet())), said(house.send(*corrected(), *sheet(first=20)[:4]))]


def test_pieces_leave_what_one_piece_leaves(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = opened()
    expected = both(whole)
    monkeypatch.setattr(acts, "CHUNK", 3)
    pieces = opened()
    assert both(pieces) == expected
    assert following(pieces) == following(whole)
    counts = expected[0][1]
    assert (counts.accepted, counts.late, counts.returned, counts.known) == (8, 2, 1, 1)
    assert (expected[1][1].corrected, expected[1][1].accepted) == (3, 4)
    log = following(pieces)["log"]
    assert [line for _, _, line, *_ in log[:8]] == [2, 3, 4, 5, 7, 8, 9, 10], "the order of the sheet"


def test_few_organisations_leave_what_many_leave(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    few = opened()
    expected = both(few)
    monkeypatch.setattr(subjects, "FEW", 1)
    many = opened()
    assert both(many) == expected
    assert following(many) == following(few)
    assert [first for *_, first in following(many)["covered"]] == [True] * 3


def test_ids_ascend_over_all_pieces(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "CHUNK", 2)
    house = opened()
    house.send(*sheet())
    with house.database.transaction() as tx:
        rows = tx.fetch("select e.event, c.record from events e join contents c using (event) order by e.seq")
    for ids in zip(*rows, strict=True):
        assert list(ids) == sorted(ids), "a piece went into the middle of an index"
    assert all(event == record for event, record in rows), "a new record needs a second index"


class Breaking:
    """An engine that refuses the n-th piece."""

    def __init__(self, engine: Engine, at: int) -> None:
        self._engine, self._at = engine, at
        self.asked = 0

    def run(
        self, folder: Path, statements: Sequence[Any], queries: Sequence[Any] = (), **said: Any
    ) -> list[Any]:
        if any("sealed-" in str(each) for each in statements):
            self.asked += 1
            if self.asked == self._at:
                raise EngineFailed("InvalidInputException", 0)
        return self._engine.run(folder, statements, queries, **said)


def test_a_piece_that_cannot_be_sealed_takes_the_whole_file_with_it(
    opened: Opened, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "CHUNK", 2)
    house = opened()
    house.engine = Breaking(engine, at=3)  # type: ignore[assignment]  # all that is asked of an engine
    with pytest.raises(EngineFailed):
        house.send(*sheet())
    tables = ("events", "contents", "records", "publicity", "returned_rows", "receipts", "cases", "coverage")
    assert {table: house.count(table) for table in tables} == dict.fromkeys(tables, 0)
    house.engine = engine
    assert house.send(*sheet()).counts.accepted == 8


def test_nothing_is_sealed_any_more_once_loading_has_failed(
    opened: Opened, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "CHUNK", 1)
    house = opened()
    counting = Breaking(engine, at=0)
    house.engine = counting  # type: ignore[assignment]  # all that is asked of an engine

    def fails(*_: object) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr("xinheng.evidence.intake.store.load_returned", fails)
    with pytest.raises(RuntimeError, match="no room"):
        house.send(*sheet())
    assert counting.asked < ROWS


def test_fields_that_were_not_sealed_are_refused_not_given_as_empty(tmp_path: Path) -> None:
    piece = Sealed(tmp_path, 1, "penalty", left_out=frozenset({"CF_SY"}))
    with pytest.raises(ValueError, match="CF_SY"):
        piece.parquet("facts", ("record", "CF_SY"), tmp_path / "facts.parquet")
