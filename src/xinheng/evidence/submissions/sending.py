"""Sending what is queued: the intake, once, whoever starts it and however often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.intake import service as intake
from xinheng.evidence.intake.model import Request
from xinheng.evidence.intake.service import Home
from xinheng.evidence.submissions import ending, entering, store
from xinheng.evidence.submissions.errors import GivenUpError
from xinheng.evidence.submissions.holding import Holding
from xinheng.evidence.submissions.model import (
    ATTEMPTS,
    ENDED,
    KEPT,
    State,
    Step,
    Submission,
    after,
    wait_before,
)
from xinheng.ground import queue
from xinheng.ground.store.transaction import Transaction

_TRANSIENT = (Kind.BUSY, Kind.NOT_READY)  # nothing is wrong with what was sent: it is tried again
_SWEPT = 500  # submissions of one sweep
_ORPHAN = timedelta(days=1)


def run(home: Home, submission: UUID) -> Submission:
    """See `service.run`. Raises SubmissionAbsentError."""
    held = Holding(home.incoming)
    with held.turn(submission):
        begun = _begin(home, submission)
        if begun.state is State.RUNNING:
            begun = _send(home, held, begun)
        if begun.state in ENDED:
            held.remove(submission)
    return begun


def _begin(home: Home, submission: UUID) -> Submission:
    """Running, where it may run; else as it stands. The lock is ours: whoever ran it before is dead."""
    with home.database.transaction() as tx:
        found = entering.locked(tx, submission)
        to = after(found.state, Step.START)
        if to is None:
            return found
        if found.attempts >= ATTEMPTS:
            return _end(tx, home, found, Step.FAIL, error=_given_up(found))
        store.move(tx, submission, home.clock.now().at, state=to.value, attempts=found.attempts + 1)
        return entering.by_id(tx, submission)


def _send(home: Home, held: Holding, begun: Submission) -> Submission:
    try:
        receipt = intake.submit(home, _request(home, held, begun))
    except XinhengError as refusal:
        with home.database.transaction() as tx:
            locked = entering.locked(tx, begun.id)
            if refusal.kind in _TRANSIENT and locked.attempts < ATTEMPTS:
                return _put_back(tx, home, locked, refusal)
            return _end(tx, home, locked, Step.FAIL, error=_said(refusal))
    with home.database.transaction() as tx:
        locked = entering.locked(tx, begun.id)
        return _end(tx, home, locked, Step.FINISH, receipt=receipt.receipt)


def _request(home: Home, held: Holding, begun: Submission) -> Request:
    with home.database.transaction() as tx:
        source, behalf = entering.codes(tx, begun)
    return Request(
        path=held.file(begun.id),
        file_name=begun.file_name,
        item_id=begun.item,
        profile=begun.profile,
        constants={**begun.constants, **held.aside(begun.id)},
        mapping=begun.mapping,
        source=source,
        account=begun.account,
        sheet=begun.sheet,
        way=begun.way,
        behalf=behalf,
    )


def _put_back(tx: Transaction, home: Home, found: Submission, refusal: XinhengError) -> Submission:
    to = entering.require(found, Step.PUT_BACK)
    store.move(tx, found.id, home.clock.now().at, state=to.value, error=_said(refusal))
    wait = wait_before(found.attempts)
    queue.defer(tx, entering.TASK, {"submission": found.id}, wait=wait, once=entering.job_name(found.id))
    return entering.by_id(tx, found.id)


def _end(tx: Transaction, home: Home, found: Submission, step: Step, **columns: Any) -> Submission:
    to = entering.require(found, step)
    store.move(tx, found.id, home.clock.now().at, state=to.value, **{"error": None, **columns})
    queue.forget(tx, entering.job_name(found.id))
    ended = entering.by_id(tx, found.id)
    ending.tell(tx, home, ended)
    return ended


def sweep(home: Home, now: datetime) -> int:
    """See `service.sweep`."""
    with home.database.transaction() as tx:
        found = store.perished(tx, now - KEPT, _SWEPT)
    held = Holding(home.incoming)
    count = 0
    for submission in found:
        with home.database.transaction() as tx:
            locked = entering.locked(tx, submission)
            if locked.lapses is None or locked.lapses > now:
                continue  # somebody moved it meanwhile
            lapsed = replace(locked, state=entering.require(locked, Step.LAPSE), changed=now)
            store.replace(tx, lapsed)  # without the text of a draft
            ending.tell(tx, home, lapsed)
        held.remove(submission)
        count += 1
    _remove_orphans(home, held, now)
    return count


def _remove_orphans(home: Home, held: Holding, now: datetime) -> None:
    """Folders of submissions that have ended, or were never kept: what a killed process left."""
    for submission in held.left():
        with home.database.transaction() as tx:
            found = store.by_id(tx, submission)
        ended = found is not None and found.state in ENDED
        if ended or (found is None and held.touched(submission) < now - _ORPHAN):
            held.remove(submission)


def _said(refusal: XinhengError) -> Mapping[str, Any]:
    return {**refusal.as_dict(), "kind": refusal.kind.value}


def _given_up(found: Submission) -> Mapping[str, Any]:
    return _said(
        GivenUpError(
            found=f"{ATTEMPTS} 次开始办理都没有到底",
            expected="平台有足够的内存和磁盘，数据库正常",
            todo="把编号告诉平台的运维人员；排除原因后重新报送，不会重复入库",
            where=str(found.id),
        )
    )
