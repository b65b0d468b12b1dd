"""What came in and went out over a period: how long after its decision, and how much was taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xinheng.evidence.ledger import day_store
from xinheng.ground.store.transaction import Transaction


@dataclass(frozen=True)
class Span:
    """Records of one source in the days from the first to before `to_on`, told under the name `part`."""

    part: UUID
    source: UUID
    from_on: date
    to_on: date


@dataclass(frozen=True)
class Flow:
    """Days from decision to recording (half came within `p50`, 95 of 100 within `p95`); withdrawals.

    Days are those of the first version under the profile `report`.
    """

    recorded: int  # of which the days are known
    p50: int | None
    p95: int | None
    withdrawn: int


def flows(tx: Transaction, spans: Sequence[Span]) -> dict[tuple[UUID | None, str | None], Flow]:
    """By (part, None), by (None, month `2026-11`), and over all (None, None).

    Percentiles do not add up: each is worked out over all its rows. Rows are counted by days as they come in
    (`day_counts`); from these counts the percentiles are exact.
    """
    rows = day_store.waited(
        tx,
        {
            "parts": [s.part for s in spans],
            "sources": [s.source for s in spans],
            "froms": [s.from_on for s in spans],
            "tos": [s.to_on for s in spans],
        },
    )
    days: dict[tuple[UUID | None, str | None], Counter[int]] = {}
    gone: Counter[tuple[UUID | None, str | None]] = Counter()
    for part, month, waited, withdrawn, count in rows:
        for key in ((part, None), (None, f"{month // 12}-{month % 12 + 1:02d}"), (None, None)):
            counted = days.setdefault(key, Counter())
            if withdrawn:
                gone[key] += count
            elif waited is not None:
                counted[waited] += count
    return {key: _flow(counted, gone[key]) for key, counted in days.items()}


def _flow(days: Counter[int], withdrawn: int) -> Flow:
    return Flow(days.total(), percentile(days, 50), percentile(days, 95), withdrawn)


def percentile(counts: Mapping[int, int], percent: int) -> int | None:
    """The least value at or below which `percent` of 100 lie, from value -> how often; None of nothing."""
    whole, below = sum(counts.values()), 0
    for value in sorted(counts):
        below += counts[value]
        if below * 100 >= percent * whole:
            return value
    return None
