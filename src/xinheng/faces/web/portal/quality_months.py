"""Published months, kept: a month whose cut-off has passed does not change."""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING, Final

from xinheng.faces.app import books
from xinheng.outward.reports.quality import Quality, quality

if TYPE_CHECKING:
    from xinheng.faces.app import App

MONTHS: Final = 12  # that are published


class Months:
    """Works one month out at a time, however many ask: anyone may ask."""

    def __init__(self) -> None:
        self._kept: dict[date, Quality] = {}
        self._working = threading.Lock()

    def of(self, app: App, month: date) -> Quality:
        """A month that is ready."""
        with self._working:
            if month not in self._kept:
                with app.database.transaction() as tx:
                    self._kept[month] = quality(books.bulletin(app, tx, None, month).facts)
                for old in sorted(self._kept)[: -2 * MONTHS]:
                    del self._kept[old]
            return self._kept[month]
