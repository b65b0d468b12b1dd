"""Lookup by code over HTTP, against a bare ASGI handler with the same SQL and the same bytes.

Both are one uvicorn worker on the same database, asked for the same codes over the same kept-alive
connections by the same client, in turn, three times; the figures are medians. The bare handler executes
exactly the statements that ours was seen to execute and answers with its bytes, made beforehand. The p99 is
taken with requests sent by the clock at half the rate that ours reached, and counts from when each should
have left.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.lookup_server import HOST, PREFIX, Prepared
from xinheng.faces.app import Settings, init_home, open_app
from xinheng.faces.app.demo.install import OPENED, PACK, DemoHome, ReplayClock, install_demo
from xinheng.faces.app.demo.plan import deliveries

AIM = "≥ 0.6"
AIM_MS = 10
ROUNDS = 3
DAYS = 4  # of the demo city: some seven hundred organisations with their records
ASKED = 200
CONNECTIONS = 16


def measure(*, small: bool = False) -> list[dict[str, object]]:
    """Rows for `./run bench`."""
    seconds = 1.0 if small else 4.0
    with tempfile.TemporaryDirectory(prefix="xh-bench-") as folder:
        if os.geteuid() == 0:
            Path(folder).chmod(0o711)
        settings = Settings(home=Path(folder) / "home", memory_mb=600)
        _build(settings)
        codes = _codes()
        answers = Path(folder) / "answers"
        with open_app(replace(settings, memory_mb=200)):  # keeps the database up while servers come and go
            answers.write_bytes(pickle.dumps(_seen(settings, codes, Path(folder) / "statements")))
            return _compare(settings, codes, answers, seconds)


def _build(settings: Settings) -> None:
    home = DemoHome(settings.home)
    home.claim()
    clock = ReplayClock(OPENED)
    init_home(settings, PACK, clock)
    with open_app(settings, clock, serving=True) as app:
        install_demo(app, home, clock, lambda *_: None, most=DAYS)


def _codes() -> list[str]:
    """Codes of organisations on which the first days left records."""
    found = [
        row["XK_XDR_SHXYM"]
        for delivery in deliveries()[:6]
        for row in delivery.rows
        if len(row.get("XK_XDR_SHXYM", "")) == 18 and row["XK_XDR_SHXYM"].isalnum()
    ]
    return random.Random(4).sample(sorted(set(found)), ASKED)


def _seen(settings: Settings, codes: list[str], record: Path) -> Prepared:
    """For each code that is found: the statements that ours executes, and the body that it answers."""
    prepared: Prepared = {}
    with _serving("noting", settings, record) as port:
        asyncio.run(_ask_each(port, codes[:1]))
        for code in list(codes):
            record.write_bytes(b"")
            [(status, body)] = asyncio.run(_ask_each(port, [code]))
            if status != 200:
                codes.remove(code)
                continue
            prepared[code] = (list(_unpickled(record)), body)
    return prepared


def _unpickled(record: Path) -> Iterator[tuple[str, Any]]:
    with record.open("rb") as file:
        while file.peek(1):
            yield pickle.load(file)  # noqa: S301 (our own file of a moment ago)


def _compare(settings: Settings, codes: list[str], answers: Path, seconds: float) -> list[dict[str, object]]:
    with ExitStack() as stack:
        ports = {kind: stack.enter_context(_serving(kind, settings, answers)) for kind in ("ours", "bare")}
        rates: dict[str, list[float]] = {kind: [] for kind in ports}
        for port in ports.values():
            asyncio.run(_rate(port, codes, seconds / 2))  # warm
        for _ in range(ROUNDS):
            for kind, port in ports.items():
                rates[kind].append(asyncio.run(_rate(port, codes, seconds)))
        ours, bare = (statistics.median(rates[kind]) for kind in ("ours", "bare"))
        p99 = {
            kind: statistics.median(
                [asyncio.run(_p99(port, codes, ours / 2, seconds)) for _ in range(ROUNDS)]
            )
            for kind, port in ports.items()
        }
    return [
        {
            "name": "lookup by code over HTTP (requests/s)",
            "ours": round(ours),
            "bare": round(bare),
            "ratio": round(ours / bare, 2),
            "aim": AIM,
        },
        {
            "name": f"lookup by code, p99 at {round(ours / 2)}/s (ms)",
            "ours": round(p99["ours"], 1),
            "bare": round(p99["bare"], 1),
            "ratio": round(p99["ours"] / p99["bare"], 1),
            "aim": f"≤ {AIM_MS} ms",
        },
    ]


@contextmanager
def _serving(kind: str, settings: Settings, file: Path) -> Iterator[int]:
    """One server as a process of its own; its port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.lookup_server", kind, str(settings.home), str(port), str(file)]
    )
    try:
        _until_open(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit("the server did not start")


class Line:
    """One kept-alive HTTP/1.1 connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Line:
        return cls(*await asyncio.open_connection(HOST, port))

    async def get(self, code: str) -> tuple[int, bytes]:
        self._writer.write(f"GET {PREFIX}{code} HTTP/1.1\r\nhost: {HOST}\r\n\r\n".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        return int(head[9:12]), await self._reader.readexactly(length)

    def close(self) -> None:
        self._writer.close()


async def _ask_each(port: int, codes: list[str]) -> list[tuple[int, bytes]]:
    line = await Line.open(port)
    try:
        return [await line.get(code) for code in codes]
    finally:
        line.close()


async def _rate(port: int, codes: list[str], seconds: float) -> float:
    """Answers a second with CONNECTIONS askers, each asking again as soon as it is answered."""
    end = time.perf_counter() + seconds
    counts = await asyncio.gather(*(_asking(port, codes, n, end) for n in range(CONNECTIONS)))
    return sum(counts) / seconds


async def _asking(port: int, codes: list[str], first: int, end: float) -> int:
    line, count = await Line.open(port), 0
    while time.perf_counter() < end:
        status, _ = await line.get(codes[(first * 7 + count) % len(codes)])
        if status != 200:
            raise SystemExit(f"the server answered {status}")
        count += 1
    line.close()
    return count


async def _p99(port: int, codes: list[str], rate: float, seconds: float) -> float:
    """Milliseconds within which 99 of 100 requests are answered when `rate` a second are due."""
    lines = [await Line.open(port) for _ in range(CONNECTIONS)]
    start = time.perf_counter() + 0.05
    waits: list[float] = []

    async def send(number: int, line: Line) -> None:
        for i in range(number, int(rate * seconds), len(lines)):
            due = start + i / rate
            if (ahead := due - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            await line.get(codes[i % len(codes)])
            waits.append(time.perf_counter() - due)

    await asyncio.gather(*(send(number, line) for number, line in enumerate(lines)))
    for line in lines:
        line.close()
    waits.sort()
    return waits[int(0.99 * len(waits))] * 1000
