"""Refusals of cases, with their codes (docs/errors.md)."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from xinheng.core.errors import Kind, XinhengError


class CaseAbsent(XinhengError):
    """No case has this id, or it is outside the asker's scope: one answer."""

    code: ClassVar[str] = "XH450"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这件待办"

    def __init__(self, case: UUID | str) -> None:
        super().__init__(
            found=f"编号 {str(case)[:60]} 不存在",
            expected="待办清单里的编号",
            todo="从待办清单重新进入",
        )


class StepRefused(XinhengError):
    """What is wanted cannot follow where the case stands: it is closed, or somebody else must act first."""

    code: ClassVar[str] = "XH451"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "这一步现在不能办"


class NoteRefused(XinhengError):
    """A note or reason is missing, too long, or holds an identity number."""

    code: ClassVar[str] = "XH452"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "说明的文字不行"


class HandOverRefused(XinhengError):
    """A case is to go to an account that cannot have it: of another agency, disabled, or the same one."""

    code: ClassVar[str] = "XH453"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "不能交给这个账号"
