"""Telling of an end: the agency's system, and whoever handed it in and did not wait for it."""

from __future__ import annotations

from typing import Final

from xinheng.evidence.intake import store as receipts
from xinheng.evidence.intake.model import Way
from xinheng.evidence.intake.service import Home
from xinheng.evidence.submissions.callbacks import service as callbacks
from xinheng.evidence.submissions.model import SMALL, STATE_NAMES, TOLD, State, Submission
from xinheng.ground.store.transaction import Transaction
from xinheng.office.notices import service as notices
from xinheng.office.notices.model import NewNotice

TEMPLATE: Final = "submission_ended"
COUNTS: Final = {"accepted": "接收", "corrected": "更正", "returned": "退回", "late": "迟报"}


def tell(tx: Transaction, home: Home, submission: Submission) -> None:
    """Have the agency's system told where it asked to be, and the sender where nobody waited for the end."""
    if submission.state not in TOLD:
        return
    if submission.callback:
        callbacks.tell(tx, submission.id, submission.agency, home.clock)
    if _unseen(submission) and TEMPLATE in home.pack.notices.templates:
        notices.send(tx, _notice(tx, home, submission), home.clock, home.pack)


def _unseen(submission: Submission) -> bool:
    """Whether its sender did not see it end: it ran in the background, or a colleague or time ended it.

    Programs are told by their callback, and ask.
    """
    if submission.way is Way.API:
        return False
    at_once = submission.size <= SMALL and submission.reviewed_by is None
    return not at_once or submission.state in (State.REFUSED, State.LAPSED)


def _notice(tx: Transaction, home: Home, submission: Submission) -> NewNotice:
    kept = receipts.by_id(tx, submission.receipt) if submission.receipt else None
    counts = kept.counts if kept else {}
    said = [f"{text} {counts[name]} 行" for name, text in COUNTS.items() if counts.get(name)]
    words = "、".join(said) + "。" if said else ""
    if submission.error:
        words = f"{submission.error['title']}：{submission.error['found']}。"
    if submission.note and submission.state is State.REFUSED:
        words = f"退回理由：{submission.note}。"
    item = home.pack.items.get(submission.item)
    return NewNotice(
        agency=submission.behalf or submission.agency,
        template=TEMPLATE,
        values={
            "file": submission.file_name,
            "item": item.name if item else submission.item,
            "state": STATE_NAMES[submission.state],
            "counts": words,
        },
        ref=f"submission:{submission.id}",
        account=submission.account,
        dedupe=f"submission:{submission.id}:{submission.state.value}:{submission.changed.isoformat()}",
    )
