"""Appending: dense positions, one known time, all or nothing, and nobody loses an update."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.unit.evidence.ledger.conftest import PACK, Draft, Put, batch_of, draft, mac_of

from xinheng.core.times import Known
from xinheng.evidence.ledger import merkle, store
from xinheng.evidence.ledger.batches import Single, changed_row, single_batch, write_part
from xinheng.evidence.ledger.errors import LogNotOpen, NotWritable, RecordMoved
from xinheng.evidence.ledger.model import EventKind, Provenance, leaf_data
from xinheng.evidence.ledger.projection import Batch
from xinheng.evidence.ledger.service import append, append_one, append_pieces, open_log
from xinheng.ground.store import Database, Transaction, UniqueClash


def log_of(database: Database) -> list[tuple[int, Known, bytes]]:
    with database.transaction() as tx:
        rows = tx.fetch("select seq, known, kind, entry from events order by seq")
    return [(seq, Known(known), leaf_data(kind, Known(known), entry)) for seq, known, kind, entry in rows]


def root_of(database: Database) -> bytes:
    _, frontier = merkle.extended(0, [], [merkle.leaf_hash(leaf) for _, _, leaf in log_of(database)])
    return merkle.root(frontier)


@pytest.mark.parametrize("adapter", ["transaction", "bulk"])
def test_both_adapters_append_the_same_way(ledger, clock, tmp_path, adapter: str) -> None:
    first = [draft(f"第{n}条") for n in range(5)]
    with getattr(ledger, adapter)() as tx:
        one = append(tx, batch_of(tmp_path / "a", first, clock), clock, [])
    corrected = [Draft("更正", first[2].record, previous=event_of(ledger, first[2].record)), draft("新的")]
    with getattr(ledger, adapter)() as tx:
        two = append(tx, batch_of(tmp_path / "b", corrected, clock), clock, [])
    assert (one.first, one.count, one.size, two.first, two.count, two.size) == (0, 5, 5, 5, 2, 7)
    assert two.known == one.known.after(one.known)  # the clock stood still
    assert [seq for seq, _, _ in log_of(ledger)] == list(range(7))
    assert two.root == root_of(ledger)
    with ledger.transaction() as tx:
        row = store.record_row(tx, first[2].record)
        assert row is not None
        assert row[3] == mac_of("更正")
        assert tx.fetch("select count(*) from contents") == [(7,)]


def event_of(database: Database, record: UUID) -> UUID:
    with database.transaction() as tx:
        row = store.record_row(tx, record)
    assert row is not None
    return row[6]


def test_known_follows_the_clock_and_never_goes_back(ledger, clock, put: Put) -> None:
    put("一")
    clock.set(datetime(2020, 1, 1, tzinfo=UTC))
    put("二")
    clock.set(datetime(2030, 1, 1, tzinfo=UTC))
    put("三")
    first, second, third = [known for _, known, _ in log_of(ledger)]
    assert second.at - first.at == timedelta(microseconds=1)
    assert third == clock.now()


def test_a_ledger_without_a_head_refuses(database: Database, clock, tmp_path) -> None:
    with pytest.raises(LogNotOpen), database.transaction() as tx:
        append(tx, batch_of(tmp_path / "a", [draft("一")], clock), clock, [])


def test_opening_a_log_twice_changes_nothing(ledger, put: Put) -> None:
    put("一")
    with ledger.transaction() as tx:
        open_log(tx, "another.invalid")
        assert (store.read_head(tx).origin, store.read_head(tx).size) == ("demo.invalid/xinheng/log/0", 1)


def test_a_stopped_node_refuses_and_keeps_nothing(ledger, clock, tmp_path) -> None:
    with ledger.transaction() as tx:
        store.stop(tx, "已公布 9 条，数据库 0 条")
    with pytest.raises(NotWritable, match="已公布 9 条"), ledger.transaction() as tx:
        append(tx, batch_of(tmp_path / "a", [draft("一")], clock), clock, [])
    with ledger.transaction() as tx:
        assert tx.fetch("select count(*) from contents") == [(0,)]


class Spy:
    """A projector that keeps a count, and may fail."""

    def __init__(self, fail: str = "", table: str = "events") -> None:
        self.seen: list[str] = []
        self._fail, self._table = fail, table

    def begin(self) -> None:
        pass

    def compute(self, batch: Batch) -> None:
        pass

    def prepare(self, tx: Transaction, batch: Batch) -> None:
        self._at("prepare", tx)

    def finish(self, tx: Transaction) -> None:
        self._at("finish", tx)

    def _at(self, moment: str, tx: Transaction) -> None:
        self.seen.append(f"{moment} {tx.fetch(f'select count(*) from {self._table}')[0][0]}")
        if moment == self._fail:
            raise RuntimeError(moment)


def test_projectors_prepare_before_the_lock_and_finish_under_it(ledger, clock, tmp_path) -> None:
    spy = Spy()
    with ledger.transaction() as tx:
        append(tx, batch_of(tmp_path / "a", [draft("一")], clock), clock, [spy])
    assert spy.seen == ["prepare 0", "finish 1"]


def test_pieces_are_loaded_one_by_one_and_stand_under_one_known(ledger, clock, tmp_path) -> None:
    drafts = [draft(each) for each in ("一", "二", "三")]
    pieces = (batch_of(tmp_path / d.text, [d], clock) for d in drafts)  # made as they are asked for
    spy = Spy(table="contents")
    with ledger.transaction() as tx:
        appended = append_pieces(tx, pieces, clock, [spy])
    assert spy.seen == ["prepare 0", "prepare 1", "prepare 2", "finish 3"]
    assert (appended.first, appended.count, appended.size) == (0, 3, 3)
    log = log_of(ledger)
    assert [seq for seq, *_ in log] == [0, 1, 2]
    assert {known for _, known, _ in log} == {appended.known}


@pytest.mark.parametrize("moment", ["prepare", "finish"])
def test_a_projector_that_fails_takes_the_append_with_it(ledger, clock, tmp_path, moment: str) -> None:
    with pytest.raises(RuntimeError), ledger.transaction() as tx:
        append(tx, batch_of(tmp_path / "a", [draft("一")], clock), clock, [Spy(moment)])
    assert log_of(ledger) == []
    with ledger.transaction() as tx:
        assert tx.fetch("select count(*) from contents") == [(0,)]
        assert store.read_head(tx).size == 0


def test_a_correction_of_a_version_that_is_no_longer_current_is_refused(ledger, put: Put) -> None:
    record = uuid4()
    first = put("一", record=record)
    put("二", record=record, previous=first)
    with pytest.raises(RecordMoved, match="1 条记录"):
        put("三", record=record, previous=first)
    assert len(log_of(ledger)) == 2


def test_a_record_held_already_is_a_clash_of_keys(ledger, put: Put) -> None:
    record = uuid4()
    put("一", record=record)
    with pytest.raises(UniqueClash):
        put("一", record=record)


def test_a_batch_that_miscounts_is_refused(ledger, clock, tmp_path) -> None:
    batch = batch_of(tmp_path / "a", [draft("一"), draft("二")], clock)
    with pytest.raises(ValueError, match="says 3 events and holds 2"), ledger.transaction() as tx:
        append(tx, Batch(batch.folder, 3), clock, [])


def test_a_part_of_another_shape_is_refused(clock, tmp_path) -> None:
    batch = batch_of(tmp_path / "a", [draft("一")], clock)
    with pytest.raises(ValueError, match="schema of records"):
        write_part(batch, "records", batch.reader("events"))


def test_a_single_event_may_change_the_record_it_is_about(ledger, clock, put: Put) -> None:
    record = uuid4()
    version = put("一", record=record)
    with ledger.transaction() as tx:
        row = store.record_row(tx, record)
        assert row is not None
        single = Single(EventKind.PUBLICITY_ENDED, Provenance(PACK), record, public={"on": "2026-11-20"})
        event, appended = append_one(tx, single, clock, [], changed_row(row, shown_mark=False))
        assert tx.fetch("select shown_mark from records") == [(False,)]
    assert appended.size == 2
    assert event_of(ledger, record) == version != event


def test_a_single_event_needs_no_record(ledger, clock, tmp_path) -> None:
    with ledger.transaction() as tx:
        single = Single(EventKind.PACK_ACTIVATED, Provenance(PACK), public={"pack": PACK})
        _, appended = append_one(tx, single, clock, [])
    assert appended.root == root_of(ledger)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        single_batch(tmp_path / name, UUID(int=1), single)
    first, second = (Batch(tmp_path / name, 1).reader("contents").read_all() for name in ("a", "b"))
    assert first["commitments"] != second["commitments"]  # salted: equal content does not show


def run_all(tasks: list[Callable[[], None]]) -> None:
    failures: list[BaseException] = []

    def guarded(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_two_writers_at_once_leave_dense_positions_and_change_no_past_answer(
    ledger, clock, tmp_path: Path
) -> None:
    seen: list[list[tuple[int, Known, bytes]]] = []

    def write(name: str, times: int, rows: int, adapter: str) -> Callable[[], None]:
        def task() -> None:
            for n in range(times):
                batch = batch_of(
                    tmp_path / f"{name}{n}", [draft(f"{name}{n}-{i}") for i in range(rows)], clock
                )
                with getattr(ledger, adapter)() as tx:
                    append(tx, batch, clock, [])
                seen.append(log_of(ledger))

        return task

    run_all(
        [write("单", 12, 1, "transaction"), write("批", 4, 700, "bulk"), write("又", 12, 1, "transaction")]
    )
    log = log_of(ledger)
    assert [seq for seq, _, _ in log] == list(range(12 + 4 * 700 + 12))
    knowns = [known for _, known, _ in log]
    assert knowns == sorted(knowns)
    assert len(set(knowns)) == 12 + 4 + 12
    for earlier in seen:  # what anyone ever read is a prefix of what stands now
        assert earlier == log[: len(earlier)]
    with ledger.transaction() as tx:
        assert store.read_head(tx).root == root_of(ledger)
