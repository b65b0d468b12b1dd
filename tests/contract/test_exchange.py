"""One suite over both dialects: what an agency on PostgreSQL may rely on, one on MariaDB may too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import insert, text
from tests.contract.agencies import (  # noqa: F401 - fixtures
    LOOPBACK,
    AgencyDatabase,
    AgencyServer,
    agency_mariadb,
    agency_postgresql,
)
from tests.contract.exchanging import PublishingHouse, Trade, lower, penalties, trade
from tests.sending import row
from tests.unit.evidence.intake.conftest import engine, national  # noqa: F401 - fixtures

from xinheng.evidence.intake import service as intake
from xinheng.ground.keys import Keys
from xinheng.outward.exchange import outbox, running, service, store, tables, writing
from xinheng.outward.exchange.errors import (
    AddressWrong,
    AgencyDatabaseAway,
    AgencyDatabaseRefused,
    ExchangeBusy,
    TablesWrong,
)
from xinheng.outward.exchange.model import Dialect, State
from xinheng.outward.targets import TargetForbidden


@pytest.fixture(params=["postgresql", "mariadb"])
def agency(request: pytest.FixtureRequest) -> AgencyServer:
    """One of the two."""
    return request.getfixturevalue(f"agency_{request.param}")


@pytest.fixture
def theirs(agency: AgencyServer, request: pytest.FixtureRequest) -> AgencyDatabase:
    return agency.database("sjj")


@pytest.fixture
def house(database, engine, national, clock, tmp_path) -> PublishingHouse:  # noqa: F811 - fixtures
    keys = Keys.create(tmp_path / "keys")
    return PublishingHouse(database, engine, keys, national, clock, tmp_path).open()


@pytest.fixture
def deal(house: PublishingHouse, theirs: AgencyDatabase) -> Iterator[Trade]:
    return trade(house, theirs)


def batches(deal: Trade) -> list:
    with deal.house.database.transaction() as tx:
        return store.batches(tx, deal.exchange.exchange, 100)


def test_rows_come_in_and_receipt_and_results_go_back(deal: Trade) -> None:
    wrong = row(3, CF_XDR_SHXYM="123")
    person = row(4, CF_XDR_MC="张三", CF_XDR_LB="自然人", CF_XDR_SHXYM="")
    deal.write([row(1), row(2), wrong, person])
    ran = deal.run()
    assert (len(ran.batches), ran.rows) == (1, 4)
    assert deal.results() == {"1": "accepted", "2": "accepted", "3": "returned", "4": "person"}
    ((receipt, taken, accepted, returned, persons, digest, first, last),) = deal.database.rows(
        "select receipt, taken, accepted, returned, persons, file_sha256, first_row, last_row "
        "from xinheng_receipts"
    )
    assert (taken, accepted, returned, persons, first, last) == (4, 2, 1, 1, "1", "4")
    assert digest == ran.batches[0].sha256
    assert receipt == str(ran.batches[0].receipt)
    with deal.house.database.transaction() as tx:
        kept = intake.kept_receipt(tx, ran.batches[0].receipt)
    assert (kept.way, kept.counts["accepted"]) == ("table", 2)
    assert deal.waiting() == 0


def test_a_result_says_what_is_wrong_and_what_the_record_is_called(deal: Trade) -> None:
    deal.write([row(1), row(2, CF_XDR_SHXYM="123")])
    deal.run()
    good, bad = deal.database.rows(
        "select line, record, check_ids, messages, return_no from xinheng_results order by row_id"
    )
    assert good[0] == 1
    assert len(good[1]) == 36
    assert bad[1] is None
    assert "penalty" in bad[2] or bad[2]
    assert "：" in bad[3]
    assert bad[4].endswith("/2")


def test_of_a_natural_person_the_outcome_and_nothing_else(deal: Trade) -> None:
    deal.write([row(1, CF_XDR_MC="张三", CF_XDR_LB="自然人", CF_XDR_SHXYM="")])
    deal.run()
    columns = [c.name for c in tables.results().columns if c.name not in {"batch", "row_id", "outcome"}]
    ((outcome, *rest),) = deal.database.rows(f"select outcome, {', '.join(columns)} from xinheng_results")
    assert outcome == "person"
    assert rest == [None] * len(columns)
    left = [p for p in deal.house.incoming.rglob("*") if p.suffix in {".jsonl", ".part"}]
    assert left == []
    assert deal.house.count("exchange_rows") == 0


def test_running_again_does_nothing(deal: Trade) -> None:
    deal.write(penalties(1, 5))
    deal.run()
    before = deal.database.rows("select * from xinheng_results order by row_id")
    assert deal.run().batches == ()
    assert deal.database.rows("select * from xinheng_results order by row_id") == before
    assert len(batches(deal)) == 1


def test_many_rows_go_in_batches_of_the_size_that_was_agreed(house, theirs: AgencyDatabase) -> None:
    deal = trade(house, theirs, batch_rows=3)
    deal.write(penalties(1, 7))
    assert [b.taken for b in deal.run(once=True).batches] == [3]
    assert deal.waiting() == 4
    assert [b.taken for b in deal.run().batches] == [3, 1]
    assert set(deal.results().values()) == {"accepted"}


def test_rows_that_are_committed_late_with_smaller_ids_are_not_lost(deal: Trade) -> None:
    """Why rows are marked: two transactions, the first to begin commits last."""
    late = deal.database.engine().connect()
    late.execute(insert(deal.outbox), [lower(r) for r in penalties(1, 3)])  # takes ids 1 to 3
    deal.write(penalties(4, 3))  # takes 4 to 6, commits first
    assert deal.run().rows == 3
    assert set(deal.results()) == {"4", "5", "6"}
    late.commit()
    late.close()
    assert deal.run().rows == 3
    assert deal.results() == dict.fromkeys("123456", "accepted")


def test_rows_that_are_not_committed_do_not_hold_up_the_others(deal: Trade) -> None:
    with deal.database.engine().connect() as late:
        late.execute(insert(deal.outbox), [lower(row(1))])
        deal.write(penalties(2, 1))
        assert deal.run().rows == 1
        late.rollback()
    assert deal.run().batches == ()


def test_a_corrected_row_is_a_new_row(deal: Trade) -> None:
    deal.write([row(1)])
    deal.run()
    deal.write([row(1, CF_NR="处以罚款人民币伍万元", CF_NR_FK="5")])
    deal.run()
    assert deal.results() == {"1": "accepted", "2": "corrected"}


def test_the_same_rows_again_are_known(deal: Trade) -> None:
    deal.write([row(1)])
    deal.run()
    deal.write([row(1)])
    deal.run()
    assert deal.results() == {"1": "accepted", "2": "known"}


@pytest.mark.parametrize(
    ("state", "noted"),
    [(State.CLAIMING, True), (State.CLAIMING, False), (State.WRITTEN, True), (State.ENTERED, False)],
)
def test_whatever_was_done_before_the_end_is_not_done_twice(
    deal: Trade, monkeypatch: pytest.MonkeyPatch, state: State, noted: bool
) -> None:
    """Stopped right after the note of a state, or right before it: the next run ends the same batch."""
    deal.write([*penalties(1, 4), row(5, CF_XDR_SHXYM="1")])
    saved = store.save

    def save(tx, batch):
        if batch.state is {State.CLAIMING: State.WRITTEN}.get(state, state) and not noted:
            raise KeyboardInterrupt
        saved(tx, batch)

    def told(batch) -> None:
        if batch.state is state and noted:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(store, "save", save)
        deal.run(told=told)
    (first,) = batches(deal)
    deal.run()
    (only,) = batches(deal)
    assert (only.batch, only.state) == (first.batch, State.DONE)
    assert deal.results() == {**dict.fromkeys("1234", "accepted"), "5": "returned"}
    assert deal.house.count("receipts") == 1
    assert deal.house.count("records") == 4


def test_stopped_after_the_agency_has_its_answer_it_is_not_answered_twice(
    deal: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal.write(penalties(1, 2))
    saved = store.save

    def save(tx, batch):
        if batch.state is State.DONE:
            raise KeyboardInterrupt
        saved(tx, batch)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(store, "save", save)
        deal.run()
    before = deal.database.rows("select * from xinheng_results order by row_id")
    assert len(before) == 2
    deal.run()
    assert deal.database.rows("select * from xinheng_results order by row_id") == before
    assert batches(deal)[0].counts["accepted"] == 2


def test_a_lost_file_is_read_again_from_the_marked_rows(deal: Trade) -> None:
    deal.write(penalties(1, 3))

    def told(batch) -> None:
        if batch.state is State.WRITTEN:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deal.run(told=told)
    writing.file_of(deal.house.incoming, batches(deal)[0].batch).unlink()
    deal.run()
    assert set(deal.results().values()) == {"accepted"}


def test_values_of_any_type_come_as_the_text_they_are(house, theirs: AgencyDatabase) -> None:
    """An agency's own column types: dates, decimals, instants; nothing passes through a float."""
    deal = trade(house, theirs)
    moment = {Dialect.POSTGRESQL: "timestamptz", Dialect.MARIADB: "timestamp"}[theirs.server.dialect]
    short = {Dialect.POSTGRESQL: "timestamp", Dialect.MARIADB: "datetime(3)"}[theirs.server.dialect]
    theirs.run(
        "create table own (row_id integer primary key, 行政处罚决定书文号 varchar(50),"
        f" cf_nr_fk numeric(18,6), cf_jdrq date, cf_yxq {short}, cf_gsjzq {moment},"
        " cf_nr_wfff double precision, taken_batch varchar(36))"
    )
    with theirs.engine().begin() as link:
        zone = (
            "set time zone 'UTC'" if theirs.server.dialect is Dialect.POSTGRESQL else "set time_zone='+00:00'"
        )
        link.execute(text(zone))
        link.execute(
            text("insert into own values (7, '清〔2026〕1号', :sum, :day, :at, :instant, 0.1, null)"),
            {
                "sum": Decimal("123456789012.000001"),
                "day": date(2026, 11, 12),
                "at": datetime(2026, 11, 12, 8, 30),  # noqa: DTZ001 - a column without a zone
                "instant": "2026-11-12 17:30:00",
            },
        )
    with theirs.engine().begin() as link:
        box = outbox.found(link, "own", house.pack.item("penalty"))
    batch = deal.exchange.exchange
    with running.linked(running.address.kept(house.keys.folder, deal.exchange.exchange), LOOPBACK) as engine_:
        with engine_.begin() as link:
            assert outbox.mark(link, box, outbox.waiting(link, box, 10), batch) == 1
        with engine_.connect() as link:
            ((row_id, values),) = outbox.claimed(link, box, batch)
    assert row_id == "7"
    got = dict(zip(box.headers, values, strict=True))
    assert got["CF_NR_FK"] == "123456789012.000001"
    assert got["CF_JDRQ"] == "2026-11-12"
    assert got["CF_YXQ"] in {"2026-11-12 08:30:00", "2026-11-12 08:30:00.000"}
    assert got["CF_GSJZQ"] == "2026-11-13 01:30:00"  # Beijing time: the next day
    assert got["CF_NR_WFFF"] == "0.1"
    assert "行政处罚决定书文号" in got


