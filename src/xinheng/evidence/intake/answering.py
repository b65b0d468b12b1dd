"""What an agency and the credit office do about returned rows, one at a time or a receipt's at once.

What a check returns cannot be accepted as it is: the row is corrected, or the check is wrong and the pack is
mended, or the row was not to be reported at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from xinheng.core.times import Clock
from xinheng.evidence.intake import returned_store
from xinheng.ground.store.transaction import Transaction
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, State
from xinheng.office.proposals import service as proposals
from xinheng.office.proposals.model import RuleDoubt

LEAST = 4  # characters of a reason: “不对” explains nothing


class Act(StrEnum):
    """What may be done."""

    CONTEST = "contest"  # 认为校验规则不对：转信用办答复
    DROP = "not_reported"  # 不应报送：说明理由后销号
    CHECK_WRONG = "check_wrong"  # 规则有误：规则包修订后再报
    ROW_WRONG = "row_wrong"  # 规则无误：请改正该行


OF_AGENCY, OF_OFFICE = (Act.CONTEST, Act.DROP), (Act.CHECK_WRONG, Act.ROW_WRONG)
_WAITING = (State.OPEN, State.SEEN, State.ANSWERED)  # with the agency
# What an act does: the state it leads to, how a case ends by it, and the states in which it makes sense.
_DOES = {
    Act.CONTEST: (State.CONTESTED, None, _WAITING),
    Act.DROP: (State.CLOSED, Act.DROP.value, (*_WAITING, State.CONTESTED)),
    Act.CHECK_WRONG: (State.ANSWERED, None, (State.CONTESTED,)),
    Act.ROW_WRONG: (State.OPEN, None, (State.CONTESTED,)),
}


def fits(act: Act, state: State) -> bool:
    """Whether an act makes sense for a case in this state."""
    return state in _DOES[act][2]


def see(tx: Transaction, ids: Sequence[UUID], actor: Actor, clock: Clock) -> int:
    """Note that somebody of the agency has looked, where nobody had. How many were new."""
    return cases.step_many(tx, ids, "seen", actor, "", clock, State.SEEN, only=(State.OPEN,))


def of_state_open(tx: Transaction, receipt: UUID) -> list[UUID]:
    """The cases of a receipt that nobody of the agency has looked at."""
    standing = cases.states(tx, returned_store.cases_of(tx, receipt))
    return [case for case, state in standing.items() if state is State.OPEN]


@dataclass(frozen=True)
class Answer:
    """What is done, and why. `rule`: over which rule, where it is about one alone."""

    what: Act
    reason: str
    rule: str | None = None


def act(tx: Transaction, ids: Sequence[UUID], answer: Answer, actor: Actor, clock: Clock) -> int:
    """Do it for all of these cases in which it makes sense; how many. Raises NoteRefused without a reason.

    A rule that is found wrong stands among the proposals from then on, once however many rows it returned.
    """
    cases.noted(answer.reason, LEAST)
    to, outcome, only = _DOES[answer.what]
    done = cases.step_many(tx, ids, answer.what.value, actor, answer.reason, clock, to, outcome, only)
    if done and answer.what is Act.CHECK_WRONG:
        for agency, item, rule, expected in returned_store.rules_of(tx, ids, answer.rule):
            said = RuleDoubt(rule, expected or rule)  # nothing of a row: this stays when the rows are erased
            doubt = proposals.Doubt(agency, actor.name, item, said, answer.reason)
            proposals.doubt(tx, doubt, clock)
    return done


@dataclass(frozen=True)
class RuleLine:
    """One rule of a receipt: how many cases it keeps open with the agency, and how many are contested."""

    rule: str
    field: str | None
    message: str  # of one such row
    waiting: int
    contested: int


@dataclass(frozen=True)
class ReceiptCases:
    """The cases of a receipt's returned rows."""

    total: int
    waiting: int
    contested: int
    rules: tuple[RuleLine, ...]


def of_receipt(tx: Transaction, receipt: UUID) -> ReceiptCases:
    """How the returned rows of a receipt stand, by rule; a row that two rules return counts under both."""
    standing = cases.states(tx, returned_store.cases_of(tx, receipt))
    waiting = [case for case, state in standing.items() if state in _WAITING]
    contested = [case for case, state in standing.items() if state is State.CONTESTED]
    found: dict[tuple[str, str | None], list[int | str]] = {}
    for place, ids in enumerate((waiting, contested)):
        for rule, field, message, count in returned_store.by_rule(tx, receipt, ids) if ids else ():
            line = found.setdefault((rule, field), [message, 0, 0])
            line[1 + place] = count
    rules = tuple(
        RuleLine(rule, field, str(message), int(open_), int(held))
        for (rule, field), (message, open_, held) in found.items()
    )
    return ReceiptCases(len(standing), len(waiting), len(contested), rules)


def fitting(tx: Transaction, receipt: UUID, rule: str | None, what: Act) -> list[UUID]:
    """The cases of a receipt (of the rows that `rule` returned) for which an act makes sense."""
    standing = cases.states(tx, returned_store.cases_of(tx, receipt, rule))
    return [case for case, state in standing.items() if fits(what, state)]
