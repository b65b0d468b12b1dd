"""What can be wrong with a feed or a declaration."""

from __future__ import annotations

from xinheng.core.errors import Kind, XinhengError


class FeedRefused(XinhengError):
    """A feed that cannot be entered or ended like this."""

    code = "XH770"
    kind = Kind.INVALID
    title = "归集责任登记不了"


class FeedUnknown(XinhengError):
    """No such feed, or not for this agency."""

    code = "XH771"
    kind = Kind.ABSENT
    title = "没有这项归集责任"


class DeclarationRefused(XinhengError):
    """A month that has not ended, that the feed does not cover, or a number that is none."""

    code = "XH772"
    kind = Kind.INVALID
    title = "申报未接受"
