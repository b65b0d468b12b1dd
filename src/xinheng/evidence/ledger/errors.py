"""Refusals of the ledger (docs/errors.md)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.times import Known


class NotWritable(XinhengError):
    """More was published than the database holds (a restored backup): nothing may be appended."""

    code: ClassVar[str] = "XH501"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "平台处于只读状态"

    def __init__(self, reason: str) -> None:
        super().__init__(
            found=reason,
            expected="数据库不少于已公布的日志",
            todo="恢复更新的备份；如确认数据已丢失，运行 xinheng log new-epoch 开启新纪元",
        )


class LogNotOpen(XinhengError):
    """The ledger has no head yet: the home was not prepared."""

    code: ClassVar[str] = "XH502"
    kind: ClassVar[Kind] = Kind.NOT_READY
    title: ClassVar[str] = "证据账本尚未建立"

    def __init__(self) -> None:
        super().__init__(found="数据库中没有账本头", expected="已初始化的平台", todo="运行 xinheng init")


class RecordMoved(XinhengError):
    """Another writer changed a record after the caller compared with it."""

    code: ClassVar[str] = "XH503"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "记录已被他人更新"

    def __init__(self, moved: int) -> None:
        super().__init__(
            found=f"{moved} 条记录在比对之后已有新版本或已不存在",
            expected="比对时的版本仍是现行版本",
            todo="重新比对后再提交",
        )


class BeyondKnown(XinhengError):
    """The question is about a moment that the ledger has not reached."""

    code: ClassVar[str] = "XH504"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "查询时点超出账本"

    def __init__(self, asked: Known, last: Known | None) -> None:
        reach = last.isoformat() if last else "（尚无任何事件）"
        super().__init__(
            found=f"查询时点 {asked.isoformat()}",
            expected=f"不晚于账本最后时点 {reach}",
            todo="改用不晚于账本最后时点的时间",
        )


class RecordAbsent(XinhengError):
    """No record has this id."""

    code: ClassVar[str] = "XH505"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这条记录"

    def __init__(self, record: UUID) -> None:
        super().__init__(
            found=f"信衡编号 {record} 不存在",
            expected="平台发出的信衡编号",
            todo="核对编号",
            where=str(record),
        )


class ContentErased(XinhengError):
    """What is asked for has been erased by law."""

    code: ClassVar[str] = "XH506"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "内容已依法删除"

    def __init__(self, record: UUID, on: date, law: str) -> None:
        super().__init__(
            found=f"该记录内容已于 {on.isoformat()} 依据{law}删除",
            expected="内容仍在保存期内的记录",
            todo="如有疑问，请向信用办查询删除依据",
            where=str(record),
        )


class NotPublic(XinhengError):
    """A proof was asked for a record that is not shown to the public."""

    code: ClassVar[str] = "XH507"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "该记录没有公开证明"

    def __init__(self, record: UUID) -> None:
        super().__init__(
            found="该记录不在公示期内或不予公示",
            expected="正在公示的记录",
            todo="本单位可登录后查看自己的记录",
            where=str(record),
        )


class NotPublished(XinhengError):
    """The event is appended, but no checkpoint covers it yet."""

    code: ClassVar[str] = "XH508"
    kind: ClassVar[Kind] = Kind.BUSY
    title: ClassVar[str] = "日志尚未公布到该位置"

    def __init__(self, position: int, size: int) -> None:
        super().__init__(
            found=f"事件位置 {position}，已公布 {size} 条",
            expected="已有检查点覆盖该事件",
            todo="稍后再试，或运行 xinheng log publish",
        )


class LogDiverged(XinhengError):
    """Database and published log tell different stories. Nothing is signed."""

    code: ClassVar[str] = "XH509"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "数据库与已公布的日志不一致"

    def __init__(self, found: str, where: str) -> None:
        super().__init__(
            found=found,
            expected="已公布的日志是数据库事件的前缀",
            todo="停止写入，保留现场，用 xinheng log verify 核对日志文件与场外检查点",
            where=where,
        )


class WrongState(XinhengError):
    """The record is not in a state in which this can be done to it."""

    code: ClassVar[str] = "XH510"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "记录状态不允许此操作"

    def __init__(self, record: UUID, state: str, expected: str) -> None:
        super().__init__(
            found=f"记录状态为{state}", expected=expected, todo="核对记录的历史", where=str(record)
        )


class EpochNotNeeded(XinhengError):
    """A new epoch is opened only where the published log is ahead of the database."""

    code: ClassVar[str] = "XH511"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "无须开启新纪元"

    def __init__(self) -> None:
        super().__init__(
            found="数据库不少于已公布的日志",
            expected="已公布的日志超出数据库（恢复了较早的备份）",
            todo="直接继续使用；平台未处于只读状态",
        )


class NotScrubbed(XinhengError):
    """A transaction from before the erasure is still open: its rows cannot be removed from the files yet."""

    code: ClassVar[str] = "XH512"
    kind: ClassVar[Kind] = Kind.BUSY
    title: ClassVar[str] = "删除内容尚未从文件中清除"

    def __init__(self) -> None:
        super().__init__(
            found="仍有更早开始的数据库事务",
            expected="删除之前开始的事务都已结束",
            todo="稍后重试清除；内容已不可查询",
        )


class WordsRefused(XinhengError):
    """A reason or law that cannot stand in the log: empty, too long, with an identity number."""

    code: ClassVar[str] = "XH513"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "理由或依据不能写入日志"

    def __init__(self, found: str, longest: int) -> None:
        super().__init__(
            found=found,
            expected=f"2 至 {longest} 个字的一行文字，不含证件号码",
            todo="改写后重试；写入日志的文字公开且不能撤回",
        )
