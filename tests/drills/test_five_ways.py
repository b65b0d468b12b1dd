"""The five ways end in the same records, versions and receipts for the same input (issue 3).

Five homes, one way each; every step hands in one row, since a form takes one at a time. What is compared is
all that is kept of it, field by field, but ids, keys of the home, and what says by which way it came.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests import sending
from tests.conftest import TEMPLATE, SteppingClock, _create
from tests.contract.agencies import (
    LOOPBACK,
    AgencyServer,
    agency_postgresql,  # noqa: F401 - fixture
)
from tests.contract.exchanging import Trade, trade
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import sign_in, token_in
from tests.unit.outward.capture.serving import Pages, Waiter, serving

from xinheng.evidence.intake import service as intake
from xinheng.evidence.intake.model import Request, Way
from xinheng.faces.app import App, Settings, init_home, open_app
from xinheng.faces.web.application import create_app
from xinheng.ground.store import Server
from xinheng.office.access import accounts, clients
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Agency, Role
from xinheng.office.access.model_clients import Scope
from xinheng.outward.capture import running
from xinheng.outward.capture import service as captures
from xinheng.outward.capture.service import Decider

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
# What is handed in, one after the other: right, late, summary, corrected, known again, one with marks.
STEPS: tuple[dict[str, str], ...] = (
    sending.row(1),
    sending.row(2, CF_JDRQ="2026-9-1"),
    sending.row(3, X_PROCEDURE="简易程序"),
    sending.row(1, CF_NR="处以罚款人民币肆万玖仟元", CF_NR_FK="4.9"),
    sending.row(2, CF_JDRQ="2026年9月1日"),
    sending.row(4, CF_CFLB="罚款；没收违法所得", CF_NR="没收违法所得三千元，处以罚款8.0（万元）",
                CF_NR_FK="8", CF_NR_WFFF="0.3", CF_XDR_MC="清河 第4号（商贸）有限公司"),
)  # fmt: skip
LISTS = ("CF_CFLB",)  # fields of which a form asks every value apart


@dataclass
class House:
    """One home with the agency in it, and what its way needs."""

    app: App
    clock: SteppingClock
    agency: Agency
    folder: Path
    extra: dict[str, Any] = field(default_factory=dict)

    def by_file(self, row: dict[str, str], step: int) -> None:
        sheet = sending.write(self.folder / f"{step}.csv", [row])
        intake.submit(self.app, Request(sheet, sheet.name, "penalty", source="A"))

    def by_form(self, row: dict[str, str], step: int) -> None:
        client: Client = self.extra["client"]
        page = client.get("/desk/form/penalty")
        key = re.search(r'name="key" value="([^"]+)"', page.text)
        assert key is not None
        fields = {f"f.{code}": value for code, value in row.items() if code not in LISTS}
        for code in LISTS:
            fields |= self._chosen(page.text, code, row[code])
        form = {"csrf": token_in(page), "key": key[1], "do": "send", **fields}
        answer = client.post("/desk/form/penalty", data=form)
        assert answer.status_code == 303, (step, html.unescape(answer.text))

    @staticmethod
    def _chosen(page: str, code: str, values: str) -> dict[str, str]:
        boxes = re.findall(rf'name="(s\.{code}\.\d+)" value="([^"]+)"', page)
        found = {name: value for name, value in boxes if value in values.split("；")}
        assert len(found) == len(values.split("；")), (boxes, values)
        return found

    def by_api(self, row: dict[str, str], step: int) -> None:
        client: Client = self.extra["client"]
        form = {"grant_type": "client_credentials"}
        token = client.post("/api/v1/oauth/token", data=form, auth=self.extra["program"]).json()
        answer = client.post(
            "/api/v1/submissions",
            json={"item": "penalty", "rows": [row]},
            headers={"authorization": f"Bearer {token['access_token']}", "idempotency-key": f"k{step}"},
        )
        assert answer.status_code == 201, answer.text

    def by_table(self, row: dict[str, str], step: int) -> None:
        table: Trade = self.extra["table"]
        table.write([row])
        assert len(table.run().batches) == 1, step

    def by_capture(self, row: dict[str, str], step: int) -> None:
        pages: Pages = self.extra["pages"]
        cells = "".join(f'<td class="{code}">{html.escape(value)}</td>' for code, value in row.items())
        pages.put(f"/{step}.html", f"<table class=list><tr>{cells}</tr></table>")
        text = f"item: penalty\nstart: {pages.base}/{step}.html\ncontact: {pages.base}/about\n"
        text += "rows: table.list tr\nfields:\n"
        text += "".join(f"  {code}: {{from: list, select: td.{code}}}\n" for code in row)
        with self.app.database.transaction() as tx:
            capture = captures.register(tx, self.app.pack, "A", f"step-{step}", text.encode(), self.app.clock)
        running.run(self.app, capture, LOOPBACK, Waiter())
        with self.app.database.transaction() as tx:
            waiting = captures.drafts(tx, capture, 10)
        assert len(waiting) == 1, step
        by = Decider(None, "a-clerk", self.agency.agency)
        sent = captures.confirm(self.app, capture, [waiting[0].draft], by)
        assert sent.error is None, sent


@contextmanager
def house(way: Way, folder: Path, server: Server, agency_server: AgencyServer) -> Iterator[House]:
    name = f"five_{way.value}"
    _create(server, name, TEMPLATE)
    clock = SteppingClock(NOW)
    settings = Settings(home=folder / "home", dsn=server.address(name))
    init_home(settings, "national", clock)
    with ExitStack() as stack:
        app = stack.enter_context(open_app(settings, clock, serving=True))
        with app.database.transaction() as tx:
            agency = agencies.add_agency(tx, agencies.NewAgency("A", sending.AUTHORITY), clock, "测试")
            new = accounts.NewAccount("a-clerk", "经办人", Role.CLERK, agency)
            _, password = accounts.add_account(tx, new, app.passwords, clock, "测试")
            program, secret = clients.add_client(tx, agency, "办案系统", list(Scope), clock, "测试")
        made = House(app, clock, agency, folder)
        if way in (Way.FORM, Way.API):
            made.extra["client"] = stack.enter_context(Client(create_app(app)))
            made.extra["program"] = (str(program.client), secret)
            sign_in(made.extra["client"], "a-clerk", password)
        if way is Way.TABLE:
            made.extra["table"] = trade(app, agency_server.database(name), "A", name="five")
        if way is Way.CAPTURE:
            made.extra["pages"] = stack.enter_context(serving())
        yield made


def kept(made: House) -> dict[str, Any]:
    """All that is kept, without ids and without what says by which way it came."""
    with made.app.database.transaction() as tx:
        events = tx.fetch(
            """select e.kind, e.known, o.item, c.line is not null, o.pack, c.valid_from, c.public, c.shared,
                      c.authorised, dense_rank() over (order by r.document, c.record)
               from events e join contents c using (event) join provenances o using (provenance)
               left join records r using (record) where o.item is not null order by e.seq"""
        )
        records = tx.fetch(
            """select r.document, r.item, s.code, s.name, r.profile, r.state, r.decided_on, r.authority,
                      r.due_on, r.received_on, r.shown_mark, r.reported_mark,
                      (select count(*) from contents c where c.record = r.record)
               from records r join subjects s using (subject) order by r.document"""
        )
        shown = tx.fetch(
            """select r.document, g.channel, g.regime, g.class, g.shown, c.first_day, c.earliest_end,
                      c.last_day
               from publicity p join records r using (record)
               cross join lateral (values
                   (site_ground, site_first_day, site_earliest_end, site_last_day),
                   (system_ground, system_first_day, system_earliest_end, system_last_day)
               ) as c (ground, first_day, earliest_end, last_day)
               join publicity_grounds g on g.ground = c.ground order by 1, 2"""
        )
        receipts = [receipt(made, tx, each) for each in reversed(intake.listed(tx))]
    return {"events": events, "records": records, "publicity": shown, "receipts": receipts}


def receipt(made: House, tx: Any, each: Any) -> dict[str, Any]:
    rows = list(intake.rows(tx, made.app.pack, each.receipt))
    told = [
        {name: value for name, value in row.as_json().items() if name not in ("line", "record")}
        for row in rows
    ]
    return {
        "item": each.item,
        "profile": each.profile,
        "pack": each.pack,
        "counts": each.counts,
        "constants": each.constants,
        "checks": {c["id"]: (c["failed"], c["errors"]) for c in each.checks if c["failed"] or c["errors"]},
        "rows": json.loads(json.dumps(told)),
    }


def test_five_ways_keep_the_same(
    tmp_path: Path,
    server: Server,
    agency_postgresql: AgencyServer,  # noqa: F811 - the fixture
) -> None:
    found: dict[Way, dict[str, Any]] = {}
    for way in Way:
        folder = tmp_path / way.value
        folder.mkdir()
        with house(way, folder, server, agency_postgresql) as made:
            for step, row in enumerate(STEPS):
                made.clock.set(NOW)
                made.clock.step(minutes=step)
                getattr(made, f"by_{way.value}")(row, step)
            found[way] = kept(made)
            with made.app.database.transaction() as tx:
                assert {k.way for k in intake.listed(tx)} == {way.value}
    first = found[Way.FILE]
    counts = [
        {name: n for name, n in each["counts"].items() if n and name != "position"}
        for each in first["receipts"]
    ]
    assert counts == [
        {"accepted": 1}, {"accepted": 1, "late": 1}, {"accepted": 1}, {"corrected": 1}, {"known": 1},
        {"accepted": 1},
    ]  # fmt: skip
    assert [row[12] for row in first["records"]] == [2, 1, 1, 1]
    for way, each in found.items():
        for part, value in each.items():
            assert value == first[part], (way, part)
