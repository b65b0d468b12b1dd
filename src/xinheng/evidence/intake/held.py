"""What a row means beside what is held: the correction table of decision 8, as one pure function.

The comparison itself runs in the database, set-wise (`ledger.comparison`); it says for each row that meets
something held which `Situation` it is in. Rows that meet nothing are new.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from xinheng.evidence.intake.model import CheckResult, Outcome
from xinheng.law.model import Severity


@dataclass(frozen=True)
class Situation:
    """How one row stands to the record it meets. The order of the fields is that of the bits."""

    same: bool = False  # says what is held
    own: bool = False  # sent by the first source, the deciding authority or a successor (decision 10)
    superseded: bool = False  # says what an earlier version said
    withdrawn: bool = False
    erased: bool = False
    ended: bool = False  # publicity ended early: repaired
    numbered: bool = False  # the row has a document number
    named: bool = False  # the row names the record by its 信衡编号
    missing: bool = False  # … and no record has that number
    taken: bool = False  # … and its new key belongs to another record
    doubled: bool = False  # two rows of the file meet this record

    @classmethod
    def of(cls, bits: int) -> Self:
        """From the integer that the comparison gives."""
        return cls(*(bool(bits >> i & 1) for i in range(11)))


SAME_KEY = "intake.same_key"
SUPERSEDED = "intake.superseded"
WITHDRAWN = "intake.withdrawn"
ERASED = "intake.erased"
REPAIRED = "intake.repaired"
CONFLICT = "intake.conflict"
UNNUMBERED = "intake.unnumbered"
MISSING = "intake.record_missing"
TAKEN = "intake.key_taken"
SENDER = "intake.sender"
FORMER_CODE = "intake.former_code"


@dataclass(frozen=True)
class Decision:
    """What becomes of a row, and under which of the platform's own checks."""

    outcome: Outcome
    reason: str | None = None


# The correction table; the first situation that holds decides.
_TABLE = (
    ("missing", Decision(Outcome.RETURNED, MISSING)),
    ("erased", Decision(Outcome.RETURNED, ERASED)),
    ("withdrawn", Decision(Outcome.RETURNED, WITHDRAWN)),
    ("ended", Decision(Outcome.RETURNED, REPAIRED)),
    ("same", Decision(Outcome.KNOWN)),
    ("superseded", Decision(Outcome.RETURNED, SUPERSEDED)),
    ("taken", Decision(Outcome.RETURNED, TAKEN)),
    ("doubled", Decision(Outcome.RETURNED, SAME_KEY)),
)


def decide(met: Situation) -> Decision:
    """What becomes of a row in this situation."""
    for name, decision in _TABLE:
        if getattr(met, name):
            return decision
    if not met.own:
        return Decision(Outcome.REVIEW, CONFLICT)
    if not met.numbered and not met.named:
        return Decision(Outcome.REVIEW, UNNUMBERED)
    return Decision(Outcome.CORRECTED)


_WORDS = {
    SAME_KEY: ("同一文件中有两行是同一条记录而内容不同", "同一条记录只报一行", Severity.RETURN),
    SUPERSEDED: (
        "该内容已被更正，平台现有更新的版本",
        "更正后的内容；确需改回的，请在现有内容上另行更正",
        Severity.RETURN,
    ),
    WITHDRAWN: ("该记录已撤回，不再接收", "未撤回的记录；重新作出决定的，按新文号报送", Severity.RETURN),
    ERASED: ("该记录已依法删除，不再接收", "未删除的记录", Severity.RETURN),
    REPAIRED: ("该记录已修复并终止公示，不再接收", "未修复的记录", Severity.RETURN),
    CONFLICT: (
        "该记录已由其他信源报送，内容不一致，已转信用办核实",
        "与已有记录一致；只有首报单位、作出决定的机关或其承继单位可以更正",
        Severity.MARK,
    ),
    UNNUMBERED: (
        "没有文号，且与已有记录的机关、日期、相对人和内容相同而其他内容不同，已转信用办核实",
        "填写决定书文号，或填写信衡编号以更正原记录",
        Severity.MARK,
    ),
    MISSING: ("平台没有这个信衡编号的记录", "退回清单或回执上的信衡编号；新记录请留空", Severity.RETURN),
    TAKEN: ("更正后的文号、机关和相对人与另一条记录相同", "不与其他记录重复的关键数据项", Severity.RETURN),
    SENDER: (
        "报送单位不能为该机关报送",
        "处罚（许可）机关是报送单位本身，或信用办已登记由其代为报送",
        Severity.RETURN,
    ),
    FORMER_CODE: (
        "该单位的统一社会信用代码已更正，本行用的是旧代码，已归入同一单位",
        "更正后的代码",
        Severity.MARK,
    ),
}


REASONS = tuple(_WORDS)
REVIEWED = (CONFLICT, UNNUMBERED)  # the row waits for the credit office instead of going back


def reason(check: str, field: str | None = None, found: str | None = None) -> CheckResult:
    """The platform's own check as it stands in a receipt."""
    message, expected, severity = _WORDS[check]
    return CheckResult(check, field, severity, found, expected, message)


def mark(check: str) -> CheckResult:
    """The same on a row that is not handed back."""
    message, expected, _ = _WORDS[check]
    return CheckResult(check, None, Severity.MARK, None, expected, message)
