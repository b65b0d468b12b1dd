"""The drill of two writers: single rows go in while a large file commits, and a reader watches."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from tests.unit.evidence.ledger.bulk import bulk_batch
from tests.unit.evidence.ledger.conftest import Draft, batch_of, draft

from xinheng.core.ids import new_id
from xinheng.core.times import Known
from xinheng.evidence.ledger import store
from xinheng.evidence.ledger.audit import audit
from xinheng.evidence.ledger.history import Answer, as_of
from xinheng.evidence.ledger.publishing import LogFiles, publish
from xinheng.evidence.ledger.service import append
from xinheng.ground.keys import LogKey
from xinheng.ground.store import Database
from xinheng.verify import main as verify

DAY = date(2026, 12, 1)


class WallClock:
    """The real clock: two writers must not depend on a test's."""

    def now(self) -> Known:
        return Known(datetime.now(UTC))


@dataclass(frozen=True)
class Question:
    """What a reader asked, and what it was told then."""

    record: UUID
    known_at: Known
    answer: Answer
    size: int


@pytest.mark.parametrize(
    "rows", [50_000, pytest.param(1_000_000, marks=(pytest.mark.long, pytest.mark.timeout(3600)))]
)
def test_single_rows_go_in_while_a_large_file_commits(ledger: Database, tmp_path: Path, rows: int) -> None:
    clock, asked, done, single = WallClock(), [], threading.Event(), []
    large = bulk_batch(tmp_path / "large", rows, clock)
    failures: list[BaseException] = []

    def write_singles() -> None:
        record, previous = UUID(int=7), None
        while not done.is_set() or len(single) < 3:
            event = new_id(clock)
            one = draft(f"第{len(single)}版", record=record, event=event, previous=previous, valid_from=DAY)
            append_singly(ledger, tmp_path / str(len(single)), one, clock)
            previous = event
            single.append(event)
            asked.append(ask(ledger, record))

    def write_large() -> None:
        with ledger.bulk() as tx:
            append(tx, large, clock, [])

    run(failures, [write_singles, write_large], done)
    assert failures == []
    assert len(asked) == len(single) >= 3

    with ledger.transaction() as tx:
        size = store.read_head(tx).size
        assert tx.fetch("select count(*), min(seq), max(seq) from events") == [(size, 0, size - 1)]
        assert size == rows + len(single)
        assert len(tx.fetch("select distinct known from events")) == len(single) + 1
        for question in asked:
            assert as_of(tx, question.record, DAY, question.known_at) == question.answer
        assert audit(tx).events == size
    files = LogFiles(tmp_path / "log", LogKey.generate("demo.invalid/xinheng"))
    with ledger.transaction() as tx:
        publish(tx, files)
    assert verify(["log", str(files.folder), "--key", files.key.verifier]) == 0


def append_singly(ledger: Database, folder: Path, one: Draft, clock: WallClock) -> None:
    batch = batch_of(folder, [one], clock)
    with ledger.transaction() as tx:
        append(tx, batch, clock, [])


def ask(ledger: Database, record: UUID) -> Question:
    """Ask at the head's own moment: the latest that may be asked, and the first that could change."""
    with ledger.transaction() as tx:
        head = store.read_head(tx)
        assert head.known is not None
        return Question(record, head.known, as_of(tx, record, DAY, head.known), head.size)


def run(failures: list[BaseException], tasks: list, done: threading.Event) -> None:
    """The second task decides how long the first goes on."""

    def guarded(task, last: bool) -> None:
        try:
            task()
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)
        finally:
            if last:
                done.set()

    threads = [threading.Thread(target=guarded, args=(task, task is tasks[-1])) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