def test_an_outbox_of_the_agencys_own_types_goes_through(house, theirs: AgencyDatabase) -> None:
    deal = trade(house, theirs, outbox="own")
    given = {k.lower(): v for k, v in row(1).items()}
    kinds = {"cf_jdrq": "date", "cf_yxq": "timestamp", "cf_nr_fk": "numeric(18,6)"}
    columns = ", ".join(f"{name} {kinds.get(name, 'varchar(500)')}" for name in given)
    theirs.run(f"create table own (row_id integer primary key, {columns}, taken_batch varchar(36))")
    given["cf_yxq"] = "2036-12-31 00:00:00"
    with theirs.engine().begin() as link:
        names = ", ".join(given)
        values = ", ".join(f":{n}" for n in given)
        link.execute(text(f"insert into own (row_id, {names}) values (1, {values})"), given)
    deal.run()
    assert deal.results() == {"1": "accepted"}


def test_columns_of_identity_numbers_are_never_asked_for(deal: Trade) -> None:
    deal.database.run(f"alter table {deal.outbox.name} add column cf_xdr_zjhm varchar(30)")
    with deal.database.engine().connect() as link:
        box = outbox.found(link, deal.outbox.name, deal.house.pack.item("penalty"))
    assert "CF_XDR_ZJHM" not in [h.upper() for h in box.headers]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("alter table {outbox} add column cf_whs varchar(30)", "cf_whs"),
        ("alter table {outbox} drop column taken_batch", "taken_batch"),
        ("drop table {outbox}", "没有这张表"),
        ("drop table xinheng_results", "没有这张表"),
        ("alter table xinheng_receipts drop column position", "position"),
        ("alter table {outbox} drop column cf_sy;\nalter table {outbox} add column cf_sy {bytes}", "二进制"),
    ],
)
def test_tables_that_are_not_as_agreed_are_refused_by_name(deal: Trade, change: str, says: str) -> None:
    bytes_ = {Dialect.POSTGRESQL: "bytea", Dialect.MARIADB: "blob"}[deal.database.server.dialect]
    deal.database.run(change.format(outbox=deal.outbox.name, bytes=bytes_))
    with pytest.raises(TablesWrong) as refused:
        deal.run()
    assert says in str(refused.value)
    with deal.house.database.transaction() as tx:
        assert service.by_name(tx, deal.exchange.name).last_code == "XH857"
    assert batches(deal) == []


