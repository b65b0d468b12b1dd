"""Serving: uvicorn around the application, on the loopback unless told otherwise."""

from __future__ import annotations

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


def serve(app: App, host: str = LOOPBACK, port: int = PORT) -> None:
    """Serve portal, desk and api until stopped by a signal."""
    server(app, host, port).run()


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
