"""A row is held against the version of a rule in force on its day of decision, not on the day it came."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.sending import code
from tests.unit.law.samples import UPPER, load_upper
from tests.unit.law.test_catalogue import ITEM, TWO

from xinheng.core.times import FixedClock, Known
from xinheng.evidence.intake.model import Receipt, Request
from xinheng.evidence.intake.preview import Bench, preview
from xinheng.evidence.intake.split import marks_sql
from xinheng.ground.engine import Engine
from xinheng.law.packs import Pack

CLOCK = FixedClock(Known(datetime(2026, 11, 20, 4, tzinfo=UTC)))
PROFILES = """
profiles:
  - {id: report, name: 标准报送, counted: true, reported: true, from: 2020-01-01,
     basis: {kind: platform, note: 样例}}
"""
BROKEN_ON = "2025-01-01"


def row(number: int, **cells: str) -> dict[str, str]:
    return {
        "A_NAME": f"清河{number}号商行",
        "A_CODE": code(number),
        "A_NO": f"样字〔2025〕{number}号",
        "A_OFFICE": "样例机关",
        "A_DATE": "2025-06-01",
        "A_TEXT": "样例内容",
        **cells,
    }


@pytest.fixture
def dated(tmp_path: Path) -> Pack:
    """Red was wrong until the last day of 2024, green is wrong since; and green is not shown since then."""
    text = UPPER[ITEM]
    text = text[: text.index("  - id: red")] + TWO + text[text.index("mark_rules:") :]
    files = {**UPPER, ITEM: text, "pack.yaml": UPPER["pack.yaml"] + PROFILES}
    begin = files[ITEM].index("mark_rules:")
    marks = files[ITEM][begin:].replace("2020-01-01", BROKEN_ON).replace("2019-12-31", "2024-12-31")
    files = {**files, ITEM: files[ITEM][:begin] + marks}
    return load_upper(tmp_path / "packs", files)


def sent(pack: Pack, engine: Engine, folder: Path, *rows: dict[str, str]) -> Receipt:
    path = folder / "rows.jsonl"
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in rows), encoding="utf-8")
    bench = Bench(engine, pack, CLOCK, folder / "incoming")
    return preview(bench, Request(path, path.name, "notice"))


def said(receipt: Receipt) -> list[list[str]]:
    return [[check.id for check in one.checks] for one in receipt.rows]


def test_two_rows_of_one_file_on_either_side_of_the_day(dated: Pack, engine: Engine, tmp_path: Path) -> None:
    receipt = sent(
        dated,
        engine,
        tmp_path,
        row(1, A_DATE="2024-12-31", A_COLOUR="红"),
        row(2, A_DATE="2024-12-31", A_COLOUR="绿"),
        row(3, A_DATE=BROKEN_ON, A_COLOUR="红"),
        row(4, A_DATE=BROKEN_ON, A_COLOUR="绿"),
    )
    assert said(receipt) == [["notice.red"], [], [], [f"notice.red@{BROKEN_ON}"]]


def test_a_date_that_cannot_be_or_is_not_read_takes_the_rules_of_today(
    dated: Pack, engine: Engine, tmp_path: Path
) -> None:
    receipt = sent(
        dated,
        engine,
        tmp_path,
        row(1, A_DATE="三月五日", A_COLOUR="绿"),
        row(2, A_DATE="", A_COLOUR="绿"),
        row(3, A_DATE="2027-01-01", A_COLOUR="绿"),
        row(4, A_DATE="2018-01-01", A_COLOUR="红"),  # before the first edition: that edition
    )
    today = [f"notice.red@{BROKEN_ON}"]
    assert said(receipt) == [today, today, today, ["notice.red"]]


def test_the_counts_say_of_how_many_rows_a_version_did_not_speak(
    dated: Pack, engine: Engine, tmp_path: Path
) -> None:
    receipt = sent(
        dated,
        engine,
        tmp_path,
        row(1, A_DATE="2024-12-31", A_COLOUR="红"),
        row(2, A_DATE="2024-12-31"),
        row(3, A_DATE=BROKEN_ON, A_COLOUR="红"),
    )
    counted = {c.id: c for c in receipt.checks}
    old, new = counted["notice.red"], counted[f"notice.red@{BROKEN_ON}"]
    assert (old.passed, old.failed, old.empty, old.errors, old.outside) == (0, 1, 1, 0, 1)
    assert (new.passed, new.failed, new.empty, new.errors, new.outside) == (1, 0, 0, 0, 2)


def test_a_mark_rule_too_is_that_of_the_day_of_decision(dated: Pack) -> None:
    item = dated.item("notice")
    shown, _ = marks_sql(item, date(2026, 11, 20))
    assert BROKEN_ON in shown
    assert BROKEN_ON not in marks_sql(item, date(2024, 6, 1))[0]
