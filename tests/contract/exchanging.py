"""A house with an exchange in it, and an agency that writes rows: what contract and drill share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, insert
from tests.contract.agencies import LOOPBACK, AgencyDatabase
from tests.sending import House, row

from xinheng.outward.exchange import running, service, tables
from xinheng.outward.exchange.model import Exchange


class PublishingHouse(House):
    """A house whose log is published by whoever looks: here nobody does."""

    def publish(self) -> None:
        return None


@dataclass
class Trade:
    """One exchange, both ends of it."""

    house: Any
    exchange: Exchange
    database: AgencyDatabase
    outbox: Table

    def write(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """What the agency does: insert rows, commit."""
        with self.database.engine().begin() as link:
            given = [lower(r) for r in rows]
            names = dict.fromkeys(name for each in given for name in each)
            given = [{name: each.get(name) for name in names} for each in given]
            for start in range(0, len(given), 2000):
                link.execute(insert(self.outbox), given[start : start + 2000])

    def run(self, **more: Any) -> running.Ran:
        return running.run(self.house, self.exchange, LOOPBACK, **more)

    def results(self) -> dict[str, str]:
        """Outcome of each row id; every id once."""
        found = self.database.rows("select row_id, outcome from xinheng_results order by row_id")
        assert len({r[0] for r in found}) == len(found), "a row was answered twice"
        return {str(row_id): outcome for row_id, outcome in found}

    def waiting(self) -> int:
        name = self.outbox.name
        return int(self.database.rows(f"select count(*) from {name} where taken_batch is null")[0][0])


def lower(given: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the outbox: columns in lower case, without those of identity numbers."""
    return {name.lower(): value for name, value in given.items()}


def trade(house: Any, database: AgencyDatabase, agency: str = "A", **more: Any) -> Trade:
    """Make the tables and register the exchange."""
    item = house.pack.item("penalty")
    database.run(tables.ddl(database.server.dialect, item))
    name = more.pop("name", f"{agency.lower()}-{database.server.dialect.value}")
    new = service.NewExchange(agency, name, "penalty", database.dsn, **more)
    with house.database.transaction() as tx:
        made = service.register(tx, house.pack, house.keys.folder, new, house.clock, "test")
    outbox = tables.outbox(item, more.get("outbox"))
    return Trade(house, made, database, outbox)


def penalties(start: int, count: int, **cells: str) -> list[dict[str, str]]:
    return [row(n, **cells) for n in range(start, start + count)]
