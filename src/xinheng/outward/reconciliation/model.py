"""The way of one record upward, as values: what is wanted above, what is on its way, what stands there.

A record goes its way one version at a time. While a version is on its way and not answered, nothing newer of
that record is sent; what is wanted meanwhile waits and replaces what waited before it. So versions arrive in
their order whatever the partner drops, repeats or reorders, and an answer is only ever about the version that
is on its way. A version sent again has the id it had: the partner answers it again and counts it once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from xinheng.core import canonical


class Act(StrEnum):
    """What is wanted above."""

    RECORD = "record"  # 报送：上级应有这一版本
    WITHDRAW = "withdraw"  # 撤回：上级不应再有


class State(StrEnum):
    """Where a record stands on its way upward."""

    DUE = "due"  # 待发
    SENT = "sent"  # 已发，没有回执
    RECEIVED = "received"  # 对方已收件，结果未定
    TAKEN = "taken"  # 对方已收
    RETURNED = "returned"  # 对方退回
    VOID = "void"  # 无须上报：上级没有，也不应有


class Outcome(StrEnum):
    """What the partner says of a version."""

    RECEIVED = "received"
    TAKEN = "taken"
    RETURNED = "returned"


ON_ITS_WAY = frozenset({State.SENT, State.RECEIVED})


@dataclass(frozen=True)
class Way:
    """A record on its way. Versions are ids of events of the ledger."""

    record: UUID
    wanted: UUID  # newest version
    act: Act  # what the newest version wants
    state: State = State.DUE
    sent: UUID | None = None  # version on its way, or the last that was answered
    sent_act: Act = Act.RECORD  # and what it wanted
    stands: bool = False  # whether the partner holds the record as current, by its answers
    there: str | None = None  # what the partner calls it
    back: bool = False  # a version came back and nothing newer was taken since: somebody has to mend it

    def want(self, version: UUID, act: Act) -> Way:
        """A newer version is wanted; one that waits unsent is replaced by it."""
        return replace(self, wanted=version, act=act)._next()

    def send(self) -> Way:
        """What is due goes out. Raises ValueError where nothing is due."""
        if self.state is not State.DUE:
            raise ValueError("only what is due is sent")
        return replace(self, state=State.SENT, sent=self.wanted, sent_act=self.act)

    def answer(self, version: UUID, outcome: Outcome, there: str | None = None) -> Way:
        """The partner said something of a version. About any but the one on its way: nothing changes."""
        if self.state not in ON_ITS_WAY or version != self.sent:
            return self
        if outcome is Outcome.RECEIVED:
            return replace(self, state=State.RECEIVED)
        if outcome is Outcome.RETURNED:
            return replace(self, state=State.RETURNED, back=True)._next()
        stands = self.sent_act is Act.RECORD
        return replace(self, state=State.TAKEN, stands=stands, there=there or self.there, back=False)._next()

    def refuse(self) -> Way:
        """The batch with the version was refused as a whole: it is due again."""
        return replace(self, state=State.DUE)._next(True) if self.state in ON_ITS_WAY else self

    def lost(self) -> Way:
        """The partner had taken it and no longer has it: due again, under the same id."""
        return replace(self, state=State.DUE, stands=False)._next(True) if self.settled else self

    def again(self) -> Way:
        """The same version goes once more: the partner shows something else than it answered, or somebody
        has its return reconsidered. Not while it is on its way."""
        again = self.settled or self.state is State.RETURNED
        return replace(self, state=State.DUE) if again else self

    @property
    def settled(self) -> bool:
        """Whether the newest version was taken."""
        return self.state is State.TAKEN and self.sent == self.wanted

    def _next(self, anew: bool = False) -> Way:
        if self.state in ON_ITS_WAY:
            return self
        if self.act is Act.WITHDRAW and not self.stands and self.sent != self.wanted:
            return replace(self, state=State.VOID, back=False)
        if anew or self.sent != self.wanted:
            return replace(self, state=State.DUE)
        return self


def digest(fields: Mapping[str, str]) -> str:
    """What a record says, as both platforms work it out: SHA-256 in hexadecimal over the canonical JSON of
    its fields. Fields of a platform's own (`X_…`) are left out: the other one does not have them."""
    said = {code: text for code, text in fields.items() if not code.startswith("X_")}
    return hashlib.sha256(canonical.dumps(said).encode()).hexdigest()


@dataclass(frozen=True)
class Held:
    """What the partner says that it holds. `there`: what it calls the record; `record`: what we call it,
    where the partner knows."""

    there: str
    item: str
    current: bool  # False: withdrawn there
    shown: bool
    digest: str | None
    record: UUID | None = None


class Kind(StrEnum):
    """What can differ between here and there."""

    NO_ANSWER = "no_answer"
    UNDECIDED = "undecided"
    RETURNED = "returned"
    REFUSED = "refused"
    WAITING = "waiting"
    MISSING = "missing"
    NOT_SHOWN = "not_shown"
    STILL_SHOWN = "still_shown"
    STILL_HELD = "still_held"
    CONTENT = "content"
    UNKNOWN = "unknown"
    COUNT = "count"
    UNREADABLE = "unreadable"
    AWAY = "away"


