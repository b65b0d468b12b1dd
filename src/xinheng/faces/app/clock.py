"""The present, from the system: the only clock that is not passed in."""

from __future__ import annotations

from datetime import UTC, datetime

from xinheng.core.times import Known


class SystemClock:
    """The machine's clock, in UTC with microseconds."""

    def now(self) -> Known:
        return Known(datetime.now(UTC))
