"""What can be queued, by name, and what recurs. A task may run twice and must leave the same."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from xinheng.core.errors import XinhengError
from xinheng.evidence.submissions import entering
from xinheng.evidence.submissions import service as submissions
from xinheng.evidence.submissions.callbacks import service as callbacks
from xinheng.evidence.submissions.model import State
from xinheng.faces.jobs.delivering import deliver
from xinheng.faces.jobs.reconciling import reconcile
from xinheng.faces.jobs.telling import tell
from xinheng.faces.jobs.timers import run_house, run_reading
from xinheng.faces.jobs.watching import watch
from xinheng.office.notices import service as notices
from xinheng.outward.plans import progress as plans

if TYPE_CHECKING:
    from xinheng.faces.app import App

logger = logging.getLogger(__name__)


def run_submission(app: App, submission: str) -> None:
    """Send what is queued, then publish."""
    app.reload_pack()
    if submissions.run(app, UUID(submission)).state is State.DONE:
        publish(app)


def deliver_callback(app: App, delivery: str) -> None:
    """Tell an agency's system of an end."""
    deliver(app, UUID(delivery))


def deliver_notice(app: App, delivery: str) -> None:
    """Send a message that leaves the house."""
    app.reload_pack()
    tell(app, UUID(delivery))


def sweep_submissions(app: App) -> None:
    """Remove what waited too long for a colleague."""
    count = submissions.sweep(app)
    if count:
        logger.info("%s submissions lapsed", count)


def ask_for_plan_values(app: App) -> None:
    """Open a case for every figure of a work plan that a unit is to enter and has not."""
    with app.database.transaction() as tx:
        plans.open_due(tx, app.pack, app.clock)


def publish(app: App) -> None:
    """Bring tiles and checkpoint up to what was committed; what hinders this takes nothing back."""
    try:
        app.publish()
    except XinhengError as refusal:
        logger.warning("%s", refusal)


TASKS: Final[Mapping[str, Callable[..., None]]] = {
    entering.TASK: run_submission,
    callbacks.TASK: deliver_callback,
    notices.TASK: deliver_notice,
}
# Run by every worker at its start and then each so often: all of it may run side by side.
RECURRING: Final[tuple[tuple[timedelta, Callable[[App], None]], ...]] = (
    (timedelta(hours=1), sweep_submissions),
    (timedelta(minutes=1), run_house),
    (timedelta(minutes=1), run_reading),
    (timedelta(minutes=15), reconcile),
    (timedelta(hours=1), ask_for_plan_values),
    (timedelta(hours=1), watch),
)
