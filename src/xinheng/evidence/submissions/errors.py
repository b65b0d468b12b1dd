"""Refusals of submissions on their way, with their codes (docs/errors.md)."""

from __future__ import annotations

from uuid import UUID

from xinheng.core.errors import Kind, XinhengError


class SubmissionAbsentError(XinhengError):
    """No submission has this id, or not for this asker."""

    code = "XH750"
    kind = Kind.ABSENT
    title = "没有这次报送"

    def __init__(self, submission: UUID) -> None:
        super().__init__(
            found=f"报送 {submission} 不存在",
            expected="本单位的报送编号",
            todo="核对编号",
            where=str(submission),
        )


class WrongStepError(XinhengError):
    """The submission is not in a state for this step: somebody was quicker, or it has ended."""

    code = "XH751"
    kind = Kind.CONFLICT
    title = "这次报送现在不能这样办"


class KeyReusedError(XinhengError):
    """The idempotency key was used for another content."""

    code = "XH752"
    kind = Kind.CONFLICT
    title = "幂等键已用于另一份内容"


class NotTheirsToMoveError(XinhengError):
    """A colleague of the same agency reviews, and only the sender takes back."""

    code = "XH753"
    kind = Kind.FORBIDDEN
    title = "这次报送不由本账号办理"


class PersonDraftError(XinhengError):
    """A draft holds a row about a natural person, which is never kept (decision 11)."""

    code = "XH754"
    title = "草稿里有自然人的行"


class GivenUpError(XinhengError):
    """Sending was begun several times and never came to an end."""

    code = "XH755"
    kind = Kind.NOT_READY
    title = "多次办理未能完成"


class ContentGoneError(XinhengError):
    """The content is no longer there: removed, lapsed, or not part of a restored backup."""

    code = "XH756"
    kind = Kind.ABSENT
    title = "报送的内容已不在"


class NoteRefusedError(XinhengError):
    """A reason, a file name or a key that cannot be kept as typed."""

    code = "XH757"
    title = "填写的文字不能用"


class DraftRefusedError(XinhengError):
    """A draft is not what a form makes: one JSON object a line."""

    code = "XH758"
    title = "草稿无法保存"
