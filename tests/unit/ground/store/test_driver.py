"""The bulk driver: one for an address, whoever connects and whenever it is let go of."""

from __future__ import annotations

import adbc_driver_postgresql

from xinheng.ground.store import Database


def one(database: Database) -> object:
    with database.bulk() as tx:
        return tx.fetch("select 1")[0][0]


def test_the_server_is_asked_for_its_types_once(dsn, monkeypatch):
    asked: list[str] = []
    connect = adbc_driver_postgresql.connect
    monkeypatch.setattr(adbc_driver_postgresql, "connect", lambda uri: (asked.append(uri), connect(uri))[1])
    with Database(dsn) as database:
        assert [one(database), one(database), len(asked)] == [1, 1, 1]


def test_what_is_under_way_when_the_database_is_closed_still_ends(dsn):
    database = Database(dsn)
    with database.bulk() as tx:
        database.close()
        assert tx.fetch("select 2")[0][0] == 2
