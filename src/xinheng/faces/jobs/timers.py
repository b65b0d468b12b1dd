"""What the house does by the clock: once for all workers, with what came of it where the office sees it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from xinheng.core.errors import XinhengError
from xinheng.evidence.intake.met_codes import wrong_codes
from xinheng.evidence.subjects import inspecting
from xinheng.faces.jobs.telling import morning_began, tell_morning
from xinheng.ground.queue import recurring
from xinheng.outward.capture import running as capturing
from xinheng.outward.capture import service as captures
from xinheng.outward.exchange import running as exchanging
from xinheng.outward.exchange import service as exchanges

if TYPE_CHECKING:
    from datetime import timedelta

    from xinheng.faces.app import App

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Timer:
    """Something that recurs, as the settings call it (`faces.app.settings_channels.TIMERS`).

    `since`: its last run must have begun by then; None: not now.
    """

    name: str
    since: Callable[[App], datetime | None]
    run: Callable[[App], str]  # what was done, in Chinese


class Seconds:
    """The time of this machine."""

    elapsed = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)


def inspect_codes(app: App) -> str:
    """重错码检查 over the whole register."""
    app.reload_pack()
    with app.database.transaction() as tx:
        done = inspecting.inspect(tx, wrong_codes(tx, app.pack), app.clock)
    return f"新发现 {done.opened}，消除 {done.ended}，现存 {done.standing}"


def run_exchanges(app: App) -> str:
    """Every table exchange, one after another; one that fails does not keep the others waiting."""
    app.reload_pack()
    with app.database.transaction() as tx:
        wanted = [exchange for exchange, _ in exchanges.listed(tx)]
    done, rows, failed = 0, 0, list[str]()
    for exchange in wanted:
        try:
            ran = exchanging.run(app, exchange, app.settings.private_networks)
        except XinhengError as refusal:
            logger.warning("%s: %s", exchange.name, refusal)
            failed.append(f"{exchange.name} {refusal.code}")
        else:
            done, rows = done + 1, rows + ran.rows
    return _ended(f"完成 {done} 个交换，{rows} 行", failed)


def run_captures(app: App) -> str:
    """Every capture, one after another; one that fails does not keep the others waiting."""
    app.reload_pack()
    with app.database.transaction() as tx:
        wanted = [capture for capture, _ in captures.listed(tx)]
    done, drafts, failed = 0, 0, list[str]()
    for capture in wanted:
        try:
            tally = capturing.run(app, capture, app.settings.private_networks, Seconds())
        except XinhengError as refusal:
            logger.warning("%s: %s", capture.name, refusal)
            failed.append(f"{capture.name} {refusal.code}")
        else:
            done, drafts = done + 1, drafts + tally.drafts
    return _ended(f"完成 {done} 个抓取，新草稿 {drafts}", failed)


class PartFailed(Exception):
    """Some of what was to run failed; what is said is shown to the office."""


def _ended(said: str, failed: list[str]) -> str:
    if failed:
        raise PartFailed(f"{said}；未完成：{'、'.join(failed)}")
    return said


def _each(name: str) -> Callable[[App], datetime | None]:
    def since(app: App) -> datetime | None:
        every: timedelta | None = getattr(app.settings.timing, name)
        return app.clock.now().at - every if every else None

    return since


TIMERS: Final = (
    Timer("morning", morning_began, tell_morning),
    Timer("inspect", _each("inspect"), inspect_codes),
    Timer("exchange", _each("exchange"), run_exchanges),
    Timer("capture", _each("capture"), run_captures),
)


def run_timer(app: App, timer: Timer) -> bool:
    """Run it where it is time and no other worker does; whether it ran. Never raises but for the database."""
    since = timer.since(app)
    if since is None:
        return False
    with app.database.transaction() as alone:
        if not recurring.lock(alone, timer.name):
            return False
        with app.database.transaction() as tx:
            if not recurring.begin(tx, timer.name, since, app.clock.now().at):
                return False
        outcome, failed = _outcome(app, timer)
        with app.database.transaction() as tx:
            recurring.end(tx, timer.name, outcome, app.clock.now().at, failed=failed)
    return True


def _outcome(app: App, timer: Timer) -> tuple[str, bool]:
    try:
        return timer.run(app), False
    except PartFailed as part:
        return str(part), True
    except XinhengError as refusal:
        logger.warning("%s: %s", timer.name, refusal)
        return str(refusal), True
    except Exception as error:
        logger.exception("%s failed unexpectedly", timer.name)
        return f"意外失败（{type(error).__name__}），见日志", True


def run_house(app: App) -> None:
    """What the house does for itself, and the exchanges."""
    for timer in TIMERS[:-1]:
        run_timer(app, timer)


def run_reading(app: App) -> None:
    """Captures, apart: reading a slow site for an hour keeps nothing else waiting."""
    run_timer(app, TIMERS[-1])
