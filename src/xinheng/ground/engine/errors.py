"""Refusals of the engine, with their codes (docs/errors.md)."""

from __future__ import annotations

from typing import ClassVar

from xinheng.core.errors import Kind, XinhengError


class EngineFailed(XinhengError):
    """DuckDB refused a statement, or its process ended. `reason` is DuckDB's name for it, never its text."""

    code: ClassVar[str] = "XH321"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "批量计算未完成"

    def __init__(self, reason: str, statement: int | None = None) -> None:
        place = "" if statement is None else f"（第 {statement + 1} 条语句）"
        super().__init__(
            found=f"计算引擎报告 {reason}{place}",
            expected="语句能在给定的文件上执行",
            todo="核对文件内容；详细原因见日志。数据没有改动",
        )
        self.reason = reason
        self.statement = statement


class EngineOutOfMemory(XinhengError):
    """The work needs more memory or temporary disk than the engine may use; nothing was changed."""

    code: ClassVar[str] = "XH322"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "批量计算超出内存限额"

    def __init__(self, memory_mb: int) -> None:
        super().__init__(
            found=f"所需内存或临时空间超出限额（内存 {memory_mb} MB）",
            expected="文件大小在限额之内",
            todo="拆分文件后重新提交。数据没有改动",
        )


class EngineTimeout(XinhengError):
    """The work took longer than it may; the process was stopped and nothing was changed."""

    code: ClassVar[str] = "XH323"
    kind: ClassVar[Kind] = Kind.BUSY
    title: ClassVar[str] = "批量计算超时"

    def __init__(self, seconds: float) -> None:
        super().__init__(
            found=f"{seconds:.0f} 秒内没有算完",
            expected="在时限内完成",
            todo="稍后重试，或拆分文件。数据没有改动",
        )
