"""The JSON of `/api/v1`. Fields are only ever added; what stands here keeps its name and meaning."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Publicity(Shape):
    """Why and until when a record is shown in one channel."""

    channel: str = Field(description="公示渠道")
    regime: str | None = Field(description="公示制度")
    category: str | None = Field(description="类别：轻微、一般、严重、特定严重、未定；不分类的为空")
    first_day: date | None = Field(description="起算日")
    earliest_end: date | None = Field(description="最短公示期的最后一天；此后才可提前终止")
    earliest_note: str | None = Field(description="没有最短公示期最后一天时的原因：never、none、待核实")
    last_day: date | None = Field(description="公示的最后一天（含）；空：法律没有规定终止日")
    reason: str = Field(description="理由和条款")


class ShownRecord(Shape):
    """A record that is shown now, in short."""

    record: UUID = Field(description="信衡编号")
    item: str = Field(description="目录事项")
    document: str | None = Field(description="决定文书号")
    authority: str | None = Field(description="决定机关")
    decided_on: date | None = Field(description="决定日期")
    last_day: date | None = Field(description="公示的最后一天（含）")


class Organisation(Shape):
    """An organisation of the register."""

    code: str = Field(description="统一社会信用代码（现行）")
    name: str
    kind: str
    division: str | None
    status: str
    registered: bool = Field(description="是否经登记数据核实；否：未经登记核实")
    former_names: list[str]
    former_codes: list[str] = Field(description="曾用代码：已由登记机关更正，仍可用来查询")
    asked_code: str | None = Field(description="查询所用的代码是曾用代码时，写在这里；code 总是现用代码")


class SubjectAnswer(Shape):
    """An organisation and what is shown about it today. Nothing shown does not mean nothing decided."""

    day: date
    subject: Organisation
    shown: list[ShownRecord]
    more: bool = Field(description="正在公示的不止这些")


class Hit(Shape):
    code: str
    name: str
    kind: str
    division: str | None
    status: str
    registered: bool
    other_name: str | None = Field(description="按另一名称找到时，写在这里")


class SearchAnswer(Shape):
    """One page of what a text finds."""

    query: str
    page: int
    pages: int
    total: int
    beyond: bool = Field(description="真：total 只数到 1000，实际更多")
    similar: bool = Field(description="真：没有名称包含所查文字，下面是写法相近的")
    suggestion: str | None = Field(description="可能想查的代码")
    subjects: list[Hit]


class RecordAnswer(Shape):
    """A record that is shown today, with every field that the law publishes."""

    day: date
    record: UUID
    item: str
    edition: str
    fields: dict[str, str] = Field(description="数据标准代码 → 内容，只含社会公开的数据项")
    known: str = Field(description="平台知悉这一版本的时间（UTC）")
    corrected: bool
    seq: int = Field(description="日志序号")
    pack: str = Field(description="校核时的规则包")
    source: str | None = Field(description="信源单位")
    publicity: list[Publicity]


class ProofHeader(Shape):
    kind: str
    event: UUID
    record: UUID
    known: str


class ProofProvenance(Shape):
    item: str | None
    subject: UUID | None
    source: UUID | None
    pack: str
    valid_from: date | None


class ProofPublic(Shape):
    salt: str
    content: str = Field(description="公开内容，规范 JSON 原文")


class ProofInclusion(Shape):
    position: int
    path: list[str]


class ProofAnswer(Shape):
    """A proof that stands alone (docs/ledger.md); `python -m xinheng.verify proof` checks it."""

    format: str
    header: ProofHeader
    provenance: ProofProvenance
    commitments: dict[str, str]
    public: ProofPublic
    inclusion: ProofInclusion
    checkpoint: str


class CheckpointAnswer(Shape):
    """The newest signed checkpoint of the log."""

    epoch: int
    origin: str
    size: int
    root: str = Field(description="RFC 6962 根，十六进制")
    note: str = Field(description="C2SP signed-note 原文")


class Problem(Shape):
    """A refusal; the same shape everywhere (RFC 9457)."""

    type: str
    status: int
    code: str
    title: str
    found: str
    expected: str
    todo: str
    where: str | None
