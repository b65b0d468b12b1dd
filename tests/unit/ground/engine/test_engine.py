"""The engine: what it computes, what it refuses, and that nothing gets over the wall."""

from __future__ import annotations

import logging
import os
import signal
import threading
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from time import monotonic
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.ground.engine import Engine, EngineFailed, EngineOutOfMemory, EngineTimeout, quoted
from xinheng.ground.engine.child import from_wire, to_wire
from xinheng.ground.engine.engine import WARM, without_values

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.binary()
    | st.uuids()
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.decimals(allow_nan=False)
    | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(values)
def test_every_value_survives_the_wire(value):
    assert from_wire(to_wire(value)) == value


def test_a_value_without_a_wire_form_is_refused():
    with pytest.raises(TypeError):
        to_wire(object())


def test_statements_run_in_order_and_queries_answer_with_typed_rows(tmp_path):
    given = {"name": "甲", "sum": Decimal("4.50")}
    rows = Engine(200).run(
        tmp_path,
        [
            ("create table t as select $name::varchar n, $sum::decimal(18,2)", given),
            "insert into t values ('乙', null)",
        ],
        ["from t order by all", ("select count(*) from t where n = $n", {"n": "乙"})],
    )
    assert rows == [[("乙", None), ("甲", Decimal("4.50"))], [(1,)]]


def test_dates_ids_bytes_and_lists_come_back_as_what_they_are(tmp_path):
    query = (
        "select date '2026-11-20', timestamp '2026-11-20 10:00:00.000001', [1, null], {'a': '甲'},"
        " '0193a2b4-0000-7000-8000-000000000001'::uuid, '\\x00\\xFF'::blob, 12345678901234567890123::hugeint"
    )
    ((row,),) = Engine(200).run(tmp_path, [], [query])
    assert row == (
        date(2026, 11, 20),
        datetime.fromisoformat("2026-11-20T10:00:00.000001"),
        [1, None],
        {"a": "甲"},
        UUID("0193a2b4-0000-7000-8000-000000000001"),
        b"\x00\xff",
        12345678901234567890123,
    )


def test_files_of_the_folder_can_be_written_and_read(tmp_path):
    folder = tmp_path / "it's 一个"
    folder.mkdir()
    target = quoted(folder / "out.parquet")
    rows = Engine(200).run(folder, [f"copy (select 42 as x) to {target}"], [f"from {target}"])
    assert rows == [[(42,)]]


FORBIDDEN = [
    "select * from read_text('/etc/hostname')",
    "select * from read_csv('/etc/passwd')",
    "from '/etc/passwd'",
    "copy (select 1) to '/tmp/out.csv'",
    "attach '/tmp/other.db'",
    "install httpfs",
    "load httpfs",
    "set memory_limit = '4GB'",
    "set enable_external_access = true",
    "select * from glob('/*')",
    "from read_csv('https://example.org/x.csv')",
]


@pytest.fixture(scope="module")
def warm():
    with Engine(200) as engine:
        yield engine


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_nothing_outside_the_folder_and_no_setting_can_be_touched(warm, tmp_path, sql):
    with pytest.raises(EngineFailed):
        warm.run(tmp_path, [sql])


def test_a_folder_beside_with_a_longer_name_is_outside(warm, tmp_path):
    inside, beside = tmp_path / "in", tmp_path / "in-not"
    inside.mkdir()
    beside.mkdir()
    (beside / "x.csv").write_text("a\n1\n")
    with pytest.raises(EngineFailed):
        warm.run(inside, [f"from {quoted(beside / 'x.csv')}"])


