"""The nightly look for silence and gaps, by whichever worker comes first."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from xinheng.outward.monitoring import service

if TYPE_CHECKING:
    from xinheng.faces.app import App

EVERY: Final = timedelta(hours=20)  # once a day, with room for a worker that starts a little earlier

logger = logging.getLogger(__name__)


def watch(app: App) -> None:
    """Watch, where nobody did within the day."""
    app.reload_pack()
    with app.database.transaction() as tx:
        done = service.run_where_due(tx, app.pack, app.clock, EVERY)
    if done is not None:
        logger.info("watched: %s", " ".join(f"{name}={count}" for name, count in done.counts.items()))
