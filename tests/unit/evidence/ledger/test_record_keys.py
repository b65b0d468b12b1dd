"""One record a natural key, whatever way a record comes to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pyarrow as pa
import pytest
from tests.unit.evidence.ledger.conftest import batch_of, draft

from xinheng.core.times import Clock
from xinheng.evidence.ledger import record_keys
from xinheng.evidence.ledger.batches import CHANGED_SCHEMA, RECORD_SCHEMA, write_part
from xinheng.evidence.ledger.projection import Batch
from xinheng.evidence.ledger.service import append
from xinheng.ground.store import Database, UniqueClash


def keyed(batch: Batch, keys: list[bytes]) -> Batch:
    """The batch with these keys."""
    for part, schema in (("records", RECORD_SCHEMA), ("changed", CHANGED_SCHEMA)):
        if batch.has(part):  # type: ignore[arg-type]  # a Part
            rows = batch.reader(part).read_all()  # type: ignore[arg-type]  # a Part
            rows = rows.set_column(2, schema.field("key_mac"), pa.array(keys, pa.binary(32)))
            write_part(batch, part, rows)  # type: ignore[arg-type]  # a Part
    return batch


def key(n: int) -> bytes:
    return bytes([n]) * 32


@pytest.fixture
def send(ledger: Database, clock: Clock, tmp_path: Path) -> Callable[..., list[UUID]]:
    """Append drafts with keys, as (draft, number of its key)."""

    def sent(*drafts: tuple[object, int]) -> None:
        made = [each for each, _ in drafts]
        batch = batch_of(tmp_path / uuid4().hex, made, clock)  # type: ignore[arg-type]  # drafts
        with ledger.transaction() as tx:
            append(tx, keyed(batch, [key(n) for _, n in drafts]), clock, [])

    return sent  # type: ignore[return-value]  # a test's shorthand


def kept(ledger: Database) -> dict[bytes, UUID]:
    with ledger.transaction() as tx:
        assert tx.fetch("select key_mac, record from record_keys order by 1") == tx.fetch(
            "select key_mac, record from records order by 1"
        )
        return dict(tx.fetch("select key_mac, record from record_keys"))


def test_records_in_one_batch_may_change_their_keys_for_each_others(ledger, send) -> None:
    one, two = (draft(each, event=uuid4()) for each in ("一", "二"))
    send((one, 200), (two, 3))
    assert kept(ledger) == {key(200): one.record, key(3): two.record}
    send(*((replace(each, previous=each.event, event=None), n) for each, n in ((one, 3), (two, 5))))
    assert kept(ledger) == {key(3): one.record, key(5): two.record}


def test_a_key_that_another_record_has_is_refused(ledger, send) -> None:
    one, two = (draft(each, event=uuid4()) for each in ("一", "二"))
    send((one, 1), (two, 2))
    with pytest.raises(UniqueClash):
        send((draft("三"), 2))
    with pytest.raises(UniqueClash):
        send((replace(two, previous=two.event, event=None), 1))
    assert kept(ledger) == {key(1): one.record, key(2): two.record}


def test_many_keys_go_in_several_times(ledger, send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_keys, "AT_ONCE", 1)
    drafts = [draft(str(n), event=uuid4()) for n in range(3)]
    send(*((each, 9 - n) for n, each in enumerate(drafts)))
    assert kept(ledger) == {key(9 - n): each.record for n, each in enumerate(drafts)}


def test_the_order_is_that_of_the_first_two_bytes() -> None:
    given = [bytes([a, b]) + bytes(30) for a, b in ((2, 0), (1, 255), (0, 3), (255, 255), (0, 2))]
    order = record_keys._order(pa.array([b"?" * 32, *given], pa.binary(32))[1:]).to_pylist()
    assert [given[n] for n in order] == sorted(given)
