"""How the demo's agencies send beside files: a program with its secret, a table exchange, a captured page.

No system of an agency is there. The program can be tried with the commands of docs/api.md; the exchange is
registered and has never run; the page was there for the moment in which it was read, and left drafts.
"""

from __future__ import annotations

import json
import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xinheng.core.networks import networks
from xinheng.core.times import today
from xinheng.faces.app.demo import decisions
from xinheng.faces.app.demo.accounts import ACTOR
from xinheng.faces.app.demo.decisions import Numbers, Row
from xinheng.faces.app.demo.organisations import organisations
from xinheng.faces.app.demo.places import BY_KEY
from xinheng.faces.app.demo.plan import SEED
from xinheng.office.access import clients
from xinheng.office.access import service as access
from xinheng.office.access.model_clients import Scope
from xinheng.outward.capture import running as capturing
from xinheng.outward.capture import service as captures
from xinheng.outward.exchange import service as exchanges

if TYPE_CHECKING:
    from xinheng.faces.app.wiring import App

FILE: Final = "client.json"
LOOPBACK: Final = networks("127.0.0.0/8")
NOWHERE: Final = "postgresql://xinheng_exchange:none@zhifa.example.invalid/zhifa"
ROWS: Final = 4  # on the page
DESCRIPTION: Final = """item: penalty
start: {address}/xzcf.html
contact: office@example.invalid
rows: tr
fields:
{fields}
"""


@dataclass(frozen=True)
class DemoClient:
    """A program of an agency, shown at the start."""

    client: str
    secret: str
    agency: str


def ensure(app: App, folder: Path) -> DemoClient:
    """Enter what is not there; the program, with a new secret where the demo's file of it is lost."""
    with app.database.transaction() as tx:
        if not exchanges.listed(tx):
            new = exchanges.NewExchange(BY_KEY["transport"].code, "jt-zhifa", "penalty", NOWHERE)
            exchanges.register(tx, app.pack, app.home.keys, new, app.clock, ACTOR)
        captured = bool(captures.listed(tx))
    if not captured:
        _capture(app)
    return _client(app, folder / FILE)


def _client(app: App, path: Path) -> DemoClient:
    agency = BY_KEY["market"]
    with app.database.transaction() as tx:
        known = {one.client for one in clients.listed(tx)}
        try:
            kept = DemoClient(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            kept = None
        if kept is not None and kept.client in known:
            return kept
        unit = access.by_code(tx, agency.code)
        made, secret = clients.add_client(tx, unit, "执法办案系统（演示）", list(Scope), app.clock, ACTOR)
        found = DemoClient(made.client, secret, agency.name)
        # as with the accounts: a file of a program that is not there is made anew
        path.unlink(missing_ok=True)
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(json.dumps(asdict(found), ensure_ascii=False, indent=1) + "\n")
    return found


def _capture(app: App) -> None:
    rows = _decided(app)
    codes = [code for code in rows[0] if all(code in row for row in rows)]
    cells = ("".join(f"<td>{row[code]}</td>" for code in codes) for row in rows)
    page = "<table>" + "".join(f"<tr>{line}</tr>" for line in cells) + "</table>"
    fields = "\n".join(f"  {code}: 'td:nth-child({n})'" for n, code in enumerate(codes, 1))
    with _page(page.encode()) as address:
        text = DESCRIPTION.format(address=address, fields=fields)
        with app.database.transaction() as tx:
            made = captures.register(
                tx, app.pack, BY_KEY["environment"].code, "hbj-gongshi", text.encode(), app.clock
            )
        capturing.run(app, made, LOOPBACK, _Impatient())


def _decided(app: App) -> list[Row]:
    """What the environment's bureau has on its page: decisions that it has not reported yet."""
    chance = random.Random(f"{SEED}/page")  # noqa: S311 (invented data, not secrets)
    numbers = Numbers(BY_KEY["environment"], ("〔", "〕"), {})
    day = today(app.clock) - timedelta(days=3)
    firms = [o for o in organisations(SEED) if o.code.startswith("91")][300:]
    rows: list[Row] = []
    while len(rows) < ROWS:
        row = decisions.penalty(chance, numbers, chance.choice(firms), day)
        if row["X_PROCEDURE"] != decisions.SUMMARY:
            rows.append({**row, "CF_WSH": f"衡演环网〔{day.year}〕{len(rows) + 1}号"})
    return rows


class _Impatient:
    """Nobody else reads the page: there is nothing to be polite to."""

    def elapsed(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        return None


@contextmanager
def _page(content: bytes) -> Iterator[str]:
    """The page on a free port of this machine, while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there = self.path == "/xzcf.html"
            self.send_response(200 if there else 404)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(content) if there else 0))
            self.end_headers()
            if there:
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
