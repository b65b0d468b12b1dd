"""Opening a new epoch after an older backup was restored (decision 6): the loss is named, not hidden."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xinheng.core.times import Clock
from xinheng.evidence.ledger import store
from xinheng.evidence.ledger.batches import Single
from xinheng.evidence.ledger.errors import EpochNotNeeded
from xinheng.evidence.ledger.model import Appended, EventKind, Provenance
from xinheng.evidence.ledger.projection import Projector
from xinheng.evidence.ledger.publishing import CLOSING, Latest, LogFiles, latest, write_log
from xinheng.evidence.ledger.service import append_one, origin_of
from xinheng.evidence.ledger.tiles import TileFolder
from xinheng.ground.store.transaction import Transaction


def new_epoch(
    tx: Transaction, files: LogFiles, pack: str, clock: Clock, projectors: Sequence[Projector]
) -> Appended:
    """Close the epoch that was published beyond the database, and open the next one.

    Its first entry names the last checkpoint and the lost range. What the database still holds of the old
    epoch gets a checkpoint of its own (`<epoch>/closing`), so that old records can still be proved, unless
    the published tiles show that it is not what was published. Commit, then `publish`.
    Raises EpochNotNeeded.
    """
    head = store.lock_head(tx)
    found = latest(files)
    if head.stopped is None:
        raise EpochNotNeeded
    intact = _intact(head, files)
    ours = head.origin.startswith(files.key.name + "/")  # else the old key is lost: what it signed stays
    if ours and intact is not False:
        write_log(tx, head, files.epoch(head.epoch) / CLOSING, files.key)
    number = max(head.epoch, found.epoch if found else 0) + 1
    store.close_epoch(tx, head.epoch, head.size)
    store.open_epoch(tx, number, origin_of(files.key.name, number), head.first_seq + head.size)
    single = Single(EventKind.EPOCH_OPENED, Provenance(pack), public=_loss(head, found, intact))
    return append_one(tx, single, clock, projectors)[1]


def _intact(head: store.Head, files: LogFiles) -> bool | None:
    """Whether the database is a prefix of what was published; None where the tiles cannot tell."""
    try:
        return TileFolder(files.epoch(head.epoch)).root(head.size) == head.root
    except FileNotFoundError:
        return None


def _loss(head: store.Head, found: Latest | None, intact: bool | None) -> dict[str, Any]:
    """What the first entry says. `to` is null where no checkpoint tells how far the log had come."""
    reach = found.checkpoint if found else None
    return {
        "last_checkpoint": found.where.read_bytes().decode("utf-8", "replace") if found else None,
        "lost": {
            "from": {"epoch": head.epoch, "position": head.size},
            "to": {"epoch": found.epoch, "position": reach.size} if found and reach else None,
        },
        "prefix_intact": intact,
    }
