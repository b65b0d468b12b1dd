"""Refusals of work plans, with their codes (docs/errors.md)."""

from __future__ import annotations

from xinheng.core.errors import Kind, XinhengError


class PlanUnknown(XinhengError):
    """The pack has no such plan, task or figure, or no such entry is there."""

    code = "XH840"
    kind = Kind.ABSENT
    title = "没有这项工作要点"


class EntryRefused(XinhengError):
    """A value or note that cannot be taken: no number, a day outside the plan, no evidence, unseen words."""

    code = "XH841"
    kind = Kind.INVALID
    title = "填报未接受"


class NotTheirs(XinhengError):
    """The unit does not answer for the task, or is not the one that enters the figure."""

    code = "XH842"
    kind = Kind.FORBIDDEN
    title = "不由本单位填报"


class ReviewRefused(XinhengError):
    """An entry is confirmed by somebody else than the one who made it, once, by the credit office."""

    code = "XH843"
    kind = Kind.CONFLICT
    title = "这条填报不能确认"


class BodyRefused(XinhengError):
    """A body that no plan of the pack names, or that is entered for that agency already, or is not."""

    code = "XH844"
    kind = Kind.INVALID
    title = "单位对应登记不了"
