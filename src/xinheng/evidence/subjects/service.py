"""What others call of the subject register. Asynchronous lookups have a module of their own (`lookup`)."""

from __future__ import annotations

from uuid import UUID

from xinheng.evidence.subjects.entry import enter
from xinheng.evidence.subjects.model import Found, Subject
from xinheng.evidence.subjects.reviews import close_review, closed_reviews, open_reviews, review
from xinheng.evidence.subjects.search_sql import STEADY_HERE, SUBJECT_BY_ID
from xinheng.evidence.subjects.searching import Answer, Steps, looking_up, searching, subject_of
from xinheng.ground.store.transaction import Transaction

__all__ = ["by_code", "by_id", "close_review", "closed_reviews", "enter", "find", "open_reviews", "review"]


def by_code(tx: Transaction, code: str) -> Subject | None:
    """The organisation that bears or bore this code; None where the register has none."""
    return _run(tx, looking_up(code))


def by_id(tx: Transaction, subject: UUID) -> Subject | None:
    """The organisation with this internal id; None where the register has none."""
    rows = tx.fetch(SUBJECT_BY_ID, {"subject": subject})
    return subject_of(rows[0]) if rows else None


def find(tx: Transaction, text: str, page: int = 1) -> Found:
    """One page (PAGE_SIZE hits) of what `text` finds. Raises NothingAsked, TooMuchAsked, PageOutOfReach."""
    for setting in STEADY_HERE.split("; "):
        tx.execute(setting)
    return _run(tx, searching(text, page))


def _run(tx: Transaction, steps: Steps[Answer]) -> Answer:
    ask = next(steps)
    while True:
        rows = tx.fetch(ask.sql, ask.params)
        try:
            ask = steps.send(rows)
        except StopIteration as stop:
            answer: Answer = stop.value
            return answer
