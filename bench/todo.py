"""The to-do page of an office with 100 000 open cases, over HTTP, against a bare handler with the same bytes.

A home of one credit office over three hundred units; cases of eight kinds, most with a term, some overdue,
some in hand, some handed down, and a tenth as many closed ones. One uvicorn worker, a signed-in session, one
kept-alive connection; the bare handler answers the bytes that ours answered. Figures are p95 of a round,
medians of three rounds. The pages asked for in turn: the whole list, its second page, one unit, one kind,
overdue only, and nobody's.
"""

from __future__ import annotations

import json
import os
import random
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn

from xinheng.core.times import today
from xinheng.faces.app import App, Settings, init_home, open_app
from xinheng.faces.web.application import create_app
from xinheng.faces.web.server import settled
from xinheng.office.access import accounts
from xinheng.office.access import service as access
from xinheng.office.access.model import Agency, AgencyKind, Role
from xinheng.office.cases import service as cases
from xinheng.office.cases.model import PLATFORM, NewCase, State

AIM_MS = 100
ROUNDS, ASKED = 3, 60
UNITS, OPEN = 300, 100_000
KINDS = {
    "returned_row": 60,
    "revocation": 5,
    "code_wrong": 10,
    "code_duplicate": 10,
    "code_appeal": 2,
    "record_objection": 3,
    "suspicion": 5,
    "silence": 5,
}
Message = dict[str, Any]


@dataclass
class Office:
    """The house with its credit office, the units below it, and the way in."""

    app: App
    agency: Agency
    units: list[UUID]
    password: str


def measure(*, small: bool = False) -> list[dict[str, object]]:
    """Rows for `./run bench`."""
    count = OPEN // 10 if small else OPEN
    with tempfile.TemporaryDirectory(prefix="xh-bench-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            folder.chmod(0o711)
        settings = Settings(home=folder / "home", memory_mb=400)
        init_home(settings, "national")
        with open_app(settings, serving=True) as app:
            office = _office(app)
            _cases(office, count)
            with settled(), _served(create_app(app)) as url:
                return _asked(url, office, count)


def _office(app: App) -> Office:
    with app.database.transaction() as tx:
        new = access.NewAgency("XYB", "清河市信用办", kind=AgencyKind.OFFICE)
        office = access.add_agency(tx, new, app.clock, "bench")
        units = [
            access.add_agency(
                tx, access.NewAgency(f"U{n:03}", f"清河市第{n}局", "XYB"), app.clock, "bench"
            ).agency
            for n in range(UNITS)
        ]
        account = accounts.NewAccount("office", "信用办", Role.OFFICE, office)
        _, password = accounts.add_account(tx, account, app.passwords, app.clock, "bench")
    return Office(app, office, units, password)


def _cases(office: Office, count: int) -> None:
    app, rnd, day = office.app, random.Random(7), today(office.app.clock)
    kinds, weights = list(KINDS), list(KINDS.values())
    hands = [UUID(int=rnd.getrandbits(128)) for _ in range(UNITS)]

    def news(number: int) -> Iterator[NewCase]:
        for n in range(number):
            unit = rnd.randrange(UNITS)
            yield NewCase(
                kind=rnd.choices(kinds, weights)[0],
                title=f"行政处罚退回：清市监罚字〔2026〕{n}号",
                owner=office.units[unit],
                ref=f"receipt:{UUID(int=rnd.getrandbits(128))}/{n}",
                due_on=day + timedelta(days=rnd.randint(-30, 40)) if rnd.random() < 0.8 else None,
                basis="信用网站报送时限：7个工作日",
                detail={"item": "penalty"},
                opener=office.agency.agency if rnd.random() < 0.05 else None,
                account=hands[unit] if rnd.random() < 0.3 else None,
            )

    with app.database.bulk() as tx:
        cases.open_many(tx, news(count // 10), app.clock)
    with app.database.transaction() as tx:
        ids = list(cases.open_keys(tx, office.units, "returned_row"))
        cases.step_many(tx, ids, "corrected", PLATFORM, "", app.clock, State.CLOSED, "corrected")
    with app.database.bulk() as tx:
        cases.open_many(tx, news(count), app.clock)


def _asked(url: str, office: Office, count: int) -> list[dict[str, object]]:
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        form = client.get("/desk/sign-in").text
        token = re.search(r'name="csrf" value="([^"]+)"', form)
        given = {"csrf": token[1] if token else "", "login": "office", "password": office.password}
        client.post("/desk/sign-in", data=given | {"next": "/desk"})
        # the server sweeps the table by itself within a minute; here nobody wants to wait
        _sweep(office.app)
        first = client.get("/desk/cases").text
        second = re.search(r'rel="next" href="([^"]+)"', first)
        if second is None:
            raise SystemExit("the list has no second page")
        pages = [
            "/desk/cases",
            second[1].replace("&amp;", "&"),
            f"/desk/cases?owner={office.units[0]}",
            "/desk/cases?kind=silence",
            "/desk/cases?colour=red",
            "/desk/cases?hand=nobody",
        ]
        bodies = [client.get(page).content for page in pages]
        with _served(_bare(bodies)) as bare, httpx.Client(base_url=bare, trust_env=False) as plain:
            ours, other, worst = _rounds(client, plain, pages)
    return [
        {
            "name": f"to-do page, {count} open cases, p95 (ms)",
            "ours": round(ours, 1),
            "bare": round(other, 1),
            "ratio": round(ours / other, 1),
            "aim": f"≤ {AIM_MS} ms",
            "bytes": len(bodies[0]),
            "slowest page": worst,
        }
    ]


def _rounds(client: httpx.Client, plain: httpx.Client, pages: list[str]) -> tuple[float, float, str]:
    found: dict[str, list[float]] = {"ours": [], "bare": []}
    each: dict[str, list[float]] = {page: [] for page in pages}
    for _ in range(ROUNDS):
        for name, asker in (("ours", client), ("bare", plain)):
            waits = []
            for n in range(ASKED):
                page = pages[n % len(pages)]
                began = time.perf_counter()
                answer = asker.get(page if name == "ours" else f"/{n % len(pages)}")
                waits.append((time.perf_counter() - began) * 1000)
                if answer.status_code != 200:
                    raise SystemExit(f"{page} answered {answer.status_code}")
                if name == "ours":
                    each[page].append(waits[-1])
            waits.sort()
            found[name].append(waits[int(0.95 * len(waits))])
    slow = max(each, key=lambda page: statistics.median(each[page]))
    words = json.dumps({re.sub("[0-9a-f-]{30,}", "…", slow): round(statistics.median(each[slow]), 1)})
    return statistics.median(found["ours"]), statistics.median(found["bare"]), words


def _sweep(app: App) -> None:
    import psycopg

    with psycopg.connect(app.database.dsn, autocommit=True) as link:
        link.execute("vacuum analyze cases")


def _bare(bodies: list[bytes]) -> Any:
    async def handle(scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        body = bodies[int(scope["path"].strip("/"))]
        headers = [(b"content-type", b"text/html"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return handle


@contextmanager
def _served(app: Any) -> Iterator[str]:
    """One uvicorn worker in a thread; its address."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False, lifespan="on")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