def test_a_row_id_that_is_no_key_is_refused(house, theirs: AgencyDatabase) -> None:
    deal = trade(house, theirs, outbox="own")
    theirs.run("create table own (row_id integer, cf_wsh text, cf_sy text, taken_batch varchar(36))")
    with pytest.raises(TablesWrong):
        deal.run()


def test_a_value_that_is_too_long_sends_back_its_row_alone(
    deal: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MOST_VALUE", 5_000)
    deal.write([row(1), row(2, CF_SY="长" * 5_001), row(3)])
    deal.run()
    assert deal.results() == {"1": "accepted", "2": "returned", "3": "accepted"}
    ((found,),) = deal.database.rows("select check_ids from xinheng_results where outcome = 'returned'")
    assert found == "exchange.too_long"
    assert batches(deal)[0].refused == 1


def test_a_batch_of_nothing_but_refused_rows_ends_without_a_receipt(
    deal: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MOST_VALUE", 3)
    deal.write([row(1)])
    deal.run()
    assert deal.results() == {"1": "returned"}
    assert batches(deal)[0].receipt is None


def test_empty_rows_and_odd_characters_go_through_as_rows(deal: Trade) -> None:
    odd = {} if deal.database.server.dialect is Dialect.POSTGRESQL else {"CF_SY": "前\0后"}
    deal.write([{"CF_WSH": None, "CF_SY": None}, row(2, BZ='表情😀与\n换行"引号\\'), row(3, **odd)])
    deal.run()
    assert deal.results()["1"] == "returned"
    assert deal.results()["2"] == "accepted"
    assert deal.results()["3"] == ("returned" if odd else "accepted")


def test_two_runs_at_once_are_one(deal: Trade) -> None:
    with writing.alone(deal.house.incoming, deal.exchange), pytest.raises(ExchangeBusy):
        deal.run()


def test_private_networks_are_refused_unless_listed(deal: Trade) -> None:
    with pytest.raises(TargetForbidden):
        running.run(deal.house, deal.exchange, ())


def test_a_wrong_password_is_said_without_the_address(deal: Trade) -> None:
    wrong = deal.database.dsn.replace("agency:", "agency:wrong")
    with deal.house.database.transaction() as tx:
        service.readdress(tx, deal.house.keys.folder, deal.exchange.name, wrong, deal.house.clock, "test")
    with pytest.raises(AddressWrong) as refused:
        deal.run()
    said = str(refused.value) + repr(refused.value.__cause__)
    assert "127.0.0.1" not in said
    assert str(deal.database.server.port) not in said


def test_a_database_that_is_away_is_busy_not_broken(deal: Trade) -> None:
    away = deal.database.dsn.replace(f":{deal.database.server.port}/", ":9/")
    with deal.house.database.transaction() as tx:
        service.readdress(tx, deal.house.keys.folder, deal.exchange.name, away, deal.house.clock, "test")
    with pytest.raises(AgencyDatabaseAway):
        deal.run()


def test_a_right_that_is_missing_is_said_and_nothing_is_lost(deal: Trade) -> None:
    deal.write(penalties(1, 2))
    deal.database.run("alter table xinheng_receipts rename to kept_aside")
    deal.database.run("create view xinheng_receipts as select * from kept_aside where batch <> batch")
    deal.database.run("alter table xinheng_results add column needed integer not null")
    if deal.database.server.dialect is Dialect.MARIADB:  # there a missing value is filled in
        deal.database.run(
            "create trigger no before insert on xinheng_results for each row signal sqlstate '45000'"
        )
    with pytest.raises(AgencyDatabaseRefused):
        deal.run()
    if deal.database.server.dialect is Dialect.MARIADB:
        deal.database.run("drop trigger no")
    deal.database.run("alter table xinheng_results drop column needed")
    deal.database.run("drop view xinheng_receipts")
    deal.database.run("alter table kept_aside rename to xinheng_receipts")
    deal.run()
    assert deal.results() == {"1": "accepted", "2": "accepted"}


def test_the_address_is_in_no_table_and_no_message(deal: Trade) -> None:
    deal.write([row(1)])
    deal.run()
    with deal.house.database.transaction() as tx:
        for (name,) in tx.fetch("select tablename from pg_tables where schemaname = 'public'"):
            assert tx.fetch(f"select count(*) from {name} t where t::text like '%%词%%'", {}) == [(0,)], name
    kept = deal.house.keys.folder / f"exchange-{deal.exchange.exchange}.dsn"
    assert kept.stat().st_mode & 0o777 == 0o600
    with deal.house.database.transaction() as tx:
        service.remove(tx, deal.house.keys.folder, deal.exchange.name, deal.house.clock, "test")
    assert not kept.exists()
