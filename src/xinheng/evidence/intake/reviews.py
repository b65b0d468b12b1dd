"""记录核对: a row says something else than the record it meets; the office decides what becomes of it.

The office decides nothing about the facts (decision 10): it keeps what is held, hands the difference to the
first source as an objection, or, where the row came from the first source itself, takes it as that source's
own correction, through the one intake.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Final
from uuid import UUID

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.times import Clock
from xinheng.evidence.intake import own_columns, reviewed_cases, service, store, withdrawal
from xinheng.evidence.intake import review_store as kept_reviews
from xinheng.evidence.intake.incoming import Incoming
from xinheng.evidence.intake.model import IGNORED, NO_FIELD, Receipt, Request, Way
from xinheng.evidence.intake.review_store import RecordReview
from xinheng.evidence.ledger import service as ledger
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, Case, NewCase

OBJECTION: Final = "record_objection"
REASON: Final = 2  # characters at least
FILE: Final = "row.jsonl"


class Ending(StrEnum):
    """How a review of a row ends."""

    KEEP = "keep"  # 维持现有记录
    OBJECTION = "objection"  # 转最初报送单位核实
    TAKEN = "taken"  # 作为该信源的更正


ANSWERS: Final = {"corrected": "已更正本单位的记录", "stands": "核实无误，维持本单位的记录"}
ENDINGS: Final = {
    Ending.KEEP: "维持现有记录",
    Ending.OBJECTION: "转最初报送的单位核实",
    Ending.TAKEN: "作为该信源单位的更正接收",
}


class RecordReviewAbsent(XinhengError):
    """No review has this id."""

    code = "XH740"
    kind = Kind.ABSENT
    title = "没有这条记录核对事项"


class RecordReviewClosed(XinhengError):
    """Somebody has decided this review already."""

    code = "XH741"
    kind = Kind.CONFLICT
    title = "该核对事项已经办结"


class NotTaken(XinhengError):
    """The row did not become a correction when it was sent again; its receipt says why."""

    code = "XH742"
    kind = Kind.CONFLICT
    title = "没有作为更正接收"


def listed(
    tx: Transaction, limit: int, offset: int = 0, *, closed: bool = False
) -> tuple[list[RecordReview], int]:
    """A page of reviews, and how many there are."""
    return kept_reviews.listed(tx, limit, offset, closed=closed)


def review(tx: Transaction, number: UUID) -> RecordReview:
    """One review, open or closed. Raises RecordReviewAbsent."""
    found = kept_reviews.one(tx, number)
    if found is None:
        raise _absent(number)
    return found


def _absent(number: UUID) -> RecordReviewAbsent:
    return RecordReviewAbsent(
        found=f"编号 {number} 不存在", expected="核对清单中的编号", todo="从清单重新打开", where=str(number)
    )


def _waiting(tx: Transaction, number: UUID) -> RecordReview:
    found = kept_reviews.one(tx, number, lock=True)
    if found is None:
        raise _absent(number)
    if found.closed is not None:
        raise RecordReviewClosed(
            found=f"已办结：{ENDINGS[Ending(found.decision)] if found.decision else ''}",
            expected="尚未办结的事项",
            todo="刷新核对清单",
            where=str(number),
        )
    return found


def may_take(tx: Transaction, asked: RecordReview) -> bool:
    """Whether the row came from who may correct the record: the first source, who decided it, a successor."""
    source = access.by_ids(tx, [asked.source]).get(asked.source)
    if source is None:
        return False
    try:
        withdrawal.require_deciding(tx, asked.record, source)
    except XinhengError:
        return False
    return True


def keep(tx: Transaction, number: UUID, note: str, actor: Actor, clock: Clock) -> None:
    """Keep what is held. Raises RecordReviewAbsent, RecordReviewClosed, NoteRefused."""
    asked = _waiting(tx, number)
    said = cases.noted(note, REASON)
    _closed(tx, asked, Ending.KEEP, said, actor, clock)


def _closed(
    tx: Transaction, asked: RecordReview, ending: Ending, said: str, actor: Actor, clock: Clock
) -> None:
    """Note the decision; the sender's case that waited for it ends with it."""
    kept_reviews.close(tx, asked.review, ending.value, actor.name, said, clock.now().at)
    reviewed_cases.close(tx, asked, ending.value, said, actor, clock)


