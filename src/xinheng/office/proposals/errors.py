"""What can be wrong with a proposal."""

from __future__ import annotations

from xinheng.core.errors import Kind, XinhengError


class ProposalRefused(XinhengError):
    """A proposal that cannot be taken as it is written."""

    code = "XH460"
    kind = Kind.INVALID
    title = "建议写得不对"


class ProposalAbsent(XinhengError):
    """No such proposal, or another agency's."""

    code = "XH461"
    kind = Kind.ABSENT
    title = "没有这项建议"


class ProposalDecided(XinhengError):
    """It has been decided, taken back or issued already."""

    code = "XH462"
    kind = Kind.CONFLICT
    title = "建议已有结论"


class NothingToIssue(XinhengError):
    """No accepted proposal waits for a version."""

    code = "XH463"
    kind = Kind.CONFLICT
    title = "没有待发布的建议"
