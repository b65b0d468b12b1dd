"""A submission's first row: checked against what the house knows, held, and put on its way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

from xinheng.core import canonical
from xinheng.core.identity import mask
from xinheng.core.ids import new_id
from xinheng.core.times import today
from xinheng.core.wording import fault
from xinheng.evidence.intake import drafting, senders
from xinheng.evidence.intake.model import Request
from xinheng.evidence.intake.service import Home
from xinheng.evidence.submissions import holding, store
from xinheng.evidence.submissions.errors import (
    KeyReusedError,
    NoteRefusedError,
    SubmissionAbsentError,
    WrongStepError,
)
from xinheng.evidence.submissions.holding import Holding
from xinheng.evidence.submissions.model import (
    KEY_LENGTH,
    SMALL,
    STATE_NAMES,
    STEP_NAMES,
    Handed,
    State,
    Step,
    Submission,
    after,
    wait_before,
)
from xinheng.ground import queue
from xinheng.ground.store import UniqueClash
from xinheng.ground.store.transaction import Transaction
from xinheng.law import headers
from xinheng.law.model import Item
from xinheng.office.access import audit, settings
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency

TASK = "submissions.run"
PARTY = ("party_name", "party_code", "representative")  # roles of fields that say who
# A small one is sent while its sender waits; should that process die, its job takes over after this time.
_TAKES_OVER = wait_before(2)


def enter(home: Home, handed: Handed, draft: UUID | None = None) -> Submission:
    """Hold the content and keep the submission: waiting or queued. See `service.hand_in`."""
    _check_words(handed)
    day = today(home.clock)
    submission = draft or new_id(home.clock)
    kept = Holding(home.incoming)
    with home.database.transaction() as tx:
        source, behalf = parties(tx, home, handed, day)
        if draft is not None:
            require(locked(tx, draft), _first_step(tx, source))
    digest = request_digest(handed, source.agency)
    if (before := _before(home, handed, source, digest)) is not None:
        return before
    size = kept.put(submission, handed.content, handed.file_name)
    own, personal = parted(home.pack.item(handed.item_id), handed.constants)
    kept.keep_aside(submission, personal)
    try:
        with home.database.transaction() as tx:
            row = replace(handed, constants=own)
            entered = first_row(home, row, (source.agency, behalf), submission, size, digest)
            return _keep(tx, home, handed, entered, _first_step(tx, source), draft)
    except UniqueClash:
        if draft is None:
            kept.remove(submission)
        if (before := _before(home, handed, source, digest)) is None:
            raise
        return before
    except BaseException:
        if draft is None:
            kept.remove(submission)
        raise


def _keep(
    tx: Transaction, home: Home, handed: Handed, new: Submission, step: Step, draft: UUID | None
) -> Submission:
    """Write the first row, or let the draft go its way."""
    if draft is None:
        entered = replace(new, state=require(new, step))
        store.insert(tx, entered)
    else:
        was = locked(tx, draft)
        entered = replace(new, state=require(was, step), created=was.created, account=was.account)
        store.replace(tx, entered)
    defer(tx, entered)
    audit.note(tx, home.clock, handed.actor or "系统", f"submission.{step}", _said(entered), handed.account)
    return entered


def _said(entered: Submission) -> str:
    return f"{entered.id} {entered.way} {entered.item} {entered.file_name}"


def first_row(
    home: Home,
    handed: Handed,
    parties: tuple[UUID, UUID | None],
    submission: UUID,
    size: int,
    digest: str,
) -> Submission:
    """The values of a submission that is a draft yet."""
    now = home.clock.now().at
    return Submission(
        id=submission,
        agency=parties[0],
        behalf=parties[1],
        way=handed.way,
        state=State.DRAFT,
        item=handed.item_id,
        profile=handed.profile,
        file_name=mask(handed.file_name)[0],
        size=size,
        digest=digest,
        constants={name: mask(value)[0] for name, value in handed.constants.items()},
        mapping=dict(handed.mapping),
        sheet=handed.sheet,
        account=handed.account,
        client=handed.client,
        key=handed.idempotency_key,
        callback=handed.callback,
        created=now,
        changed=now,
        attempts=0,
    )


def parted(item: Item, constants: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Constants that may stand in the table, and those that may say who a natural person is."""
    who = {item.roles[role] for role in PARTY if role in item.roles}
    personal = {name for name in constants if headers.resolve(item, name).target in {*who, headers.DROPPED}}
    return (
        {name: text for name, text in constants.items() if name not in personal},
        {name: text for name, text in constants.items() if name in personal},
    )


