"""Single rows through the API, against a bare handler that takes the same bodies into one table.

Both answer the same client over the same kept-alive connections: ours is the whole application with its warm
engine, tokens, audit, checks, ledger, receipt and published checkpoint; the bare one parses the JSON, inserts
it in one committed transaction, and answers. Each row is new to the house. Medians of three rounds.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import uvicorn
from fastapi import FastAPI, Request, Response
from psycopg_pool import ConnectionPool
from starlette.concurrency import run_in_threadpool

from bench.data import AUTHORITY, authority_code, unified_code
from xinheng.faces.app import App, Settings, init_home, open_app
from xinheng.faces.web.application import create_app
from xinheng.office.access import clients
from xinheng.office.access import service as access
from xinheng.office.access.model_clients import Scope

ROUNDS = 3
SENDERS = (1, 4)
PATH = "/api/v1/submissions"


def measure(*, small: bool = False) -> list[dict[str, object]]:
    """Rows for `./run bench`."""
    count = 8 if small else 40
    with tempfile.TemporaryDirectory(prefix="xh-bench-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            folder.chmod(0o711)
        settings = Settings(home=folder / "home", calls_per_minute=0, memory_mb=600)
        init_home(settings, "national")
        with open_app(settings, serving=True) as app:
            token = _token(app)
            bodies = ({"item": "penalty", "rows": [row]} for row in _fresh())
            with _served(create_app(app)) as ours, _served(_bare(app.database.dsn)) as bare:
                return [_compare(ours, bare, bodies, (token, senders, count)) for senders in SENDERS]


def _compare(
    ours: str, bare: str, bodies: Iterator[dict[str, Any]], how: tuple[str, int, int]
) -> dict[str, object]:
    token, senders, count = how
    headers = {"authorization": f"Bearer {token}"}
    asyncio.run(_send(ours + PATH, headers, list(itertools.islice(bodies, 2 * senders)), senders))  # warm
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    waits: list[float] = []
    for _ in range(ROUNDS):
        batch = list(itertools.islice(bodies, count))
        for name, url in (("ours", ours + PATH), ("bare", bare)):
            began = time.perf_counter()
            taken = asyncio.run(_send(url, headers, batch, senders))
            rates[name].append(count / (time.perf_counter() - began))
            waits += taken if name == "ours" else []
    mine, other = (statistics.median(rates[name]) for name in ("ours", "bare"))
    return {
        "name": f"API submissions of one row, {senders} at a time",
        "ours": f"{mine:.2f}/s",
        "bare": f"{other:.0f}/s",
        "ratio": f"{mine / other:.4f}",
        "aim": "–",
        "p50": f"{statistics.median(waits):.2f} s",
        "slowest": f"{max(waits):.2f} s",
    }


async def _send(url: str, headers: dict[str, str], batch: list[dict[str, Any]], senders: int) -> list[float]:
    """Seconds that each took; every one of them must be taken in."""
    waiting = iter(batch)
    taken: list[float] = []

    async def sender(client: httpx.AsyncClient) -> None:
        for body in waiting:
            began = time.perf_counter()
            answer = await client.post(url, json=body, headers=headers)
            taken.append(time.perf_counter() - began)
            if answer.status_code != 201:
                raise RuntimeError(answer.text)
            receipt = answer.json().get("receipt")
            if receipt is not None and receipt["counts"]["accepted"] != 1:
                raise RuntimeError(json.dumps(receipt, ensure_ascii=False))

    async with httpx.AsyncClient(timeout=120) as client:
        await asyncio.gather(*(sender(client) for _ in range(senders)))
    return taken


def _fresh() -> Iterator[dict[str, str]]:
    """Decisions that nobody has sent before, one organisation each."""
    for number in itertools.count(1):
        yield {
            "CF_XDR_MC": f"清河第{number}号商贸有限公司",
            "CF_XDR_LB": "法人及非法人组织",
            "CF_XDR_SHXYM": unified_code(number),
            "CF_FRDB": "李四",
            "CF_WSH": f"清市监处罚〔2026〕{number}号",
            "CF_WFXW": "违反广告管理规定",
            "CF_SY": "发布含有虚假内容的广告",
            "CF_YJ": "《中华人民共和国广告法》第五十五条第一款",
            "CF_CFLB": "罚款",
            "CF_NR": "处以罚款人民币肆万捌仟元",
            "CF_NR_FK": "4.8",
            "CF_JDRQ": "2026-11-12",
            "CF_YXQ": "2099-12-31",
            "CF_CFJG": AUTHORITY,
            "CF_CFJGDM": authority_code(),
            "CF_SJLY": AUTHORITY,
            "CF_SJLYDM": authority_code(),
        }


def _token(app: App) -> str:
    with app.database.transaction() as tx:
        agency = access.add_agency(tx, access.NewAgency("A", AUTHORITY), app.clock, "bench")
        client, secret = clients.add_client(tx, agency, "bench", list(Scope), app.clock, "bench")
    return app.client_token(client.client, secret, None, "127.0.0.1").bearer


def _bare(dsn: str) -> FastAPI:
    with psycopg.connect(dsn, autocommit=True) as link:
        link.execute("create table bench_bodies (id bigserial primary key, body jsonb not null)")
    pool = ConnectionPool(dsn, min_size=1, max_size=8, open=True)
    bare = FastAPI()

    def keep(body: bytes) -> None:
        with pool.connection() as link:
            link.execute("insert into bench_bodies (body) values (%s)", [body.decode()])

    @bare.post("/")
    async def take(request: Request) -> Response:
        body = await request.body()
        json.loads(body)
        await run_in_threadpool(keep, body)
        return Response(b"{}", 201, media_type="application/json")

    return bare


@contextmanager
def _served(app: FastAPI) -> Iterator[str]:
    """The address of a server in a thread of this process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", access_log=False, ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
