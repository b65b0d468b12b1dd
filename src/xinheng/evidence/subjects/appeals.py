"""代码申诉: an organisation or agency says that a code is wrong; its registration authority decides.

An appeal is a case, owned by whoever answers for the code. Deciding it in favour corrects the code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from xinheng.core.times import Clock
from xinheng.core.uscc import judge, normalise
from xinheng.evidence.subjects import alias_store
from xinheng.evidence.subjects.code_errors import AppealDecided, CodeNotValid, OrganisationUnknown
from xinheng.evidence.subjects.correcting import Books, Corrected, correct_code
from xinheng.evidence.subjects.inspecting import answering, require_owner
from xinheng.ground.store.transaction import Transaction
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, Case, NewCase, State

APPEAL: Final = "code_appeal"
UPHELD, REFUSED = "corrected", "refused"
OUTCOMES: Final = {UPHELD: "已更正代码", REFUSED: "维持原代码"}
REASON: Final = 2  # characters at least


@dataclass(frozen=True)
class Appeal:
    """What is said: the code that stands, the one that should (where known), why, and on whose behalf.

    `by` is an organisation or agency, never a person.
    """

    code: str
    new_code: str | None
    reason: str
    by: str


def open_appeal(tx: Transaction, appeal: Appeal, actor: Actor, clock: Clock) -> Case:
    """Open an appeal about the code of an organisation in the register; one at a time.

    No deadline: none was found in law. Raises OrganisationUnknown, OfficeMissing, NoteRefused, and
    CodeNotValid for a proposed code that fails its check.
    """
    code = normalise(appeal.code)
    bearer = alias_store.bearer(tx, code)
    if bearer is None:
        raise OrganisationUnknown(appeal.code)
    wanted = normalise(appeal.new_code) if appeal.new_code else None
    if wanted and not (verdict := judge(wanted)).valid:
        raise CodeNotValid(verdict, wanted)
    detail = {
        "code": code,
        "name": bearer[1],
        "reason": cases.noted(appeal.reason, REASON),
        "by": cases.noted(appeal.by, REASON),
        **({"new_code": wanted} if wanted else {}),
    }
    new = NewCase(
        kind=APPEAL,
        title=f"代码申诉：{bearer[1]} {code}",
        owner=answering(tx, code, clock),
        ref=f"code:{code}",
        detail=detail,
        opener=actor.agency,
        dedupe=f"{APPEAL}:{code}",
    )
    return cases.open_case(tx, new, clock)


def uphold(
    tx: Transaction, number: UUID, new_code: str, basis: str, actor: Actor, clock: Clock, books: Books
) -> Corrected:
    """The authority agrees: the code is corrected and the appeal closed. Publish after the commit.

    Raises CaseAbsent, AppealDecided, NotTheOwner, and what `correct_code` raises.
    """
    case = _open(tx, number, actor)
    bearer = alias_store.bearer(tx, case.detail["code"])
    if bearer is None:
        raise OrganisationUnknown(case.detail["code"])
    done = correct_code(tx, bearer[0], new_code, basis, actor, clock, books)
    note = f"{done.old_code} 更正为 {done.new_code}。依据：{basis.strip()}"
    cases.close(tx, number, actor, UPHELD, note[: cases.NOTE_LENGTH], clock)
    return done


def refuse(tx: Transaction, number: UUID, reason: str, actor: Actor, clock: Clock) -> Case:
    """The authority keeps the code, and says why.

    Raises CaseAbsent, AppealDecided, NotTheOwner, NoteRefused.
    """
    _open(tx, number, actor)
    return cases.close(tx, number, actor, REFUSED, cases.noted(reason, REASON), clock)


def appeal(tx: Transaction, number: UUID) -> Case:
    """An appeal, open or decided. Raises CaseAbsent, AppealDecided for a case of another kind."""
    case = cases.by_id(tx, number)
    if case.kind != APPEAL:
        raise AppealDecided(
            found="这件待办不是代码申诉", expected="代码申诉", todo="从代码申诉清单进入", where=str(number)
        )
    return case


def _open(tx: Transaction, number: UUID, actor: Actor) -> Case:
    case = appeal(tx, number)
    if case.state is State.CLOSED:
        outcome = OUTCOMES.get(case.outcome or "", "已办结")
        raise AppealDecided(found=outcome, expected="尚未办结的申诉", todo="刷新清单", where=str(number))
    require_owner(tx, case.owner, actor, case.detail["code"])
    return case