def parties(tx: Transaction, home: Home, handed: Handed, day: date) -> tuple[Agency, UUID | None]:
    """The source, and who enters it on its behalf; item and profile are looked at too.

    Raises AgencyUnknown, SourceMissingError, UnknownItemError, NoRuleInForceError, UnknownProfileError.
    """
    request = Request(
        path=Path(),
        file_name=handed.file_name,
        item_id=handed.item_id,
        profile=handed.profile,
        source=handed.source,
        behalf=handed.behalf,
    )
    drafting.rules(home.pack, request, day)
    source = senders.standing(tx, request, day).agency
    return source, senders.behalf(tx, request, source, day)


def request_digest(handed: Handed, source: UUID) -> str:
    """What makes two submissions the same: content, item, source, mapping, constants, profile, sheet."""
    content = handed.content
    value = {
        "file": hashlib.sha256(content).hexdigest()
        if isinstance(content, bytes)
        else holding.sha256(content),
        "item": handed.item_id,
        "profile": handed.profile,
        "source": str(source),
        "mapping": dict(handed.mapping),
        "constants": dict(handed.constants),
        "sheet": handed.sheet,
    }
    return hashlib.sha256(canonical.dumps(value).encode()).hexdigest()


def codes(tx: Transaction, found: Submission) -> tuple[str, str | None]:
    """The codes of the source, and of who entered it on its behalf."""
    agencies = access.by_ids(tx, [found.agency, *([found.behalf] if found.behalf else [])])
    return agencies[found.agency].code, agencies[found.behalf].code if found.behalf else None


def _before(home: Home, handed: Handed, source: Agency, digest: str) -> Submission | None:
    """What the sender's key answered before. Raises KeyReusedError."""
    if handed.idempotency_key is None:
        return None
    with home.database.transaction() as tx:
        found = store.by_key(tx, handed.client or str(source.agency), handed.idempotency_key)
    if found is not None and found.digest != digest:
        raise KeyReusedError(
            found=f"幂等键“{handed.idempotency_key[:40]}”已用于报送 {found.id}，那份内容与这次不同",
            expected="每份内容一个幂等键；重发同一份内容时用原来的键",
            todo="确认内容后换一个新的幂等键报送",
            where=str(found.id),
        )
    return found


def at_once(entered: Submission) -> bool:
    """Whether it goes through while its sender waits."""
    return entered.state in (State.QUEUED, State.RUNNING) and entered.size <= SMALL


def defer(tx: Transaction, entered: Submission) -> None:
    """Give what is queued its job."""
    if entered.state is State.QUEUED:
        wait = _TAKES_OVER if at_once(entered) else queue.NOW
        queue.defer(tx, TASK, {"submission": entered.id}, wait=wait, once=job_name(entered.id))


def job_name(submission: UUID) -> str:
    """Of the one waiting job of a submission."""
    return f"submission:{submission}"


def _first_step(tx: Transaction, source: Agency) -> Step:
    return Step.HOLD if _requires_review(tx, source) else Step.SEND


def _requires_review(tx: Transaction, source: Agency) -> bool:
    return settings.settings_of(tx, source.agency).requires_review


def _check_words(handed: Handed) -> None:
    """That key and file name can be kept. Raises NoteRefusedError."""
    key = handed.idempotency_key
    if key is not None and (wrong := fault(key, 1, KEY_LENGTH)):
        raise NoteRefusedError(
            found=f"幂等键{wrong}",
            expected=f"1 至 {KEY_LENGTH} 个可见字符，不含身份证号码",
            todo="换一个键，例如一个 UUID",
        )


def require(found: Submission, step: Step) -> State:
    """The state after a step. Raises WrongStepError."""
    to = after(found.state, step)
    if to is None:
        raise WrongStepError(
            found=f"报送的状态是“{STATE_NAMES[found.state]}”",
            expected=f"可以{STEP_NAMES[step]}的状态",
            todo="刷新页面，看看它现在的状态；可能同事已经办过",
            where=str(found.id),
        )
    return to


def locked(tx: Transaction, submission: UUID) -> Submission:
    """See `service.locked`."""
    found = store.locked(tx, submission)
    if found is None:
        raise SubmissionAbsentError(submission)
    return found


def by_id(tx: Transaction, submission: UUID, agencies: Iterable[UUID] | None = None) -> Submission:
    """See `service.by_id`."""
    found = store.by_id(tx, submission)
    if found is None:
        raise SubmissionAbsentError(submission)
    if agencies is not None and not {found.agency, found.behalf} & set(agencies):
        raise SubmissionAbsentError(submission)
    return found