def object_to(tx: Transaction, number: UUID, note: str, actor: Actor, clock: Clock) -> Case:
    """Hand the difference to the first source, as a case: it alone corrects or stands by its record.

    Raises RecordReviewAbsent, RecordReviewClosed, NoteRefused, and the ledger's RecordAbsent and WrongState.
    """
    asked = _waiting(tx, number)
    said = cases.noted(note, REASON)
    source = ledger.current_row(tx, asked.record)[ledger.SOURCE]
    new = NewCase(
        kind=OBJECTION,
        title="其他信源报送的内容与本单位的记录不一致",
        owner=source if isinstance(source, UUID) else UUID(bytes=source),
        ref=f"record:{asked.record}",
        detail={
            "reason": said,
            "receipt": str(asked.receipt),
            "line": str(asked.line),
            "review": str(number),
        },
        opener=actor.agency,
        dedupe=f"record-review:{number}",
    )
    case = cases.open_case(tx, new, clock)
    _closed(tx, asked, Ending.OBJECTION, said, actor, clock)
    return case


def answer_objection(
    tx: Transaction, case: UUID, outcome: str, note: str, actor: Actor, clock: Clock
) -> Case:
    """The first source has looked: it corrected its record (by sending), or stands by it, and says why.

    Who may speak for the source is the caller's to decide. Raises CaseAbsent, StepRefused, NoteRefused, and
    ValueError for an outcome that is none of ANSWERS or a case of another kind.
    """
    if outcome not in ANSWERS or cases.by_id(tx, case).kind != OBJECTION:
        raise ValueError("an answer to an objection about a record")
    return cases.close(tx, case, actor, outcome, cases.noted(note, REASON), clock)


def take(home: service.Home, number: UUID, note: str, actor: Actor) -> Receipt:
    """Take the row as its source's own correction: sent again with its 信衡编号, by the one intake.

    Publish afterwards. Raises RecordReviewAbsent, RecordReviewClosed, NotTheirsError, NoteRefused,
    NotTaken, and what `submit` raises.
    """
    said = cases.noted(note, REASON)
    with home.database.transaction() as tx:
        asked = _waiting(tx, number)
        source = access.by_ids(tx, [asked.source])[asked.source]
        withdrawal.require_deciding(tx, asked.record, source)
        kept = service.kept_receipt(tx, asked.receipt)
    receipt = _send_again(home, asked, kept, source, actor)
    if receipt.counts.corrected != 1:
        words = "；".join(c.message for row in receipt.rows for c in row.checks)
        raise NotTaken(
            found=words or "内容与现有记录相同",
            expected="一行可以更正原记录的内容",
            todo="请信源单位修改后用信衡编号重新报送，或维持现有记录",
            where=str(number),
        )
    with home.database.transaction() as tx:
        _closed(tx, _waiting(tx, number), Ending.TAKEN, said, actor, home.clock)
    return receipt


def _send_again(
    home: service.Home, asked: RecordReview, kept: store.Kept, source: Agency, actor: Actor
) -> Receipt:
    row = {header: text for header, text in asked.cells.items() if text}
    fields = {
        header: target
        for header, target in asked.columns.items()
        if header in row and (target == IGNORED or target not in NO_FIELD)
    }
    with Incoming(home.incoming).work() as folder:
        path = folder / FILE
        line = {**row, own_columns.RECORD: str(asked.record)}
        path.write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
        request = Request(
            path,
            f"核对-{kept.file_name}-第{asked.line}行.jsonl",
            kept.item,
            profile=kept.profile,
            constants=kept.constants,
            mapping=fields,
            source=source.code,
            account=actor.account,
            way=Way.FORM,
        )
        return service.submit(home, request)
