"""Refusals of the subject register (docs/errors.md)."""

from __future__ import annotations

from typing import ClassVar

from xinheng.core.errors import Kind, XinhengError
from xinheng.evidence.subjects.model import DECISION_TITLES, MOST_ASKED, PAGES, Decision


class NothingAsked(XinhengError):
    """A search without a letter, digit or character to search for."""

    code: ClassVar[str] = "XH601"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "没有可查询的内容"

    def __init__(self) -> None:
        super().__init__(
            found="查询内容为空",
            expected="机构名称（一个字以上）或18位统一社会信用代码",
            todo="输入名称的一部分或完整代码后再查",
        )


class TooMuchAsked(XinhengError):
    """A search text longer than any name."""

    code: ClassVar[str] = "XH602"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "查询内容过长"

    def __init__(self, length: int) -> None:
        super().__init__(
            found=f"{length} 个字符",
            expected=f"不超过 {MOST_ASKED} 个字符",
            todo="只输入名称中最有区别的部分",
        )


class PageOutOfReach(XinhengError):
    """A page below 1 or deeper than search goes."""

    code: ClassVar[str] = "XH603"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "页码超出范围"

    def __init__(self, page: int) -> None:
        super().__init__(found=f"第 {page} 页", expected=f"1 至 {PAGES}", todo="输入更多字词，缩小查询范围")


class NoSuchReview(XinhengError):
    """A review that does not exist."""

    code: ClassVar[str] = "XH604"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这条核对事项"

    def __init__(self, review: str) -> None:
        super().__init__(
            found=f"编号 {review}", expected="主体核对清单中的编号", todo="从核对清单中重新打开", where=review
        )


class ReviewClosed(XinhengError):
    """A review that somebody has decided already."""

    code: ClassVar[str] = "XH605"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "该事项已经办结"

    def __init__(self, review: str, decision: str) -> None:
        super().__init__(
            found=f"已办结：{decision}", expected="尚未办结的事项", todo="刷新核对清单", where=review
        )


class DecisionOutOfPlace(XinhengError):
    """A decision that does not belong to this kind of review."""

    code: ClassVar[str] = "XH606"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "办理意见不适用"

    def __init__(self, decision: Decision, allowed: tuple[Decision, ...]) -> None:
        super().__init__(
            found=DECISION_TITLES[decision],
            expected="、".join(DECISION_TITLES[a] for a in allowed),
            todo="选择适用于本类事项的意见",
        )


class CandidateIncomplete(XinhengError):
    """A candidate without a code or a name: the checks before the register must return such rows."""

    code: ClassVar[str] = "XH607"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "主体缺少代码或名称"

    def __init__(self, count: int) -> None:
        super().__init__(
            found=f"{count} 行没有统一社会信用代码或名称",
            expected="登记主体的每一行都有代码和名称",
            todo="退回这些行，补齐后重报",
        )
