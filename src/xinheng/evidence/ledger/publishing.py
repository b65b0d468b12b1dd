"""Publishing the log: tiles and signed checkpoints as files, at home and outside (decision 6).

The database is the truth, the files are derived. Yet what was signed cannot be unsigned: where the files
(here or outside) are ahead of the database, an older backup was restored, and nothing may be appended.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from xinheng.core.times import Known
from xinheng.evidence.ledger import merkle, store
from xinheng.evidence.ledger.audit import Closed
from xinheng.evidence.ledger.checkpoint import Checkpoint, opened, parsed, signed
from xinheng.evidence.ledger.errors import LogDiverged
from xinheng.evidence.ledger.model import LEAF_TAIL, leaf_head
from xinheng.evidence.ledger.tiles import WIDTH, TileFolder, flush, write_aside
from xinheng.ground.keys import LogKey
from xinheng.ground.store.transaction import Transaction

PAGE = WIDTH * 200  # events read at once
CHECKPOINT = "checkpoint"
CLOSING = "closing"  # folder: a closed epoch's log as far as the database still holds it


@dataclass(frozen=True)
class LogFiles:
    """Where the log is published, and with which key. `folder` is `<home>/log`."""

    folder: Path
    key: LogKey
    outside: tuple[Path, ...] = ()

    def epoch(self, epoch: int) -> Path:
        return self.folder / str(epoch)

    def places(self) -> list[Path]:
        """This home's folder in every place outside; homes may share a place."""
        return [place / self.key.name.replace("/", "_") for place in self.outside]


@dataclass(frozen=True)
class Published:
    """What stands published now; `undelivered` are the places outside that did not take it."""

    epoch: int
    checkpoint: Checkpoint
    note: str
    undelivered: tuple[Path, ...]


@dataclass(frozen=True)
class Latest:
    """The furthest checkpoint found anywhere. `checkpoint` is None where the file is not of our signing."""

    epoch: int
    checkpoint: Checkpoint | None
    where: Path


def latest(files: LogFiles) -> Latest | None:
    """The furthest checkpoint at home and outside; one that we did not sign is the furthest of its epoch."""
    found = []
    for place in [files.folder, *files.places()]:
        for folder in place.iterdir() if place.is_dir() else []:
            path = folder / CHECKPOINT
            if folder.name.isdecimal() and path.exists():
                found.append(Latest(int(folder.name), _read(path, files.key), path))
    return max(found, key=_reach, default=None)


def _reach(found: Latest) -> tuple[int, bool, int]:
    return (found.epoch, found.checkpoint is None, found.checkpoint.size if found.checkpoint else 0)


def _read(path: Path, key: LogKey) -> Checkpoint | None:
    return opened(path.read_bytes().decode("utf-8", "replace"), key)


def resume(tx: Transaction, files: LogFiles) -> Published | None:
    """What a node does first: publish what is missing, or, where the files are ahead, stop and return None.

    `NotWritable` is then what every append answers, until a newer backup or `new_epoch`.
    """
    head = store.read_head(tx)
    reason = ahead(head, files)
    published = None
    if reason is None:
        try:
            published = publish(tx, files, thorough=True)
        except LogDiverged as error:
            reason = error.found
    if reason != head.stopped:
        store.stop(tx, reason)
    return published


def ahead(head: store.Head, files: LogFiles) -> str | None:
    """Why the files are ahead of the database, in words; None where they are not."""
    if not head.origin.startswith(files.key.name + "/"):
        return f"账本来源 {head.origin} 不属于现有密钥 {files.key.name}"
    found = latest(files)
    if found is None or found.epoch < head.epoch:
        return None
    if found.checkpoint is None:
        return f"已公布的检查点不是本平台密钥签署的（{found.where}）"
    if (found.epoch, found.checkpoint.size) > (head.epoch, head.size):
        return (
            f"已公布纪元 {found.epoch} 的 {found.checkpoint.size} 条事件，"
            f"数据库只有纪元 {head.epoch} 的 {head.size} 条（{found.where}）"
        )
    if found.epoch == head.epoch and found.checkpoint.origin != head.origin:
        return f"已公布的日志属于另一来源 {found.checkpoint.origin}（{found.where}）"
    return None


