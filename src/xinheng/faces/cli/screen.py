"""Lists on standard output: for a terminal as wide as it is, for a file or a pipe as wide as they need."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

WIDE = 10_000  # columns of a line that goes to a file: nothing is broken or cut


def console() -> Console:
    """Standard output."""
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=WIDE)


def listing(*titles: str) -> Table:
    """A plain table that breaks what is long and cuts nothing."""
    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    return table
