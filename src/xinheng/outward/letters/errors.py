"""Refusals of letters, with their codes (docs/errors.md)."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from xinheng.core.errors import Kind, XinhengError


class LetterAbsent(XinhengError):
    """No letter has this id, or the asker may not see it: one answer."""

    code: ClassVar[str] = "XH830"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这件函"

    def __init__(self, letter: UUID | str) -> None:
        super().__init__(
            found=f"编号 {str(letter)[:60]} 不存在",
            expected="函件清单里的编号",
            todo="从“通报考核 › 函件”重新进入",
        )


class LetterStepRefused(XinhengError):
    """What is wanted cannot follow where the letter stands."""

    code: ClassVar[str] = "XH831"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "这件函现在不能这样办"


class LetterRefused(XinhengError):
    """A draft that cannot be a letter: no text, too long, no office, cases of another agency."""

    code: ClassVar[str] = "XH832"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "函件内容不行"


class ReplyRefused(XinhengError):
    """A reply, reason or evidence that is missing, too long, or holds an identity number."""

    code: ClassVar[str] = "XH833"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "答复的文字不行"


class NotTheirLetter(XinhengError):
    """The account belongs neither to the office that issues nor to the agency that answers."""

    code: ClassVar[str] = "XH834"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    title: ClassVar[str] = "这件函不归本账号办"
