"""Answers, their check on the way up, and the scans that prove them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from xinheng.core.ids import new_id, new_ids
from xinheng.core.times import Clock
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import PLATFORM, Actor
from xinheng.office.cases.model import State as CaseState
from xinheng.outward.documents import attachments as files
from xinheng.outward.documents.errors import AttachmentAbsent, AttachmentRefused
from xinheng.outward.suspicions import proving, service, splitting, store, store_lists
from xinheng.outward.suspicions.errors import TurnRefused
from xinheng.outward.suspicions.model import CHECKED, OUTCOMES, Answer, Outcome, Said, State, Suspicion
from xinheng.outward.suspicions.model_lists import Attachment

TAKEN = frozenset({files.Kind.PDF, files.Kind.JPG, files.Kind.PNG})
ERASED = "内容已依法删除"
MOST_FILES = 10  # attachments of one line; a working value of the platform


def answer(
    tx: Transaction,
    ids: Sequence[UUID],
    said: Said,
    actor: Actor,
    clock: Clock,
    scan: files.Attachment | None = None,
    version: int | None = None,
) -> int:
    """Answer lines in hand, one or many alike: outcome, explanation, a scan that was put in place before.

    The answer goes to the body above for its check; where there is none it settles. All or nothing.
    `version`: of the one line, as it was shown. Raises AnswerRefused, NoteRefused, NotHeld, TurnRefused.
    """
    note = service.required(said.note, "说明")
    those = splitting.in_hand(tx, ids, actor.agency)
    if version is not None and those[0].version != version:
        raise TurnRefused(
            found="打开页面以后，这一行有了变化",
            expected="看到的与现在的一致",
            todo="重新打开，看清后再答复",
            where="lines",
        )
    records = {}
    if said.outcome in CHECKED:
        records = proving.held(tx, those)
        proving.require_held(those, records)
    if scan is not None:
        attach(tx, those, scan, actor, clock)
    given = new_ids(clock, len(those))
    at = clock.now().at
    store.insert_answers(
        tx,
        [
            Answer(
                answer=UUID(bytes=given[16 * i : 16 * i + 16]),
                suspicion=s.suspicion,
                outcome=said.outcome,
                note=note,
                record=records.get(s.suspicion),
                at=at,
                agency=actor.agency,
                account=actor.account,
                actor=actor.name,
            )
            for i, s in enumerate(those)
        ],
    )
    store.prove(tx, records)
    raise_answers(tx, those, said.outcome, note, actor, clock)
    return len(those)


def raise_answers(
    tx: Transaction, those: Sequence[Suspicion], outcome: Outcome, note: str, actor: Actor, clock: Clock
) -> None:
    """Let answered lines go to the body above, or end where there is none above."""
    top = [s for s in those if s.level == 0]
    if top:
        service.end(tx, top, outcome, note, actor, clock)
    _to_level(
        tx, [s for s in those if s.level > 0], -1, State.ANSWERED, "answered", actor, clock, OUTCOMES[outcome]
    )


def _to_level(  # noqa: PLR0913, PLR0917 - which, how far, where they stand then, by whom, why
    tx: Transaction,
    those: Sequence[Suspicion],
    by: int,
    state: State,
    action: str,
    actor: Actor,
    clock: Clock,
    said: str,
) -> None:
    for chain, level in {(s.chain, s.level) for s in those}:
        ids = [s.suspicion for s in those if (s.chain, s.level) == (chain, level)]
        after = level + by
        lands = State.GIVEN if state is not State.SETTLED and after == len(chain) - 1 and by > 0 else state
        to = {
            "chain": chain,
            "level": after,
            "state": lands.value,
            "due_on": None,
            "said": said if by > 0 else "",
            "package": None,
        }
        stands = CaseState.OPEN if lands is State.GIVEN else CaseState.ANSWERED
        for part in service.pieces(ids):
            store.move(tx, part, to)
            cases.pass_many(tx, part, chain[after], action, actor, said, clock, stands)


def accept(tx: Transaction, ids: Sequence[UUID], actor: Actor, clock: Clock) -> int:
    """An office accepts answers: they go on to the one above it, or are settled. How many.

    Raises AnswerRefused (none chosen), TurnRefused, NotHeld where the record is not held any more.
    """
    those = splitting.turn_of(tx, ids, actor.agency, answered=True)
    _to_level(tx, [s for s in those if s.level > 0], -1, State.ANSWERED, "accepted", actor, clock, "")
    top = [s for s in those if s.level == 0]
    given = store.answers(tx, [s.answer for s in top if s.answer])
    groups: dict[tuple[Outcome, str], list[Suspicion]] = {}
    for one in top:
        stands = given[one.answer] if one.answer else None
        if stands is not None:
            groups.setdefault((stands.outcome, stands.note), []).append(one)
    for (outcome, note), part in groups.items():
        own = [s for s in part if s.answer and given[s.answer].package is None]
        if outcome in CHECKED and own:
            proving.require_held(own, proving.held(tx, own))
        service.end(tx, part, outcome, note, actor, clock)
    return len(those)


def give_back(tx: Transaction, ids: Sequence[UUID], reason: str, actor: Actor, clock: Clock) -> int:
    """An office returns answers to the body below, which answers anew or returns them further. How many.

    Raises AnswerRefused, NoteRefused, TurnRefused.
    """
    said = service.required(reason, "退回原因")
    those = splitting.turn_of(tx, ids, actor.agency, answered=True)
    _to_level(tx, those, 1, State.ANSWERED, "returned", actor, clock, said)
    return len(those)


# -- attachments -------------------------------------------------------------------------------------


def judged(content: bytes, name: str) -> files.Attachment:
    """What a scan is by its content. Raises AttachmentRefused: only PDF, JPG and PNG prove an answer."""
    found = files.judged(content, name)
    if found.kind not in TAKEN:
        raise AttachmentRefused(
            found="这是可以改动的文档",
            expected="扫描件：PDF、JPG 或 PNG",
            todo="导出为 PDF 后再传",
            where=found.name,
        )
    return found


def attach(
    tx: Transaction, those: Sequence[Suspicion], scan: files.Attachment, actor: Actor, clock: Clock
) -> None:
    """Name a scan, whose bytes are in place, for each of these; one that is there already is not named again.

    Raises AttachmentRefused: one too many.
    """
    there = store_lists.attachments(tx, [s.suspicion for s in those])
    for one in those:
        standing = [a for a in there.get(one.suspicion, ()) if a.removed is None]
        if any((a.sha256, a.name) == (scan.digest, scan.name) for a in standing):
            continue
        if len(standing) >= MOST_FILES:
            raise AttachmentRefused(
                found=f"{proving.said(one)}已有 {len(standing)} 个附件",
                expected=f"至多 {MOST_FILES} 个",
                todo="合并成一个 PDF",
                where="file",
            )
        store_lists.insert_attachment(
            tx,
            Attachment(
                attachment=new_id(clock),
                suspicion=one.suspicion,
                sha256=scan.digest,
                name=scan.name,
                media=scan.kind.value,
                size=scan.size,
                added=clock.now().at,
                agency=actor.agency,
                actor=actor.name,
                removed=None,
                removed_by=None,
                removed_why=None,
            ),
        )


def attachments(tx: Transaction, suspicion: UUID) -> list[Attachment]:
    """All attachments of one, removed ones too (of those the bytes are gone)."""
    return store_lists.attachments(tx, [suspicion]).get(suspicion, [])


def attachment(tx: Transaction, attachment_id: UUID, suspicion: UUID) -> Attachment:
    """An attachment of that suspicion that was not removed. Raises AttachmentAbsent."""
    found = store_lists.attachment(tx, attachment_id)
    if found is None or found.suspicion != suspicion or found.removed is not None:
        raise AttachmentAbsent(str(attachment_id), "不存在或已移除")
    return found


def remove(tx: Transaction, found: Attachment, reason: str, actor: Actor, clock: Clock) -> bool:
    """An office removes an attachment (a scan that shows a person more than need be); name and reason stay.

    Whether nothing names its bytes any more: then the caller deletes them after the commit. Raises
    AnswerRefused, NoteRefused.
    """
    why = service.required(reason, "移除原因")
    store_lists.remove_attachment(tx, found.attachment, clock.now().at, actor.name, why)
    cases_note = f"移除附件：{why}"[: cases.NOTE_LENGTH]
    audit.note(
        tx, clock, actor.name, "suspicions.attachment", f"{found.suspicion} {cases_note}", actor.account
    )
    return not store_lists.is_used(tx, found.sha256)


def forget(tx: Transaction, record: UUID, clock: Clock) -> list[str]:
    """The record's content is erased by law: what the suspicions that it proved say goes too, scans included.

    Digests that nothing names any more: the caller deletes those bytes after the commit.
    """
    those = store.proved_by(tx, record)
    ids = [s.suspicion for s in those]
    digests = set()
    for own in store_lists.attachments(tx, ids).values():
        for scan in own:
            store_lists.remove_attachment(tx, scan.attachment, clock.now().at, PLATFORM.name, ERASED)
            digests.add(scan.sha256)
    store.empty(tx, ids)
    store_lists.empty_lines(tx, ids)
    for id_ in ids:
        cases.forget(tx, f"suspicion:{id_}", ERASED)
    return sorted(digest for digest in digests if not store_lists.is_used(tx, digest))
