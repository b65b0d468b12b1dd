"""Erasing content where retention or deletion law says so (decisions 3 and 4).

What goes: payloads and salts of every version, and with them every value that was said. What stays: headers,
commitments and the place in the log, so that the neighbours' proofs hold; HMACs as a tombstone, so that a
re-send cannot revive it; the law and the date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg import sql

from xinheng.core.times import Clock, today
from xinheng.evidence.ledger import store, wording
from xinheng.evidence.ledger.batches import Single, changed_row
from xinheng.evidence.ledger.errors import NotScrubbed, RecordAbsent, WrongState
from xinheng.evidence.ledger.model import Appended, EventKind, Provenance
from xinheng.evidence.ledger.projection import Projector
from xinheng.evidence.ledger.service import ITEM, SOURCE, STATE, STATES, append_one
from xinheng.ground.store import Database
from xinheng.ground.store.transaction import Transaction

NOBODY = UUID(int=0)  # stands where the organisation's id stood
TABLES = ("contents", "records")


@dataclass(frozen=True)
class Erasure:
    """Which record, by which law (instrument and article, in words), under which pack."""

    record: UUID
    law: str
    pack: str


def erase(tx: Transaction, erasure: Erasure, clock: Clock, projectors: Sequence[Projector]) -> Appended:
    """Erase what a record says, in all versions; append that it was done. Projectors see `state` = erased.

    Commit, then `scrub`: until then the bytes are still in dead rows and in the write-ahead log.
    Raises WordsRefused, RecordAbsent, and WrongState where it was erased before.
    """
    law = wording.require(erasure.law, "依据")
    row = store.record_row(tx, erasure.record, held=True)
    if row is None:
        raise RecordAbsent(erasure.record)
    if row[STATE] == "erased":
        raise WrongState(erasure.record, STATES["erased"], "内容尚在的记录")
    on = today(clock)
    store.bury(tx, erasure.record, "erased")
    store.erase_contents(tx, erasure.record, on, law)
    gone = {"subject": NOBODY.bytes, "decided_on": None, "document": None, "authority": None, "due_on": None}
    changed = changed_row(row, state="erased", shown_mark=False, reported_mark=False, **gone)
    single = Single(
        EventKind.CONTENT_ERASED,
        Provenance(erasure.pack, row[ITEM], None, row[SOURCE], on),
        erasure.record,
        public={"law": law, "on": on.isoformat()},
    )
    return append_one(tx, single, clock, projectors, changed)[1]


def scrub(database: Database, others: Sequence[str] = ()) -> None:
    """Remove erased bytes from the database's files: rewritten tables, statistics, write-ahead log.

    `others` are tables of other rooms that held something. Rewriting locks each table while it lasts. Needs a
    server with `wal_recycle = off`, as ours has, and the right to CHECKPOINT; backups and replicas are
    outside its reach. Raises NotScrubbed where an older transaction still needs the erased rows: try again.
    """
    with psycopg.connect(database.dsn, autocommit=True) as link:
        _refuse_old_snapshots(link)
        for table in (*TABLES, *others):
            link.execute(sql.SQL("vacuum (full, analyze) {}").format(sql.Identifier(table)))
        link.execute("vacuum (full) pg_catalog.pg_statistic")  # samples of values, from before
        link.execute("checkpoint")
        link.execute("select pg_switch_wal()")
        link.execute("checkpoint")  # from here on, no earlier segment is needed: they are removed


def _refuse_old_snapshots(link: psycopg.Connection[tuple[object, ...]]) -> None:
    """A rewrite keeps rows that a running transaction may still see, so there must be none that is older."""
    found = link.execute(
        """select count(*) from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid() and backend_xmin is not null
             and age(backend_xmin) > age(pg_current_xact_id()::xid)"""
    ).fetchone()
    if found and found[0]:
        raise NotScrubbed
