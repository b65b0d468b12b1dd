"""Drafting, issuing, answering, closing: what the faces call. Nothing commits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final
from uuid import UUID

from xinheng.core.ids import new_id
from xinheng.core.times import Clock, today
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import moving
from xinheng.office.access import service as access
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, Case
from xinheng.office.cases.model import State as CaseState
from xinheng.outward.documents import canonical, docx, pdf
from xinheng.outward.documents.model import Document
from xinheng.outward.letters import composing, store, store_ties
from xinheng.outward.letters.errors import LetterAbsent, LetterRefused, LetterStepRefused
from xinheng.outward.letters.model import (
    MOST_CASES,
    STEPS,
    Act,
    Body,
    Event,
    Filter,
    Letter,
    NewLetter,
    State,
)
from xinheng.outward.letters.steps import held, moved, note, require, take, theirs
from xinheng.outward.letters.wording import drafted

WRITERS: Final[Mapping[str, Callable[[Document], bytes]]] = MappingProxyType(
    {"docx": docx.write, "pdf": pdf.write, "json": canonical.write}
)


@dataclass(frozen=True)
class Edited:
    """The text of a draft, anew."""

    title: str
    paragraphs: tuple[str, ...]
    due_on: date | None
    note: str | None


def draft(tx: Transaction, new: NewLetter, clock: Clock, actor: Actor) -> Letter:
    """A letter that nobody but its office sees yet. Raises LetterRefused, LetterAbsent and LetterStepRefused
    (of the letter that it follows), NotTheirLetter."""
    if actor.agency is None:
        raise LetterRefused(
            found="拟稿的账号不属于任何单位", expected="信用办的账号", todo="请管理员为账号设定所属单位"
        )
    if actor.agency == new.agency:
        raise LetterRefused(found="收函单位就是发函单位", expected="另一个单位", todo="重新选择收函单位")
    drafted(new.title, new.paragraphs, new.note)
    _about(tx, new, clock)
    at, letter = clock.now().at, new_id(clock)
    before = _before(tx, new, actor) if new.previous else None
    made = Letter(
        letter=letter,
        chain=before.chain if before else letter,
        previous=new.previous,
        withdraws=new.withdraws,
        step=new.step,
        office=actor.agency,
        agency=new.agency,
        state=State.DRAFT,
        title=new.title.strip(),
        body=Body(new.paragraphs, new.table, new.note),
        due_on=new.due_on,
        basis=new.basis,
        number=None,
        dated=None,
        digest=None,
        case=None,
        created=at,
        changed=at,
        created_by=actor.name,
        ended=None,
    )
    store.insert(tx, made)
    store_ties.tie(tx, letter, new.cases)
    store_ties.name_records(tx, letter, new.records)
    note(tx, made, Act.DRAFT, "", actor, clock)
    return made


def _about(tx: Transaction, new: NewLetter, clock: Clock) -> None:
    """The cases are those of the agency, or of bodies below it."""
    if len(new.cases) > MOST_CASES:
        raise LetterRefused(
            found=f"{len(new.cases)} 件事项", expected=f"至多 {MOST_CASES} 件", todo="分几件函发出"
        )
    agency = access.by_ids(tx, [new.agency]).get(new.agency)
    if agency is None:
        raise LetterRefused(found="收函单位不存在", expected="单位树里的单位", todo="重新选择单位")
    below = moving.scope(tx, agency, today(clock)) | {agency.agency}
    strangers = [case for case in new.cases if cases.by_id(tx, case).owner not in below]
    if strangers:
        raise LetterRefused(
            found=f"{len(strangers)} 件事项不是{agency.name}的",
            expected="收函单位或其下级单位的待办事项",
            todo="重新选择事项",
        )
    if new.previous is None and new.cases:
        _once(tx, new)


def _once(tx: Transaction, new: NewLetter) -> None:
    """No open letter is about these cases: two would tell an agency the same under two numbers."""
    store_ties.hold(tx, new.agency)  # whoever presses twice waits for the first
    there = store_ties.under_way(tx, new.cases)
    if there:
        raise LetterRefused(
            found=f"{len(there)} 件事项已经在另一件没有办结的函里",
            expected="还没有发函、也没有草稿的事项",
            todo="打开已有的函继续办理，或先弃掉那份草稿",
        )


def _before(tx: Transaction, new: NewLetter, actor: Actor) -> Letter:
    """The letter that a new one follows or withdraws, which it can do now."""
    before = held(tx, new.previous or UUID(int=0))
    theirs(before, actor, Act.ESCALATE)
    require(before, Act.WITHDRAW if new.withdraws else Act.ESCALATE)
    follows = new.step is (before.step if new.withdraws else before.step.next)
    drafts = [one for one in store.of_chain(tx, before.chain) if one.state is State.DRAFT]
    if drafts or not follows or new.agency != before.agency:
        raise LetterStepRefused(
            found="这一函之后已经有一份草稿" if drafts else f"上一函是“{STEPS[before.step]}”",
            expected="一次只有一份后续草稿，按催办、督办、通报、考核的次序，发给同一单位",
            todo="打开已有的草稿继续办理，或者先弃稿",
            where=before.number,
        )
    return before


def edit(tx: Transaction, letter: UUID, text: Edited, clock: Clock, actor: Actor) -> Letter:
    """Change the text of a draft. Raises LetterAbsent, LetterStepRefused, LetterRefused, NotTheirLetter."""
    there = take(tx, letter, Act.EDIT, actor)
    drafted(text.title, text.paragraphs, text.note)
    after = replace(
        there,
        title=text.title.strip(),
        body=replace(there.body, paragraphs=text.paragraphs, note=text.note),
        due_on=text.due_on,
        changed=clock.now().at,
    )
    store.rewrite(tx, after)
    note(tx, after, Act.EDIT, "", actor, clock)
    return after


def discard(tx: Transaction, letter: UUID, clock: Clock, actor: Actor) -> Letter:
    """Throw a draft away; it took no number. Raises as `edit`."""
    return moved(tx, take(tx, letter, Act.DISCARD, actor), Act.DISCARD, "", actor, clock)


# -- reading -----------------------------------------------------------------------------------------


def by_id(tx: Transaction, letter: UUID) -> Letter:
    """A letter as it stands. Raises LetterAbsent."""
    return held(tx, letter)


def by_number(tx: Transaction, number: str) -> Letter | None:
    """The issued letter of this 发文字号, where there is just one."""
    return store.by_number(tx, number)


def listed(tx: Transaction, wanted: Filter, limit: int = 50, offset: int = 0) -> list[Letter]:
    """Letters, newest first."""
    return store.listed(tx, wanted, limit, offset)


def count(tx: Transaction, wanted: Filter) -> int:
    """How many there are."""
    return store.count(tx, wanted)


def chain(tx: Transaction, letter: Letter) -> list[Letter]:
    """All letters of its chain, oldest first."""
    return store.of_chain(tx, letter.chain)


def history(tx: Transaction, letter: UUID) -> list[Event]:
    """What was done about it, oldest first."""
    return store.history(tx, letter)


def file(tx: Transaction, letter: Letter, kind: str, clock: Clock) -> bytes:
    """A letter as a file (docx, pdf, json): as it went out; of a draft, as it would. Raises LetterAbsent."""
    if kind not in WRITERS:
        raise LetterAbsent(f"{letter.letter}.{kind}")
    kept = store.file(tx, letter.letter, kind)
    if kept is not None:
        return kept
    named = access.by_ids(tx, {letter.agency, letter.office})
    made = letter.document(named[letter.agency].name, named[letter.office].name, today(clock))
    return WRITERS[kind](made)


def tied(tx: Transaction, letter: Letter) -> list[Case]:
    """The cases that it is about."""
    return [cases.by_id(tx, case) for case in store_ties.tied(tx, letter.letter)]


def open_of(tx: Transaction, letter: Letter) -> list[Case]:
    """Those that are still open; none left: the letter may be closed."""
    found = cases.states(tx, store_ties.tied(tx, letter.letter))
    return [cases.by_id(tx, case) for case, state in found.items() if state is not CaseState.CLOSED]


def ready(tx: Transaction, letters: Sequence[Letter]) -> frozenset[UUID]:
    """Those that are out and all of whose cases are closed: they may be closed too."""
    out = [one.letter for one in letters if one.ended is None and one.state is not State.DRAFT]
    pairs = store_ties.tied_of(tx, out)
    states = cases.states(tx, list({case for _, case in pairs}))
    still = {letter for letter, case in pairs if states[case] is not CaseState.CLOSED}
    return frozenset({letter for letter, _ in pairs} - still)


def under_way(tx: Transaction, about: Sequence[UUID]) -> dict[UUID, UUID]:
    """Which of these cases an open letter is about already: case -> letter."""
    return store_ties.under_way(tx, about)


def waiting(tx: Transaction, office: UUID, pack: Pack, day: date) -> list[Letter]:
    """The letters of an office after which the next step is due."""
    return [one for one in store.waiting(tx, office, day) if composing.next_due(one, pack, day)]
