"""Submissions and receipts as the API says them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from xinheng.evidence.intake import receipts as receipt_reading
from xinheng.evidence.intake import service as intake
from xinheng.evidence.intake.incoming import Incoming
from xinheng.evidence.submissions.model import STATE_NAMES, Submission
from xinheng.faces.web.context import Web
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as agencies

PATH = "/api/v1/submissions"


def submission_answers(
    web: Web, tx: Transaction, found: list[Submission], agency: UUID
) -> list[dict[str, Any]]:
    """The values of SubmissionAnswers as `agency` may see them, with receipts where there is one alone."""
    ids = {i for s in found for i in (s.agency, s.behalf) if i is not None}
    codes = {i: a.code for i, a in agencies.by_ids(tx, ids).items()}
    return [
        {
            "submission": s.id,
            "state": s.state,
            "state_text": STATE_NAMES[s.state],
            "agency": codes[s.agency],
            "behalf": codes[s.behalf] if s.behalf else None,
            "way": s.way,
            "item": s.item,
            "profile": s.profile,
            "file_name": s.file_name,
            "size": s.size,
            "created": _instant(s.created),
            "changed": _instant(s.changed),
            "lapses": _instant(s.lapses) if s.lapses else None,
            "note": s.note,
            "error": {k: v for k, v in s.error.items() if k != "kind"} if s.error else None,
            "receipt": _receipt(web, tx, s) if len(found) == 1 and s.receipt else None,
        }
        for s in found
    ]


def submission_answer(web: Web, tx: Transaction, found: Submission, agency: UUID) -> dict[str, Any]:
    """The value of a SubmissionAnswer, with its receipt."""
    return submission_answers(web, tx, [found], agency)[0]


def _receipt(web: Web, tx: Transaction, found: Submission) -> dict[str, Any]:
    if found.receipt is None:
        raise AssertionError("no receipt to answer with")
    kept = intake.kept_receipt(tx, found.receipt)
    repeated = kept.known < found.created  # it answered the same content before
    answer = receipt_reading.receipt_of(kept, repeated=repeated)
    here = f"{PATH}/{found.id}"
    offered = Incoming(web.app.incoming).persons_file(kept.receipt).is_file()
    return {
        "receipt": kept.receipt,
        "repeated": repeated,
        "position": kept.position,
        "known": _instant(kept.known),
        "pack": kept.pack,
        "counts": {n: v for n, v in answer.counts.as_json().items() if v is not None},
        "columns": kept.columns,
        "checks": [c.as_json() for c in answer.checks if c.failed or c.empty or c.errors],
        "notes": kept.notes,
        "returned": f"{here}/returned" if kept.counts["returned"] else None,
        "hand_on": f"{here}/hand-on" if offered else None,
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