NAMES: Mapping[Kind, str] = {
    Kind.NO_ANSWER: "已发无回执",
    Kind.UNDECIDED: "收件未决",
    Kind.RETURNED: "对方退回",
    Kind.REFUSED: "整批未受理",
    Kind.WAITING: "待发积压",
    Kind.MISSING: "对方已收后又没有",
    Kind.NOT_SHOWN: "已收未公示",
    Kind.STILL_SHOWN: "本地已不公示、对方仍公示",
    Kind.STILL_HELD: "已撤回、对方仍有",
    Kind.CONTENT: "内容不一致",
    Kind.UNKNOWN: "对方有、本地没有对应",
    Kind.COUNT: "条数不符",
    Kind.UNREADABLE: "对方文件不完整",
    Kind.AWAY: "连接不上",
}

# Why it is probably so, and what happens next. What the agency can mend says so.
EXPLANATIONS: Mapping[Kind, str] = {
    Kind.NO_ANSWER: "对方没有取走、还没有处理，或者回执在路上丢失。平台用原编号重发，对方重复收到只计一次",
    Kind.UNDECIDED: "对方已收件，转人工核实，结果未定。结果到达后自动消除",
    Kind.RETURNED: "对方校核不通过。由信源单位更正后重新报送，对方收下后自动消除",
    Kind.REFUSED: "对方没有受理整批，多为事项、格式或权限不一致。平台稍后换批重发；反复出现时核对双方目录",
    Kind.WAITING: "到时没有发出，多为连接不上或上一版本还没有回执。恢复后自动发出",
    Kind.MISSING: "对方回执已收，清单里却没有：多为恢复了旧备份、清单不全，或记在别的信源名下。平台会重发",
    Kind.NOT_SHOWN: "对方已收，尚未公示，多为对方公示有延迟。次日清单仍没有的，请向对方查询",
    Kind.STILL_SHOWN: "本地公示已结束，对方仍在公示，多为对方更新有延迟或公示期算法不同。请向对方核对",
    Kind.STILL_HELD: "本地已撤回，对方仍作为有效记录，多为撤回没有生效。平台用原编号重发撤回",
    Kind.CONTENT: "对方的内容与本地现行版本不同，多为更正没有生效或对方另有更正。平台用原编号重发一次",
    Kind.UNKNOWN: "对方有这条记录而本地没有发过，或回执还没有到。多为其他途径报送；回执到达后自动消除",
    Kind.COUNT: "回执与清单条数不等，逐条差异见同一事项的其他各类",
    Kind.UNREADABLE: "对方的文件写了一半或在传输中损坏，没有采用。对方重写后自动消除",
    Kind.AWAY: "连接不上对方，没有发出也没有取回。恢复后自动接着做，不会重复计",
}


@dataclass(frozen=True)
class Local:
    """What is to be compared of a record here. `digest`: of the version that was taken last."""

    way: Way
    digest: str | None
    shown: bool  # in publicity here today


def compared(here: Local, there: Held | None) -> Kind | None:
    """What differs about one record; None where nothing does, or where it is on its way and nothing is to be
    compared yet."""
    if not here.way.settled:
        return None
    if not here.way.stands:
        return Kind.STILL_HELD if there is not None and there.current else None
    if there is None or not there.current:
        return Kind.MISSING
    if here.digest is not None and there.digest is not None and here.digest != there.digest:
        return Kind.CONTENT
    if here.shown and not there.shown:
        return Kind.NOT_SHOWN
    return Kind.STILL_SHOWN if there.shown and not here.shown else None


def mended(way: Way, found: Kind, attempts: int) -> Way:
    """What is done about a difference by itself: sent again under its id, a few times at most."""
    if attempts >= MOST_ATTEMPTS:
        return way
    if found is Kind.MISSING:
        return way.lost()
    return way.again() if found in (Kind.STILL_HELD, Kind.CONTENT) else way


MOST_ATTEMPTS = 3  # times that one version is sent by itself; after that somebody has to look


@dataclass(frozen=True)
class Batch:
    """Versions that go together: of one item, all to be recorded or all to be withdrawn."""

    batch: UUID
    partner: UUID
    number: int  # 1, 2, 3 … within the partner
    item: str
    act: Act
    rows: int
    made: datetime
    sent: datetime | None = None  # when the partner's side last took it
    attempts: int = 0
    ref: str | None = None  # what the partner calls it
    ended: datetime | None = None
    refused: str | None = None  # why, where it was refused as a whole


@dataclass(frozen=True)
class Partner:
    """An upper platform. How it is reached stands in a private file, never here."""

    partner: UUID
    name: str
    way: str  # folder, sftp, api
    office: UUID  # the platform office that owns its differences
    items: tuple[str, ...]  # empty: all that the pack reports
    position: int  # next event of the ledger to look at
    hours: int  # without an answer until it is a difference, and the batch goes again
    created: datetime
    removed: datetime | None = None
    last_run: datetime | None = None
    last_code: str | None = None
    last_said: str | None = None
    snapshot_at: datetime | None = None  # of the newest list of the partner's that was compared
