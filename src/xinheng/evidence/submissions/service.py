"""Handing in, reviewing, sending: every way in comes through here and ends in the one intake.

Small submissions go through while the sender waits; large ones, and those that a colleague must see first,
are held in the incoming area. Whatever is queued has a job from the same transaction, so that a killed
process loses nothing; the intake knows a request it answered before, so that nothing comes in twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from xinheng.core.wording import fault
from xinheng.evidence.intake.service import Home
from xinheng.evidence.submissions import ending, entering, sending, store
from xinheng.evidence.submissions.entering import require
from xinheng.evidence.submissions.errors import NoteRefusedError, NotTheirsToMoveError
from xinheng.evidence.submissions.holding import Holding
from xinheng.evidence.submissions.model import (
    NOTE_LENGTH,
    Filter,
    Handed,
    State,
    Step,
    Submission,
)
from xinheng.ground import queue
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.cases.model import Actor

PAGE = 50


def hand_in(home: Home, handed: Handed, draft: UUID | None = None) -> Submission:
    """Hand a content in: done with its receipt, failed with the refusal, queued, or waiting for a colleague.

    `draft`: the draft that it was until now. The same sender with the same idempotency key and content gets
    the first submission again. Raises KeyReusedError, WrongStepError (of the draft), AgencyUnknown,
    SourceMissingError, the pack's refusals of item and profile, NoteRefusedError, FileMissingError; what the
    intake refuses is in `Submission.error`.
    """
    entered = enter(home, handed, draft)
    return sending.run(home, entered.id) if at_once(entered) else entered


def enter(home: Home, handed: Handed, draft: UUID | None = None) -> Submission:
    """The first half of `hand_in`: held, and waiting or queued. Its job sends it if nobody does before."""
    return entering.enter(home, handed, draft)


def at_once(entered: Submission) -> bool:
    """Whether a submission is small enough to be sent (`run`) while its sender waits, and may be."""
    return entering.at_once(entered)


def approve(home: Home, submission: UUID, actor: Actor) -> Submission:
    """A colleague lets it go: small ones are sent at once. Raises NotTheirsToMoveError, WrongStepError,
    SubmissionAbsentError."""
    with home.database.transaction() as tx:
        found = _reviewed(tx, submission, actor, Step.APPROVE)
        now = home.clock.now().at
        to = require(found, Step.APPROVE)
        store.move(tx, submission, now, state=to.value, reviewed_by=actor.account, reviewed_at=now, note=None)
        approved = replace(found, state=to, changed=now)
        entering.defer(tx, approved)
        _note(tx, home, actor, "submission.approve", approved)
    return sending.run(home, submission) if entering.at_once(approved) else approved


def refuse(home: Home, submission: UUID, actor: Actor, reason: str) -> Submission:
    """A colleague sends it back with a reason (Chinese, one line). Raises as `approve`, and
    NoteRefusedError."""
    if wrong := fault(reason, 2, NOTE_LENGTH):
        raise NoteRefusedError(
            found=f"退回理由{wrong}", expected=f"2 至 {NOTE_LENGTH} 个字的一行文字", todo="修改后重试"
        )
    with home.database.transaction() as tx:
        found = _reviewed(tx, submission, actor, Step.REFUSE)
        now = home.clock.now().at
        to = require(found, Step.REFUSE)
        columns = {"reviewed_by": actor.account, "reviewed_at": now, "note": reason.strip()}
        store.move(tx, submission, now, state=to.value, **columns)
        _note(tx, home, actor, "submission.refuse", found)
        ending.tell(tx, home, replace(found, state=to, note=reason.strip()))
        return _after(tx, submission)


def take_back(home: Home, submission: UUID, actor: Actor) -> Submission:
    """Its sender withdraws it before it is sent; the content goes. Raises NotTheirsToMoveError,
    WrongStepError, SubmissionAbsentError."""
    with home.database.transaction() as tx:
        found = locked(tx, submission)
        if not found.is_senders(actor):
            raise _not_theirs(found, "报送人本人撤回")
        to = require(found, Step.TAKE_BACK)
        store.replace(tx, replace(found, state=to, changed=home.clock.now().at))
        queue.forget(tx, entering.job_name(submission))
        _note(tx, home, actor, "submission.take_back", found)
    Holding(home.incoming).remove(submission)
    return replace(found, state=to)


def locked(tx: Transaction, submission: UUID) -> Submission:
    """A submission that nobody else moves before this transaction ends. Raises SubmissionAbsentError."""
    return entering.locked(tx, submission)


def by_id(tx: Transaction, submission: UUID, agencies: Iterable[UUID] | None = None) -> Submission:
    """A submission: of one of these agencies (as source or as who entered it), or any. Raises
    SubmissionAbsentError."""
    return entering.by_id(tx, submission, agencies)


def listed(tx: Transaction, wanted: Filter, limit: int = PAGE) -> list[Submission]:
    """Submissions, newest first; the next page is `before` the last one's id."""
    return store.listed(tx, wanted, limit)


def counts(tx: Transaction, agencies: Iterable[UUID] | None = None) -> Mapping[State, int]:
    """How many submissions stand in each state."""
    return store.counts(tx, agencies)


def constants(home: Home, found: Submission) -> dict[str, str]:
    """What was said for all rows of a submission that is on its way, with what stands in no table."""
    return {**found.constants, **Holding(home.incoming).aside(found.id)}


def run(home: Home, submission: UUID) -> Submission:
    """What the job does: send what is queued. Safe to run twice, and after a process was killed in it."""
    return sending.run(home, submission)


def sweep(home: Home, now: datetime | None = None) -> int:
    """Remove what was left untouched for too long, and folders that belong to nothing; how many lapsed."""
    return sending.sweep(home, now or home.clock.now().at)


def _reviewed(tx: Transaction, submission: UUID, actor: Actor, step: Step) -> Submission:
    found = locked(tx, submission)
    if not found.may_review(actor):
        raise _not_theirs(found, "本单位的另一位同事审核")
    require(found, step)
    return found


def _not_theirs(found: Submission, expected: str) -> NotTheirsToMoveError:
    return NotTheirsToMoveError(
        found="当前账号不能办理这一步",
        expected=expected,
        todo="请有权办理的同事登录后办理",
        where=str(found.id),
    )


def _after(tx: Transaction, submission: UUID) -> Submission:
    return entering.by_id(tx, submission)


def _note(tx: Transaction, home: Home, actor: Actor, action: str, about: Submission) -> None:
    audit.note(tx, home.clock, actor.name, action, f"{about.id} {about.file_name}", actor.account)
