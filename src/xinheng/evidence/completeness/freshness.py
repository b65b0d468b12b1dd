"""How fresh each agency's items are: what is to be sent, and what ever was, beside the newest month held."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from xinheng.evidence.completeness import store
from xinheng.evidence.completeness.model import first_of
from xinheng.evidence.completeness.model_freshness import Freshness, Supply, standing
from xinheng.ground.store.transaction import Transaction
from xinheng.law.packs import Pack

_ORDER = {Freshness.NEVER: 0, Freshness.STALE: 1, Freshness.NO_PERIOD: 2, Freshness.FRESH: 3}


def supplies(tx: Transaction, pack: Pack, agencies: Collection[UUID] | None, day: date) -> tuple[Supply, ...]:
    """Every agency (of these; None: all) with every item that it sends or is to send on `day`: those first
    that never sent or have not for long. Items that the active pack no longer has are left out."""
    month = first_of(day)
    due = {(f.agency, f.item): f.from_on for f in store.feeds(tx, agencies=agencies) if f.expects(month)}
    newest = {
        pair: month for pair, month in store.newest(tx).items() if agencies is None or pair[0] in agencies
    }
    found: list[Supply] = []
    for pair in {**due, **newest}:
        item, last = pack.items.get(pair[1]), newest.get(pair)
        if item is not None and item.frequency is not None:
            every = item.frequency.every
            found.append(Supply(*pair, every, last, standing(every, last, due.get(pair), day)))
    return tuple(
        sorted(found, key=lambda s: (_ORDER[s.standing], s.newest or date.min, s.item, str(s.agency)))
    )
