"""Withdrawing what was sent: only the first source, the deciding authority or a successor may (decision 10).

行政处罚法 art. 48: a decision that is changed, revoked, found illegal or void is withdrawn within three days,
with the reason. Anyone else opens an objection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xinheng.core.errors import Kind, XinhengError
from xinheng.core.times import Clock
from xinheng.evidence.ledger import service as ledger
from xinheng.evidence.ledger.batches import RECORD_SCHEMA
from xinheng.evidence.ledger.model import Appended
from xinheng.evidence.ledger.projection import Projector
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency

AUTHORITY, DECIDED_ON = (RECORD_SCHEMA.get_field_index(n) for n in ("authority", "decided_on"))


class NotTheirsError(XinhengError):
    """An agency wants to withdraw or end what another one sent."""

    code = "XH726"
    kind = Kind.FORBIDDEN
    title = "不是本单位的记录"


@dataclass(frozen=True)
class Taken:
    """What is withdrawn: the record, the day from which it no longer stands, and why (Chinese, public)."""

    record: UUID
    on: date
    reason: str
    pack: str


def require_deciding(tx: Transaction, record: UUID, agency: Agency) -> None:
    """That `agency` sent the record first, decided it, or succeeds who did. Raises NotTheirsError and the
    ledger's RecordAbsent and WrongState."""
    row = ledger.current_row(tx, record)
    own = access.standing(tx, agency)
    source = row[ledger.SOURCE]
    first = UUID(bytes=source) if isinstance(source, bytes) else source
    if first in own.own or own.decided(row[AUTHORITY], row[DECIDED_ON]):
        return
    raise NotTheirsError(
        found=f"{agency.name}（{agency.code}）既不是最初的报送单位，也不是作出决定的机关",
        expected="最初报送的单位、作出决定的机关，或承继其职责的单位",
        todo="请由上述单位办理；认为记录有误的，提出异议",
        where=str(record),
    )


def withdraw(
    tx: Transaction, asked: Taken, agency: Agency, clock: Clock, projectors: Sequence[Projector]
) -> Appended:
    """Withdraw a record on behalf of `agency`. Raises NotTheirsError, RecordAbsent, WrongState."""
    require_deciding(tx, asked.record, agency)
    withdrawal = ledger.Withdrawal(asked.record, agency.agency, asked.on, asked.reason, asked.pack)
    return ledger.withdraw(tx, withdrawal, clock, projectors)
