"""Telling an agency's system that a submission of it has come to an end."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from xinheng.evidence.submissions.callbacks import service as callbacks
from xinheng.faces.jobs.calling import call

if TYPE_CHECKING:
    from xinheng.faces.app import App


def deliver(app: App, delivery: UUID) -> None:
    """One attempt; the next one, if it failed, is arranged by the same transaction that notes it."""
    with app.database.transaction() as tx:
        message = callbacks.due(tx, app.keys, delivery)
    if message is None:
        return
    delivered, answer = call(app, message)
    with app.database.transaction() as tx:
        callbacks.settle(tx, delivery, delivered=delivered, answer=answer, clock=app.clock)
