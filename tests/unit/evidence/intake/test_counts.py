"""Counts and measures: commas between thousands go, everything else stays for the check to say."""

from __future__ import annotations

import duckdb
import pytest

from xinheng.evidence.intake.normalise_values import number, number_sql


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("120", "120"),
        ("1,212.5", "1212.5"),
        ("12,345,678", "12345678"),
        ("１２０", "120"),
        ("1,2", "1,2"),
        ("120人", "120人"),
        ("约一百", "约一百"),
        ("-3", "-3"),
    ],
)
def test_one_value_and_many_alike(cell: str, kept: str) -> None:
    assert number(cell) == kept
    with duckdb.connect(":memory:") as db:
        (found,) = db.execute(f"SELECT {number_sql('c')} FROM (SELECT ? AS c)", [cell]).fetchall()
    assert found == (kept,)
