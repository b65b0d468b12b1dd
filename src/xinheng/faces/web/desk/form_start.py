"""What a form begins with: nothing, a draft, an earlier record, or a row that came back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from xinheng.core.times import Known
from xinheng.evidence.intake import store as kept_rows
from xinheng.evidence.intake.own_columns import CONFIRM
from xinheng.evidence.ledger import own_records, receipt_rows
from xinheng.evidence.ledger.errors import RecordAbsent
from xinheng.evidence.submissions import drafts
from xinheng.evidence.submissions import service as submissions
from xinheng.evidence.submissions.errors import SubmissionAbsentError
from xinheng.evidence.submissions.model import State
from xinheng.faces.web.context import Web
from xinheng.faces.web.desk.form_model import copied
from xinheng.faces.web.desk.receipts import own_receipt
from xinheng.faces.web.views import moment
from xinheng.ground.store.transaction import Transaction
from xinheng.law.model import Item
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Session
from xinheng.office.cases.model import Actor


@dataclass(frozen=True)
class Asked:
    """What to begin with; at most one of them."""

    draft: UUID | None = None
    copy: UUID | None = None  # a record
    returned: UUID | None = None  # a receipt
    correct: UUID | None = None  # a record, of which another version is to be sent


@dataclass(frozen=True)
class Start:
    values: Mapping[str, str] = field(default_factory=dict)
    draft: UUID | None = None
    profile: str = "report"
    behalf: str = ""
    said: tuple[str, str, str] | None = None
    saved: str = ""


def started(web: Web, session: Session, item: Item, asked: Asked) -> Start:
    """The beginning of a form. Raises SubmissionAbsentError, RecordAbsent, ReceiptAbsentError for what is not
    there, or not this agency's."""
    if asked.draft is not None:
        return _of_draft(web, session, asked.draft)
    if asked.copy is not None:
        with web.transaction() as tx:
            values = copied(item, _record(tx, session, item, asked.copy, web.today()))
        told = ("已复制", "", "相对人和内容照原记录填好，文号和日期请另填。这是一条新记录，原记录不变。")
        return Start(values, said=told)
    if asked.correct is not None:
        with web.transaction() as tx:
            values = _record(tx, session, item, asked.correct, web.today())
        told = ("更正原记录", "", "照现行内容填好。机关、文号和相对人不变的，提交后就是原记录的更正版本。")
        return Start(values, said=told)
    if asked.returned is not None:
        with web.transaction() as tx:
            return _of_returned(tx, session, item, asked.returned)
    name = session.agency.name if session.agency else ""
    roles = [item.role("authority"), item.role("reporter")]
    return Start({code: name for code in roles if code})


def actor(session: Session) -> Actor:
    """The account as the rooms below know who acts."""
    account = session.account
    return Actor(account.account, account.agency, account.login)


def _of_draft(web: Web, session: Session, draft: UUID) -> Start:
    with web.transaction() as tx:
        found = submissions.by_id(tx, draft, [_agency(session)])
        source = agencies.by_ids(tx, [found.agency]).get(found.agency)
    if found.state is not State.DRAFT or not found.is_senders(actor(session)):
        raise SubmissionAbsentError(draft)
    (row, *_) = drafts.rows(web.app, draft)
    told = ("同事审核后退回", "warn", found.note) if found.note else None
    return Start(
        values=_texts(row),
        draft=draft,
        profile=found.profile,
        behalf=source.code if source and found.behalf else "",
        said=told,
        saved=moment(Known(found.changed)),
    )


def _of_returned(tx: Transaction, session: Session, item: Item, receipt: UUID) -> Start:
    kept = own_receipt(tx, session, receipt)
    row = next(iter(kept_rows.returned(tx, receipt)), None)
    if row is None or kept.item != item.id:
        return Start()
    told = ("退回的行", "warn", "照退回时的样子填好，请改正后再检查、提交。")
    source = agencies.by_ids(tx, [kept.agency]).get(kept.agency)
    behalf = source.code if source and kept.behalf else ""
    return Start(_texts(json.loads(row[1])), profile=kept.profile, behalf=behalf, said=told)


def _record(tx: Transaction, session: Session, item: Item, record: UUID, day: date) -> dict[str, str]:
    """What a record of this agency says now, by field code. Raises RecordAbsent for any other's, and for
    bought data after its licence: nobody sees it, whoever sent it."""
    if not own_records.found(tx, item.id, sources(tx, session), "", record, 1):
        raise RecordAbsent(record)
    values: dict[str, str] = {}
    for text in receipt_rows.current(tx, [record]).get(record, ()):
        values |= _texts(json.loads(text)) if text else {}
    if item.hidden_on(values, day):
        raise RecordAbsent(record)
    return values


def sources(tx: Transaction, session: Session) -> tuple[UUID, ...]:
    """The agency and those that it succeeds."""
    return agencies.standing(tx, session.agency).own if session.agency else ()


def _agency(session: Session) -> UUID:
    return session.agency.agency if session.agency else UUID(int=0)


def _texts(row: Mapping[str, object]) -> dict[str, str]:
    return {code: value for code, value in row.items() if isinstance(value, str) and code != CONFIRM}
