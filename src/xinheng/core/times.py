"""The two clocks, as two types that cannot be mixed up.

*Valid* time is a civil date in Asia/Shanghai: when something was so in law (`datetime.date`).
*Known* time is a UTC instant with microseconds: when the platform knew it (`Known`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

# Asia/Shanghai has had no daylight saving since 1991; a fixed offset needs no time-zone database.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


@dataclass(frozen=True, order=True)
class Known:
    """An instant at which the platform knew something. Always UTC, microsecond precision."""

    at: datetime

    def __post_init__(self) -> None:
        if self.at.tzinfo is None or self.at.utcoffset() != timedelta(0):
            raise ValueError("a known time is an aware UTC datetime")

    def isoformat(self) -> str:
        """`2026-11-20T02:03:04.000005Z`: fixed width, so that text order is time order."""
        return self.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def after(self, last: Known | None) -> Known:
        """This instant, or one microsecond after `last` where the clock has not moved on (decision 1)."""
        if last is None or self.at > last.at:
            return self
        return Known(last.at + timedelta(microseconds=1))

    @classmethod
    def parse(cls, text: str) -> Known:
        """Read what `isoformat` wrote. Raises ValueError for anything else."""
        return cls(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC))


class Clock(Protocol):
    """Where the present comes from. Passed in; nothing below the faces asks the system."""

    def now(self) -> Known:
        """The present instant."""
        ...


def today(clock: Clock) -> date:
    """The civil date in Asia/Shanghai at the clock's present."""
    return clock.now().at.astimezone(SHANGHAI).date()


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still: for tests, replays and recomputations of a past day."""

    instant: Known

    def now(self) -> Known:
        return self.instant
