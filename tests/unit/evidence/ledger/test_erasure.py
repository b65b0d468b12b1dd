"""Erasure: the bytes are nowhere in the home, the log is whole, the neighbours' proofs hold."""

from __future__ import annotations

import json
import secrets
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.unit.evidence.ledger.conftest import PACK, SUBJECT, Put, batch_of, draft, mac_of

from xinheng.evidence.ledger.erasure import Erasure, erase, scrub
from xinheng.evidence.ledger.errors import ContentErased, NotScrubbed, RecordAbsent, WrongState
from xinheng.evidence.ledger.history import Standing, as_of, history
from xinheng.evidence.ledger.proof import prove
from xinheng.evidence.ledger.publishing import LogFiles, publish
from xinheng.evidence.ledger.service import append, open_log
from xinheng.ground.keys import LogKey
from xinheng.ground.store import Database, Server, migrate
from xinheng.verify import main as verify

LAW = "《征信业管理条例》第十六条（示例）"


def marker(size: int) -> str:
    """Text that no compression shortens and nobody else writes."""
    return secrets.token_hex(size // 2)


def places(home: Path, text: str) -> list[str]:
    """Every file below the home that holds the text."""
    needle = text.encode()
    return [str(p.relative_to(home)) for p in home.rglob("*") if p.is_file() and needle in p.read_bytes()]


def test_after_erasure_and_scrubbing_no_file_of_the_home_holds_what_was_said(
    home: Path, clock, tmp_path: Path
) -> None:
    short, long, corrected = marker(32), marker(9000), marker(64)
    with Server(home / "db") as server, Database(server.dsn) as database:
        migrate(server.dsn)
        with database.transaction() as tx:
            open_log(tx, "demo.invalid/xinheng")
        files = LogFiles(home / "log", LogKey.generate("demo.invalid/xinheng"))
        record, neighbour = uuid4(), uuid4()
        events: list[UUID] = []
        for n, (text, more) in enumerate(
            [
                (f"{short} {long}", {"record": record}),
                ("邻居", {"record": neighbour}),
                (corrected, {"record": record}),
            ]
        ):
            event = UUID(int=n + 1)
            drafts = [draft(text, event=event, previous=events[0] if n == 2 else None, **more)]
            with database.bulk() as tx:
                append(tx, batch_of(tmp_path / str(n), drafts, clock), clock, [])
            events.append(event)
        with psycopg.connect(server.dsn, autocommit=True) as link:
            link.execute("analyze")
            link.execute("checkpoint")
        for text in (short, long[:64], corrected):
            assert places(home, text) != []  # the search can find
        with database.transaction() as tx:
            publish(tx, files)
        with database.transaction() as tx:
            erase(tx, Erasure(record, LAW, PACK), clock, [])
        with database.transaction() as tx:
            publish(tx, files)
        scrub(database)
        for text in (short, long[:64], long[4000:4064], long[-64:], corrected):
            assert places(home, text) == []
        with database.transaction() as tx:
            proof = prove(tx, files, neighbour, shown=True)
            with pytest.raises(ContentErased, match="第十六条"):
                prove(tx, files, record, shown=True)
    (tmp_path / "proof.json").write_text(json.dumps(proof), encoding="utf-8")
    key = ("--key", files.key.verifier)
    assert verify(["proof", str(tmp_path / "proof.json"), *key]) == 0
    assert verify(["log", str(files.folder), *key]) == 0


def test_an_erased_record_is_answered_with_law_and_date_for_every_moment(ledger, clock, put: Put) -> None:
    record = uuid4()
    put("一", record=record)
    before = clock.now()
    clock.step(days=1)
    with ledger.transaction() as tx:
        erase(tx, Erasure(record, LAW, PACK), clock, [])
    for moment in (before, clock.now()):
        with ledger.transaction() as tx:
            answer = as_of(tx, record, date(2026, 11, 20), moment)
        assert answer.standing == Standing.ERASED
        assert str(answer.version.erased) == f"已依法删除（{LAW}，2026-11-21）"
    with ledger.transaction() as tx:
        first, last = history(tx, record)
    assert (first.public, first.shared, first.authorised, first.salts) == (None, None, None, ())
    assert first.commitments != (b"", b"", b"")
    assert last.kind == "content_erased"
    assert json.loads(last.public) == {"law": LAW, "on": "2026-11-21"}


def test_only_hmacs_stay_of_an_erased_record(ledger, clock, put: Put) -> None:
    record = uuid4()
    first = put("旧", record=record)
    put("新", record=record, previous=first)
    with ledger.transaction() as tx:
        erase(tx, Erasure(record, LAW, PACK), clock, [])
        macs = {mac_of(text) for text in ("旧", "新")}
        ((key, found, reason),) = tx.fetch("select key_mac, content_macs, reason from tombstones")
        assert (key, set(found), reason) == (record.bytes * 2, macs, "erased")
        ((state, document, authority, subject, shown),) = tx.fetch(
            "select state, document, authority, subject, shown_mark from records"
        )
        assert (state, document, authority, shown) == ("erased", None, None, False)
        assert subject != SUBJECT
        assert tx.fetch("select count(*) from contents where subject = %(s)s", {"s": SUBJECT}) == [(0,)]


def test_erasing_twice_or_nothing_is_refused(ledger, clock, put: Put) -> None:
    record = uuid4()
    put("一", record=record)
    with ledger.transaction() as tx:
        erase(tx, Erasure(record, LAW, PACK), clock, [])
    with pytest.raises(WrongState, match="已依法删除"), ledger.transaction() as tx:
        erase(tx, Erasure(record, LAW, PACK), clock, [])
    with pytest.raises(RecordAbsent), ledger.transaction() as tx:
        erase(tx, Erasure(uuid4(), LAW, PACK), clock, [])


def test_scrubbing_waits_for_transactions_that_may_still_see_the_content(ledger, clock, put: Put) -> None:
    record = uuid4()
    put("一", record=record)
    with psycopg.connect(ledger.dsn) as reader:
        reader.execute("set transaction isolation level repeatable read")
        reader.execute("select 1 from contents")
        with ledger.transaction() as tx:
            erase(tx, Erasure(record, LAW, PACK), clock, [])
        with pytest.raises(NotScrubbed):
            scrub(ledger)
    scrub(ledger)
