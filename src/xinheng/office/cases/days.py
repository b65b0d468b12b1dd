"""The day of whoever has cases: what is new, due and done; what a morning's messages say; giving out work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from xinheng.core.times import Clock
from xinheng.ground.store.transaction import Transaction
from xinheng.office.cases import store_days as store
from xinheng.office.cases.model import Actor, Day, Sums, Waiting
from xinheng.office.cases.service import noted


def sums(tx: Transaction, owners: Collection[UUID] | None, on: date, soon: date) -> Sums:
    """Open cases of these agencies (None: all) on a day, by kind and by owner; `soon`: the last term that
    counts as pressing (`model.yellow_until`)."""
    return store.sums(tx, None if owners is None else list(owners), on, soon)


def day(tx: Transaction, owners: Collection[UUID] | None, on: date, since: datetime, began: datetime) -> Day:
    """What the day of these agencies (None: all) looks like. `since`: what was opened from then on is new;
    `began`: when the day began."""
    return store.day(tx, None if owners is None else list(owners), on, since, began)


def waiting(tx: Transaction, on: date, soon: date, before: date, since: datetime) -> list[Waiting]:
    """What waits for each owner on the morning of a working day. `soon`: the last term that is pressing
    (`model.yellow_until`); `before`: the working day before; `since`: new from then on."""
    return store.waiting(tx, on, soon, before, since)


def owners(tx: Transaction) -> list[UUID]:
    """Everybody who has something open: none of them may be gone."""
    return store.owners(tx)


def in_hand(tx: Transaction, owner: UUID) -> dict[UUID, int]:
    """Open cases of one owner by the account that has them."""
    return store.in_hand(tx, owner)


def assign(
    tx: Transaction, ids: Sequence[UUID], owner: UUID, account: UUID, name: str, actor: Actor, clock: Clock
) -> int:
    """Give open cases of one owner to one of its accounts (`name`: as the history calls it); those of others,
    closed ones and those it has already stay. How many were given."""
    return store.assign(tx, ids, owner, account, actor, (noted(name), clock.now().at)) if ids else 0
