"""A house that agencies' systems call: a county's authority above a township's, and another agency beside."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
from fastapi import FastAPI
from tests.conftest import TEMPLATE, SteppingClock, _create
from tests.sending import AUTHORITY, row

from xinheng.faces.app import App, Settings, init_home, open_app
from xinheng.faces.web.api import submission_shapes as shapes
from xinheng.faces.web.application import create_app
from xinheng.ground.store import Server
from xinheng.office.access import clients, moving
from xinheng.office.access import service as access
from xinheng.office.access.model_clients import Scope

TOKEN, PATH = "/api/v1/oauth/token", "/api/v1/submissions"
_rows = itertools.count(1)


@dataclass
class Place:
    """A house with a county's authority above a township's, and another agency beside them."""

    app: App
    clock: SteppingClock
    site: FastAPI

    def client(self, agency: str = "A", *scopes: Scope) -> tuple[str, str]:
        """A new program of an agency: id and secret."""
        with self.app.database.transaction() as tx:
            unit = access.by_code(tx, agency)
            made, secret = clients.add_client(tx, unit, "执法系统", scopes or list(Scope), self.clock, "test")
        return made.client, secret

    def bearer(self, agency: str = "A", *scopes: Scope) -> dict[str, str]:
        """Headers of a program of an agency."""
        given = self.app.client_token(*self.client(agency, *scopes), None, "127.0.0.1")
        return {"authorization": f"Bearer {given.bearer}"}

    def allow(self, above: str, below: str) -> None:
        """Let one agency enter for another."""
        with self.app.database.transaction() as tx:
            pair = (access.by_code(tx, above).agency, access.by_code(tx, below).agency)
            given = moving.Permission(*pair, date(2026, 1, 1), None)
            moving.allow_behalf(tx, given, self.clock, "test")

    def count(self, table: str) -> int:
        with self.app.database.transaction() as tx:
            return int(tx.fetch(f"select count(*) from {table}")[0][0])


@contextmanager
def programs(folder: Path, server: Server) -> Iterator[Place]:
    """The house, in a database of its own."""
    name = f"api_{uuid4().hex[:12]}"
    _create(server, name, TEMPLATE)
    clock = SteppingClock()
    made = Settings(home=folder / "home", dsn=server.address(name), upload_bytes=8 << 20, calls_per_minute=0)
    init_home(made, "national", clock)
    with open_app(made, clock, serving=True) as app:
        with app.database.transaction() as tx:
            for code, called, parent in (
                ("A", AUTHORITY, None),
                ("A1", "清河市东山镇人民政府", "A"),
                ("B", "清河市城市管理局", None),
            ):
                access.add_agency(tx, access.NewAgency(code, called, parent), clock, "test")
        yield Place(app, clock, create_app(app))


def fresh(**cells: str) -> dict[str, str]:
    """A row that nobody has sent before."""
    return row(next(_rows), **cells)


def body(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"item": "penalty", "rows": list(rows), **more}


def answer(response: httpx.Response) -> shapes.SubmissionAnswer:
    return shapes.SubmissionAnswer.model_validate_json(response.content)


def code(response: httpx.Response) -> str:
    return str(orjson.loads(response.content)["code"])
