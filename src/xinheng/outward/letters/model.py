"""Letters as values: their life, who acts next, and what may follow what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from xinheng.law.letters import Step
from xinheng.outward.documents.model import Block, Document, Paragraph, Seal, Table

__all__ = ["STEPS", "Step"]

KIND: Final = "letter"  # of its case
MOST_CASES: Final = 500  # that one letter is about: a table of that many fills twenty pages
TITLE_LENGTH: Final = 120
TEXT_LENGTH: Final = 8_000  # characters of all paragraphs; a working value of the platform
SEAL: Final = "（印章）"

STEPS: Final[Mapping[Step, str]] = MappingProxyType(
    {Step.REMINDER: "催办", Step.ORDER: "督办", Step.NOTICE: "通报", Step.APPRAISAL: "考核"}
)


class State(StrEnum):
    """Where a letter stands."""

    DRAFT = "draft"
    ISSUED = "issued"  # numbered and delivered to the agency's desk
    READ = "read"
    REPLIED = "replied"  # waits for the office
    RETURNED = "returned"  # the reply was not enough
    ACCEPTED = "accepted"  # the reply was; its cases may still be open
    CLOSED = "closed"  # 销号
    ESCALATED = "escalated"  # the next step took over
    WITHDRAWN = "withdrawn"  # by another letter
    DISCARDED = "discarded"  # a draft that never went out


NAMES: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.DRAFT: "草稿",
        State.ISSUED: "已送达",
        State.READ: "已阅",
        State.REPLIED: "已答复",
        State.RETURNED: "答复退回",
        State.ACCEPTED: "答复已认可",
        State.CLOSED: "已销号",
        State.ESCALATED: "已转下一步",
        State.WITHDRAWN: "已撤回",
        State.DISCARDED: "草稿已弃",
    }
)


class Act(StrEnum):
    """What is done about a letter; the names of its history."""

    DRAFT = "draft"
    EDIT = "edit"
    DISCARD = "discard"
    ISSUE = "issue"
    READ = "read"
    REPLY = "reply"
    ACCEPT = "accept"
    RETURN = "return"
    CLOSE = "close"
    ESCALATE = "escalate"
    WITHDRAW = "withdraw"
    ERASE = "erase"  # by law; moves nothing


ACTS: Final[Mapping[Act, str]] = MappingProxyType(
    {
        Act.DRAFT: "拟稿",
        Act.EDIT: "修改",
        Act.DISCARD: "弃稿",
        Act.ISSUE: "发出并送达",
        Act.READ: "签阅",
        Act.REPLY: "答复",
        Act.ACCEPT: "认可答复",
        Act.RETURN: "退回答复",
        Act.CLOSE: "销号",
        Act.ESCALATE: "转下一步",
        Act.WITHDRAW: "撤回",
        Act.ERASE: "依法删除内容",
    }
)

_OUT: Final = frozenset({State.ISSUED, State.READ, State.REPLIED, State.RETURNED, State.ACCEPTED})
FROM: Final[Mapping[Act, frozenset[State]]] = MappingProxyType(
    {
        Act.EDIT: frozenset({State.DRAFT}),
        Act.DISCARD: frozenset({State.DRAFT}),
        Act.ISSUE: frozenset({State.DRAFT}),
        Act.READ: frozenset({State.ISSUED}),
        Act.REPLY: frozenset({State.ISSUED, State.READ, State.REPLIED, State.RETURNED}),
        Act.ACCEPT: frozenset({State.REPLIED}),
        Act.RETURN: frozenset({State.REPLIED}),
        Act.CLOSE: _OUT,
        Act.ESCALATE: _OUT,
        Act.WITHDRAW: _OUT,
    }
)
"""From which states something may be done."""

TO: Final[Mapping[Act, State]] = MappingProxyType(
    {
        Act.EDIT: State.DRAFT,
        Act.DISCARD: State.DISCARDED,
        Act.ISSUE: State.ISSUED,
        Act.READ: State.READ,
        Act.REPLY: State.REPLIED,
        Act.ACCEPT: State.ACCEPTED,
        Act.RETURN: State.RETURNED,
        Act.CLOSE: State.CLOSED,
        Act.ESCALATE: State.ESCALATED,
        Act.WITHDRAW: State.WITHDRAWN,
    }
)
ENDED: Final = frozenset({State.CLOSED, State.ESCALATED, State.WITHDRAWN, State.DISCARDED})
ANSWERING: Final = frozenset({Act.READ, Act.REPLY})  # by the agency; everything else by the office


@dataclass(frozen=True)
class Body:
    """What a letter says between addressee and signature."""

    paragraphs: tuple[str, ...]
    table: Table | None = None
    note: str | None = None

    @property
    def blocks(self) -> tuple[Block, ...]:
        """As blocks of a document."""
        table = () if self.table is None else (self.table,)
        return (*(Paragraph(text) for text in self.paragraphs), *table, Seal(SEAL))


@dataclass(frozen=True)
class NewLetter:
    """A letter to be drafted. `cases`: what it is about; `due_on`: by when it is to be answered; `basis`: a
    citation, or None where nothing can be cited."""

    step: Step
    agency: UUID
    title: str
    paragraphs: tuple[str, ...]
    table: Table | None
    cases: tuple[UUID, ...]
    due_on: date | None
    basis: str | None
    previous: UUID | None = None  # the letter that it follows, or withdraws
    withdraws: bool = False
    note: str | None = None
    records: tuple[UUID, ...] = ()  # of a letter about late records: one a row of its table


@dataclass(frozen=True)
class Letter:
    """A letter as it stands."""

    letter: UUID
    chain: UUID
    previous: UUID | None
    withdraws: bool
    step: Step
    office: UUID
    agency: UUID
    state: State
    title: str
    body: Body
    due_on: date | None
    basis: str | None
    number: str | None
    dated: date | None
    digest: str | None
    case: UUID | None
    created: datetime
    changed: datetime
    created_by: str
    ended: datetime | None

    def may(self, act: Act) -> bool:
        """Whether this may be done now. A letter of withdrawal is neither answered nor followed."""
        return self.state in FROM.get(act, ()) and not (
            self.withdraws and act not in (Act.EDIT, Act.DISCARD, Act.ISSUE)
        )

    def document(self, agency: str, office: str, today: date) -> Document:
        """What is written: dated as issued, or today while it is a draft."""
        return Document(
            kind=KIND,
            title=self.title,
            number=self.number,
            addressee=agency,
            dated=self.dated or today,
            issuer=office,
            blocks=self.body.blocks,
            note=self.body.note,
        )


@dataclass(frozen=True)
class Attached:
    """An attachment of an event: digest, name as it came, kind, bytes."""

    event: int
    digest: str
    name: str
    kind: str
    size: int


@dataclass(frozen=True)
class Event:
    """One thing done about a letter."""

    event: int
    letter: UUID
    at: datetime
    act: Act
    said: str
    account: UUID | None
    agency: UUID | None
    actor: str
    attached: tuple[Attached, ...] = ()


@dataclass(frozen=True)
class Filter:
    """Which letters are wanted; None asks nothing. `scope`: sent by or to one of these; drafts only of
    `office`."""

    scope: frozenset[UUID] | None = None
    office: UUID | None = None  # whose drafts are seen
    step: Step | None = None
    state: State | None = None
    agency: UUID | None = None
    open_only: bool = False
