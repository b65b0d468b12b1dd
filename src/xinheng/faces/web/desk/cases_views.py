"""待办 as the desk shows it. Pure: from a case and its steps to what templates arrange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from xinheng.core.times import SHANGHAI, Known
from xinheng.evidence.intake.answering import OF_AGENCY, OF_OFFICE, Act, RuleLine, fits
from xinheng.evidence.intake.returned_cases import KIND as RETURNED_ROW
from xinheng.faces.web.desk import case_words
from xinheng.faces.web.desk.case_kinds import name_of
from xinheng.faces.web.desk.views import CheckLine
from xinheng.faces.web.views import Figure, FormError, Pair, Tag, moment
from xinheng.office.cases.model import NAMES, AddWorkingDays, Case, Colour, State, Step

STATE_TONES: Final = {
    State.OPEN: "warn",
    State.SEEN: "info",
    State.ANSWERED: "info",
    State.CONTESTED: "warn",
    State.CLOSED: "good",
}
ACTS: Final = {
    Act.CONTEST: ("对规则有异议", "认为校验规则不对。转信用办答复；答复之前这一行仍未入库。"),
    Act.DROP: ("不应报送，销号", "这一行本来就不该报。说明理由后办结，理由留在办理记录里。"),
    Act.CHECK_WRONG: (
        "规则有误",
        "规则包修订之后再报，在此之前不能照原样收下；这条规则同时列入目录建议，直到修订。",
    ),
    Act.ROW_WRONG: ("规则无误", "退给信源单位改正。"),
}


@dataclass(frozen=True)
class CaseLine:
    """A case in the list."""

    case: UUID
    title: str
    kind: str
    owner: str
    state: Tag
    due: str | None
    pressing: Tag | None
    hand: str | None  # who has it
    age: str
    handed: bool = False  # by another body
    mine: bool = False  # the account's own agency has to act, and it is open


@dataclass(frozen=True)
class Choice:
    """One entry of a select."""

    value: str
    text: str


@dataclass(frozen=True)
class ActChoice:
    """What may be done on a page, in words."""

    act: str
    text: str
    help: str


@dataclass(frozen=True)
class StepLine:
    when: str
    action: str
    actor: str
    note: str


@dataclass(frozen=True)
class RowView:
    """A returned row of a case: where it stood, why it came back, what it said."""

    receipt: UUID
    line: int
    checks: tuple[CheckLine, ...]
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CaseView:
    """One case."""

    case: UUID
    title: str
    tags: tuple[Tag, ...]
    pairs: tuple[Pair, ...]
    steps: tuple[StepLine, ...]
    rows: tuple[RowView, ...] = ()
    more_rows: int = 0
    acts: tuple[ActChoice, ...] = ()
    colleagues: tuple[Choice, ...] = ()
    mine: bool = False
    account: str = ""  # of whoever looks
    link: tuple[str, str] | None = None
    receivers: tuple[Choice, ...] = ()  # units that it may be passed to
    reason: str = ""
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class RuleRow:
    rule: str
    field: str
    message: str
    waiting: int
    contested: int


@dataclass(frozen=True)
class ReceiptCasesView:
    """The cases of one receipt, by rule, with what may be done about all of them."""

    receipt: UUID
    figures: tuple[Figure, ...]
    rules: tuple[RuleRow, ...]
    acts: tuple[ActChoice, ...]  # that make sense for what is open
    contested: bool = False


@dataclass(frozen=True)
class BulkView:
    """What is about to be done to many, with their number."""

    receipt: UUID
    act: ActChoice
    rule: str
    message: str
    count: int
    reason: str = ""
    errors: tuple[FormError, ...] = ()


@dataclass(frozen=True)
class HandOverView:
    colleagues: tuple[Choice, ...]
    counts: tuple[tuple[str, int], ...]  # (name, open cases in hand)
    done: int | None = None
    errors: tuple[FormError, ...] = ()


def pressing(case: Case, day: date, add: AddWorkingDays) -> Tag | None:
    """Red and yellow by working days; how many days a red one is over."""
    found = case.colour(day, add)
    if found is Colour.RED and case.due_on:
        return Tag(f"超期 {(day - case.due_on).days} 天", "bad")
    if found is Colour.YELLOW:
        return Tag("今天到期" if case.due_on == day else "即将到期", "warn")
    return None


def case_line(
    case: Case,
    names: Mapping[UUID, str],
    people: Mapping[UUID, str],
    day: date,
    add: AddWorkingDays,
    own: UUID | None = None,
) -> CaseLine:
    """A case as a line. `names` of agencies, `people` by account; `own`: the agency of whoever looks."""
    days = (day - case.opened.astimezone(SHANGHAI).date()).days
    return CaseLine(
        case=case.case,
        title=case.title,
        kind=name_of(case.kind),
        owner=names.get(case.owner, "—"),
        state=Tag(NAMES[case.state], STATE_TONES[case.state]),
        due=case.due_on.isoformat() if case.due_on else None,
        pressing=pressing(case, day, add),
        hand=people.get(case.account) if case.account else None,
        age="今天" if days < 1 else f"{days} 天",
        handed=case.opener is not None and case.opener != case.owner,
        mine=case.owner == own and case.closed is None,
    )


def acts(case: Case, *, own: bool, office: bool) -> tuple[ActChoice, ...]:
    """What may be done about a returned row: by its agency, by the office above it."""
    if case.kind != RETURNED_ROW:
        return ()
    wanted = (*(OF_AGENCY if own else ()), *(OF_OFFICE if office else ()))
    return tuple(choice(act) for act in wanted if fits(act, case.state))


def choice(act: Act) -> ActChoice:
    """An act in words."""
    return ActChoice(act.value, *ACTS[act])


def pairs(case: Case, names: Mapping[UUID, str], people: Mapping[UUID, str]) -> tuple[Pair, ...]:
    """What stands about a case."""
    closed = Pair("办结", moment(Known(case.closed))) if case.closed else None
    given = (
        Pair("种类", name_of(case.kind)),
        Pair("责任单位", names.get(case.owner)),
        Pair("经办人", people.get(case.account) if case.account else None, otherwise="未指定"),
        Pair("期限", case.due_on.isoformat() if case.due_on else None, note=case.basis, otherwise="没有期限"),
        Pair("产生", moment(Known(case.opened))),
        *((closed,) if closed else ()),
        *((Pair("结果", case_words.ended(case.kind, case.outcome)),) if case.outcome else ()),
        Pair("退回编号" if case.kind == RETURNED_ROW else "编号", str(case.case), mono=True),
    )
    shown = (Pair(DETAIL[name], text) for name, text in case.detail.items() if name in DETAIL)
    return (*given, *shown)


DETAIL: Final = {
    "says": "情况",
    "reason": "理由",
    "registrar": "赋码机关",
    "new_code": "主张的代码",
    "by": "提出人",
    "happened": "变更、撤销日期",
    "what": "情形",
    "document": "文号",
}


def step_line(step: Step, kind: str) -> StepLine:
    """One thing done about a case of this kind."""
    return StepLine(moment(Known(step.at)), case_words.done(kind, step.action), step.actor, step.note)


def rule_rows(lines: Sequence[RuleLine], field_names: Mapping[str, str]) -> tuple[RuleRow, ...]:
    """The rules of a receipt with the names of their fields."""
    return tuple(
        RuleRow(
            one.rule,
            field_names.get(one.field, one.field) if one.field else "整行",
            one.message,
            one.waiting,
            one.contested,
        )
        for one in lines
    )
