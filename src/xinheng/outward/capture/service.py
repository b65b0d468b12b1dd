"""Registering captures (the office), deciding on drafts (the agency)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from xinheng.core.identity import mask
from xinheng.core.ids import new_id
from xinheng.core.times import Clock
from xinheng.evidence.intake.model import Way
from xinheng.evidence.intake.service import Home
from xinheng.evidence.submissions import service as submissions
from xinheng.evidence.submissions.model import Handed, Submission
from xinheng.evidence.submissions.model import State as Sent
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.outward.capture import describing, running, store
from xinheng.outward.capture.errors import CaptureAbsent, CaptureWrong, DraftAbsent
from xinheng.outward.capture.model import MOST_TEXT, NAME, Capture, Draft, State

AT_ONCE = 2_000  # drafts in one submission


@dataclass(frozen=True)
class Decider:
    """Who decides on drafts: an account of the agency."""

    account: UUID | None
    login: str
    agency: UUID


def register(
    tx: Transaction, pack: Pack, agency: str, name: str, description: bytes, clock: Clock
) -> Capture:
    """Enter a capture. Raises DescriptionWrong, CaptureWrong, AgencyUnknown, UnknownItemError."""
    source = describing.read(description, name, pack)
    owner = access.by_code(tx, agency)
    if not NAME.fullmatch(name):
        raise _wrong("名称不合格式", "2 至 40 个小写字母、数字或连字符，如 sjj-list")
    if store.by_name(tx, name) is not None:
        raise _wrong(f"名称 {name} 已被使用", "没有用过的名称")
    new = Capture(
        capture=new_id(clock),
        agency=owner.agency,
        name=name,
        item=source.item,
        description=description.decode(),
        created=clock.now().at,
    )
    store.insert_capture(tx, new)
    audit.note(tx, clock, audit.LOCAL_OPERATOR, "capture.add", f"{name} {owner.code} {source.item}")
    return new


def remove(tx: Transaction, name: str, clock: Clock) -> None:
    """End a capture; its drafts stay. Raises CaptureAbsent."""
    store.set_removed(tx, by_name(tx, name).capture, clock.now().at)
    audit.note(tx, clock, audit.LOCAL_OPERATOR, "capture.remove", name)


def by_name(tx: Transaction, name: str) -> Capture:
    """The capture of this name. Raises CaptureAbsent."""
    found = store.by_name(tx, name)
    if found is None:
        raise absent(name)
    return found


def absent(name: str) -> CaptureAbsent:
    """The refusal for a capture that is not there, or not for this asker."""
    return CaptureAbsent(
        found=f"没有名为 {name[:60]} 的抓取", expected="已登记的名称", todo="用 xinheng capture list 查看"
    )


def listed(
    tx: Transaction, among: Collection[UUID] | None = None
) -> list[tuple[Capture, Mapping[State, int]]]:
    """Captures with the number of their drafts in each state: of these agencies, or of all."""
    found = store.listed(tx, among)
    counts = store.counts(tx, [c.capture for c in found])
    return [(c, counts.get(c.capture, {})) for c in found]


def counts(tx: Transaction, capture: Capture) -> Mapping[State, int]:
    """How many drafts of a capture stand in each state."""
    return store.counts(tx, [capture.capture]).get(capture.capture, {})


def seen_by(tx: Transaction, capture: UUID, among: Collection[UUID] | None) -> Capture:
    """A capture as an account sees it: `among` None sees all. Raises CaptureAbsent."""
    found = store.by_id(tx, capture)
    if found is None or (among is not None and found.agency not in among):
        raise absent(str(capture))
    return found


def drafts(tx: Transaction, capture: Capture, limit: int, offset: int = 0) -> list[Draft]:
    """Drafts that wait, oldest first."""
    return store.waiting(tx, capture.capture, limit, offset)


def draft(tx: Transaction, capture: Capture, which: UUID) -> Draft:
    """A draft that waits. Raises DraftAbsent."""
    found = store.draft(tx, which)
    if found is None or found.capture != capture.capture or found.state is not State.WAITING:
        raise _gone()
    return found


def edit(
    tx: Transaction, pack: Pack, which: Draft, fields: Mapping[str, str], by: Decider, clock: Clock
) -> Draft:
    """Other contents for a draft: what the agency knows better. Raises CaptureWrong.

    Identity numbers are masked here too; empty fields are left out.
    """
    item = pack.item(_item_of(tx, which))
    known = {f.code for f in item.fields if not f.dropped}
    strange = [code for code in fields if code not in known]
    if strange:
        raise _wrong(f"没有数据项 {strange[0][:40]}", f"{item.name}的数据项")
    clean = {code: mask(text.replace("\0", "").strip()[:MOST_TEXT])[0] for code, text in fields.items()}
    kept = {code: text for code, text in clean.items() if text}
    if len(kept) < 2:
        raise _wrong("内容几乎都空着", "至少两个数据项有内容；不要这条时请放弃它")
    changed = replace(which, fields=kept, edited=True, advice=())
    store.save_draft(tx, changed)
    audit.note(tx, clock, by.login, "capture.edit", str(which.draft), by.account)
    return changed


def discard(tx: Transaction, capture: Capture, which: Collection[UUID], by: Decider, clock: Clock) -> int:
    """Drafts that are not wanted; how many waited. Their contents go. Raises DraftAbsent."""
    found = store.locked(tx, capture.capture, which)
    if not found:
        raise _gone()
    for each in found:
        gone = replace(
            each,
            fields={},
            advice=(),
            state=State.DISCARDED,
            decided=clock.now().at,
            decided_by=by.login,
        )
        store.save_draft(tx, gone)
    audit.note(tx, clock, by.login, "capture.discard", f"{capture.name} {len(found)} 条", by.account)
    return len(found)


def confirm(home: Home, capture: Capture, which: Collection[UUID], by: Decider) -> Submission:
    """Hand drafts in as the agency's own submission; it goes the way of all submissions from there.

    Where the intake does not take it, the drafts wait on. Confirmed twice at once, or again after a crash,
    the same rows are known again. Raises DraftAbsent and what `submissions.hand_in` raises.
    """
    with home.database.transaction() as tx:
        found = store.locked(tx, capture.capture, which)[:AT_ONCE]
        if not found:
            raise _gone()
        source = access.by_ids(tx, [capture.agency])[capture.agency].code
    content = running.lines([d.fields for d in found])
    digest = hashlib.sha256(content).hexdigest()
    handed = Handed(
        content=content,
        file_name=f"抓取-{capture.name}-{len(found)}条.jsonl",
        item_id=capture.item,
        source=source,
        way=Way.CAPTURE,
        account=by.account,
        idempotency_key=f"capture-{digest}",
        actor=by.login,
    )
    sent = submissions.hand_in(home, handed)
    if sent.state is not Sent.FAILED:
        with home.database.transaction() as tx:
            _confirmed(tx, home.clock, capture, found, (sent, by))
    return sent


def _confirmed(
    tx: Transaction, clock: Clock, capture: Capture, found: Sequence[Draft], what: tuple[Submission, Decider]
) -> None:
    sent, by = what
    order = {d.draft: line for line, d in enumerate(found, start=1)}
    for each in store.locked(tx, capture.capture, order):
        # what it said stands in the submission now; here it would be one more place to erase it from
        done = replace(
            each,
            fields={},
            advice=(),
            state=State.CONFIRMED,
            decided=clock.now().at,
            decided_by=by.login,
            submission=sent.id,
            line=order[each.draft],
        )
        store.save_draft(tx, done)
    audit.note(tx, clock, by.login, "capture.confirm", f"{capture.name} {len(found)} 条", by.account)


def _item_of(tx: Transaction, which: Draft) -> str:
    found = store.by_id(tx, which.capture)
    if found is None:
        raise absent(str(which.capture))
    return found.item


def _gone() -> DraftAbsent:
    return DraftAbsent(
        found="没有这条草稿，或已经有人处理",
        expected="本单位待确认的草稿",
        todo="回到列表，刷新后再选",
    )


def _wrong(found: str, expected: str) -> CaptureWrong:
    return CaptureWrong(found=found, expected=expected, todo="修改后重试")
