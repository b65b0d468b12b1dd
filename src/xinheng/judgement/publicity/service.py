"""What faces and other rooms ask of publicity: what is shown, what a record's state is, ending it early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xinheng.core.times import Clock
from xinheng.evidence.ledger import service as ledger
from xinheng.evidence.ledger import wording
from xinheng.evidence.ledger.batches import Single
from xinheng.evidence.ledger.model import Appended, EventKind, Provenance
from xinheng.evidence.ledger.projection import Projector
from xinheng.ground.store.transaction import Transaction
from xinheng.judgement.publicity import store
from xinheng.judgement.publicity.errors import NotInPublicity
from xinheng.judgement.publicity.model import PublicityRow, is_shown
from xinheng.judgement.publicity.store import Listing

PAGE_LIMIT = 100
COUNT_LIMIT = 1000  # beyond it the page says 超过 1 000 (decision 27)


@dataclass(frozen=True)
class Page:
    """A page of shown records; `after` goes into the next `Listing`, None on the last page."""

    rows: tuple[PublicityRow, ...]
    after: tuple[date, UUID] | None


@dataclass(frozen=True)
class Ending:
    """Ends the publicity of a record early. Whether it may end is the caller's to decide."""

    record: UUID
    source: UUID  # agency on whose decision it ends
    on: date  # the first day on which it is no longer shown
    reason: str  # Chinese, public, with the decision it rests on
    pack: str
    channel: str | None = None  # None: in every channel


def shown_records(tx: Transaction, asked: Listing, day: date, limit: int = 20) -> Page:
    """The records shown on `day`, latest decision first. Raises ValueError for a limit outside 1 to 100.

    Here and in counts, what was over when it was received is on no day among them: this site never showed it.
    """
    if not 1 <= limit <= PAGE_LIMIT:
        raise ValueError(f"a page has 1 to {PAGE_LIMIT} rows")
    rows = store.listed(tx, asked, day, limit + 1)
    page = tuple(rows[:limit])
    last = page[-1] if len(rows) > limit else None
    after = (last.decided_on, last.record) if last and last.decided_on else None
    return Page(page, after)


def shown_count(tx: Transaction, asked: Listing, day: date) -> int:
    """How many records are shown on `day`; COUNT_LIMIT + 1 stands for more than COUNT_LIMIT."""
    return store.counted(tx, asked, day, COUNT_LIMIT)


def shown_counts(tx: Transaction, subjects: Sequence[UUID], day: date) -> dict[UUID, int]:
    """How many records about each of these subjects are shown on `day`; as `shown_count`, in one query."""
    return store.counted_by_subject(tx, subjects, day, COUNT_LIMIT) if subjects else {}


def publicity_of(tx: Transaction, records: Sequence[UUID]) -> dict[UUID, tuple[PublicityRow, ...]]:
    """What was decided about each record, one row a channel; a record without any is left out."""
    found: dict[UUID, list[PublicityRow]] = {}
    for row in store.of_records(tx, records):
        found.setdefault(row.record, []).append(row)
    return {record: tuple(rows) for record, rows in found.items()}


def end_publicity(tx: Transaction, ending: Ending, clock: Clock, projectors: Sequence[Projector]) -> Appended:
    """Append the event; pages, lists and proofs leave the record out from the same commit on.

    Raises WordsRefused, RecordAbsent and WrongState of the ledger; NotInPublicity where nothing is shown
    that could end.
    """
    reason = wording.require(ending.reason, "理由")
    row = ledger.current_row(tx, ending.record)
    held = store.of_records(tx, [ending.record], ending.channel)
    if not any(one.decision.shown and (one.ended_on is None or one.ended_on > ending.on) for one in held):
        raise NotInPublicity(ending.record)
    single = Single(
        EventKind.PUBLICITY_ENDED,
        Provenance(ending.pack, row[ledger.ITEM], row[ledger.SUBJECT], ending.source, ending.on),
        ending.record,
        public={"channel": ending.channel, "reason": reason},
    )
    return ledger.append_one(tx, single, clock, projectors)[1]


__all__ = [
    "COUNT_LIMIT",
    "PAGE_LIMIT",
    "Ending",
    "Listing",
    "Page",
    "end_publicity",
    "is_shown",
    "publicity_of",
    "shown_count",
    "shown_counts",
    "shown_records",
]
