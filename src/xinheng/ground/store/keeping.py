"""A server that crashed is started again while a process goes on: nobody else would, and every page would say
that the database is out of reach until an operator comes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import SubprocessError
from typing import Final

import psycopg

from xinheng.core.errors import XinhengError
from xinheng.ground.store.server import Server

logger = logging.getLogger(__name__)

LOOK: Final = 2.0  # seconds
LONGEST: Final = 60.0  # seconds between attempts where it does not start (a full disk)


@contextmanager
def kept_running(server: Server, look: float = LOOK) -> Iterator[None]:
    """While the block lasts, start the server anew where its process has ended. We must be users of it."""
    ended = threading.Event()
    thread = threading.Thread(target=_watch, args=(server, ended, look), name="xinheng-database", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _watch(server: Server, ended: threading.Event, look: float) -> None:
    wait = look
    while not ended.wait(wait):
        try:
            if server.revive():
                logger.warning("the database had ended and was started again")
        except (XinhengError, OSError, psycopg.Error, SubprocessError) as failure:
            wait = min(wait * 2, LONGEST)
            said = str(failure) if isinstance(failure, XinhengError) else type(failure).__name__
            logger.error("the database has ended and does not start: %s", said)
        else:
            wait = look
