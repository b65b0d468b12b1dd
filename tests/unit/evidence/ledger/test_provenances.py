"""What contents have in common stands once."""

from __future__ import annotations

from uuid import UUID, uuid4

import pyarrow as pa
import pytest
from tests.unit.evidence.ledger.conftest import PACK, Put

from xinheng.evidence.ledger.batches import CONTENT_SCHEMA
from xinheng.evidence.ledger.history import history
from xinheng.evidence.ledger.provenances import LOADED, Numbering, number_of

RECEIPT = UUID(int=7).bytes
SAID = ("penalty", RECEIPT, RECEIPT, PACK)


def numbers(*said: tuple[str | None, bytes | None, bytes | None, str]) -> list[int]:
    rows = [
        {"event": uuid4().bytes, "commitments": bytes(96)}
        | dict(zip(("item", "source", "receipt", "pack"), s, strict=True))
        for s in said
    ]
    loaded = Numbering().reader(pa.Table.from_pylist(rows, CONTENT_SCHEMA).to_reader()).read_all()
    assert loaded.schema == LOADED
    return loaded["provenance"].to_pylist()


def test_each_row_has_the_number_of_what_it_says() -> None:
    other, bare = ("permit", *SAID[1:]), (None, None, None, PACK)
    assert numbers(SAID, SAID) == [number_of(SAID)] * 2
    assert numbers(bare, bare) == [number_of(bare)] * 2
    assert numbers(SAID, other, bare, SAID) == [number_of(each) for each in (SAID, other, bare, SAID)]
    assert numbers() == []
    assert len({number_of(each) for each in (SAID, other, bare, ("", b"", b"", PACK))}) == 4


def test_what_is_the_same_is_entered_once_and_read_with_every_event(ledger, put: Put) -> None:
    record = uuid4()
    first = put("一", record=record)
    put("二", record=record, previous=first)
    with ledger.transaction() as tx:
        assert tx.fetch("select item, pack from provenances") == [("penalty", PACK)]
        found = history(tx, record)
    assert [(v.provenance.item, v.provenance.pack) for v in found] == [("penalty", PACK)] * 2


def test_a_number_that_stands_for_something_else_is_refused(ledger, put: Put) -> None:
    put("一")
    with ledger.transaction() as tx:
        tx.execute("update provenances set pack = 'other'")
    with pytest.raises(RuntimeError, match="same number"):
        put("二")
