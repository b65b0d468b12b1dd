"""Reconciling with every upper platform: one that is away keeps no other waiting."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from xinheng.core.errors import XinhengError
from xinheng.outward.reconciliation import running, service
from xinheng.outward.reconciliation.connecting import connector
from xinheng.outward.reconciliation.errors import PartnerBusy

if TYPE_CHECKING:
    from xinheng.faces.app import App

logger = logging.getLogger(__name__)


def reconcile(app: App) -> None:
    """One pass with each; how it ended stands with the partner, and on the desk."""
    with app.database.transaction() as tx:
        found = service.listed(tx)
    connected = connector(app.home.keys, app.settings.private_networks)
    for partner in found:
        try:
            running.run(app, partner.partner, connected)
        except PartnerBusy:
            continue  # another worker is at it
        except XinhengError as refusal:
            logger.warning("%s: %s", partner.name, refusal)
