"""Telling bodies that lines came to them, or that their answers came back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from xinheng.core.times import Clock
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack
from xinheng.office.access import service as access
from xinheng.office.cases.model import Actor
from xinheng.office.notices import service as notices
from xinheng.office.notices.model import NewNotice
from xinheng.outward.suspicions import store, store_lists
from xinheng.outward.suspicions.model import Suspicion

GIVEN: Final = "suspicions_given"
RETURNED: Final = "suspicions_returned"
PATH: Final = "/desk/suspicions"


def given(tx: Transaction, ids: Collection[UUID], actor: Actor, clock: Clock, pack: Pack) -> int:
    """Tell each body into whose hand these were given how many, of which list, until when. How many told."""
    told = 0
    for (body, list_id), those in _by_hand(tx, ids).items():
        of = store_lists.list_by_id(tx, list_id) if list_id else None
        terms = [s.due_on for s in those if s.due_on]
        values = {
            "title": of.title if of else "平台发现的疑似瞒报",
            "count": str(len(those)),
            "issuer": _name(tx, actor),
            "due": min(terms).isoformat() if terms else "没有期限",
        }
        link = f"{PATH}/lists/{list_id}" if list_id else f"{PATH}/found"
        told += notices.send(tx, NewNotice(body, GIVEN, values, f"{link}?hand=mine"), clock, pack)
    return told


def returned(
    tx: Transaction, ids: Collection[UUID], reason: str, actor: Actor, clock: Clock, pack: Pack
) -> int:
    """Tell each body whose answers came back how many, and why. How many were told."""
    counts = Counter(body for (body, _), those in _by_hand(tx, ids).items() for _ in those)
    for body, count in counts.items():
        values = {"count": str(count), "issuer": _name(tx, actor), "reason": reason}
        notices.send(tx, NewNotice(body, RETURNED, values, f"{PATH}/found?hand=mine"), clock, pack)
    return len(counts)


def _by_hand(tx: Transaction, ids: Collection[UUID]) -> Mapping[tuple[UUID, UUID | None], list[Suspicion]]:
    found: dict[tuple[UUID, UUID | None], list[Suspicion]] = {}
    for one in store.by_ids(tx, ids):
        found.setdefault((one.hand, one.list_id), []).append(one)
    return found


def _name(tx: Transaction, actor: Actor) -> str:
    known = access.by_ids(tx, [actor.agency] if actor.agency else [])
    return next((agency.name for agency in known.values()), actor.name)
