"""What every step of a letter's life shares: taking it, asking whether it may, moving it, noting it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from xinheng.core.times import Clock
from xinheng.ground.store.transaction import Transaction
from xinheng.office.cases.model import Actor
from xinheng.outward.letters import store
from xinheng.outward.letters.errors import LetterAbsent, LetterStepRefused, NotTheirLetter
from xinheng.outward.letters.model import ACTS, ENDED, FROM, NAMES, TO, Act, Event, Letter, State


def held(tx: Transaction, letter: UUID, *, lock: bool = False) -> Letter:
    """A letter, with `lock` so that nobody else moves it meanwhile. Raises LetterAbsent."""
    there = store.by_id(tx, letter, lock=lock)
    if there is None:
        raise LetterAbsent(letter)
    return there


def require(there: Letter, act: Act) -> Letter:
    """The letter, where this may be done now. Raises LetterStepRefused."""
    if not there.may(act):
        known = "、".join(NAMES[state] for state in State if state in FROM[act])
        raise LetterStepRefused(
            found=f"这件函现在是“{NAMES[there.state]}”{'，是撤回函' if there.withdraws else ''}",
            expected=f"能“{ACTS[act]}”的状态：{known}",
            todo="重新打开这件函，看清现状后再办",
            where=there.number or there.title,
        )
    return there


def theirs(there: Letter, actor: Actor, act: Act) -> None:
    """That the actor belongs to who does this. Raises NotTheirLetter; LetterAbsent for another's draft."""
    side = there.agency if act in (Act.READ, Act.REPLY) else there.office
    if actor.agency == side:
        return
    if there.state in (State.DRAFT, State.DISCARDED):
        raise LetterAbsent(there.letter)
    who = "收函单位" if side == there.agency else "发函单位"
    raise NotTheirLetter(
        found=f"“{ACTS[act]}”由{who}办理",
        expected=f"{who}的账号",
        todo=f"换用{who}的账号登录",
        where=there.number,
    )


def take(tx: Transaction, letter: UUID, act: Act, actor: Actor) -> Letter:
    """A letter, locked, with which this actor may do this now. Raises LetterAbsent, NotTheirLetter,
    LetterStepRefused."""
    there = held(tx, letter, lock=True)
    theirs(there, actor, act)
    return require(there, act)


def moved(tx: Transaction, there: Letter, act: Act, said: str, actor: Actor, clock: Clock) -> Letter:
    """The letter after something was done, noted in its history."""
    at = clock.now().at
    after = replace(there, state=TO[act], changed=at, ended=at if TO[act] in ENDED else None)
    store.change(tx, after)
    note(tx, after, act, said, actor, clock)
    return after


def note(tx: Transaction, letter: Letter, act: Act, said: str, actor: Actor, clock: Clock) -> int:
    """One line of a letter's history; its number."""
    at = clock.now().at
    return store.add_event(
        tx, Event(0, letter.letter, at, act, said, actor.account, actor.agency, actor.name)
    )
