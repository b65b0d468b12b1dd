"""Refusals of suspicions (docs/errors.md). None repeats what stands in a line about a person."""

from __future__ import annotations

from typing import ClassVar

from xinheng.core.errors import Kind, XinhengError


class SuspicionAbsent(XinhengError):
    """No suspicion has this id, or it is outside the asker's scope: one answer."""

    code: ClassVar[str] = "XH880"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这条疑似瞒报"


class NotHeld(XinhengError):
    """The answer says that the record is held, and the platform holds none with that number."""

    code: ClassVar[str] = "XH881"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "平台没有查到这条记录"


class TurnRefused(XinhengError):
    """It is not (or no longer) this body's turn: answered, passed on or settled meanwhile."""

    code: ClassVar[str] = "XH882"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "这条疑似瞒报不在本单位手里"


class ListAbsent(XinhengError):
    """No list has this id, or it is another office's."""

    code: ClassVar[str] = "XH883"
    kind: ClassVar[Kind] = Kind.ABSENT
    title: ClassVar[str] = "没有这份清单"


class ListRefused(XinhengError):
    """A list that cannot be imported as given."""

    code: ClassVar[str] = "XH884"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "清单不能导入"


class ListTwice(XinhengError):
    """The same file was imported before."""

    code: ClassVar[str] = "XH885"
    kind: ClassVar[Kind] = Kind.CONFLICT
    title: ClassVar[str] = "这份清单已经导入过"


class AnswerRefused(XinhengError):
    """An answer, or a decision on one, that is not complete."""

    code: ClassVar[str] = "XH886"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "答复或处理不完整"


class PackageRefused(XinhengError):
    """A package that was changed, is of another list, or is no package."""

    code: ClassVar[str] = "XH888"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "交换包不能导入"
