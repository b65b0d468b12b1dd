"""The JSON of `/api/v1/submissions`. Fields are only ever added; what stands here keeps its meaning."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from xinheng.faces.web.api.schemas import Shape


class Refusal(Shape):
    """Why the content was not taken."""

    code: str
    title: str
    found: str
    expected: str
    todo: str
    where: str | None


class CheckSum(Shape):
    """How one check went over all rows: passed + failed + empty + errors = rows."""

    id: str
    severity: str
    passed: int
    failed: int
    empty: int = Field(description="未校核：所看的数据项为空")
    errors: int = Field(description="未校核：无法计算")


class SubmissionReceipt(Shape):
    """回执. Rows about natural persons are counted and nothing else of them is kept."""

    receipt: UUID
    repeated: bool = Field(description="真：同一内容以前报送过，这是当时的回执，本次没有新增")
    position: int = Field(description="报送之后日志的长度")
    known: str = Field(description="平台知悉的时间（UTC）")
    pack: str = Field(description="校核所用的规则包")
    counts: dict[str, int] = Field(
        description="accepted、corrected、known、returned、review、persons、late、undated、masked、dropped"
    )
    columns: dict[str, str] = Field(description="表头 → 数据项代码、ignored、dropped、unmapped")
    checks: list[CheckSum] = Field(description="有未通过或未校核的规则")
    notes: list[str]
    returned: str | None = Field(description="退回数据的地址；空：没有退回")
    hand_on: str | None = Field(
        description="自然人数据转交文件的地址（POST），24 小时内只能取一次；空：没有或已取走"
    )


class SubmissionAnswer(Shape):
    """A submission and how far it has come."""

    submission: UUID
    state: str = Field(
        description="waiting 待审核、queued 排队、running 办理中、done 已完成、refused 审核退回、"
        "failed 未受理、withdrawn 已撤回、lapsed 逾期作废、draft 草稿"
    )
    state_text: str
    agency: str = Field(description="信源单位代码")
    behalf: str | None = Field(description="代录单位代码；空：本单位报送")
    way: str = Field(description="file、form、api、table、capture")
    item: str
    profile: str
    file_name: str
    size: int = Field(description="字节")
    created: str
    changed: str
    lapses: str | None = Field(description="到这时还没有人办理，内容即删除")
    note: str | None = Field(description="审核退回的理由")
    error: Refusal | None = Field(description="未受理的原因")
    receipt: SubmissionReceipt | None


class SubmissionList(Shape):
    """One page of an agency's submissions, newest first. Receipts are not part of a list."""

    submissions: list[SubmissionAnswer]
    next: str | None = Field(description="下一页的 page；空：没有了")


class ReturnedRow(Shape):
    """A row that came back, as received (identity numbers masked), with every check that it failed."""

    line: int
    cells: dict[str, str]
    checks: list[dict[str, Any]]


class ReturnedAnswer(Shape):
    """One page of returned rows."""

    submission: UUID
    receipt: UUID
    count: int = Field(description="退回的行一共有多少")
    rows: list[ReturnedRow]
    next: str | None = Field(description="下一页的 page；空：没有了")


class RowOutcome(Shape):
    """What became of one row. Of rows about natural persons the outcome alone is said."""

    line: int
    outcome: str = Field(description="accepted、corrected、known、returned、review、person")
    record: UUID | None = Field(description="信衡编号：成为或对上的记录")
    checks: list[dict[str, Any]]


class RowsAnswer(Shape):
    """One page of the rows of a submission, in the order of the sheet."""

    submission: UUID
    receipt: UUID
    rows: list[RowOutcome]
    next: str | None = Field(description="下一页的 page；空：没有了")


class RowsBody(Shape):
    """What a JSON body holds."""

    item: str = Field(description="目录事项，如 penalty")
    rows: list[dict[str, Any]] = Field(description="每行一个对象：数据项代码或中文名称 → 内容")
    profile: str = Field(default="report", description="report 或 collected（补录）")
    set: dict[str, str] = Field(default_factory=dict, description="全部行共有的数据项：名称 → 内容")
    agency: str | None = Field(default=None, description="代下级单位报送时，下级单位的代码")
    callback: bool = Field(default=True, description="办结后通知登记的回调地址")


MULTIPART: dict[str, Any] = {
    "type": "object",
    "required": ["item", "file"],
    "properties": {
        "item": {"type": "string", "description": "目录事项，如 penalty"},
        "profile": {"type": "string", "default": "report"},
        "set": {"type": "string", "description": "全部行共有的数据项：JSON 对象"},
        "map": {"type": "string", "description": "列的对应：JSON 对象，表头 → 数据项代码或 ignored"},
        "sheet": {"type": "string", "description": "工作表名称；不写即第一张能认出表头的"},
        "agency": {"type": "string", "description": "代下级单位报送时，下级单位的代码"},
        "callback": {"type": "string", "enum": ["true", "false"], "default": "true"},
        "file": {"type": "string", "format": "binary"},
    },
}
