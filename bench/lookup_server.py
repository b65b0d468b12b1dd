"""The two servers that `bench.lookup` compares; it runs `python -m bench.lookup_server KIND HOME PORT FILE`.

`ours` is the application as it is served; as `noting` it writes every statement it executes to FILE. `bare`
is an ASGI handler of a dozen lines: for each code it executes the statements that were written, over the same
driver, and answers with the bytes that ours answered.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psycopg
import uvicorn
from psycopg_pool import AsyncConnectionPool

from xinheng.faces.app import Home, Settings, address, open_app
from xinheng.faces.web import server
from xinheng.faces.web.listening import listening

PREFIX = "/api/v1/subjects/"
HOST = "127.0.0.1"

# For each code: the statements with their parameters, and the body of the answer.
Prepared = dict[str, tuple[list[tuple[str, Any]], bytes]]


def ours(settings: Settings, port: int, record: Path | None) -> None:
    """Serve the application; with `record`, note its statements."""
    if record is not None:
        _note_statements(record)
    with listening(HOST, port) as sockets, open_app(settings, serving=True) as app:
        server.serve(app, sockets)


def _note_statements(record: Path) -> None:
    """Write (statement, parameters) for every query, as it is executed; the pool's empty ones left out."""

    def noting(cursor: Any) -> None:
        execute = cursor.execute

        def noted(self: Any, query: Any, params: Any = None, **more: Any) -> Any:
            text = query.decode() if isinstance(query, bytes) else query
            if text and not text.lower().startswith(("set ", "begin", "commit")):
                with record.open("ab") as file:
                    pickle.dump((text, params), file)
            return execute(self, query, params, **more)

        cursor.execute = noted

    noting(psycopg.Cursor)
    noting(psycopg.AsyncCursor)


def bare(settings: Settings, port: int, answers: Path) -> None:
    """Serve the prepared answers after executing the prepared statements."""
    prepared: Prepared = pickle.loads(answers.read_bytes())  # noqa: S301 (our own file of a moment ago)
    with address(settings, Home(settings.home)) as dsn:
        pool = AsyncConnectionPool(dsn, min_size=2, max_size=16, configure=_plainly, open=False)
        uvicorn.run(
            _handler(pool, prepared),
            host=HOST,
            port=port,
            access_log=False,
            log_level="warning",
            lifespan="on",
            server_header=False,
        )


async def _plainly(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)


Message = dict[str, Any]


def _handler(pool: AsyncConnectionPool[Any], prepared: Prepared) -> Callable[..., Awaitable[None]]:
    async def handle(
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await pool.open()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await pool.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        statements, body = prepared[scope["path"].removeprefix(PREFIX)]
        async with pool.connection() as connection:
            for text, params in statements:
                cursor = await connection.execute(text, params)
                await cursor.fetchall()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return handle


def main() -> None:
    kind, home, port, file = sys.argv[1:]
    settings = Settings(home=Path(home), memory_mb=400)
    if kind == "bare":
        bare(settings, int(port), Path(file))
    else:
        ours(settings, int(port), Path(file) if kind == "noting" else None)


if __name__ == "__main__":
    main()
