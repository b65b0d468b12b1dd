"""Where records stand, for rooms that count them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from xinheng.evidence.ledger import store
from xinheng.ground.store.transaction import Transaction


def placed(tx: Transaction, records: Sequence[UUID]) -> list[tuple[UUID, str, date | None]]:
    """(source, item, day of decision) of each of these records, as they stand now."""
    return store.places(tx, records)
