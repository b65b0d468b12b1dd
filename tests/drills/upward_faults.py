"""Partners that fail in every way a network and a tired server know: seeded, to be had again."""

from __future__ import annotations

import http.client
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

MANIFEST = ".manifest.json"
FAULTS = ("drop", "delay", "half", "repeat")


@dataclass
class Carrier:
    """Carries files between two folders, badly: loses, holds back, tears and repeats them."""

    below: Path
    above: Path
    chance: random.Random
    faulty: bool = True
    done: set[str] = field(default_factory=set)
    held: list[tuple[Path, str, bytes, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for side in (self.below, self.above):
            for name in ("outbox", "inbox"):
                (side / name).mkdir(parents=True)

    def up(self) -> None:
        self._carry(self.below / "outbox", self.above / "outbox")

    def down(self) -> None:
        self._carry(self.above / "inbox", self.below / "inbox")

    def _carry(self, here: Path, there: Path) -> None:
        waiting = [h for h in self.held if h[0] == there]
        self.held = [h for h in self.held if h[0] != there]
        for manifest in sorted(here.glob(f"*{MANIFEST}")):
            data = here / manifest.name.removesuffix(MANIFEST)
            if not data.exists():  # torn before; what is whole comes later
                manifest.unlink()
                continue
            waiting.append((there, data.name, data.read_bytes(), manifest.read_bytes()))
            data.unlink()
            manifest.unlink()
        self.chance.shuffle(waiting)
        for one in waiting:
            self._deliver(*one)

    def _deliver(self, there: Path, name: str, data: bytes, manifest: bytes) -> None:
        fault = self.chance.choice((*FAULTS, "good", "good", "good")) if self.faulty else "good"
        self.done.add(fault)
        if fault == "drop":
            return
        if fault == "delay":
            self.held.append((there, name, data, manifest))
            return
        if fault == "half":
            self.held.append((there, name, data, manifest))
            data = data[: len(data) // 2]
        if fault == "repeat":
            self.held.append((there, name, data, manifest))
        (there / name).write_bytes(data)
        (there / (name + MANIFEST)).write_bytes(manifest)


@dataclass
class Proxy:
    """Between two instances: loses requests and answers, asks twice, tears answers, says it is busy."""

    upstream: str
    chance: random.Random
    faulty: bool = True
    done: set[str] = field(default_factory=set)
    last: tuple[str, str, bytes, dict[str, str]] | None = None  # a POST, to be made again out of its order
    address: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def pick(self, method: str) -> str:
        with self.lock:
            kinds = ("lost", "unheard", "busy", "torn", "again", *("good",) * 16)
            fault = self.chance.choice(kinds) if self.faulty else "good"
            self.done.add(fault)
        return fault

    def forward(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        at = urlsplit(self.upstream)
        link = http.client.HTTPConnection(at.hostname or "", at.port, timeout=60)
        try:
            link.request(method, path, body or None, headers)
            answer = link.getresponse()
            content = answer.read()
            kept = {n: v for n, v in answer.getheaders() if n.lower() in ("content-type", "location")}
            return answer.status, kept, content
        finally:
            link.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def log_message(self, *given: object) -> None:
        return None

    def do_GET(self) -> None:
        self._do("GET")

    def do_POST(self) -> None:
        self._do("POST")

    def _do(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        given = {n: v for n, v in self.headers.items() if n.lower() not in ("host", "connection")}
        fault = "good" if self.path.endswith("/token") else self.proxy.pick(method)
        if fault == "lost":
            self._hang_up()
            return
        if fault == "busy":
            self._answer(503, {}, b"{}")
            return
        if fault == "again" and self.proxy.last is not None:  # an old request comes out of its order
            self.proxy.forward(*self.proxy.last)
        status, headers, content = self.proxy.forward(method, self.path, body, given)
        if method == "POST" and "/submissions" in self.path:
            self.proxy.last = (method, self.path, body, given)
        if fault == "unheard":
            self._hang_up()
            return
        self._answer(status, headers, content[: len(content) // 2] if fault == "torn" else content)

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        with suppress(OSError):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(2)


@contextmanager
def proxied(upstream: str, chance: random.Random) -> Iterator[Proxy]:
    """A faulty proxy before a server, on a free loopback port."""
    proxy = Proxy(upstream, chance)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": proxy}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    proxy.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
