"""The review list: what the register could not decide, and how the credit office decides it."""

from __future__ import annotations

from uuid import UUID

from xinheng.core.times import Clock
from xinheng.evidence.subjects import review_store as store
from xinheng.evidence.subjects.entry import refresh
from xinheng.evidence.subjects.errors import DecisionOutOfPlace, NoSuchReview, ReviewClosed
from xinheng.evidence.subjects.folding import fold_one
from xinheng.evidence.subjects.model import DECISION_TITLES, DECISIONS, Decision, NameState, Review
from xinheng.ground.store.transaction import Transaction


def open_reviews(tx: Transaction, page: int = 1, size: int = 50) -> tuple[list[Review], int]:
    """One page of the reviews that wait, oldest first, and how many wait in all."""
    return store.waiting(tx, size, (page - 1) * size)


def closed_reviews(tx: Transaction, page: int = 1, size: int = 50) -> tuple[list[Review], int]:
    """One page of the reviews that were decided, newest first, and how many were in all."""
    return store.decided(tx, size, (page - 1) * size)


def review(tx: Transaction, number: UUID) -> Review:
    """One review, open or closed. Raises NoSuchReview."""
    found = store.one(tx, number)
    if found is None:
        raise NoSuchReview(str(number))
    return found


def close_review(
    tx: Transaction, number: UUID, decision: Decision, decided_by: str, clock: Clock, note: str | None = None
) -> Review:
    """Close a review by a decision of the credit office; `decided_by` names the account, `note` says why.

    Changes which name is shown and which are found; merges nothing. Raises NoSuchReview, ReviewClosed,
    DecisionOutOfPlace.
    """
    waiting = store.one(tx, number, lock=True)
    if waiting is None:
        raise NoSuchReview(str(number))
    if waiting.decision is not None:
        raise ReviewClosed(str(number), DECISION_TITLES[waiting.decision])
    if decision not in DECISIONS[waiting.kind]:
        raise DecisionOutOfPlace(decision, DECISIONS[waiting.kind])
    now = clock.now()
    folded = fold_one(waiting.name)
    if decision is Decision.KEEP:
        _refreshed(tx, store.set_state(tx, waiting.code, folded, NameState.WRONG))
    elif decision is Decision.FORMER:
        _refreshed(tx, store.set_state(tx, waiting.code, folded, NameState.FORMER))
    elif decision is Decision.RENAME:
        _refreshed(tx, store.rename(tx, waiting.code, folded, now))
    store.close(tx, number, decision, decided_by, now, note)
    return review(tx, number)


def _refreshed(tx: Transaction, subject: UUID | None) -> None:
    if subject is not None:
        refresh(tx, [subject])
