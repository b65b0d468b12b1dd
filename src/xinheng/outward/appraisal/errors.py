"""What can be wrong with a scorecard's run, an assessment or a self-check."""

from __future__ import annotations

from xinheng.core.errors import Kind, XinhengError


class AppraisalAbsent(XinhengError):
    """No such run, scorecard or indicator, or not for this asker."""

    code = "XH990"
    kind = Kind.ABSENT
    title = "没有这次考核"


class AppraisalRefused(XinhengError):
    """An entry, objection or decision that cannot be taken as it is written."""

    code = "XH991"
    kind = Kind.INVALID
    title = "考核内容写得不对"


class AppraisalStepRefused(XinhengError):
    """The run or the objection is not in the state for it."""

    code = "XH992"
    kind = Kind.CONFLICT
    title = "考核不在这一步"


class AssessmentAbsent(XinhengError):
    """No such assessment or line, or not for this asker."""

    code = "XH993"
    kind = Kind.ABSENT
    title = "没有这次评估"


class AssessmentRefused(XinhengError):
    """A frame, seed, appeal or reply that cannot be taken as it is written."""

    code = "XH994"
    kind = Kind.INVALID
    title = "评估内容写得不对"


class AssessmentStepRefused(XinhengError):
    """Drawn twice, imported before the draw, a seed before its day."""

    code = "XH995"
    kind = Kind.CONFLICT
    title = "评估不在这一步"


class SheetRefused(XinhengError):
    """A result sheet with lines that are not of the sample, or verdicts that are none."""

    code = "XH996"
    kind = Kind.INVALID
    title = "评估结果表有误"


class SelfCheckRefused(XinhengError):
    """An entry about an indicator of the city monitoring, or a rank, that cannot be taken."""

    code = "XH997"
    kind = Kind.INVALID
    title = "自查内容写得不对"


class AppraisalDiverged(XinhengError):
    """A recomputation that is not what was kept."""

    code = "XH999"
    kind = Kind.CONFLICT
    title = "重算与留存的考核结果不一致"