def publish(tx: Transaction, files: LogFiles, *, thorough: bool = False) -> Published:
    """Bring tiles and checkpoint up to what is committed. Idempotent; processes take turns.

    Call it after the commit, in a transaction of its own: what is signed must not be rolled back. `thorough`
    also checks every tile (some seconds a million events) and makes all anew where one is lost or damaged.
    Raises LogDiverged, and signs nothing, where the files do not fit the database.
    """
    files.folder.mkdir(parents=True, exist_ok=True)
    with _turn(files.folder):
        head = store.read_head(tx)  # now: whatever another process published was committed before
        if reason := ahead(head, files):
            raise LogDiverged(reason, str(files.folder))
        folder = files.epoch(head.epoch)
        tiles = TileFolder(folder)
        path = folder / CHECKPOINT
        before = _read(path, files.key) if path.exists() else None
        if thorough and before is not None and not _sound(tiles, before):
            _refuse_other_prefix(tx, head, before, tiles.folder)
            before = None
        try:
            _grow(tx, head, tiles, before.size if before else 0)
        except FileNotFoundError:  # a tile that the old checkpoint stands on is gone
            if before is not None:
                _refuse_other_prefix(tx, head, before, tiles.folder)
            _grow(tx, head, tiles, 0)
        _refuse_other_past(files, head, tiles)
        checkpoint = Checkpoint(head.origin, head.size, head.root)
        note = signed(checkpoint, files.key)
        if not path.exists() or path.read_bytes() != note.encode():
            write_aside(path, note.encode())
            flush(path)
            flush(path.parent)
        return Published(head.epoch, checkpoint, note, _deliver(files, head.epoch, head.size, note))


def _sound(tiles: TileFolder, checkpoint: Checkpoint) -> bool:
    return tiles.sound(checkpoint.size) and tiles.root(checkpoint.size) == checkpoint.root


def _refuse_other_prefix(tx: Transaction, head: store.Head, signed_before: Checkpoint, folder: Path) -> None:
    """Tiles may be made anew only if the database still holds what was signed over them."""
    leaves = (merkle.leaf_hash(leaf) for leaf in _leaves(tx, head.first_seq, signed_before.size))
    if merkle.root(merkle.extended(0, [], leaves)[1]) != signed_before.root:
        raise LogDiverged(f"数据库前 {signed_before.size} 条与已公布的检查点不符", str(folder))


def _refuse_other_past(files: LogFiles, head: store.Head, tiles: TileFolder) -> None:
    """What went outside last must lie on the way to what is signed now: else the past was rewritten."""
    for place in files.places():
        path = place / str(head.epoch) / CHECKPOINT
        try:
            sent = _read(path, files.key) if path.exists() else None
        except OSError:  # whoever delivers there names the place
            continue
        if sent is not None and sent.size <= head.size and tiles.root(sent.size) != sent.root:
            raise LogDiverged(
                f"前 {sent.size} 条与场外检查点不符：此前的条目被改写（{path}）", str(tiles.folder)
            )


def _grow(tx: Transaction, head: store.Head, tiles: TileFolder, old: int) -> None:
    """Write the tiles from `old` on, and make sure that the whole has the root of the head."""
    if old < head.size:
        start = old - old % WIDTH
        tiles.extend(old, _leaves(tx, head.first_seq + start, head.size - start), head.size)
        tiles.settle()
    if tiles.root(head.size) != head.root:
        raise LogDiverged(f"日志文件在第 {head.size} 条处的根与数据库不同", str(tiles.folder))


def _leaves(tx: Transaction, first: int, count: int) -> Iterator[bytes]:
    same, head = None, b""  # neighbours mostly share kind and moment: their part of the leaf is made once
    for start in range(first, first + count, PAGE):
        for kind, known, entry in store.leaves(tx, start, min(PAGE, first + count - start)):
            if same != (kind, known):
                same, head = (kind, known), leaf_head(kind, Known(known))
            yield head + entry + LEAF_TAIL


def fits_closing(files: LogFiles, closed: Closed) -> bool:
    """Whether a closed epoch is still what was signed of it; true where nothing was (its key was lost, or
    the database was not what had been published)."""
    folder = files.epoch(closed.epoch)
    path = folder / CLOSING / CHECKPOINT
    note = path.read_bytes().decode("utf-8", "replace") if path.exists() else ""
    signed_then = parsed(note)
    return signed_then is None or (signed_then.size, signed_then.root) == (closed.size, closed.root)


def write_log(tx: Transaction, head: store.Head, folder: Path, key: LogKey) -> str:
    """Write the whole log of the head's epoch, as the database holds it, into an empty folder; its note."""
    tiles = TileFolder(folder)
    tiles.extend(0, _leaves(tx, head.first_seq, head.size), head.size)
    tiles.settle()
    note = signed(Checkpoint(head.origin, head.size, head.root), key)
    write_aside(folder / CHECKPOINT, note.encode())
    return note


def _deliver(files: LogFiles, epoch: int, size: int, note: str) -> tuple[Path, ...]:
    """Every checkpoint goes outside under its size, and as the newest; the places that did not take it."""
    failed = []
    for place, folder in zip(files.outside, files.places(), strict=True):
        newest = folder / str(epoch) / CHECKPOINT
        try:
            if not newest.exists() or newest.read_bytes() != note.encode():
                write_aside(folder / str(epoch) / "checkpoints" / f"{size:012d}", note.encode())
                write_aside(newest, note.encode())
        except OSError:
            failed.append(place)
    return tuple(failed)


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Nobody else publishes into this folder meanwhile."""
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
