"""A site on loopback, and time that passes when it is slept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Waiter:
    """Seconds that pass by sleeping alone."""

    at: float = 100.0
    slept: list[float] = field(default_factory=list)

    def elapsed(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "text/html; charset=utf-8"})


@dataclass
class Pages:
    """What the site says, by path; a list is said one after the other, its last for ever."""

    port: int = 0
    answers: dict[str, Answer | list[Answer]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def put(self, path: str, text: str, encoding: str = "utf-8", **headers: str) -> None:
        kind = {"content-type": f"text/html; charset={encoding}"}
        self.answers[path] = Answer(text.encode(encoding), headers=kind | headers)

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        self.asked.append((path, headers))
        found = self.answers.get(path, Answer(b"nothing here", 404))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        tag = found.headers.get("etag")
        if tag and headers.get("if-none-match") == tag:
            return Answer(b"", 304, {"etag": tag})
        return found


@contextmanager
def serving() -> Iterator[Pages]:
    """A running site."""
    pages = Pages()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = pages.answer(self.path, {k.lower(): v for k, v in self.headers.items()})
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(given.body)))
            self.end_headers()
            with suppress(BrokenPipeError):  # the fetcher had enough
                self.wfile.write(given.body)

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    pages.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield pages
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
