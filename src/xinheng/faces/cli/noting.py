"""The log of a process that goes on, for whoever runs it: standard error, line by line, with the time.

What an exception says of itself may hold what an agency sent (decision 11): the log has where it happened and
of which kind it was. Its words are kept with XINHENG_DEBUG alone, in the home's debug log.
"""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final

from xinheng.faces.app import Home, Settings

LINE: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
TIME: Final = "%Y-%m-%dT%H:%M:%S%z"


class Wordless(logging.Formatter):
    """Of an exception and what led to it: the places in the program and the kinds, without their words."""

    def format(self, record: logging.LogRecord) -> str:
        kept, record.exc_text = record.exc_text, None  # where another formatter leaves its words for the next
        try:
            return super().format(record)
        finally:
            record.exc_text = kept

    def formatException(  # noqa: N802 - the name is the library's
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        parts, error, seen = list[str](), ei[1], set[int]()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            lines = "".join(traceback.format_tb(error.__traceback__))
            parts.insert(0, f"{lines}{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(parts)


@contextmanager
def noting(settings: Settings) -> Iterator[None]:
    """Write what is noted while the block lasts. Raises OSError where the debug log cannot be written."""
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    handlers[0].setFormatter(Wordless(LINE, TIME))
    if settings.debug:
        path = Home(settings.home).debug_log
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        handlers.append(logging.FileHandler(path, encoding="utf-8"))
        handlers[1].setFormatter(logging.Formatter(LINE, TIME))
        handlers[1].setLevel(logging.ERROR)
    root, ours = logging.getLogger(), logging.getLogger("xinheng")
    before = ours.level
    ours.setLevel(logging.INFO)
    for handler in handlers:
        root.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        ours.setLevel(before)
