"""Late records as the receipts count them: what came as 补录 is never late, even where a later file, sent in
daily reporting, corrected it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from xinheng.evidence.intake import known_numbers
from xinheng.evidence.ledger import lateness
from xinheng.evidence.ledger.lateness import Late
from xinheng.ground.store.transaction import Transaction

__all__ = ["Late", "by_month", "counts", "listed"]


def listed(
    tx: Transaction,
    sources: Collection[UUID] | None,
    item: str | None,
    days: tuple[date, date],
    page: tuple[int, int],
) -> list[Late]:
    """Late records received in `days` (half-open), the latest first; `page`: limit and offset."""
    return lateness.listed(tx, sources, item, days, page, known_numbers.backlog(tx, days))


def counts(
    tx: Transaction, sources: Collection[UUID] | None, item: str | None, days: tuple[date, date]
) -> dict[tuple[UUID, str], int]:
    """How many by source and item."""
    return lateness.counts(tx, sources, item, days, known_numbers.backlog(tx, days))


def by_month(
    tx: Transaction, sources: Collection[UUID] | None, item: str | None, days: tuple[date, date]
) -> dict[date, int]:
    """How many were received late in each month (its first day)."""
    return lateness.by_month(tx, sources, item, days, known_numbers.backlog(tx, days))
