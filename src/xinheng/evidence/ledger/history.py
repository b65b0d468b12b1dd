"""What was said about a record, and what the platform would have answered on any past day.

`valid_on` is a civil date, `known_at` an instant: the answer is made from the events known then, and is the
same for ever, except for content that the law has since erased, which is named as such (decision 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from xinheng.core.times import Known
from xinheng.evidence.ledger import store
from xinheng.evidence.ledger.errors import BeyondKnown
from xinheng.evidence.ledger.model import CLASSES, SALT_BYTES, EventKind, Provenance
from xinheng.ground.store.transaction import Row, Transaction


@dataclass(frozen=True)
class Erased:
    """When a content went, and by which law."""

    on: date
    law: str

    def __str__(self) -> str:
        return f"已依法删除（{self.law}，{self.on.isoformat()}）"


@dataclass(frozen=True)
class Version:
    """One event about a record. Contents are canonical JSON, None where nothing was said or it was erased."""

    seq: int
    event: UUID
    kind: str
    known: Known
    entry: bytes
    provenance: Provenance
    receipt: UUID | None
    line: int | None
    public: str | None
    shared: str | None
    authorised: str | None
    salts: tuple[bytes, ...]  # one a class; none where erased
    commitments: tuple[bytes, bytes, bytes]
    erased: Erased | None


class Standing(StrEnum):
    """How a record stood."""

    HELD = "held"
    NOT_YET_VALID = "not_yet_valid"  # known, but not yet so in law on that day
    WITHDRAWN = "withdrawn"
    ERASED = "erased"
    UNKNOWN = "unknown"  # the platform had not heard of it


@dataclass(frozen=True)
class Answer:
    """What was on record. `version` is the one that stood, also where its content is gone."""

    standing: Standing
    version: Version | None


def history(tx: Transaction, record: UUID) -> list[Version]:
    """Every event about a record, oldest first; empty where there is no such record."""
    return [_version(row) for row in store.versions(tx, record)]


def as_of(tx: Transaction, record: UUID, valid_on: date, known_at: Known) -> Answer:
    """What the platform, knowing what it knew at `known_at`, held for the day `valid_on`.

    Raises BeyondKnown for a moment that the ledger has not reached: that answer could still change.
    """
    last = store.read_head(tx).known
    if last is None or known_at > last:
        raise BeyondKnown(known_at, last)
    return stood([v for v in history(tx, record) if v.known <= known_at], valid_on)


def stood(versions: list[Version], valid_on: date) -> Answer:
    """The answer from the events known: the last version that was said, unless it was taken back by that day.

    A correction replaces what it corrects, also for earlier days: the record never was what was corrected.
    """
    said = [v for v in versions if v.kind in (EventKind.RECORDED, EventKind.CORRECTED)]
    if not said:
        return Answer(Standing.UNKNOWN, None)
    version = said[-1]
    if version.erased:
        return Answer(Standing.ERASED, version)
    taken_back = [v for v in versions if v.kind == EventKind.WITHDRAWN]
    if any(v.provenance.valid_from is None or v.provenance.valid_from <= valid_on for v in taken_back):
        return Answer(Standing.WITHDRAWN, version)
    since = version.provenance.valid_from
    if since is not None and valid_on < since:
        return Answer(Standing.NOT_YET_VALID, version)
    return Answer(Standing.HELD, version)


def _version(row: Row) -> Version:
    seq, event, kind, known, entry, item, subject, source, receipt, line, pack, valid_from = row[:12]
    public, shared, authorised, salts, commitments, erased_on, erased_by = row[12:]
    return Version(
        seq=seq,
        event=event,
        kind=kind,
        known=Known(known),
        entry=entry,
        provenance=Provenance(pack, item, subject, source, valid_from),
        receipt=receipt,
        line=line,
        public=public,
        shared=shared,
        authorised=authorised,
        salts=tuple(salts[i * SALT_BYTES : (i + 1) * SALT_BYTES] for i in range(len(CLASSES)))
        if salts
        else (),
        commitments=(commitments[:32], commitments[32:64], commitments[64:]),
        erased=Erased(erased_on, erased_by) if erased_on else None,
    )
