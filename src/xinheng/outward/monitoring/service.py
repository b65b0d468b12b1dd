"""Watching: one run over everything, and what an agency and its office do about an alert. Nothing commits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from xinheng.core.ids import new_id
from xinheng.core.times import Clock
from xinheng.evidence.completeness import service as completeness
from xinheng.evidence.completeness.model import first_of, months
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import Actor, State
from xinheng.outward.monitoring import gaps, quiet, store
from xinheng.outward.monitoring.errors import AlertAbsent, AlertEnded, ZeroRefused
from xinheng.outward.monitoring.model import Ended
from xinheng.outward.monitoring.store import Alert, Run

PLATFORM: Final = "平台"
LEAST: Final = 4  # characters of a reason


def run(tx: Transaction, pack: Pack, clock: Clock, actor: str = PLATFORM) -> Run:
    """Look for silence and gaps, once, over all agencies; what is found is raised, what is over is ended.

    Runs side by side wait for one another: nothing is raised twice.
    """
    store.alone(tx)
    found = {**quiet.look(tx, pack, clock), **gaps.look(tx, pack, clock)}
    done = Run(new_id(clock), clock.now().at, actor, found)
    store.note_run(tx, done)
    return done


def run_where_due(tx: Transaction, pack: Pack, clock: Clock, every: timedelta) -> Run | None:
    """A run, unless there was one within `every`: of several workers one is enough."""
    store.alone(tx)
    last = store.last_run(tx)
    if last is not None and clock.now().at - last.at < every:
        return None
    return run(tx, pack, clock)


def forget(tx: Transaction, record: UUID) -> None:
    """The content of a record is erased by law: what gaps and compared lists say of it goes too."""
    store.forget(tx, record)


def alert(tx: Transaction, number: UUID, owners: Collection[UUID] | None) -> Alert:
    """An alert about one of these agencies (None: any). Raises AlertAbsent."""
    there = store.alert_by_id(tx, number)
    if there is None or (owners is not None and there.agency not in owners):
        raise AlertAbsent(number)
    return there


def _held(tx: Transaction, number: UUID) -> Alert:
    there = store.alert_by_id(tx, number, lock=True)
    if there is None:
        raise AlertAbsent(number)
    if there.ended is not None:
        raise AlertEnded(
            found=f"已于 {there.ended:%Y-%m-%d} 办结：{quiet.OUTCOMES[there.outcome or Ended.EXPLAINED]}",
            expected="没有办结的预警",
            todo="刷新页面看现状",
        )
    return there


def answer(tx: Transaction, number: UUID, reason: str, actor: Actor, clock: Clock) -> Alert:
    """The agency says why so few came, for its office to see. Raises AlertAbsent, AlertEnded, NoteRefused."""
    there = _held(tx, number)
    cases.step(tx, there.case, "answered", actor, cases.noted(reason, LEAST), clock, State.ANSWERED)
    return there


def accept(tx: Transaction, number: UUID, note: str, actor: Actor, clock: Clock) -> Alert:
    """The office takes the reason: the alert ends. Raises AlertAbsent, AlertEnded, NoteRefused."""
    there = _held(tx, number)
    return quiet.finish(tx, there, Ended.EXPLAINED, actor, cases.noted(note, LEAST), clock)


def send_back(tx: Transaction, number: UUID, note: str, actor: Actor, clock: Clock) -> Alert:
    """The office does not take the reason. Raises AlertAbsent, AlertEnded, NoteRefused."""
    there = _held(tx, number)
    cases.step(tx, there.case, "sent_back", actor, cases.noted(note, LEAST), clock, State.OPEN)
    return there


def declare_zero(tx: Transaction, pack: Pack, number: UUID, actor: Actor, clock: Clock) -> Alert:
    """The agency decided nothing in those months: zero is declared for each, and the alert ends.

    Raises AlertAbsent, AlertEnded, ZeroRefused: something is held of a month, or nobody entered the duty.
    """
    there = _held(tx, number)
    feed = next((f for f in completeness.listed(tx, [there.agency], there.item) if f.to_on is None), None)
    if feed is None:
        raise ZeroRefused(
            found="信用办还没有登记本单位对这个事项的归集责任",
            expected="先有归集责任，才能申报",
            todo="请信用办在“完整性”里登记，或在这里说明情况",
        )
    since = max(there.from_month, first_of(feed.from_on))
    held = completeness.held_by_source(tx, since).get((there.agency, there.item), {})
    if full := [month for month in months(since, there.to_month) if held.get(month)]:
        raise ZeroRefused(
            found=f"{full[0]:%Y-%m} 平台已有 {held[full[0]]} 条",
            expected="没有作出决定的月份",
            todo="在“完整性”里按实际数量申报，或在这里说明情况",
        )
    for month in months(since, there.to_month):
        completeness.declare(tx, feed, month, 0, clock, actor.name)
    return quiet.recheck(tx, pack, there, clock)
