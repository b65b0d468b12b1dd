"""What happens to a letter that is out: read, answered, judged, closed, followed, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from xinheng.core.times import Clock
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import audit
from xinheng.office.access import service as access
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, Case
from xinheng.office.cases.model import State as CaseState
from xinheng.office.notices import service as notices
from xinheng.office.notices.model import NewNotice
from xinheng.outward.documents.attachments import Attachment
from xinheng.outward.letters import composing, store, store_ties
from xinheng.outward.letters.errors import LetterStepRefused
from xinheng.outward.letters.model import ACTS, STEPS, TO, Act, Letter
from xinheng.outward.letters.service import draft, open_of
from xinheng.outward.letters.steps import held, moved, take
from xinheng.outward.letters.wording import answered


def read(tx: Transaction, letter: UUID, clock: Clock, actor: Actor) -> Letter:
    """Somebody of the agency has seen it; only the first time is noted."""
    there = held(tx, letter, lock=True)
    if actor.agency != there.agency or not there.may(Act.READ):
        return there
    if there.case:
        cases.step(tx, there.case, Act.READ.value, actor, "", clock, to=CaseState.SEEN)
    return moved(tx, there, Act.READ, "", actor, clock)


def reply(
    tx: Transaction,
    letter: UUID,
    text: str,
    attached: Sequence[Attachment],
    pack: Pack,
    clock: Clock,
    actor: Actor,
) -> Letter:
    """The agency answers, or adds to its answer. Raises LetterAbsent, LetterStepRefused, NotTheirLetter,
    ReplyRefused."""
    there, said = take(tx, letter, Act.REPLY, actor), answered(text)
    after = _done(tx, there, Act.REPLY, said, attached, actor, clock)
    if there.case:
        cases.step(tx, there.case, Act.REPLY.value, actor, "", clock, to=CaseState.ANSWERED)
    names = access.by_ids(tx, [there.agency])
    values = {"title": there.title, "number": there.number or "", "from": names[there.agency].name}
    _tell(tx, after, there.office, "letter_answered", values, clock, pack)
    return after


def judge(
    tx: Transaction, letter: UUID, *, accept: bool, reason: str, pack: Pack, clock: Clock, actor: Actor
) -> Letter:
    """The office accepts an answer, or returns it with a reason. Raises as `reply`."""
    act = Act.ACCEPT if accept else Act.RETURN
    there = take(tx, letter, act, actor)
    said = answered(reason, 0 if accept else 4)
    if there.case:
        to = CaseState.ANSWERED if accept else CaseState.OPEN
        cases.step(tx, there.case, act.value, actor, "", clock, to=to)
    after = moved(tx, there, act, said, actor, clock)
    _result(tx, after, ACTS[act], clock, pack)
    return after


def close(
    tx: Transaction,
    letter: UUID,
    evidence: str,
    attached: Sequence[Attachment],
    pack: Pack,
    clock: Clock,
    actor: Actor,
) -> Letter:
    """销号: the office closes it on evidence, which it names. Cases that are still open stay open and are
    counted in the history. Raises as `reply`."""
    there, said = take(tx, letter, Act.CLOSE, actor), answered(evidence)
    left = len(open_of(tx, there))
    said = f"{said}\n销号时仍有 {left} 件事项没有办结，另行跟踪。" if left else said
    after = _done(tx, there, Act.CLOSE, said, attached, actor, clock)
    if there.case:
        cases.close(tx, there.case, actor, TO[Act.CLOSE].value, "", clock)
    _result(tx, after, ACTS[Act.CLOSE], clock, pack)
    audit.note(tx, clock, actor.name, "letter.close", f"{there.number} {there.title}", actor.account)
    return after


def escalate(tx: Transaction, letter: UUID, pack: Pack, clock: Clock, actor: Actor) -> Letter:
    """A draft of the next step about what is still open, or about the same late records; this letter ends
    when that one is issued.

    Raises LetterAbsent, LetterStepRefused, NotTheirLetter, LetterRefused where nothing is open.
    """
    there = take(tx, letter, Act.ESCALATE, actor)
    step = there.step.next
    if step is None:
        raise LetterStepRefused(
            found=f"“{STEPS[there.step]}”是最后一步", expected="前三步的函件", todo="认可答复或者销号"
        )
    if records := store_ties.records_of(tx, there.letter):
        return draft(tx, composing.again(tx, pack, step, there, records, clock), clock, actor)
    left: list[Case] = open_of(tx, there)
    new = composing.from_cases(tx, pack, step, there.office, there.agency, left, clock, there)
    return draft(tx, new, clock, actor)


def withdraw(tx: Transaction, letter: UUID, reason: str, pack: Pack, clock: Clock, actor: Actor) -> Letter:
    """A draft of the letter that withdraws this one. Raises as `escalate`, and ReplyRefused."""
    there = take(tx, letter, Act.WITHDRAW, actor)
    said = answered(reason, 4, 200).replace("\n", "；")
    return draft(tx, composing.withdrawal(tx, pack, there, said, clock), clock, actor)


def _done(
    tx: Transaction,
    there: Letter,
    act: Act,
    said: str,
    attached: Sequence[Attachment],
    actor: Actor,
    clock: Clock,
) -> Letter:
    after = moved(tx, there, act, said, actor, clock)
    event = store.history(tx, there.letter)[-1].event
    for one in attached:
        store.attach(tx, event, one)
    return after


def _result(tx: Transaction, letter: Letter, result: str, clock: Clock, pack: Pack) -> None:
    office = access.by_ids(tx, [letter.office])[letter.office].name
    values = {"title": letter.title, "number": letter.number or "", "issuer": office, "result": result}
    _tell(tx, letter, letter.agency, "letter_judged", values, clock, pack)


def _tell(
    tx: Transaction, letter: Letter, to: UUID, template: str, values: dict[str, str], clock: Clock, pack: Pack
) -> None:
    ref = f"/desk/letters/{letter.letter}"
    notices.send(tx, NewNotice(to, template, values, ref), clock, pack)
