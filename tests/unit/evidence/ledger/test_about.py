"""What is about a record is found by two small look-ups, never by reading all contents."""

from __future__ import annotations

from uuid import uuid4

from tests.unit.evidence.ledger.conftest import Put, batch_of, draft

from xinheng.evidence.ledger import store
from xinheng.evidence.ledger.about import about
from xinheng.evidence.ledger.service import append


def test_the_event_that_has_the_records_id_and_all_others_are_found(
    ledger, clock, tmp_path, put: Put
) -> None:
    record, other = uuid4(), uuid4()
    with ledger.transaction() as tx:
        batch = batch_of(tmp_path / "first", [draft("一", record=record, event=record)], clock)
        append(tx, batch, clock, [])
    second = put("二", record=record, previous=record)
    put("三", record=other)
    with ledger.transaction() as tx:
        assert [row[1] for row in store.versions(tx, record)] == [record, second]
        assert len(store.versions(tx, other)) == 1
        assert store.versions(tx, uuid4()) == []


def test_both_indexes_answer(ledger) -> None:
    asked = f"explain select 1 from contents c where {about('%(record)s::uuid')}"
    with ledger.transaction() as tx:
        tx.execute("set local enable_seqscan = off")
        plan = "\n".join(row[0] for row in tx.fetch(asked, {"record": uuid4()}))
        joined = "\n".join(
            row[0]
            for row in tx.fetch(
                f"""explain select 1 from unnest(array[%(record)s::uuid]) r (record)
                    cross join lateral (select from contents c where {about("r.record")} limit 1) f""",
                {"record": uuid4()},
            )
        )
    for found in (plan, joined):
        assert "contents_pkey" in found, found
        assert "contents_record" in found, found
        assert "Seq Scan" not in found, found
