"""Packs in the database: archived by digest, activated by a ledger event (decision 17)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from xinheng.core.times import Clock, Known
from xinheng.evidence.ledger import rereading
from xinheng.evidence.ledger.batches import Single
from xinheng.evidence.ledger.model import EventKind, Provenance
from xinheng.evidence.ledger.projection import Projector
from xinheng.evidence.ledger.service import append_one
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack, load_archive


def activate(tx: Transaction, pack: Pack, clock: Clock, projectors: Sequence[Projector]) -> bool:
    """Archive a pack and make it the active one. False where it is that already: then nothing happens.

    Records keep the digest they were checked under. Raises the refusals of the ledger.
    """
    if active_digest(tx) == pack.digest:
        return False
    tx.execute(
        """insert into packs (digest, name, archive, archived)
           values (%(digest)s, %(name)s, %(archive)s, %(at)s) on conflict (digest) do nothing""",
        {"digest": pack.digest, "name": pack.name, "archive": pack.archive(), "at": clock.now().at},
    )
    said = {"name": pack.name, "title": pack.title, "digest": pack.digest, "chain": list(pack.chain)}
    single = Single(EventKind.PACK_ACTIVATED, Provenance(pack.label), public=said)
    event, appended = append_one(tx, single, clock, projectors)
    tx.execute(
        "insert into pack_activations (known, digest, event) values (%(known)s, %(digest)s, %(event)s)",
        {"known": appended.known.at, "digest": pack.digest, "event": event},
    )
    return True


def active_digest(tx: Transaction, known: Known | None = None) -> str | None:
    """The digest of the pack that is active now, or was at `known`; None where none was."""
    rows = tx.fetch(
        """select digest from pack_activations
           where %(at)s::timestamptz is null or known <= %(at)s::timestamptz
           order by known desc limit 1""",
        {"at": known.at if known else None},
    )
    return rows[0][0] if rows else None


def first_digest(tx: Transaction) -> str | None:
    """The digest of the pack that was active first; None where none ever was."""
    rows = tx.fetch("select digest from pack_activations order by known limit 1")
    return rows[0][0] if rows else None


def archived(tx: Transaction, digest: str) -> Pack:
    """A pack from its archive, whatever became of its files. KeyError where it never was active here."""
    rows = tx.fetch("select archive from packs where digest = %(digest)s", {"digest": digest})
    if not rows:
        raise KeyError(digest)
    return load_archive(rows[0][0], digest)


def unlogged(tx: Transaction) -> list[UUID]:
    """Events of activations that stand here otherwise than in the log, or in one of the two alone."""
    logged = {(event, known, digest) for event, known, digest in rereading.activations(tx)}
    held = set(tx.fetch("select event, known, digest from pack_activations"))
    return sorted({row[0] for row in logged ^ held})