def test_the_folder_of_an_earlier_run_is_closed_again(warm, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    written = quoted(first / "x.csv")
    warm.run(first, [f"copy (select 1) to {written}"])
    with pytest.raises(EngineFailed):
        warm.run(second, [f"from {written}"])


def test_each_run_sees_an_empty_database(warm, tmp_path):
    warm.run(tmp_path, ["create table left_over as select 1"])
    with pytest.raises(EngineFailed) as refused:
        warm.run(tmp_path, ["from left_over"])
    assert refused.value.reason == "CatalogException"


def test_a_refusal_names_the_statement_but_not_the_value(warm, tmp_path, caplog):
    with caplog.at_level(logging.WARNING), pytest.raises(EngineFailed) as refused:
        warm.run(tmp_path, ["select 1", "select cast('甲某某' as integer), 1234567"])
    assert refused.value.statement == 1
    assert "ConversionException" in caplog.text
    for said in (str(refused.value), caplog.text):
        assert "甲某某" not in said
        assert "1234567" not in said


def test_long_numbers_and_quoted_values_never_stand_in_the_log():
    broken = without_values("CSV Error on Line: 2\nOriginal Line: 张三,李四有限公司\nExpected 17 Found: 18")
    assert broken == "CSV Error on Line: 2"
    text = without_values("Could not convert string '张三' near 999912345678901234 at 17")
    assert text == "Could not convert string ■ near ■ at 17"


def test_more_memory_than_allowed_is_refused_and_the_next_run_works(tmp_path):
    with Engine(200) as engine:
        with pytest.raises(EngineOutOfMemory):
            engine.run(tmp_path, ["create table t as select len(range(300000000))"])
        assert engine.run(tmp_path, [], ["select 1"]) == [[(1,)]]


def test_more_temporary_disk_than_allowed_is_refused(tmp_path):
    with pytest.raises(EngineOutOfMemory):
        Engine(60, spill_mb=10).run(
            tmp_path,
            ["create table t as select i, md5(i::varchar) || md5((-i)::varchar) x from range(3000000) r(i)"],
        )
    assert not (tmp_path / ".spill").exists()


def test_a_killed_child_is_a_refusal_and_the_next_run_works(tmp_path):
    with Engine(200) as engine:
        assert engine._warm == [], "nobody asked yet"
        engine.run(tmp_path, [], ["select 1"])
        process = engine._warm[0]._process
        threading.Timer(0.5, os.kill, (process.pid, signal.SIGKILL)).start()
        with pytest.raises(EngineOutOfMemory):
            engine.run(tmp_path, [], [ENDLESS])
        assert engine.run(tmp_path, [], ["select 1"]) == [[(1,)]]


ENDLESS = "select sum(a.i * b.i) from range(100000000) a(i), range(1000000) b(i) where a.i <> b.i"


def test_a_run_that_takes_too_long_is_stopped(tmp_path):
    begun = monotonic()
    with pytest.raises(EngineTimeout):
        Engine(200, seconds=1).run(tmp_path, [], [ENDLESS])
    assert monotonic() - begun < 20


def test_a_busy_warm_child_does_not_hold_up_another_run(tmp_path):
    with Engine(200, seconds=6) as engine:
        long = threading.Thread(target=_until_timeout, args=(engine, tmp_path))
        long.start()
        assert engine.run(tmp_path, [], ["select 1"]) == [[(1,)]]
        assert long.is_alive()
        long.join()


def test_as_many_children_as_were_needed_at_once_stay_warm_but_never_more_than_two(tmp_path):
    with Engine(200) as engine:
        for _ in range(3):
            engine.run(tmp_path, [], ["select 1"])
        assert len(engine._warm) == 1
        together = threading.Barrier(3)
        asking = [threading.Thread(target=_at_once, args=(engine, tmp_path, together)) for _ in range(3)]
        for each in asking:
            each.start()
        for each in asking:
            each.join()
        kept = [child._process for child in engine._warm]
        assert len(kept) == WARM == 2
    assert engine._warm == []
    assert all(process.poll() is not None for process in kept)


MANY = 100_000_000


def _at_once(engine: Engine, folder: Path, together: threading.Barrier) -> None:
    together.wait()
    # long enough for the three to meet, on a busy machine too
    ((told,),) = engine.run(folder, [], [f"select sum(i * 2) from range({MANY}) r(i)"])[0]
    assert told == MANY * (MANY - 1)


def _until_timeout(engine: Engine, folder: Path) -> None:
    with pytest.raises(EngineTimeout):
        engine.run(folder, [], [ENDLESS])


def test_a_warm_engine_answers_a_small_run_quickly(warm, tmp_path):
    warm.run(tmp_path, [], ["select 1"])
    taken = []
    for _ in range(10):
        begun = monotonic()
        warm.run(tmp_path, ["create table t as select '甲' x"], ["from t"])
        taken.append(monotonic() - begun)
    assert sorted(taken)[4] < 0.1  # 5-20 ms on a quiet machine; the aim is 30


def test_a_run_may_have_fewer_threads_and_the_next_has_all_again(tmp_path: Path) -> None:
    asked = ["SELECT current_setting('threads')"]
    with Engine(threads=2) as engine:
        assert engine.run(tmp_path, [], asked, threads=1) == [[(1,)]]
        assert engine.run(tmp_path, [], asked) == [[(2,)]]
