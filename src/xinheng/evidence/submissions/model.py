"""What a submission is before its receipt: its states, who may move it, how long its content is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from xinheng.evidence.intake.model import Way
from xinheng.office.cases.model import Actor

SMALL: Final = 2 << 20  # bytes: up to here a submission goes through while its sender waits
KEPT: Final = timedelta(days=30)  # how long a draft, or what waits for a colleague, is kept untouched
ATTEMPTS: Final = 5  # times that sending is begun before it is given up
KEY_LENGTH: Final = 200  # characters of an idempotency key
NOTE_LENGTH: Final = 500


class State(StrEnum):
    """How far a submission has come."""

    DRAFT = "draft"  # 草稿
    WAITING = "waiting"  # 待审核
    REFUSED = "refused"  # 审核退回
    QUEUED = "queued"  # 排队
    RUNNING = "running"  # 办理中
    DONE = "done"  # 已完成：有回执
    FAILED = "failed"  # 未受理：文件不能收
    WITHDRAWN = "withdrawn"  # 已撤回
    LAPSED = "lapsed"  # 逾期作废：内容已删除


STATE_NAMES: Final[Mapping[State, str]] = {
    State.DRAFT: "草稿",
    State.WAITING: "待审核",
    State.REFUSED: "审核退回",
    State.QUEUED: "排队",
    State.RUNNING: "办理中",
    State.DONE: "已完成",
    State.FAILED: "未受理",
    State.WITHDRAWN: "已撤回",
    State.LAPSED: "逾期作废",
}


class Step(StrEnum):
    """What moves a submission on."""

    HOLD = "hold"  # 提交审核
    SEND = "send"  # 提交，无须审核
    APPROVE = "approve"  # 审核通过
    REFUSE = "refuse"  # 审核退回
    REOPEN = "reopen"  # 退回后修改
    TAKE_BACK = "take_back"  # 撤回
    LAPSE = "lapse"  # 逾期
    START = "start"  # 开始办理
    PUT_BACK = "put_back"  # 暂不能办，重新排队
    FINISH = "finish"  # 回执已发出
    FAIL = "fail"  # 不受理


STEP_NAMES: Final[Mapping[Step, str]] = {
    Step.HOLD: "提交审核",
    Step.SEND: "提交",
    Step.APPROVE: "审核通过",
    Step.REFUSE: "审核退回",
    Step.REOPEN: "退回后修改",
    Step.TAKE_BACK: "撤回",
    Step.LAPSE: "逾期作废",
    Step.START: "开始办理",
    Step.PUT_BACK: "重新排队",
    Step.FINISH: "发出回执",
    Step.FAIL: "不受理",
}

_TABLE: Final[Mapping[tuple[State, Step], State]] = {
    (State.DRAFT, Step.HOLD): State.WAITING,
    (State.DRAFT, Step.SEND): State.QUEUED,
    (State.DRAFT, Step.TAKE_BACK): State.WITHDRAWN,
    (State.DRAFT, Step.LAPSE): State.LAPSED,
    (State.WAITING, Step.APPROVE): State.QUEUED,
    (State.WAITING, Step.REFUSE): State.REFUSED,
    (State.WAITING, Step.TAKE_BACK): State.WITHDRAWN,
    (State.WAITING, Step.LAPSE): State.LAPSED,
    (State.REFUSED, Step.REOPEN): State.DRAFT,
    (State.REFUSED, Step.TAKE_BACK): State.WITHDRAWN,
    (State.REFUSED, Step.LAPSE): State.LAPSED,
    (State.QUEUED, Step.START): State.RUNNING,
    (State.QUEUED, Step.TAKE_BACK): State.WITHDRAWN,
    (State.RUNNING, Step.START): State.RUNNING,  # whoever ran it before was killed
    (State.RUNNING, Step.PUT_BACK): State.QUEUED,
    (State.RUNNING, Step.FINISH): State.DONE,
    (State.RUNNING, Step.FAIL): State.FAILED,
}

ENDED: Final = frozenset({State.DONE, State.FAILED, State.WITHDRAWN, State.LAPSED})
PERISHABLE: Final = frozenset({State.DRAFT, State.WAITING, State.REFUSED})  # kept for `KEPT` only
TOLD: Final = frozenset(
    {State.DONE, State.FAILED, State.REFUSED, State.LAPSED}
)  # an agency's system hears it


def after(state: State, step: Step) -> State | None:
    """The state after a step; None where the step is not possible."""
    return _TABLE.get((state, step))


def steps(state: State) -> frozenset[Step]:
    """What is possible in a state."""
    return frozenset(step for known, step in _TABLE if known is state)


def wait_before(attempts: int) -> timedelta:
    """How long a submission rests that could not be sent: 10 s, 1 min, 5 min, then half an hour."""
    seconds = (10, 60, 300)
    return timedelta(seconds=seconds[attempts - 1] if 0 < attempts <= len(seconds) else 1_800)


@dataclass(frozen=True)
class Handed:
    """What a desk, an agency's system, an exchange or a capture hands in.

    `content` is a file that stays the caller's, or the bytes of one (JSON lines of forms and systems).
    """

    content: Path | bytes
    file_name: str
    item_id: str
    source: str  # code of the sending agency
    profile: str = "report"
    constants: Mapping[str, str] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    way: Way = Way.FILE
    behalf: str | None = None  # code of the agency that enters it on the source's behalf (代录)
    account: UUID | None = None
    client: str | None = None  # id of the agency's program
    idempotency_key: str | None = None
    callback: bool = False
    actor: str = ""  # for the audit log: login, name of the agency's system, 命令行


@dataclass(frozen=True)
class Submission:
    """报送: as it is kept. Its content is not part of it."""

    id: UUID
    agency: UUID
    behalf: UUID | None
    way: Way
    state: State
    item: str
    profile: str
    file_name: str
    size: int
    digest: str  # hexadecimal
    constants: Mapping[str, str]
    mapping: Mapping[str, str]
    sheet: str | None
    account: UUID | None
    client: str | None
    key: str | None
    callback: bool
    created: datetime
    changed: datetime
    attempts: int
    reviewed_by: UUID | None = None
    reviewed_at: datetime | None = None
    note: str | None = None
    receipt: UUID | None = None
    error: Mapping[str, Any] | None = None  # as `XinhengError.as_dict`, and `kind`

    @property
    def lapses(self) -> datetime | None:
        """When its content is removed, unless somebody moves it before."""
        return self.changed + KEPT if self.state in PERISHABLE else None

    def may_review(self, actor: Actor) -> bool:
        """Whether the actor is a colleague (of the source, or of who entered it), and not the sender."""
        return (
            actor.account is not None
            and actor.account != self.account
            and actor.agency is not None
            and actor.agency in (self.agency, self.behalf)
        )

    def is_senders(self, actor: Actor) -> bool:
        """Whether the actor handed it in; where no person did, whether it is the agency's."""
        if self.account is None:
            return actor.agency in (self.agency, self.behalf)
        return actor.account == self.account


@dataclass(frozen=True)
class Filter:
    """Which submissions are listed; None means all. `agencies`: as source, or as who entered it."""

    agencies: tuple[UUID, ...] | None = None
    states: tuple[State, ...] | None = None
    ways: tuple[Way, ...] | None = None
    account: UUID | None = None
    client: str | None = None
    before: UUID | None = None  # the last of the page before
