"""The one error shape of the house.

Every refusal that reaches a person or a system is a `XinhengError`: a stable code, what was found,
what is expected, what to do. Only the faces know HTTP or exit codes; they map `kind` in one table.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from xinheng.core.identity import mask


class Kind(StrEnum):
    """What sort of refusal this is, independent of the way it is shown."""

    INVALID = "invalid"  # the input is wrong
    ABSENT = "absent"  # what was asked for is not there
    CONFLICT = "conflict"  # it contradicts what is there
    FORBIDDEN = "forbidden"  # the asker may not
    NOT_READY = "not_ready"  # the house is not in the state for it
    BUSY = "busy"  # try again later


class XinhengError(Exception):
    """Base of all refusals. Subclasses set `code` (documented in docs/errors.md) and `kind`.

    `found`, `expected` and `todo` are Chinese sentences shown to a person as they stand; `where` names
    the file, line, field or record concerned. They quote what people typed, so identity numbers are masked
    here, once for all: a refusal is shown, logged and passed on.
    """

    code: ClassVar[str] = "XH000"
    kind: ClassVar[Kind] = Kind.INVALID
    title: ClassVar[str] = "无法完成"

    def __init__(self, *, found: str, expected: str, todo: str, where: str | None = None) -> None:
        self.found, self.expected, self.todo = (mask(text)[0] for text in (found, expected, todo))
        self.where = None if where is None else mask(where)[0]
        super().__init__(self.found)

    def __str__(self) -> str:
        place = f"（{self.where}）" if self.where else ""
        return f"[{self.code}] {self.title}{place}：{self.found}。应为：{self.expected}。请：{self.todo}"

    def as_dict(self) -> dict[str, str | None]:
        """The fields that every face shows, in one order."""
        return {
            "code": self.code,
            "title": self.title,
            "found": self.found,
            "expected": self.expected,
            "todo": self.todo,
            "where": self.where,
        }
