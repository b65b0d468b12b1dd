"""Every kind of case with its Chinese name and the page on which the thing itself is dealt with.

A room that opens cases of a new kind adds one line to `KINDS`; the to-do list, the desk's first page and the
messages take name and link from here. A kind that is missing is shown as it is called, without a link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from xinheng.evidence.intake.returned_cases import KIND as RETURNED_ROW
from xinheng.evidence.intake.reviews import OBJECTION
from xinheng.evidence.subjects.appeals import APPEAL
from xinheng.office.cases.model import Case
from xinheng.outward.appraisal.model import OBJECTION as APPRAISAL
from xinheng.outward.appraisal.model_assessment import APPEAL as ASSESSMENT
from xinheng.outward.appraisal.model_monitoring import GAP as MONITORING
from xinheng.outward.letters.model import KIND as LETTER
from xinheng.outward.suspicions.model import KIND as SUSPICION

Href = Callable[[Case], str | None]


@dataclass(frozen=True)
class KindView:
    """How the desk shows a kind. `href`: where a case's thing is dealt with; None where there is no page."""

    name: str
    href: Href
    text: str = "去办理"  # of the link
    passes: bool = False  # its unit may hand it to one below: nothing else is bound to who owns it


def _receipt(case: Case) -> str | None:
    """`receipt:<uuid>/<line>`"""
    return f"/desk/receipts/{_about(case).partition('/')[0]}/cases"


def _record(case: Case) -> str | None:
    """`record:<uuid>`"""
    return f"/desk/withdrawals/{_about(case)}"


def _assessed(case: Case) -> str | None:
    """`assessment:<uuid>/<line>`"""
    return f"/desk/assessments/{_about(case).partition('/')[0]}"


def _about(case: Case) -> str:
    return case.ref.partition(":")[2]


def _plan(case: Case) -> str | None:
    """`plan:<plan>/<task>/<figure>`"""
    plan, _, rest = _about(case).partition("/")
    return f"/desk/plans/{plan}/{rest.partition('/')[0]}"


def _upward_record(case: Case) -> str | None:
    """`record:<uuid>`"""
    return f"/desk/upward/records/{_about(case)}"


def _upward_kind(case: Case) -> str | None:
    """`upward:<partner>/<kind>`"""
    partner, _, kind = _about(case).partition("/")
    return f"/desk/upward/differences?partner={partner}&kind={kind}"


def at(prefix: str) -> Href:
    """A page whose address is `prefix` and the case's id."""
    return lambda case: f"{prefix}/{case.case}"


KINDS: Final[Mapping[str, KindView]] = MappingProxyType(
    {
        "upward_returned": KindView("上级退回", _upward_record, "看上报过程"),
        "upward_difference": KindView("上报差异", _upward_kind, "看这些差异"),
        RETURNED_ROW: KindView("退回的行", _receipt, "同一份回执的退回行"),
        "revocation": KindView("决定变更、撤销", _record, "看这条记录"),
        APPEAL: KindView("代码申诉", at("/desk/code-appeals"), passes=True),
        "code_wrong": KindView("错码", at("/desk/codes")),
        "code_duplicate": KindView("重码", at("/desk/codes")),
        "code_reassigned": KindView("旧码另赋", at("/desk/codes")),
        "silence": KindView("无数据预警", lambda case: f"/desk/watch/silence/{_about(case)}", "说明或申报"),
        SUSPICION: KindView("疑似瞒报", at("/desk/suspicions"), "核查并答复"),
        LETTER: KindView("函件", lambda case: f"/desk/letters/{_about(case)}", "看函件并答复"),
        OBJECTION: KindView("记录异议", at("/desk/record-objections"), "核实并答复"),
        APPRAISAL: KindView("考核异议", lambda case: f"/desk/appraisal/{_about(case)}", "核实并答复"),
        ASSESSMENT: KindView("评估申诉", _assessed, "核实并答复"),
        MONITORING: KindView("城市监测差距", lambda case: "/desk/monitoring-check", "补充佐证"),
        "plan_value": KindView("工作要点填报", _plan, "去填报"),
    }
)


def name_of(kind: str) -> str:
    """A kind in words; one that is not registered as it is called."""
    return KINDS[kind].name if kind in KINDS else kind


def link_of(case: Case) -> tuple[str, str] | None:
    """(address, text) of the page where the thing is dealt with."""
    view = KINDS.get(case.kind)
    href = view.href(case) if view else None
    return (href, view.text) if view and href else None
