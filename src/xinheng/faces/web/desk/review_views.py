"""Submissions on their way as values: lists, where one stands, what a colleague looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from xinheng.core.times import Known
from xinheng.evidence.submissions.model import STATE_NAMES, State, Submission
from xinheng.faces.web.desk.receipt_views import WAYS
from xinheng.faces.web.desk.views import ReasonRow, SampleRow
from xinheng.faces.web.views import Figure, FormError, Pair, Tag, Turn, bytes_text, moment

TONES: Final[Mapping[State, str]] = {
    State.WAITING: "warn",
    State.REFUSED: "bad",
    State.QUEUED: "info",
    State.RUNNING: "info",
    State.DONE: "good",
    State.FAILED: "bad",
}
PROGRESS: Final[Mapping[State, str]] = {
    State.DRAFT: "还是草稿，没有报送。",
    State.WAITING: "已提交，等待本单位的另一位同事审核；审核通过才算报送。",
    State.REFUSED: "同事审核后退回，没有报送。",
    State.QUEUED: "已收下，正在排队入账；文件大的要等几分钟。可以关闭本页，稍后在“办理中的报送”里看结果。",
    State.RUNNING: "正在校核、入账。一百万行大约要两分钟。",
    State.DONE: "已办完，回执已发出。",
    State.FAILED: "文件没有被受理，没有写入任何内容。",
    State.WITHDRAWN: "报送人已撤回，没有报送。",
    State.LAPSED: "放置太久，已作废，内容已删除。",
}
MOVING: Final = (State.QUEUED, State.RUNNING)


@dataclass(frozen=True)
class SubmissionLine:
    id: UUID
    when: str
    state: Tag
    way: str
    item_name: str
    file_name: str
    who: str
    for_whom: str = ""
    receipt: UUID | None = None
    mine_to_review: bool = False


@dataclass(frozen=True)
class SubmissionsView:
    chosen: str
    filters: tuple[tuple[str, str, str], ...]  # key, text, number
    lines: tuple[SubmissionLine, ...]
    turn: Turn | None = None


@dataclass(frozen=True)
class SubmissionView:
    """Where a submission stands, and what its reader may do about it."""

    id: UUID
    state: Tag
    progress: str
    pairs: tuple[Pair, ...]
    receipt: UUID | None = None
    note: str = ""  # why a colleague sent it back
    refusal: Mapping[str, str] | None = None
    moving: bool = False
    may_review: bool = False
    may_take_back: bool = False
    may_reopen: bool = False
    own: bool = False  # waits, and the reader is who sent it
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    returned: tuple[ReasonRow, ...] = ()
    samples: tuple[SampleRow, ...] = ()
    reason: str = ""
    errors: tuple[FormError, ...] = ()


def state_tag(state: State) -> Tag:
    return Tag(STATE_NAMES[state], TONES.get(state, ""))


def submission_pairs(
    found: Submission, item_name: str, source: str, people: Mapping[UUID, str], behalf: str
) -> tuple[Pair, ...]:
    """What is known of a submission, in lines."""
    reviewed: tuple[Pair, ...] = ()
    if found.reviewed_by is not None and found.reviewed_at is not None:
        who = people.get(found.reviewed_by, "—")
        reviewed = (Pair("审核人", f"{who}，{_when(found.reviewed_at)}"),)
    return (
        Pair("信源单位", source, tag=Tag(f"代录：{behalf}", "info") if behalf else None),
        Pair("目录事项", item_name),
        Pair("方式", WAYS[found.way]),
        Pair("文件", found.file_name),
        Pair("大小", bytes_text(found.size)),
        Pair("报送人", sender_text(found, people)),
        Pair("提交时间", _when(found.created)),
        *reviewed,
        Pair("报送编号", str(found.id), mono=True, wide=True),
    )


def sender_text(found: Submission, people: Mapping[UUID, str]) -> str:
    """Who handed it in: a person, or the agency's system."""
    if found.account is not None:
        return people.get(found.account, "—")
    return "单位的系统" if found.client else "平台"


def _when(at: datetime) -> str:
    return moment(Known(at))
