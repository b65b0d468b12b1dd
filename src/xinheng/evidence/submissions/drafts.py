"""Drafts typed in forms: kept as text in the table, so that a backup has them, and without natural persons.

Rows about natural persons are never kept (decision 11): a draft is held against the intake's own test first,
identity numbers in free text are masked, and columns of identity numbers are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from xinheng.core.identity import mask
from xinheng.core.ids import new_id
from xinheng.core.times import today
from xinheng.evidence.intake import preview as dry
from xinheng.evidence.intake.incoming import Incoming
from xinheng.evidence.intake.model import Request
from xinheng.evidence.intake.service import Home
from xinheng.evidence.submissions import entering, store
from xinheng.evidence.submissions.errors import (
    DraftRefusedError,
    NotTheirsToMoveError,
    PersonDraftError,
    WrongStepError,
)
from xinheng.evidence.submissions.holding import Holding
from xinheng.evidence.submissions.model import STATE_NAMES, Handed, State, Step, Submission
from xinheng.law.headers import DROPPED, resolve
from xinheng.law.model import FieldType, Item
from xinheng.office.access import audit
from xinheng.office.cases.model import Actor

LIMIT: Final = 1 << 20  # bytes of a draft
_NAME = "draft.jsonl"


def keep(home: Home, handed: Handed, draft: UUID | None = None) -> Submission:
    """Keep a draft, or another version of one: JSON lines as bytes, one object a row.

    Raises DraftRefusedError, PersonDraftError, WrongStepError (sent meanwhile), NotTheirsToMoveError,
    SubmissionAbsentError, and the refusals of `service.hand_in` and of reading.
    """
    text = _tested(home, handed)
    day = today(home.clock)
    with home.database.transaction() as tx:
        source, behalf = entering.parties(tx, home, handed, day)
        ids = (source.agency, behalf)
        digest = entering.request_digest(replace(handed, content=text.encode()), source.agency)
        number = draft or new_id(home.clock)
        new = entering.first_row(home, handed, ids, number, len(text.encode()), digest)
        if draft is None:
            store.insert(tx, new, text)
            return new
        was = entering.locked(tx, draft)
        if not was.is_senders(Actor(handed.account, source.agency, handed.actor)):
            raise _not_theirs(was)
        if was.state is not State.DRAFT:
            raise _no_draft(was)
        kept = replace(new, created=was.created, note=was.note, reviewed_by=was.reviewed_by)
        store.replace(tx, kept, text)
        return kept


def reopen(home: Home, submission: UUID, actor: Actor) -> Submission:
    """What a colleague sent back becomes a draft again, for its sender to mend. Raises WrongStepError,
    NotTheirsToMoveError, SubmissionAbsentError, ContentGoneError, PersonDraftError, DraftRefusedError."""
    held = Holding(home.incoming)
    with home.database.transaction() as tx:
        found = entering.by_id(tx, submission)
        codes = entering.codes(tx, found)
    entering.require(found, Step.REOPEN)
    if not found.is_senders(actor):
        raise _not_theirs(found)
    handed = Handed(
        content=held.file(submission).read_bytes(),
        file_name=found.file_name,
        item_id=found.item,
        source=codes[0],
        profile=found.profile,
        constants={**found.constants, **held.aside(submission)},
        way=found.way,
    )
    text = _tested(home, handed)
    with home.database.transaction() as tx:
        locked = entering.locked(tx, submission)
        to = entering.require(locked, Step.REOPEN)
        reopened = replace(locked, state=to, changed=home.clock.now().at)
        store.replace(tx, reopened, text)
        audit.note(tx, home.clock, actor.name, "submission.reopen", str(submission), actor.account)
    held.remove(submission)
    return reopened


@contextmanager
def content(home: Home, submission: UUID) -> Iterator[Path]:
    """The content of a draft, or of what waits, as a file: for its sender and for the colleague who looks.

    Gone after the `with` block. Raises SubmissionAbsentError, ContentGoneError.
    """
    with home.database.transaction() as tx:
        entering.by_id(tx, submission)
        text = store.draft_text(tx, submission)
    if text is None:
        yield Holding(home.incoming).file(submission)
        return
    with Incoming(home.incoming).work() as folder:
        path = folder / _NAME
        path.write_text(text, encoding="utf-8")
        yield path


def rows(home: Home, submission: UUID) -> list[dict[str, Any]]:
    """The rows of what was typed in a form: field code or name -> text. Raises as `content`, and
    DraftRefusedError where it is no form's."""
    with content(home, submission) as path:
        return _parsed(path.read_bytes())


def _tested(home: Home, handed: Handed) -> str:
    """The JSON lines as they may be kept."""
    if not isinstance(handed.content, bytes) or len(handed.content) > LIMIT:
        raise _unreadable(f"内容超过 {LIMIT >> 20} MB，或者是文件")
    given = _parsed(handed.content)
    item = home.pack.item(handed.item_id)
    with Incoming(home.incoming).work() as folder:
        path = folder / _NAME
        path.write_bytes(handed.content)
        request = Request(path, handed.file_name, handed.item_id, handed.profile, handed.constants)
        bench = dry.Bench(home.engine, home.pack, home.clock, home.incoming)
        persons = dry.preview(bench, request).counts.persons
    if persons:
        raise PersonDraftError(
            found=f"有 {persons} 行是自然人的信息，草稿不能保存这样的行",
            expected="法人和非法人组织的信息",
            todo="自然人的决定按原渠道办理，不在平台上存草稿",
        )
    return "".join(json.dumps(_clean(row, item), ensure_ascii=False) + "\n" for row in given)


def _parsed(content: bytes) -> list[dict[str, Any]]:
    try:
        found = [json.loads(line) for line in content.decode("utf-8").splitlines() if line.strip()]
    except ValueError:
        raise _unreadable("不是 JSON 行") from None
    if not found or not all(isinstance(row, dict) for row in found):
        raise _unreadable("没有行，或者有的行不是一个对象")
    return found


def _clean(row: Mapping[str, Any], item: Item) -> dict[str, Any]:
    """A row without columns of identity numbers, and without the numbers in its free text."""
    kept = {}
    for header, value in row.items():
        target = resolve(item, header).target
        if target != DROPPED:
            is_code = item.has(target) and item.field(target).type in (FieldType.USCC, FieldType.CODE)
            kept[header] = mask(value)[0] if isinstance(value, str) and not is_code else value
    return kept


def _unreadable(found: str) -> DraftRefusedError:
    return DraftRefusedError(
        found=found, expected="表单填写的内容，每行一个 JSON 对象", todo="从填报页面重新保存"
    )


def _not_theirs(found: Submission) -> NotTheirsToMoveError:
    return NotTheirsToMoveError(
        found="这份草稿是另一位同事的",
        expected="保存它的账号",
        todo="请本人修改，或者另存一份",
        where=str(found.id),
    )


def _no_draft(found: Submission) -> WrongStepError:
    return WrongStepError(
        found=f"报送的状态是“{STATE_NAMES[found.state]}”",
        expected="草稿",
        todo="刷新页面，看看它现在的状态",
        where=str(found.id),
    )
