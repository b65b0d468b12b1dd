"""Serving: uvicorn around the application, on the loopback unless told otherwise."""

from __future__ import annotations

import gc
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from xinheng.faces.web.application import create_app

if TYPE_CHECKING:
    from xinheng.faces.app import App

LOOPBACK = "127.0.0.1"
PORT = 8000
CONCURRENT = 400  # connections; beyond, 503 at once instead of a queue that answers nobody
KEEP_ALIVE = 15  # seconds
GRACE = 20  # seconds for running requests when the server stops


def serve(app: App, sockets: Sequence[socket.socket]) -> None:
    """Serve portal, desk and api on bound sockets (`listening`) until stopped by a signal."""
    running = server(app)
    app.reload_pack()
    with settled():
        running.run(list(sockets))


@contextmanager
def settled() -> Iterator[None]:
    """What a process that serves has made by now stays for good, pack and modules: walking over all of it
    at every full collection would stop every request for a fifth of a second."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def server(app: App, host: str = LOOPBACK, port: int = PORT) -> uvicorn.Server:
    """The server, not yet running: tests and the demo run it themselves."""
    config = uvicorn.Config(
        create_app(app),
        host=host,
        port=port,
        access_log=False,
        server_header=False,
        log_level="warning",
        limit_concurrency=CONCURRENT,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        ws="none",
        lifespan="on",
    )
    return uvicorn.Server(config)
