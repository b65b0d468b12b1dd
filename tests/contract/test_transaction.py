"""One suite over both adapters of `Transaction`: what holds for one holds for the other."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xinheng.ground.store import Database, StatementFailed, StoreUnavailable, UniqueClash

COLUMNS = """
    n bigint, u uuid, b bytea, d date, t timestamptz, m numeric, s text, a text[], f boolean
"""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
rows = st.fixed_dictionaries(
    {
        "n": st.none() | st.integers(-(2**63), 2**63 - 1),
        "u": st.none() | st.uuids(),
        "b": st.none() | st.binary(max_size=60),
        "d": st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)),
        "t": st.none() | st.integers(-(10**15), 10**16).map(lambda us: EPOCH + timedelta(microseconds=us)),
        "m": st.none() | st.decimals(-(10**15), 10**15, places=6),
        "s": st.none() | text,
        "a": st.none() | st.lists(st.none() | text, max_size=5),
        "f": st.none() | st.booleans(),
    }
)
SCHEMA = pa.schema(
    [
        ("n", pa.int64()),
        ("u", pa.binary(16)),
        ("b", pa.binary()),
        ("d", pa.date32()),
        ("t", pa.timestamp("us", "UTC")),
        ("m", pa.decimal128(38, 6)),
        ("s", pa.string()),
        ("a", pa.list_(pa.string())),
        ("f", pa.bool_()),
    ]
)
one_database_for_all_examples = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@given(row=rows)
@one_database_for_all_examples
def test_every_value_comes_back_as_it_went_in(opened, row):
    with opened() as tx:
        tx.execute(f"create temp table kept ({COLUMNS}) on commit drop")
        tx.execute(
            "insert into kept values (%(n)s, %(u)s, %(b)s, %(d)s, %(t)s, %(m)s, %(s)s, %(a)s, %(f)s)", row
        )
        assert tx.fetch("select * from kept") == [tuple(row[name] for name in SCHEMA.names)]


@given(batch=st.lists(rows, max_size=6))
@one_database_for_all_examples
def test_loaded_rows_come_back_as_they_went_in(opened, batch):
    raw = [row | {"u": row["u"].bytes if row["u"] else None} for row in batch]
    table = pa.Table.from_pylist(raw, schema=SCHEMA)
    with opened() as tx:
        tx.execute(f"create table loaded (line serial, {COLUMNS})")
        assert tx.load("loaded", table.to_reader()) == len(batch)
        back = tx.fetch("select n, u, b, d, t, m, s, a, f from loaded order by line")
        assert back == [tuple(row[name] for name in SCHEMA.names) for row in batch]
        tx.execute("drop table loaded")


def test_a_table_may_be_loaded_with_some_of_its_columns_in_any_order(opened):
    table = pa.table({"value": ["甲", "乙"], "name": ["一", "二"]})
    with opened() as tx:
        assert tx.load("platform", table) == 2
    with opened() as tx:
        assert tx.fetch("select name, value from platform order by value desc") == [
            ("一", "甲"),
            ("二", "乙"),
        ]


@pytest.mark.parametrize(
    "nasty", ["", "'", '"', "\\", "\\N", "\t\n\r", "a,b{}", "信用中国", "🏭", "%s %(x)s %%", "$1"]
)
def test_awkward_texts_survive_as_parameters_and_in_loads(opened, nasty):
    with opened() as tx:
        tx.load("platform", pa.table({"name": ["loaded"], "value": [nasty]}))
        tx.execute("insert into platform values ('given', %(v)s)", {"v": nasty})
        assert tx.fetch("select value from platform where value = %(v)s", {"v": nasty}) == [(nasty,)] * 2


def test_uuid_bytes_and_null_arrays_come_back_typed(opened):
    known = UUID("0193a2b4-0000-7000-8000-000000000001")
    with opened() as tx:
        back = tx.fetch(
            "select array[%(u)s::uuid, null], array[%(b)s::bytea], %(m)s::numeric, %(none)s::text, "
            "array[1.50]::numeric[]",
            {"u": known, "b": b"\0\xff", "m": Decimal("48000.00"), "none": None},
        )
    assert back == [([known, None], [b"\0\xff"], Decimal("48000.00"), None, [Decimal("1.50")])]
    assert str(back[0][2]) == "48000.00"


def test_lists_of_values_go_into_any(opened):
    ids = [UUID(int=i) for i in range(3)]
    with opened() as tx:
        found = tx.fetch(
            "select x from unnest(%(all)s::uuid[]) x where x = any(%(some)s::uuid[]) order by x",
            {"all": ids, "some": ids[1:]},
        )
    assert found == [(ids[1],), (ids[2],)]


def test_timestamps_come_back_in_utc(opened):
    with opened() as tx:
        ((at,),) = tx.fetch("select '2026-11-20 10:00:00.000001+08'::timestamptz")
    assert at == datetime(2026, 11, 20, 2, 0, 0, 1, UTC)
    assert at.utcoffset().total_seconds() == 0


def test_the_number_of_touched_rows_is_told(opened):
    with opened() as tx:
        assert tx.execute("insert into platform values ('a', '1'), ('b', '2')") == 2
        assert tx.execute("update platform set value = 'x' where name = %(n)s", {"n": "a"}) == 1
        assert tx.execute("delete from platform") == 2


def test_rows_can_be_locked_and_returned(opened):
    with opened() as tx:
        assert tx.fetch("insert into platform values ('a', '1') returning name") == [("a",)]
        assert tx.fetch("select value from platform where name = 'a' for update") == [("1",)]


def test_an_empty_result_is_an_empty_list(opened):
    with opened() as tx:
        assert tx.fetch("select * from platform") == []


def test_what_was_done_is_there_after_the_block(opened, database):
    with opened() as tx:
        tx.execute("insert into platform values ('a', '1')")
    with database.transaction() as other:
        assert other.fetch("select name from platform") == [("a",)]


def test_an_exception_rolls_everything_back(opened, database):
    with pytest.raises(RuntimeError), opened() as tx:
        tx.load("platform", pa.table({"name": ["a"], "value": ["1"]}))
        raise RuntimeError
    with database.transaction() as other:
        assert other.fetch("select * from platform") == []


def test_a_swallowed_failure_cannot_be_committed(opened, database):
    with pytest.raises(StatementFailed), opened() as tx:
        tx.execute("insert into platform values ('a', '1')")
        with pytest.raises(StatementFailed):
            tx.execute("select 1 from nowhere")
    with database.transaction() as other:
        assert other.fetch("select * from platform") == []


def test_a_second_key_is_a_clash_that_names_its_constraint(opened):
    with pytest.raises(UniqueClash) as clash, opened() as tx:
        tx.execute("insert into platform values ('a', '1'), ('a', '2')")
    assert clash.value.constraint == "platform_pkey"


def test_a_second_key_in_a_load_is_a_clash_that_names_its_constraint(opened):
    with pytest.raises(UniqueClash) as clash, opened() as tx:
        tx.load("platform", pa.table({"name": ["a", "a"], "value": ["1", "2"]}))
    assert clash.value.constraint == "platform_pkey"


def test_a_nul_in_a_text_is_refused_as_a_parameter(opened):
    with pytest.raises(StatementFailed), opened() as tx:
        tx.execute("insert into platform values ('a', %(v)s)", {"v": "x\0y"})


def test_a_nul_in_a_text_is_refused_in_a_load(opened):
    with pytest.raises(StatementFailed), opened() as tx:
        tx.load("platform", pa.table({"name": ["a"], "value": ["x\0y"]}))


def test_a_refusal_does_not_repeat_the_values_it_refused(opened):
    with pytest.raises(StatementFailed) as refused, opened() as tx:
        tx.fetch("select %(v)s::integer", {"v": "planted-value"})
    assert "planted-value" not in str(refused.value)


def test_a_killed_backend_is_an_unavailable_store(opened, dsn):
    with pytest.raises(StoreUnavailable), opened() as tx:
        ((pid,),) = tx.fetch("select pg_backend_pid()")
        _kill(dsn, pid)
        tx.execute("insert into platform values ('a', '1')")


def test_a_backend_killed_before_the_commit_is_an_unavailable_store(opened, dsn, database):
    with pytest.raises(StoreUnavailable), opened() as tx:
        tx.execute("insert into platform values ('a', '1')")
        ((pid,),) = tx.fetch("select pg_backend_pid()")
        _kill(dsn, pid)
    with database.transaction() as other:  # and the next transaction works
        assert other.fetch("select * from platform") == []


def test_two_transactions_that_wait_for_each_other_end_with_one_unavailable(opened, database):
    with database.transaction() as tx:
        tx.execute("insert into platform values ('a', '0'), ('b', '0')")
    both_hold_one = threading.Barrier(2)
    ended: list[str] = []

    def take(first: str, second: str) -> None:
        try:
            with opened() as tx:
                tx.execute("update platform set value = '1' where name = %(n)s", {"n": first})
                both_hold_one.wait(20)
                tx.execute("update platform set value = '1' where name = %(n)s", {"n": second})
            ended.append("done")
        except StoreUnavailable:
            ended.append("unavailable")

    threads = [threading.Thread(target=take, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(ended) == ["done", "unavailable"]


def test_no_server_is_an_unavailable_store(tmp_path):
    nowhere = Database(f"postgresql://u:p@/d?host={tmp_path}", patience=0.5)
    for kind in ("transaction", "bulk"):
        opening: AbstractContextManager[object] = getattr(nowhere, kind)()
        with pytest.raises(StoreUnavailable), opening:
            pass
    nowhere.close()


def _kill(dsn: str, pid: int) -> None:
    with psycopg.connect(dsn, autocommit=True) as link:
        link.execute("select pg_terminate_backend(%s, 5000)", [pid])
