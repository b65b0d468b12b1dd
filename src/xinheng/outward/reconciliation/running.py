"""One pass: follow the ledger, send what is due, fetch answers, compare with the partner's list, settle what
differs. Killed at any moment, the next pass goes on from what was committed:

    ledger position and what is wanted        one transaction a page
    a batch is noted with its versions         then it is handed over, then that is noted
    an answer is applied                       then the partner's side is told that it may forget it
    a list is compared                         page by page; begun anew after a kill

A second process that starts meanwhile is told so (an advisory lock that ends with its holder's connection).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from xinheng.core.errors import XinhengError
from xinheng.core.times import Clock
from xinheng.ground.store.transaction import Transaction
from xinheng.outward.reconciliation import answers, comparing, differing, following, sending, service, store
from xinheng.outward.reconciliation import partner as port
from xinheng.outward.reconciliation.errors import PartnerBusy, PartnerRefused
from xinheng.outward.reconciliation.model import Batch, Partner


class Store(Protocol):
    """Where transactions are opened."""

    def transaction(self) -> AbstractContextManager[Transaction]: ...


class Home(Protocol):
    """What a pass needs of the home; `faces.app.App` is one."""

    @property
    def database(self) -> Store: ...
    @property
    def clock(self) -> Clock: ...


Connected = Callable[[Partner], port.Partner]

DAILY: Final = timedelta(hours=20)  # between two lists of a partner that makes one when asked


@dataclass
class Ran:
    """What one pass did."""

    followed: int = 0  # events
    batches: int = 0  # handed over
    answered: int = 0  # versions
    compared: comparing.Compared | None = None
    differences: int = 0  # open afterwards
    broken: list[port.Broken] = field(default_factory=list)
    whole: bool = False  # nothing broke it off
    refused: PartnerRefused | None = None  # of a batch; the others went on


def run(
    home: Home, partner: UUID, connect: Connected, rows: int = sending.ROWS, *, compare: bool = False
) -> Ran:
    """One pass with one partner; how it ended is noted with it. `compare`: ask for the partner's list now,
    though the last one is not a day old.

    Raises PartnerAbsent, PartnerBusy, and what the adapter raises: whatever was done until then stays.
    """
    with home.database.transaction() as lock:
        known = service.by_id(lock, partner)
        if not store.alone(lock, partner):
            raise PartnerBusy(
                found="另一个进程正在与这个上级平台对账",
                expected="同一时间只有一个",
                todo="等它结束；用 xinheng upward status 查看",
                where=known.name,
            )
        ran = Ran()
        try:
            _pass(home, known, connect, ran, rows, compare=compare)
            if ran.refused is not None:
                raise ran.refused
        except XinhengError as refusal:
            _ended(home, known, ran, refusal)
            raise
        _ended(home, known, ran, None)
    return ran


def _pass(home: Home, partner: Partner, connect: Connected, ran: Ran, rows: int, *, compare: bool) -> None:
    while True:
        with home.database.transaction() as tx:
            done = following.follow(tx, service.by_id(tx, partner.partner), home.clock)
        ran.followed += done
        if not done:
            break
    link = connect(partner)
    try:
        _hand_over(home, partner, link, ran)
        _fetch(home, partner, link, ran)
        while (batch := _noted(home, partner, rows)) is not None:
            _hand(home, partner, link, batch, ran)
        _fetch(home, partner, link, ran)
        last = partner.snapshot_at
        due = compare or last is None or home.clock.now().at - last >= DAILY
        _compare(home, partner, link, ran, due=due)
        ran.whole = True
    finally:
        link.close()


def _noted(home: Home, partner: Partner, rows: int) -> Batch | None:
    with home.database.transaction() as tx:
        return sending.next_batch(tx, partner, home.clock, rows)


def _hand_over(home: Home, partner: Partner, link: port.Partner, ran: Ran) -> None:
    """Batches of earlier passes that were not handed over, or not answered for too long."""
    with home.database.transaction() as tx:
        again = sending.to_hand(store.open_batches(tx, partner.partner), partner, home.clock.now().at)
    for batch in again:
        _hand(home, partner, link, batch, ran)


def _hand(home: Home, partner: Partner, link: port.Partner, batch: Batch, ran: Ran) -> None:
    with home.database.transaction() as tx:
        out = sending.outgoing(tx, batch)
        if len(out.lines) < batch.rows:  # some of it was erased by law meanwhile: the rest goes in another
            answers.refuse(tx, partner, batch, None, home.clock)
            return
    try:
        sent = link.send(out)
    except PartnerRefused as refusal:
        _refused(home, partner, batch, str(refusal.found), ran)
        return
    with home.database.transaction() as tx:
        store.handed(tx, batch.batch, home.clock.now().at, sent.ref)
        ran.answered += answers.apply(tx, partner, list(sent.said), home.clock)
    ran.batches += 1


def _refused(home: Home, partner: Partner, batch: Batch, why: str, ran: Ran) -> None:
    """The others go on; at the end it is said."""
    with home.database.transaction() as tx:
        answers.refuse(tx, partner, batch, why, home.clock)
    ran.refused = PartnerRefused(
        found=why,
        expected="双方目录、格式和权限一致的整批受理",
        todo="与对方核对；平台稍后换批重发",
        where=f"第 {batch.number} 批",
    )


def _fetch(home: Home, partner: Partner, link: port.Partner, ran: Ran) -> None:
    with home.database.transaction() as tx:
        waiting = sending.waiting(tx, store.open_batches(tx, partner.partner))
    for found in link.answers(waiting):
        if isinstance(found, port.Broken):
            _broken(link, found, {w.batch.batch for w in waiting}, ran)
            continue
        if isinstance(found, port.Refused):
            batch = next(w.batch for w in waiting if w.batch.batch == found.batch)
            _refused(home, partner, batch, found.why, ran)
            continue
        with home.database.transaction() as tx:
            ran.answered += answers.apply(tx, partner, list(found.said), home.clock)
        link.applied(found.ref)


def _broken(link: port.Partner, found: port.Broken, waiting: set[UUID], ran: Ran) -> None:
    """A damaged answer about a batch that was answered meanwhile is nobody's loss."""
    if found.batch is not None and found.batch not in waiting:
        link.applied(found.ref)
    elif found not in ran.broken:  # answers are looked for twice in a pass
        ran.broken.append(found)


def _compare(home: Home, partner: Partner, link: port.Partner, ran: Ran, *, due: bool) -> None:
    found = link.snapshot(due=due)
    if isinstance(found, port.Broken):
        ran.broken.append(found)
        return
    if found is None:
        return
    if partner.snapshot_at is None or found.at > partner.snapshot_at:
        opened = home.database.transaction
        ran.compared = comparing.compare(opened, partner, found.at, found.rows, home.clock)
        with home.database.transaction() as tx:
            store.set_partner(tx, partner.partner, snapshot_at=found.at)
    link.applied(found.ref)


def _ended(home: Home, partner: Partner, ran: Ran, refusal: XinhengError | None) -> None:
    with home.database.transaction() as tx:
        said = None if refusal is None else str(refusal)[:500]
        code = None if refusal is None else refusal.code
        store.set_partner(tx, partner.partner, last_run=home.clock.now().at, last_code=code, last_said=said)
        if ran.whole:
            differing.broken(tx, partner, ran.broken, home.clock)
        differing.reached(tx, partner, code, said, home.clock)
        ran.differences = differing.settle(tx, partner, home.clock, ran.compared)
