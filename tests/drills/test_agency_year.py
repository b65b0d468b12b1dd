"""A year of an invented agency goes in by file, API and table; every figure on its page is the plan's.

1 200 decisions in batches every six weeks in the plain run; 40 000, every week, with `--long` (issue 3).
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from tests import sending
from tests.conftest import SteppingClock
from tests.contract.agencies import (
    AgencyServer,
    agency_postgresql,  # noqa: F401 - fixture
)
from tests.contract.exchanging import Trade, trade
from tests.drills.agency_year import Decision, Kind, Year
from tests.unit.faces.web.asgi import Client
from tests.unit.faces.web.test_desk import sign_in

from xinheng.evidence.intake import service as intake
from xinheng.evidence.intake import withdrawal
from xinheng.evidence.intake.model import Request
from xinheng.evidence.intake.withdrawal import Taken
from xinheng.faces.app import App, Settings, init_home, open_app
from xinheng.faces.web.application import create_app
from xinheng.office.access import accounts, clients
from xinheng.office.access import service as agencies
from xinheng.office.access.model import Role
from xinheng.office.access.model_clients import Scope

FIGURES = {"accepted": "接收", "corrected": "更正", "known": "已有", "returned": "退回", "late": "迟报",
           "persons": "自然人行"}  # fmt: skip
WAYS = {"file": "文件", "api": "接口", "table": "库表交换"}


@dataclass
class Site:
    """A home with the agency in it, its program, its database, and its clerk at the desk."""

    app: App
    clock: SteppingClock
    client: Client
    password: str
    program: tuple[str, str]
    table: Trade
    folder: Path
    bearer: str = ""
    sent: Counter[str] = field(default_factory=Counter)

    def stand(self, day: date) -> None:
        """Ten o'clock in Shanghai on that day; the program's token has run out."""
        self.clock.set(datetime(day.year, day.month, day.day, 2, tzinfo=UTC))
        self.bearer = ""

    def send(self, way: str, rows: Sequence[dict[str, str]]) -> None:
        self.clock.step(minutes=1)
        self.sent[way] += 1
        {"file": self._file, "api": self._api, "table": self._table}[way](rows)

    def _file(self, rows: Sequence[dict[str, str]]) -> None:
        sheet = sending.write(self.folder / f"sheet-{self.sent['file']}.csv", rows)
        intake.submit(self.app, Request(sheet, sheet.name, "penalty", source="A"))
        self.app.publish()

    def _api(self, rows: Sequence[dict[str, str]]) -> None:
        if not self.bearer:
            form = {"grant_type": "client_credentials"}
            answer = self.client.post("/api/v1/oauth/token", data=form, auth=self.program)
            assert answer.status_code == 200, answer.text
            self.bearer = answer.json()["access_token"]
        answer = self.client.post(
            "/api/v1/submissions",
            json={"item": "penalty", "rows": list(rows)},
            headers={"authorization": f"Bearer {self.bearer}", "idempotency-key": f"k{self.sent['api']}"},
        )
        assert answer.status_code == 201, answer.text

    def _table(self, rows: Sequence[dict[str, str]]) -> None:
        self.table.write(rows)
        self.table.run()

    def withdraw(self, each: Decision) -> None:
        with self.app.database.transaction() as tx:
            agency = agencies.by_code(tx, "A")
            assert each.withdrawn_on is not None
            taken = Taken(self.record_of(each), each.withdrawn_on, "原决定已撤销", self.app.pack.label)
            withdrawal.withdraw(tx, taken, agency, self.clock, self.app.projectors)

    def record_of(self, each: Decision) -> UUID:
        with self.app.database.transaction() as tx:
            rows = tx.fetch("select record from records where document = %(d)s", {"d": each.document})
        assert len(rows) == 1, each
        return UUID(str(rows[0][0]))

    def page(self) -> dict[tuple[str, str], dict[str, str]]:
        """The agency's figures as its clerk downloads them: (group, name) -> measure -> text."""
        sign_in(self.client, "a-clerk", self.password)
        answer = self.client.get("/desk/figures.csv?from=2025-10&to=2026-12")
        assert answer.status_code == 200, answer.text
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        return {(row.pop("分类"), row.pop("名称")): row for row in rows}


@pytest.fixture
def site(
    home: Path,
    dsn: str,
    clock: SteppingClock,
    agency_postgresql: AgencyServer,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> Iterator[Site]:
    settings = Settings(home=home / "home", dsn=dsn)
    clock.set(datetime(2025, 10, 1, 2, tzinfo=UTC))
    init_home(settings, "national", clock)
    with open_app(settings, clock, serving=True) as app:
        with app.database.transaction() as tx:
            agency = agencies.add_agency(tx, agencies.NewAgency("A", sending.AUTHORITY), clock, "测试")
            new = accounts.NewAccount("a-clerk", "经办人", Role.CLERK, agency)
            _, password = accounts.add_account(tx, new, app.passwords, clock, "测试")
            program, secret = clients.add_client(tx, agency, "办案系统", list(Scope), clock, "测试")
        table = trade(app, agency_postgresql.database("year"), "A", name="a-year")
        with Client(create_app(app)) as client:
            yield Site(app, clock, client, password, (str(program.client), secret), table, tmp_path)


def drill(site: Site, year: Year) -> None:
    for day in year.send_days():
        site.stand(day)
        for way, rows in year.batches(day):
            site.send(way, rows)
        for each in year.withdrawals(day):
            site.withdraw(each)
    check(site, year)


def check(site: Site, year: Year) -> None:
    """Every figure of the page, by month, by way and in all, is the plan's."""
    page, expected = site.page(), year.expected()
    assert all(site.sent[way] > 5 for way in WAYS)
    for name, text in FIGURES.items():
        found = {m: int(row[text]) for (group, m), row in page.items() if group == "月份" and int(row[text])}
        assert found == {m: n for (m, f), n in expected.items() if f == name}, name
        total = next(row for (group, _), row in page.items() if group == "合计")
        assert int(total[text]) == sum(n for (_, f), n in expected.items() if f == name), name
    found_ways = {m: int(row["接收"]) for (group, m), row in page.items() if group == "途径"}
    assert found_ways == {WAYS[way]: n for way, n in year.expected_by_way().items()}
    total = next(row for (group, _), row in page.items() if group == "合计")
    assert int(total["撤回"]) == len(year.withdrawn())
    withdrawn = Counter(f"{d.withdrawn_on:%Y-%m}" for d in year.withdrawn())
    assert {m: int(r["撤回"]) for (g, m), r in page.items() if g == "月份" and int(r["撤回"])} == withdrawn
    kept_apart(site, year)


def kept_apart(site: Site, year: Year) -> None:
    """Simplified decisions are held and not shown; of persons only the numbers stay."""
    with site.app.database.transaction() as tx:
        hidden = tx.fetch("select count(*) from records where not shown_mark")[0][0]
        numbers = {row[0] for row in tx.fetch("select number from number_register where why = 'person'")}
        held = {row[0] for row in tx.fetch("select document from records")}
    assert hidden == year.kinds()[Kind.SIMPLIFIED]
    assert numbers == {d.document for d in year.decisions if d.kind is Kind.PERSON}
    assert held == {d.document for d in year.decisions if d.accepted_on is not None}


def test_a_year_of_decisions_comes_out_as_planned(site: Site) -> None:
    drill(site, Year(1_200, every=42))


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_a_year_of_forty_thousand_decisions_comes_out_as_planned(site: Site) -> None:
    drill(site, Year(40_000))
