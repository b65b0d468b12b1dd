"""Proofs that stand alone: a record's public content in a signed log, and one checkpoint in the next.

The format is read by `xinheng.verify` and described in docs/ledger.md. Only the public class is opened; of
the others the proof holds commitments, which say nothing without their salts.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from xinheng.evidence.ledger import merkle, store
from xinheng.evidence.ledger.checkpoint import Checkpoint, opened, parsed
from xinheng.evidence.ledger.errors import ContentErased, LogDiverged, NotPublic, NotPublished, RecordAbsent
from xinheng.evidence.ledger.history import Version, history
from xinheng.evidence.ledger.model import CLASSES, EventKind
from xinheng.evidence.ledger.publishing import CHECKPOINT, CLOSING, LogFiles
from xinheng.evidence.ledger.tiles import TileFolder
from xinheng.ground.keys import LogKey
from xinheng.ground.store.transaction import Transaction

RECORD = "xinheng-proof/1"
GROWTH = "xinheng-consistency/1"


def prove(tx: Transaction, files: LogFiles, record: UUID, *, shown: bool) -> dict[str, Any]:
    """The proof of a record's current version, as a JSON value.

    `shown`: whether the record is shown to the public now, which the caller knows; a record that is not has
    no public proof. Raises RecordAbsent, NotPublic, ContentErased, NotPublished.
    """
    said = [v for v in history(tx, record) if v.kind in (EventKind.RECORDED, EventKind.CORRECTED)]
    if not said:
        raise RecordAbsent(record)
    version = said[-1]
    if version.erased:
        raise ContentErased(record, version.erased.on, version.erased.law)
    if not shown:
        raise NotPublic(record)
    epoch = store.epoch_of(tx, version.seq)
    folder = files.epoch(epoch.epoch)
    closed = epoch.closed_size is not None
    if closed and (folder / CLOSING).exists():
        folder /= CLOSING
    position = version.seq - epoch.first_seq
    # a closed epoch may have been signed by a key that was since replaced
    note, checkpoint = _signed(folder, None if closed else files.key, position)
    ranges = merkle.inclusion_ranges(position, 0, checkpoint.size)
    return {
        "format": RECORD,
        "header": {
            "kind": version.kind,
            "event": str(version.event),
            "record": str(record),
            "known": version.known.isoformat(),
        },
        "provenance": _provenance(version),
        "commitments": {c: h.hex() for c, h in zip(CLASSES, version.commitments, strict=True)},
        "public": {"salt": version.salts[0].hex(), "content": version.public or ""},
        "inclusion": {"position": position, "path": _path(folder, checkpoint, ranges)},
        "checkpoint": note,
    }


def prove_growth(files: LogFiles, epoch: int, old_note: str) -> dict[str, Any]:
    """The proof that the published log of an epoch still holds what an older checkpoint of it held.

    Raises LogDiverged where `old_note` is no checkpoint of this log, or is larger than what is published.
    """
    folder = files.epoch(epoch)
    old = opened(old_note, files.key)
    note, checkpoint = _signed(folder, files.key, 0)
    if old is None or old.origin != checkpoint.origin or not 0 < old.size <= checkpoint.size:
        raise LogDiverged("所给检查点不是该日志的较早检查点", str(folder))
    ranges = merkle.consistency_ranges(0, old.size, checkpoint.size)
    return {"format": GROWTH, "old": old_note, "new": note, "path": _path(folder, checkpoint, ranges)}


def _provenance(version: Version) -> dict[str, str | None]:
    source = version.provenance
    return {
        "item": source.item,
        "subject": str(source.subject) if source.subject else None,
        "source": str(source.source) if source.source else None,
        "pack": source.pack,
        "valid_from": source.valid_from.isoformat() if source.valid_from else None,
    }


def _signed(folder: Path, key: LogKey | None, position: int) -> tuple[str, Checkpoint]:
    """The published checkpoint of a folder, by `key` if one is given, as long as it covers `position`."""
    path = folder / CHECKPOINT
    note = path.read_bytes().decode("utf-8", "replace") if path.exists() else ""
    checkpoint = opened(note, key) if key else parsed(note)
    if checkpoint is None or checkpoint.size <= position:
        raise NotPublished(position, checkpoint.size if checkpoint else 0)
    return note, checkpoint


def _path(folder: Path, checkpoint: Checkpoint, ranges: Sequence[merkle.Range]) -> list[str]:
    subtree = TileFolder(folder).subtree(checkpoint.size)
    try:
        hashes = [merkle.range_hash(start, end, subtree) for start, end in ranges]
    except FileNotFoundError as error:  # tiles are being made anew
        raise NotPublished(0, 0) from error
    return [base64.b64encode(each).decode() for each in hashes]
