"""Whether the database still says what was signed: contents against commitments, entries, the head.

The published files are checked by `xinheng.verify`, which trusts nothing here; this is the other half, which
only the operator (or an auditor beside him) can run.
"""

from __future__ import annotations

from dataclasses import dataclass

from xinheng.core.times import Known
from xinheng.evidence.ledger import merkle, store
from xinheng.evidence.ledger.errors import LogDiverged
from xinheng.evidence.ledger.model import CLASSES, SALT_BYTES, Provenance, commitment, entry_hash, leaf_data
from xinheng.ground.store.transaction import Row, Transaction

PAGE = 20_000
_CLASSES = {"public": "公开", "shared": "政务共享", "authorised": "授权查询"}


@dataclass(frozen=True)
class Closed:
    """A closed epoch as the database holds it: to be compared with what was signed when it was closed."""

    epoch: int
    size: int
    root: bytes


@dataclass(frozen=True)
class Audited:
    """What was looked at: events of the open epoch, how many of all have lost their content by law, and the
    closed epochs."""

    events: int
    erased: int
    closed: tuple[Closed, ...] = ()


def audit(tx: Transaction) -> Audited:
    """Recompute every epoch from contents to head. Raises LogDiverged at the first thing that differs."""
    head = store.read_head(tx)
    erased, closed, next_seq = 0, list[Closed](), 0
    for epoch in store.epochs(tx):
        if epoch.first_seq != next_seq or (epoch.closed_size is None) != (epoch.epoch == head.epoch):
            raise _differs(0, f"纪元 {epoch.epoch} 的起点或关闭条数与账本头不符")
        size = head.size if epoch.closed_size is None else epoch.closed_size
        known, frontier, gone = _audit_epoch(tx, epoch.first_seq, size)
        erased, next_seq = erased + gone, epoch.first_seq + size
        if epoch.closed_size is not None:
            closed.append(Closed(epoch.epoch, size, merkle.root(frontier)))
        elif tuple(frontier) != head.frontier or (size and known != head.known):
            raise _differs(size, "事件与账本头不符")
    return Audited(head.size, erased, tuple(closed))


def _audit_epoch(tx: Transaction, first_seq: int, size: int) -> tuple[Known | None, list[bytes], int]:
    """The last known time, the frontier and how many contents were erased of one epoch."""
    erased, known, done, frontier = 0, None, 0, list[bytes]()
    while done < size and (rows := store.full_events(tx, first_seq + done, min(PAGE, size - done))):
        for place, row in enumerate(rows, done):
            if row[0] != first_seq + place:
                raise _differs(place, "位置不连续")
            at = Known(row[3])
            if known is not None and at < known:
                raise _differs(place, "知悉时间倒退")
            known = at
            erased += _audit_content(row, place)
        leaves = [merkle.leaf_hash(leaf_data(row[2], Known(row[3]), row[4])) for row in rows]
        done, frontier = merkle.extended(done, frontier, leaves)
    if done != size:
        raise _differs(done, "事件与账本头不符")
    return known, frontier, erased


def _audit_content(row: Row, place: int) -> bool:
    """Check one event's content against its entry; True where the content was erased by law."""
    _, event, kind, _, entry, held, record, item, subject, source, pack, valid_from = row[:12]
    *said, salts, closed, erased_on = row[12:]
    about = f"（记录 {record}）" if record else f"（事件 {event}）"
    if held is None:
        raise _differs(place, f"{about}事件没有内容行")
    if erased_on is not None:
        return True
    commitments = tuple(closed[i : i + 32] for i in range(0, len(closed), 32))
    for n, (disclosure, text) in enumerate(zip(CLASSES, said, strict=True)):
        salt = salts[n * SALT_BYTES : (n + 1) * SALT_BYTES]
        if commitment(salt, (text or "").encode()) != commitments[n]:
            raise _differs(place, f"{about}{_CLASSES[disclosure]}内容与承诺不符")
    provenance = Provenance(pack, item, subject, source, valid_from)
    if entry_hash(kind, event, record, provenance, commitments) != entry:
        raise _differs(place, f"{about}条目与内容不符（来源、主体、事项、规则包、生效日期或种类被改动）")
    return False


def _differs(place: int, found: str) -> LogDiverged:
    return LogDiverged(f"第 {place} 条：{found}", f"position {place}")
