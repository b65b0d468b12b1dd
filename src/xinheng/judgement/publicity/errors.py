"""Refusals of publicity."""

from __future__ import annotations

from uuid import UUID

from xinheng.core.errors import Kind, XinhengError


class NotInPublicity(XinhengError):
    """The record is not shown in the channel, or its publicity has ended already."""

    code = "XH801"
    kind = Kind.CONFLICT
    title = "该记录不在公示中"

    def __init__(self, record: UUID) -> None:
        super().__init__(
            found="该记录未公示，或已终止公示",
            expected="公示中的记录",
            todo="核对信衡编号与渠道",
            where=str(record),
        )
