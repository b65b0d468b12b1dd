"""Who sends: the agency, the authorities it may send for, and whose records it may correct (decision 10)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from xinheng.evidence.intake.drafting import Draft
from xinheng.evidence.intake.entering import Source
from xinheng.evidence.intake.model import Request
from xinheng.ground.store.transaction import Transaction


def agency(tx: Transaction, request: Request, day: date) -> UUID:
    raise NotImplementedError


def source(tx: Transaction, agency: UUID, drafted: Draft) -> Source:
    raise NotImplementedError
