"""What was done about a case and how it ended, in Chinese: each room's own words, then what all share.

The same word may mean two things in two rooms (`upheld`: a code put right, a score that stays), so a kind's
words come first.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from xinheng.evidence.intake.returned_cases import OUTCOMES as RETURNED
from xinheng.evidence.intake.reviewed_cases import OUTCOMES as REVIEWED
from xinheng.evidence.subjects.appeals import APPEAL
from xinheng.evidence.subjects.appeals import OUTCOMES as APPEALED
from xinheng.evidence.subjects.code_model import OUTCOME_TITLES
from xinheng.outward.appraisal.model import OBJECTION as APPRAISAL
from xinheng.outward.appraisal.model import OUTCOMES as APPRAISED
from xinheng.outward.appraisal.model_assessment import APPEAL as ASSESSMENT
from xinheng.outward.letters.model import ACTS as LETTER_ACTS
from xinheng.outward.letters.model import KIND as LETTER
from xinheng.outward.letters.model import NAMES as LETTER_STATES
from xinheng.outward.monitoring.quiet import KIND as SILENCE
from xinheng.outward.monitoring.quiet import OUTCOMES as SILENCES
from xinheng.outward.suspicions.model import KIND as SUSPICION
from xinheng.outward.suspicions.model import OUTCOMES as SUSPICIONS

SHARED: Final = {
    **REVIEWED,
    "seen": "打开查看",
    "contest": "对规则提出异议",
    "check_wrong": "答复：规则有误，待修订规则包",
    "row_wrong": "答复：规则无误，请改正",
    "not_reported": "说明不应报送，销号",
    "returned_again": "再次报送，仍被退回",
    "in_review": "再次报送，待信用办裁定",
    "corrected": "改正后入库，销号",
    "person": "属于自然人的行，销号",
    "withdrawn": "记录已撤回，销号",
    "assigned": "指定经办人",
    "handed_over": "移交",
    "note": "备注",
    "passed": "转交其他单位",
    "transferred": "承办单位调整",
    "answered": "答复",
    "sent_back": "退回",
    "accepted": "审核通过",
    "returned": "退回重新答复",
    "settled": "办结",
    "entered": "已填报，销号",
    "gone": "已不存在，销号",
    "met": "已达到，销号",
    "replaced": "另行交办，销号",
}
ENDED: Final = {
    **APPEALED,
    **RETURNED,
    **REVIEWED,
    **{end.value: title for end, title in OUTCOME_TITLES.items()},
    "not_reported": "不应报送",
    "withdrawn": "记录已撤回",
    "entered": "已填报",
    "met": "已达到",
    "replaced": "另行交办",
}
OWN: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        APPEAL: APPEALED,
        LETTER: {
            **{state.value: text for state, text in LETTER_STATES.items()},
            **{act.value: text for act, text in LETTER_ACTS.items()},
        },
        SILENCE: {end.value: text for end, text in SILENCES.items()} | {"answered": "说明情况"},
        SUSPICION: {end.value: text for end, text in SUSPICIONS.items()},
        APPRAISAL: {end.value: text for end, text in APPRAISED.items()},
        ASSESSMENT: {end.value: text for end, text in APPRAISED.items()},
    }
)


def done(kind: str, action: str) -> str:
    """A step of a case of this kind."""
    return OWN.get(kind, {}).get(action) or SHARED.get(action, action)


def ended(kind: str, outcome: str) -> str:
    """How a case of this kind ended."""
    return OWN.get(kind, {}).get(outcome) or ENDED.get(outcome) or SHARED.get(outcome, outcome)
