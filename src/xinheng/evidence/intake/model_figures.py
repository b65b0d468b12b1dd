"""Receipts added up, as a value."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Sums:
    """Receipts added up. 补录 (`collected`) stands apart: it counts in no rate.

    `manual` and `behalf` are accepted and corrected rows that came by a manual way, or on behalf.
    """

    files: int = 0
    accepted: int = 0
    corrected: int = 0
    known: int = 0
    returned: int = 0
    late: int = 0
    undated: int = 0
    persons: int = 0
    review: int = 0
    collected: int = 0
    manual: int = 0
    behalf: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Sums)))

    @property
    def taken(self) -> int:
        """Rows that went in: accepted and corrected, without 补录."""
        return self.accepted + self.corrected
