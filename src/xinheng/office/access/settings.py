"""How an agency wants its submissions handled."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from xinheng.core.times import Clock
from xinheng.ground.store.transaction import Transaction
from xinheng.office.access import audit, store_clients
from xinheng.office.access.model import Agency


@dataclass(frozen=True)
class AgencySettings:
    """What an agency has chosen. `requires_review`: a colleague looks before a submission counts as sent."""

    requires_review: bool = False


def settings_of(tx: Transaction, agency: UUID) -> AgencySettings:
    """The settings of an agency; one that never chose has the defaults."""
    return AgencySettings(requires_review=store_clients.requires_review(tx, agency))


def change_settings(
    tx: Transaction, agency: Agency, settings: AgencySettings, clock: Clock, actor: str
) -> None:
    """Choose. What already waits for a colleague keeps waiting."""
    store_clients.set_requires_review(tx, agency.agency, settings.requires_review)
    audit.note(
        tx,
        clock,
        actor,
        "agency.settings",
        f"{agency.code} 报送前审核：{'是' if settings.requires_review else '否'}",
    )
